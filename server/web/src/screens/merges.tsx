import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction, useQuery } from "../api/hooks.ts";
import { formatInstant } from "../format/day.ts";
import { MergesDocument, UnmergeContactsDocument, type MergesQuery } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { mayEdit } from "../role.ts";
import { announce } from "../ui/announcer.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";

type Merge = NonNullable<MergesQuery["contact"]>["merges"][number];

interface MergesProps {
  contactId: string;
  role?: string; // who looks; without one who may undo is left to the server
}

// Merges says which contacts were merged into this one, and takes a merge back while nothing
// has changed since. It shows nothing for a contact that was never merged with another.
export function Merges({ contactId, role = "OWNER" }: MergesProps) {
  const { data, faults, again } = useQuery(MergesDocument, { id: contactId }, { types: ["ContactMerge", "Contact"] });
  const merges = data?.contact?.merges ?? [];
  return (
    <>
      <Faults faults={faults} again={again} />
      {merges.map((merge) => (
        <MergeNotice key={merge.id} merge={merge} editable={mayEdit(role)} />
      ))}
    </>
  );
}

function MergeNotice({ merge, editable }: { merge: Merge; editable: boolean }) {
  const { run } = useAction(UnmergeContactsDocument, { types: ["Contact", "ContactMerge", "DuplicatePair", "Attachment", "Note", "RegistryCheck"] });
  const [asking, setAsking] = useState(false);
  const names = merge.loserNames.join(", ");
  const by = merge.by && (merge.by.name || merge.by.email);
  return (
    <div class="notice merged">
      <p>
        {t("mergedWith", { names })} <small>{[formatInstant(merge.at, locale()), by].filter(Boolean).join(" · ")}</small>
      </p>
      {editable &&
        (merge.canUnmerge ? (
          <button type="button" onClick={() => setAsking(true)}>
            {t("unmerge")}
          </button>
        ) : (
          <small>{t("unmergeTooLate")}</small>
        ))}
      {asking && (
        <Confirm
          title={t("unmerge")}
          question={t("unmergeQuestion", { names })}
          action={t("unmerge")}
          close={() => setAsking(false)}
          run={async (): Promise<Fault[]> => {
            const { data: done, faults } = await run({ mergeId: merge.id });
            if (done) {
              announce(t("unmerged", { names }));
            }
            return faults;
          }}
        />
      )}
    </div>
  );
}
