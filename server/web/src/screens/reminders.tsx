import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction, useQuery } from "../api/hooks.ts";
import { formatDay } from "../format/day.ts";
import {
  DoneReminderDocument,
  ReminderDaysDocument,
  RemindersDueDocument,
  SkipReminderDocument,
  UpdateReminderDaysDocument,
  type RemindersDueQuery,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { mayEdit, mayManage } from "../role.ts";
import { Link } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { announce } from "../ui/announcer.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Named } from "../ui/named.tsx";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { SalesNav } from "../ui/sales-nav.tsx";

type Due = RemindersDueQuery["remindersDue"]["nodes"][number];

// RemindersScreen lists the invoices that are due a reminder.
export function RemindersScreen({ role }: { role: string }) {
  const [stages, setStages] = useState(false);
  return (
    <>
      <SalesNav />
      <div class="head">
        <PageTitle text={t("remindersTitle")} />
        <span class="space" />
        {mayManage(role) && (
          <button type="button" onClick={() => setStages(true)}>
            {t("reminderStages")}
          </button>
        )}
      </div>
      <p class="quiet lead">{t("remindersIntro")}</p>
      <Pages
        document={RemindersDueDocument}
        variables={(after) => ({ after })}
        connection={(data) => data.remindersDue}
        types={["Reminder", "Document"]}
        rows={(nodes) => nodes.map((due) => <DueLine key={due.document.id} due={due} editable={mayEdit(role)} />)}
        frame={(pages) => <ul class="card plain pairs">{pages}</ul>}
        empty={<Empty text={t("remindersEmpty")} />}
      />
      {stages && <StagesDialog close={() => setStages(false)} />}
    </>
  );
}

function DueLine({ due: { document, days, daysLate }, editable }: { due: Due; editable: boolean }) {
  const done = useAction(DoneReminderDocument, { types: ["Reminder"] });
  const skip = useAction(SkipReminderDocument, { types: ["Reminder"] });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const { id, number, contact } = document;
  const act = (run: typeof done.run | typeof skip.run) => async () => {
    const answer = await run({ documentId: id, days });
    setFaults(answer.faults);
    if (answer.data) {
      announce(t("reminderWasDone", { number }));
    }
  };
  return (
    <li class="duplicate">
      <div class="spread">
        <span>
          <Link href={`/contacts/${contact.id}?view=documents&document=${id}`}>{number}</Link> · <Link href={`/contacts/${contact.id}`}>{contact.displayName}</Link>
          <small class="quiet">
            {" "}
            {t("dueOn", { date: formatDay(document.dueDate, locale()) })} ·{" "}
            {daysLate >= 0 ? t("reminderLate", { n: daysLate }) : t("reminderSoon", { n: -daysLate })} · {t("reminderStage", { n: days })}
          </small>
        </span>
        <Amount money={document.remaining} />
      </div>
      {editable && (
        <span class="actions small">
          <button type="button" aria-disabled={done.running} onClick={act(done.run)}>
            <Named text={t("reminderDone")} name={number} />
          </button>
          <button type="button" aria-disabled={skip.running} onClick={act(skip.run)}>
            <Named text={t("reminderSkip")} name={number} />
          </button>
        </span>
      )}
      <Faults faults={faults} />
    </li>
  );
}

// StagesDialog sets after how many days clients are reminded.
function StagesDialog({ close }: { close(): void }) {
  const { data, faults } = useQuery(ReminderDaysDocument, {});
  const { run } = useAction(UpdateReminderDaysDocument, { types: ["Reminder"] });
  return (
    <Dialog title={t("reminderStages")} close={close}>
      <Faults faults={faults} />
      {data && (
        <Form
          class="stack"
          submit={async (form) => {
            const days = entered(form, "days")
              .split(/[,;\s]+/)
              .filter((part) => part !== "")
              .map(Number);
            if (!days.every(Number.isInteger)) {
              return [invalid("days", t("fieldDecimal"))];
            }
            const answer = await run({ days });
            if (answer.data) {
              close();
            }
            return answer.faults;
          }}
        >
          <FormFaults />
          <Field name="days" label={t("reminderDays")} hint={t("reminderDaysHint")} value={data.reminderDays.join(", ")} focused />
          <div class="actions">
            <button type="button" onClick={close}>
              {t("cancel")}
            </button>
            <Submit>{t("save")}</Submit>
          </div>
        </Form>
      )}
    </Dialog>
  );
}
