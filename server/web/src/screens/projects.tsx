import { useState } from "preact/hooks";
import { formatHours } from "../format/hours.ts";
import { ProjectsDocument, type ProjectFilter, type ProjectRowFragment, type ProjectStatus } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { t } from "../i18n/language.ts";
import { mayEdit } from "../role.ts";
import { go, Link, usePlace, withQuery } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { ProjectDialog } from "./project-form.tsx";

export const statuses: readonly ProjectStatus[] = ["ACTIVE", "ON_HOLD", "COMPLETED"];

export const statusNames: Record<ProjectStatus, Key> = {
  ACTIVE: "projectStatusACTIVE",
  ON_HOLD: "projectStatusON_HOLD",
  COMPLETED: "projectStatusCOMPLETED",
};

// ProjectsScreen shows the projects with what is to be billed of each.
export function ProjectsScreen({ role }: { role: string }) {
  const { query } = usePlace();
  const search = query.get("q") ?? "";
  const status = statuses.find((s) => s === query.get("status"));
  const mine = query.has("mine");
  const archived = query.has("archived");
  const [creating, setCreating] = useState(false);
  const filter: ProjectFilter = { search, archived, mine, ...(status && { statuses: [status] }) };
  const plain = !search && !status && !mine && !archived;
  return (
    <>
      <div class="head">
        <PageTitle text={t("projects")} />
        <span class="space" />
        <div class="actions">
          <Link href="/time" class="button">
            {t("sheetTitle")}
          </Link>
          {mayEdit(role) && (
            <button type="button" class="primary" onClick={() => setCreating(true)}>
              {t("newProject")}
            </button>
          )}
        </div>
      </div>
      <div class="finder">
        <input
          type="search"
          class="search"
          aria-label={t("projectSearch")}
          placeholder={t("projectSearch")}
          value={search}
          onInput={(event) => go(withQuery({ q: event.currentTarget.value }), { replace: true })}
        />
        <nav class="pills" aria-label={t("projectStatus")}>
          <Link href={withQuery({ status: null })} current={!status}>
            {t("roleAll")}
          </Link>
          {statuses.map((s) => (
            <Link key={s} href={withQuery({ status: s })} current={s === status}>
              {t(statusNames[s])}
            </Link>
          ))}
          <Link href={withQuery({ mine: mine ? null : "1" })} current={mine}>
            {t("projectMine")}
          </Link>
          <Link href={withQuery({ archived: archived ? null : "1" })} current={archived}>
            {t("projectArchivedOnly")}
          </Link>
        </nav>
      </div>
      <Pages
        key={JSON.stringify(filter)}
        document={ProjectsDocument}
        variables={(after) => ({ after, filter })}
        connection={(data) => data.projects}
        types={["Project"]}
        rows={(nodes) => nodes.map((project) => <ProjectCard key={project.id} project={project} />)}
        frame={(pages) => <ul class="projects">{pages}</ul>}
        empty={<Empty text={t(plain ? "projectsEmpty" : "projectsNone")} />}
      />
      {creating && <ProjectDialog close={() => setCreating(false)} />}
    </>
  );
}

// ContactProjects are the projects of one client.
export function ContactProjects({ contactId }: { contactId: string }) {
  return (
    <Pages
      document={ProjectsDocument}
      variables={(after) => ({ after, filter: { contactId } })}
      connection={(data) => data.projects}
      types={["Project"]}
      rows={(nodes) => nodes.map((project) => <ProjectCard key={project.id} project={project} />)}
      frame={(pages) => <ul class="projects">{pages}</ul>}
      empty={<Empty text={t("projectsEmpty")} />}
    />
  );
}

function ProjectCard({ project }: { project: ProjectRowFragment }) {
  const { totals, budgetSeconds } = project;
  return (
    <li class="card inset project">
      <div class="spread">
        <h2>
          <Link href={`/projects/${project.id}`}>{project.name}</Link>
        </h2>
        <span class={project.status === "ACTIVE" ? "tag" : "tag pale"}>{t(statusNames[project.status])}</span>
      </div>
      {project.contact && <p class="quiet">{project.contact.displayName}</p>}
      <Budget seconds={totals.seconds} budget={budgetSeconds} />
      {totals.unbilled && (
        <p class="spread">
          <span class="quiet">{t("projectUnbilled")}</span>
          <Amount money={totals.unbilled} class="large" />
        </p>
      )}
    </li>
  );
}

// Budget shows hours, and how much of the planned ones they are.
export function Budget({ seconds, budget }: { seconds: number; budget: number }) {
  const hours = formatHours(seconds);
  if (budget === 0) {
    return <p class="quiet">{t("projectHours", { hours })}</p>;
  }
  return (
    <p class="budget">
      <meter min={0} max={budget} high={budget * 0.9} optimum={0} value={Math.min(seconds, budget)} aria-label={t("projectBudget")} />
      <span class="quiet">
        {t("projectHoursOf", { hours, budget: formatHours(budget) })}
        {seconds > budget && ` · ${t("projectOverBudget")}`}
      </span>
    </p>
  );
}
