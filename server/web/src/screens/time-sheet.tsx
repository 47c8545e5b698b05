import { useEffect, useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { addDays, dayIn, formatDay } from "../format/day.ts";
import { formatHours, parseHours } from "../format/hours.ts";
import { ProjectsToWorkOnDocument, SaveTimeSheetDocument, TimeSheetDocument } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Link, usePlace, withQuery } from "../router.tsx";
import { announce } from "../ui/announcer.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { ProjectTaskChoice } from "../ui/timer.tsx";

interface Row {
  projectId: string;
  taskId: string | null;
  name: string;
  seconds: readonly number[];
}

const keyOf = (row: { projectId: string; taskId?: string | null }) => `${row.projectId}/${row.taskId ?? ""}`;
const days = [0, 1, 2, 3, 4, 5, 6] as const;
const isDay = /^\d{4}-\d{2}-\d{2}$/;

// TimeSheetScreen is the reader's week: hours of each project and task on each day, written
// into the cells.
export function TimeSheetScreen() {
  const { query } = usePlace();
  const asked = query.get("week") ?? "";
  const week = isDay.test(asked) ? asked : dayIn(Intl.DateTimeFormat().resolvedOptions().timeZone, new Date());
  const { data, faults, again } = useQuery(TimeSheetDocument, { week }, { types: ["TimeEntry", "TimeSheet"] });
  const [added, setAdded] = useState<Row[]>([]); // rows without time yet
  const [adding, setAdding] = useState(false);
  const sheet = data?.timeSheet;
  useEffect(() => setAdded([]), [sheet?.from]);
  const rows: Row[] = (sheet?.rows ?? []).map((r) => ({
    projectId: r.projectId,
    taskId: r.taskId ?? null,
    name: [r.project?.name ?? "–", r.task?.name].filter(Boolean).join(": "),
    seconds: r.seconds,
  }));
  const all = [...rows, ...added.filter((a) => !rows.some((r) => keyOf(r) === keyOf(a)))];
  const today = data ? dayIn(data.organization.timeZone, new Date()) : week;
  const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
  return (
    <>
      <div class="head">
        <PageTitle text={t("sheetTitle")} />
        <span class="space" />
        <div class="actions">
          {sheet && (
            <>
              <Link href={withQuery({ week: addDays(sheet.from, -7) })} class="button" replace>
                {t("sheetBefore")}
              </Link>
              <Link href={withQuery({ week: null })} class="button" replace>
                {t("sheetThis")}
              </Link>
              <Link href={withQuery({ week: addDays(sheet.from, 7) })} class="button" replace>
                {t("sheetAfter")}
              </Link>
            </>
          )}
          <button type="button" class="primary" onClick={() => setAdding(true)}>
            {t("sheetAddRow")}
          </button>
        </div>
      </div>
      <Faults faults={faults} again={again} />
      {!sheet && faults.length === 0 && <Loading />}
      {sheet && (
        <>
          <p class="quiet lead">
            {t("sheetWeek", { from: formatDay(sheet.from, locale()), to: formatDay(sheet.to, locale()) })}
            {all.length > 0 && ` · ${t("sheetHint")}`}
          </p>
          {all.length === 0 ? (
            <div class="empty">
              <p>{t("sheetEmpty")}</p>
            </div>
          ) : (
            <div class="card scroll">
              <table class="rows timesheet">
                <thead>
                  <tr>
                    <th scope="col">{t("project")}</th>
                    {days.map((n) => (
                      <th key={n} scope="col" class="money">
                        {weekday(addDays(sheet.from, n))}
                      </th>
                    ))}
                    <th scope="col" class="money">
                      {t("sheetTotal")}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {all.map((row) => (
                    <tr key={keyOf(row)}>
                      <th scope="row">{row.name}</th>
                      {days.map((n) => {
                        const date = addDays(sheet.from, n);
                        return (
                          <td key={n} class="money">
                            <Cell key={`${date} ${row.seconds[n]}`} row={row} date={date} day={n} was={row.seconds[n] ?? 0} closed={date > today} />
                          </td>
                        );
                      })}
                      <td class="money">{formatHours(sum(row.seconds))}</td>
                    </tr>
                  ))}
                </tbody>
                <tfoot>
                  <tr>
                    <th scope="row">{t("sheetTotal")}</th>
                    {days.map((n) => (
                      <td key={n} class="money">
                        {formatHours(sum(all.map((r) => r.seconds[n] ?? 0)))}
                      </td>
                    ))}
                    <td class="money">{formatHours(sum(all.map((r) => sum(r.seconds))))}</td>
                  </tr>
                </tfoot>
              </table>
            </div>
          )}
        </>
      )}
      {adding && <AddRow close={() => setAdding(false)} add={(row) => setAdded([...added, row])} />}
    </>
  );
}

