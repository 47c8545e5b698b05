import { useEffect, useState } from "preact/hooks";
import { useAction, useLive, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatClock } from "../format/hours.ts";
import { ProjectsToWorkOnDocument, StartTimerDocument, StopTimerDocument, TimerChangedDocument, type TimeRowFragment } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { Dialog } from "./dialog.tsx";
import { Faults } from "./fault.tsx";
import { Choice, entered, Field, Form, FormFaults, Submit } from "./form.tsx";
import { Loading } from "./page.tsx";

const moved = { types: ["Project", "TimeEntry", "ProjectTask", "TimeSheet"] };

// TimerMark is the reader's timer at the head of every page: what runs on any device of theirs,
// for how long, and how to stop it or start one.
export function TimerMark() {
  const [entry, setEntry] = useState<TimeRowFragment | null>(null);
  const [ahead, setAhead] = useState(0); // milliseconds that the server's clock is before this one
  const [starting, setStarting] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [, tick] = useState(0);
  const stop = useAction(StopTimerDocument, moved);
  useLive(TimerChangedDocument, {}, ({ timerChanged }) => {
    setEntry(timerChanged.entry ?? null);
    setAhead(Date.parse(timerChanged.now) - Date.now());
  });
  useEffect(() => {
    if (!entry) {
      return;
    }
    const every = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(every);
  }, [entry?.id]);
  if (!entry) {
    return (
      <>
        <button type="button" class="timer" onClick={() => setStarting(true)}>
          <TimerSign />
          <span class="unseen">{t("timerStart")}</span>
        </button>
        {starting && <StartDialog close={() => setStarting(false)} />}
      </>
    );
  }
  const name = entry.project?.name ?? t("project");
  return (
    <div class="timer running" role="group" aria-label={t("timer")}>
      <Link href={entry.project ? `/projects/${entry.project.id}` : "/time"}>
        <span class="word">{entry.task?.name ?? name}</span>
        <span class="unseen"> {t("timerRuns", { name })}</span>
        <time class="clock" aria-hidden="true">
          {formatClock((Date.now() + ahead - Date.parse(entry.startedAt ?? "")) / 1000)}
        </time>
      </Link>
      <button type="button" aria-disabled={stop.running} onClick={async () => setFaults((await stop.run({})).faults)}>
        {t("timerStop")}
      </button>
      {faults.length > 0 && (
        <Dialog title={t("timer")} close={() => setFaults([])}>
          <Faults faults={faults} />
        </Dialog>
      )}
    </div>
  );
}

function TimerSign() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 4.5V9l2.5 1.5M6 1.5h4M8 3a6 6 0 1 1 0 12A6 6 0 0 1 8 3z" />
    </svg>
  );
}

function StartDialog({ close }: { close(): void }) {
  const { data, faults, again } = useQuery(ProjectsToWorkOnDocument, {}, { types: ["Project"] });
  const { run } = useAction(StartTimerDocument, moved);
  const [project, setProject] = useState("");
  const [task, setTask] = useState("");
  const projects = data?.projects.nodes ?? [];
  const chosen = projects.find((p) => p.id === project) ?? projects[0];
  const submit = async (form: FormData) => {
    const answer = await run({ projectId: chosen!.id, taskId: task || null, description: entered(form, "description") });
    if (answer.data) {
      close();
    }
    return answer.faults;
  };
  return (
    <Dialog title={t("timerStart")} close={close}>
      <Faults faults={faults} again={again} />
      {!data && faults.length === 0 && <Loading />}
      {data && projects.length === 0 && <p class="notice">{t("timerNoProjects")}</p>}
      {chosen && (
        <Form submit={submit}>
          <ProjectTaskChoice projects={projects} project={chosen.id} task={task} change={(p, x) => (setProject(p), setTask(x))} />
          <Field name="description" label={t("timerAbout")} maxLength={1000} />
          <FormFaults />
          <div class="actions">
            <button type="button" onClick={close}>
              {t("cancel")}
            </button>
            <Submit>{t("timerBegin")}</Submit>
          </div>
        </Form>
      )}
    </Dialog>
  );
}

interface Workable {
  id: string;
  name: string;
  tasks: readonly { id: string; name: string; done: boolean }[];
}

interface ChoiceProps {
  projects: readonly Workable[];
  project: string;
  task: string;
  change(project: string, task: string): void;
}

// ProjectTaskChoice takes a project, and one of its tasks or none.
export function ProjectTaskChoice({ projects, project, task, change }: ChoiceProps) {
  const tasks = projects.find((p) => p.id === project)?.tasks.filter((x) => !x.done) ?? [];
  return (
    <>
      <Choice
        name="projectId"
        label={t("timerProject")}
        value={project}
        change={(id) => change(id, "")}
        options={projects.map((p) => ({ value: p.id, text: p.name }))}
      />
      {tasks.length > 0 && (
        <Choice
          name="taskId"
          label={t("timerTask")}
          value={task}
          change={(id) => change(project, id)}
          options={[{ value: "", text: t("timerNoTask") }, ...tasks.map((x) => ({ value: x.id, text: x.name }))]}
        />
      )}
    </>
  );
}
