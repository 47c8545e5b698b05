import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import { dayIn, formatDay } from "../format/day.ts";
import { formatHours, hoursOf } from "../format/hours.ts";
import {
  BusinessDayDocument,
  DeleteTimeEntryDocument,
  LogTimeDocument,
  ProjectTimeDocument,
  StartTimerDocument,
  UpdateTimeEntryDocument,
  type ProjectPartsFragment,
  type TimeRowFragment,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { mayBook, mayTrack } from "../role.ts";
import { session } from "../session.ts";
import type { Fault } from "../api/failure.ts";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Check, Choice, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Named } from "../ui/named.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";

// moved are the types that change with time.
const moved = ["Project", "TimeEntry", "ProjectTask", "TimeSheet"];

// ProjectTime is a project's time: what was entered, and how to enter more.
export function ProjectTime({ project, role }: { project: ProjectPartsFragment; role: string }) {
  const [entering, setEntering] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const start = useAction(StartTimerDocument, { types: moved });
  const open = mayTrack(role) && !project.archivedAt && project.status !== "COMPLETED";
  return (
    <section class="card inset work" aria-label={t("projectTime")}>
      <div class="spread">
        <h2>{t("projectTime")}</h2>
        {open && (
          <div class="actions">
            <button type="button" onClick={async () => setFaults((await start.run({ projectId: project.id })).faults)}>
              {t("timerStart")}
            </button>
            <button type="button" onClick={() => setEntering(true)}>
              {t("timeEnter")}
            </button>
          </div>
        )}
      </div>
      <Faults faults={faults} />
      <Pages
        document={ProjectTimeDocument}
        variables={(after) => ({ id: project.id, after })}
        connection={(data) => data.project?.time}
        types={["TimeEntry"]}
        rows={(nodes) => nodes.map((entry) => <TimeRow key={entry.id} entry={entry} project={project} role={role} />)}
        frame={(pages) => <ul class="plain">{pages}</ul>}
        empty={<Empty text={t("projectTimeEmpty")} />}
      />
      {entering && <TimeDialog project={project} close={() => setEntering(false)} />}
    </section>
  );
}

function TimeRow({ entry, project, role }: { entry: TimeRowFragment; project: ProjectPartsFragment; role: string }) {
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const remove = useAction(DeleteTimeEntryDocument, { types: moved });
  const now = session.get();
  const own = now.state === "in" && now.viewer.user?.id === entry.userId;
  const mine = (own && mayTrack(role)) || mayBook(role);
  const day = formatDay(entry.date, locale());
  const name = `${day} ${entry.task?.name ?? entry.description}`;
  return (
    <li>
      <div class="spread">
        <span>
          {entry.task?.name ?? (entry.description || project.name)}{" "}
          <span class="tags">
            {entry.running && <span class="tag">{t("timeRunning")}</span>}
            {entry.billed && <span class="tag pale">{t("timeBilled")}</span>}
            {!entry.billable && <span class="tag pale">{t("timeNotBillable")}</span>}
          </span>
          <small>
            {day} · {entry.user?.name || entry.user?.email}
            {entry.task && entry.description && ` · ${entry.description}`}
          </small>
        </span>
        <span class="amount">{entry.running ? "" : formatHours(entry.seconds)}</span>
        {mine && !entry.billed && (
          <div class="actions small">
            {!entry.running && (
              <button type="button" onClick={() => setOpen("edit")}>
                <Named text={t("edit")} name={name} />
              </button>
            )}
            <button type="button" onClick={() => setOpen("delete")}>
              <Named text={t("delete")} name={name} />
            </button>
          </div>
        )}
      </div>
      {open === "edit" && <TimeDialog project={project} entry={entry} close={() => setOpen(null)} />}
      {open === "delete" && (
        <Confirm
          title={t("delete")}
          question={t("timeDeleteQuestion", { day })}
          action={t("delete")}
          danger
          close={() => setOpen(null)}
          run={async () => (await remove.run({ id: entry.id })).faults}
        />
      )}
    </li>
  );
}

// TimeDialog enters time on a project, or changes some.
function TimeDialog({ project, entry, close }: { project: ProjectPartsFragment; entry?: TimeRowFragment; close(): void }) {
  const zone = useQuery(BusinessDayDocument, {}).data?.organization.timeZone;
  const log = useAction(LogTimeDocument, { types: moved });
  const update = useAction(UpdateTimeEntryDocument, { types: moved });
  const [task, setTask] = useState(entry?.task?.id ?? "");
  const [date, setDate] = useState(entry?.date ?? "");
  const [billable, setBillable] = useState<boolean | null>(entry?.billable ?? null); // null: as the task
  const shownBillable = billable ?? project.tasks.find((x) => x.id === task)?.billable ?? true;
  const today = date || (zone ? dayIn(zone, new Date()) : "");
  const submit = async (form: FormData) => {
    const seconds = hoursOf(form, "seconds");
    if (seconds === null || seconds === 0) {
      return [invalid("seconds", t("timeDurationBad"))];
    }
    // What is shown is rounded to the minute: what was not touched stays as it is.
    const length = entry && entered(form, "seconds") === formatHours(entry.seconds) ? entry.seconds : seconds;
    const fields = { taskId: task || null, description: entered(form, "description"), billable: shownBillable, seconds: length };
    const { data, faults } = entry
      ? await update.run({ id: entry.id, version: entry.version, ...fields, noTask: !task, ...(today !== entry.date && { date: today }) })
      : await log.run({ projectId: project.id, ...fields, date: today || null });
    if (data) {
      close();
    }
    return faults;
  };
  return (
    <Dialog title={t(entry ? "timeEdit" : "timeEnter")} close={close}>
      <Form submit={submit}>
        <div class="pair">
          <Field name="seconds" label={t("timeDuration")} hint={t("timeDurationHint")} value={entry ? formatHours(entry.seconds) : ""} required numeric focused />
          <Field name="date" label={t("timeDay")} type="date" value={today} change={setDate} />
        </div>
        {project.tasks.length > 0 && (
          <Choice
            name="taskId"
            label={t("timerTask")}
            value={task}
            change={setTask}
            options={[{ value: "", text: t("timerNoTask") }, ...project.tasks.filter((x) => !x.done || x.id === task).map((x) => ({ value: x.id, text: x.name }))]}
          />
        )}
        <Field name="description" label={t("timerAbout")} value={entry?.description ?? ""} maxLength={1000} />
        <Check name="billable" label={t("timeBillable")} checked={shownBillable} change={setBillable} />
        <FormFaults />
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit>{t("save")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