function weekday(day: string): string {
  return new Intl.DateTimeFormat(locale(), { weekday: "short", day: "numeric", timeZone: "UTC" }).format(new Date(`${day}T12:00:00Z`));
}

interface CellProps {
  row: Row;
  date: string;
  day: number; // of the week, from 0
  was: number;
  closed: boolean; // in the future
}

function Cell({ row, date, day, was, closed }: CellProps) {
  const first = was ? formatHours(was) : "";
  const [typed, setTyped] = useState(first);
  const [faults, setFaults] = useState<Fault[]>([]);
  const { run, running } = useAction(SaveTimeSheetDocument, { types: ["TimeEntry", "TimeSheet", "Project", "ProjectTask"] });
  const save = async () => {
    if (typed.trim() === first || running) {
      return;
    }
    const seconds = parseHours(typed);
    if (seconds === null) {
      setFaults([invalid("", t("timeDurationBad"))]);
      return;
    }
    const { faults } = await run({ cells: [{ projectId: row.projectId, taskId: row.taskId, date, was, seconds }] });
    setFaults(faults);
    if (faults.length === 0) {
      announce(t("sheetSaved", { hours: formatHours(seconds) }));
    }
  };
  return (
    <>
      <input
        class="numeric"
        inputMode="decimal"
        autocomplete="off"
        data-day={day}
        aria-label={t("sheetCell", { project: row.name, day: weekday(date) })}
        aria-invalid={faults.length > 0}
        aria-busy={running}
        disabled={closed}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setFaults([]);
        }}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            void save();
          }
          const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
          if (by) {
            event.preventDefault();
            const column = [...event.currentTarget.closest("table")!.querySelectorAll<HTMLInputElement>(`input[data-day="${day}"]:not(:disabled)`)];
            column[column.indexOf(event.currentTarget) + by]?.focus();
          }
        }}
      />
      <Faults faults={faults} />
    </>
  );
}

function AddRow({ close, add }: { close(): void; add(row: Row): void }) {
  const { data, faults, again } = useQuery(ProjectsToWorkOnDocument, {}, { types: ["Project"] });
  const [project, setProject] = useState("");
  const [task, setTask] = useState("");
  const projects = data?.projects.nodes ?? [];
  const chosen = projects.find((p) => p.id === project) ?? projects[0];
  const submit = async () => {
    const named = chosen!.tasks.find((x) => x.id === task)?.name;
    add({ projectId: chosen!.id, taskId: task || null, name: [chosen!.name, named].filter(Boolean).join(": "), seconds: [0, 0, 0, 0, 0, 0, 0] });
    close();
    return [];
  };
  return (
    <Dialog title={t("sheetAddRow")} close={close}>
      <Faults faults={faults} again={again} />
      {!data && faults.length === 0 && <Loading />}
      {data && projects.length === 0 && <p class="notice">{t("timerNoProjects")}</p>}
      {chosen && (
        <Form submit={submit}>
          <ProjectTaskChoice projects={projects} project={chosen.id} task={task} change={(p, x) => (setProject(p), setTask(x))} />
          <FormFaults />
          <div class="actions">
            <button type="button" onClick={close}>
              {t("cancel")}
            </button>
            <Submit>{t("sheetAddRow")}</Submit>
          </div>
        </Form>
      )}
    </Dialog>
  );
}
