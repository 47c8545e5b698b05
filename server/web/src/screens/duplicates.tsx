import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction } from "../api/hooks.ts";
import { DismissDuplicateDocument, DuplicatesDocument, type DuplicatesQuery } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { mayEdit } from "../role.ts";
import { announce } from "../ui/announcer.tsx";
import { Faults } from "../ui/fault.tsx";
import { Named } from "../ui/named.tsx";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { CandidateName, mergeAddress, Reasons } from "./merge-candidate.tsx";

type Pair = DuplicatesQuery["duplicateContacts"]["nodes"][number];

// DuplicatesScreen lists contacts that may be the same one, to merge or to tell apart.
export function DuplicatesScreen({ role }: { role: string }) {
  return (
    <>
      <Link href="/contacts" class="up">
        {t("contacts")}
      </Link>
      <div class="head">
        <PageTitle text={t("duplicatesTitle")} />
      </div>
      <p class="quiet">{t("duplicatesIntro")}</p>
      <Pages
        document={DuplicatesDocument}
        variables={(after) => ({ after })}
        connection={(data) => data.duplicateContacts}
        types={["DuplicatePair"]}
        rows={(nodes) => nodes.map((pair) => <PairLine key={`${pair.contact.id} ${pair.other.id}`} pair={pair} editable={mayEdit(role)} />)}
        frame={(pages) => <ul class="card plain pairs">{pages}</ul>}
        empty={<Empty title={t("duplicatesEmptyTitle")} text={t("duplicatesEmptyText")} />}
      />
    </>
  );
}

function PairLine({ pair: { contact, other, reasons }, editable }: { pair: Pair; editable: boolean }) {
  const { run, running } = useAction(DismissDuplicateDocument, { types: ["DuplicatePair"] });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const names = { name: contact.displayName, other: other.displayName };
  return (
    <li class="duplicate">
      <div class="pair">
        <CandidateName contact={contact} />
        <CandidateName contact={other} />
      </div>
      <div class="spread">
        <Reasons reasons={reasons} />
        {editable && (
          <span class="actions small">
            <button
              type="button"
              aria-disabled={running}
              onClick={async () => {
                const { data, faults: refused } = await run({ contactId: contact.id, otherId: other.id });
                setFaults(refused);
                if (data) {
                  announce(t("duplicateDismissed", names));
                }
              }}
            >
              <Named text={t("duplicateDismiss")} name={t("duplicateNames", names)} />
            </button>
            <Link class="button" href={mergeAddress(contact.id, [other.id])}>
              <Named text={t("duplicateMerge")} name={t("duplicateNames", names)} />
            </Link>
          </span>
        )}
      </div>
      <Faults faults={faults} />
    </li>
  );
}
