import { useEffect, useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import {
  MergeContactsDocument,
  MergePreviewDocument,
  MergeSearchDocument,
  MergeStartDocument,
  type CandidateFragment,
  type DuplicateReason,
} from "../gql/graphql.ts";
import { t, tn } from "../i18n/language.ts";
import { go, Link, usePlace } from "../router.tsx";
import { mayEdit } from "../role.ts";
import { announce } from "../ui/announcer.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Named } from "../ui/named.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { CandidateName, mergeAddress } from "./merge-candidate.tsx";
import { MergeComparison } from "./merge-comparison.tsx";

const most = 20; // contacts that go in one merge

// MergeScreen puts contacts beside the one that is to stay, and merges them into it. Who goes
// is in the address.
export function MergeScreen({ id, role }: { id: string; role: string }) {
  const { query } = usePlace();
  const losers = [...new Set((query.get("with") ?? "").split(",").filter((other) => other && other !== id))];
  const { data, faults, again } = useQuery(MergeStartDocument, { id });
  const contact = data?.contact;
  if (!contact) {
    return faults.length > 0 ? (
      <div class="empty">
        <PageTitle text={t("notFoundTitle")} />
        <Faults faults={faults} again={again} />
        <Link href="/contacts">{t("contacts")}</Link>
      </div>
    ) : (
      <Loading />
    );
  }
  const suggested = contact.duplicates.filter((d) => !losers.includes(d.contact.id));
  return (
    <>
      <Link href={`/contacts/${contact.id}`} class="up">
        {contact.displayName}
      </Link>
      <div class="head">
        <PageTitle text={t("mergeTitle", { name: contact.displayName })}>{t("mergeHeading")}</PageTitle>
      </div>
      <p class="quiet">{t("mergeIntro")}</p>
      {losers.length > 0 && <Preview survivorId={contact.id} loserIds={losers} editable={mayEdit(role)} />}
      {losers.length < most && (
        <Choosing
          survivorId={contact.id}
          losers={losers}
          suggested={suggested}
          choose={(other) => {
            go(mergeAddress(contact.id, [...losers, other]), { replace: losers.length > 0 });
            focusTitle();
          }}
        />
      )}
    </>
  );
}

// The button that was pressed is about to go: the focus stays on the page.
const focusTitle = () => document.querySelector<HTMLElement>("h1")?.focus();

function Preview({ survivorId, loserIds, editable }: { survivorId: string; loserIds: readonly string[]; editable: boolean }) {
  const { data, current, faults, again } = useQuery(MergePreviewDocument, { input: { survivorId, loserIds: [...loserIds] } });
  const merge = useAction(MergeContactsDocument, { types: ["Contact", "ContactMerge", "DuplicatePair", "Attachment", "Note", "RegistryCheck"] });
  const [asking, setAsking] = useState(false);
  const preview = data?.mergePreview;
  return (
    <>
      <Faults faults={faults} again={again} />
      {faults.length > 0 && (
        <p>
          <Link href={mergeAddress(survivorId, [])}>{t("mergeChooseAgain")}</Link>
        </p>
      )}
      {!preview && faults.length === 0 && <Loading />}
      {preview && faults.length === 0 && (
        <div aria-busy={!current} class="stack">
          <MergeComparison
            preview={preview}
            keep={(other) => go(mergeAddress(other, [survivorId, ...loserIds.filter((l) => l !== other)]), { replace: true })}
            leaveOut={(other) => {
              go(mergeAddress(survivorId, loserIds.filter((l) => l !== other)), { replace: true });
              focusTitle();
            }}
          />
          {editable && (
            <div class="actions bar">
              <button type="button" class="primary" aria-disabled={!current} onClick={() => current && setAsking(true)}>
                {tn("mergeOne", "mergeOther", preview.losers.length + 1)}
              </button>
            </div>
          )}
          {asking && (
            <Confirm
              title={t("mergeHeading")}
              question={t("mergeQuestion", { name: preview.survivor.displayName, others: preview.losers.map((l) => l.displayName).join(", ") })}
              action={t("merge")}
              close={() => setAsking(false)}
              run={async () => {
                const input = { survivorId, survivorVersion: preview.survivor.version, loserIds: [...loserIds] };
                const { data: done, faults: refused } = await merge.run(input);
                if (done) {
                  announce(t("mergeDone"));
                  go(`/contacts/${done.mergeContacts.contact.id}`, { replace: true });
                }
                return refused;
              }}
            />
          )}
        </div>
      )}
    </>
  );
}

interface ChoosingProps {
  survivorId: string;
  losers: readonly string[];
  suggested: readonly { contact: CandidateFragment; reasons: readonly DuplicateReason[] }[];
  choose(id: string): void;
}

// Choosing finds who else is the same contact: suggested ones first, any other by a search.
function Choosing({ survivorId, losers, suggested, choose }: ChoosingProps) {
  const [text, setText] = useState("");
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <section class="card inset choosing">
      <h2>{t(losers.length > 0 ? "mergeAddAnother" : "mergeChoose")}</h2>
      {suggested.length > 0 && (
        <>
          <h3>{t("mergeSuggested")}</h3>
          <ul class="plain">
            {suggested.map(({ contact, reasons }) => (
              <CandidateLine key={contact.id} contact={contact} reasons={reasons} choose={choose} />
            ))}
          </ul>
        </>
      )}
      <form role="search" class="search" onSubmit={(event) => event.preventDefault()}>
        <input
          type="search"
          aria-label={t("mergeSearch")}
          placeholder={t("searchHint")}
          autocomplete="off"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </form>
      {search && <Results search={search} without={[survivorId, ...losers]} choose={choose} />}
    </section>
  );
}

function Results({ search, without, choose }: { search: string; without: readonly string[]; choose(id: string): void }) {
  const { data, current, faults, again } = useQuery(MergeSearchDocument, { search }, { types: ["Contact"] });
  const found = (data?.contacts.nodes ?? []).filter((c) => !without.includes(c.id));
  return (
    <>
      <Faults faults={faults} again={again} />
      <div role="status">{data && current && found.length === 0 && <p class="quiet">{t("contactsNoneFound")}</p>}</div>
      <ul class="plain">
        {found.map((contact) => (
          <CandidateLine key={contact.id} contact={contact} reasons={[]} choose={choose} />
        ))}
      </ul>
    </>
  );
}

interface CandidateLineProps {
  contact: CandidateFragment;
  reasons: readonly DuplicateReason[];
  choose(id: string): void;
}

function CandidateLine({ contact, reasons, choose }: CandidateLineProps) {
  return (
    <li class="spread">
      <CandidateName contact={contact} reasons={reasons} />
      <button type="button" onClick={() => choose(contact.id)}>
        <Named text={t("mergeAdd")} name={contact.displayName} />
      </button>
    </li>
  );
}
