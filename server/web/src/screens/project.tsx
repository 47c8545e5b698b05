import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import { formatDecimal } from "../format/amount.ts";
import { formatDay } from "../format/day.ts";
import { formatHours } from "../format/hours.ts";
import {
  AddProjectFeeDocument,
  ArchiveProjectDocument,
  DeleteProjectDocument,
  DeleteProjectFeeDocument,
  ProjectDocument,
  RestoreProjectDocument,
  UpdateProjectFeeDocument,
  type ProjectFeePartsFragment,
  type ProjectPartsFragment,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { parseDecimal } from "../format/amount.ts";
import { mayEdit } from "../role.ts";
import { go, Link } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Choice, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Named } from "../ui/named.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { BillDialog } from "./project-bill.tsx";
import { billingNames, ProjectDialog } from "./project-form.tsx";
import { ProjectTime } from "./project-time.tsx";
import { Budget, statusNames } from "./projects.tsx";

// ProjectScreen is one project: its hours and money, tasks, people, fees and time.
export function ProjectScreen({ id, role }: { id: string; role: string }) {
  const { data, faults, again } = useQuery(ProjectDocument, { id }, { types: ["Project", "TimeEntry", "ProjectFee", "Document"] });
  const project = data?.project;
  if (!project) {
    return faults.length > 0 ? (
      <div class="empty">
        <PageTitle text={t("notFoundTitle")} />
        <Faults faults={faults} again={again} />
        <Link href="/projects">{t("projects")}</Link>
      </div>
    ) : (
      <Loading />
    );
  }
  return <ProjectPage project={project} editor={mayEdit(role)} role={role} />;
}

type Open = "edit" | "bill" | "archive" | "delete" | null;

function ProjectPage({ project, editor, role }: { project: ProjectPartsFragment; editor: boolean; role: string }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const archive = useAction(ArchiveProjectDocument, { types: ["Project"] });
  const restore = useAction(RestoreProjectDocument, { types: ["Project"] });
  const remove = useAction(DeleteProjectDocument, { types: ["Project"] });
  const { id, totals } = project;
  return (
    <>
      <Link href="/projects" class="up">
        {t("projects")}
      </Link>
      <div class="head">
        <PageTitle text={project.name} />
        <span class={project.status === "ACTIVE" ? "tag" : "tag pale"}>{t(statusNames[project.status])}</span>
        {project.archivedAt && <span class="tag warn">{t("projectArchivedOnly")}</span>}
        <span class="space" />
        {editor && (
          <div class="actions">
            <button type="button" onClick={() => setOpen("edit")}>
              {t("edit")}
            </button>
            <button type="button" onClick={() => (project.archivedAt ? void restore.run({ id }) : setOpen("archive"))}>
              {t(project.archivedAt ? "restore" : "archive")}
            </button>
            <button type="button" onClick={() => setOpen("delete")}>
              {t("delete")}
            </button>
            <button type="button" class="primary" onClick={() => setOpen("bill")}>
              {t("billProject")}
            </button>
          </div>
        )}
      </div>
      <p class="quiet lead">
        {project.contact && <Link href={`/contacts/${project.contact.id}`}>{project.contact.displayName}</Link>}
        {project.contact && " · "}
        {t("projectBilling")} {t(billingNames[project.billing])}
        {project.description && ` · ${project.description}`}
      </p>
      <Budget seconds={totals.seconds} budget={project.budgetSeconds} />
      {totals.unbilled && (
        <dl class="figures worth">
          <div>
            <dt>{t("projectUnbilled")}</dt>
            <dd>
              <Amount money={totals.unbilled} class="large" />
              <small>{t("projectUnbilledHours", { hours: formatHours(totals.unbilledSeconds) })}</small>
            </dd>
          </div>
          <div>
            <dt>{t("projectBilled")}</dt>
            <dd>{totals.billed && <Amount money={totals.billed} class="large" />}</dd>
          </div>
          <div>
            <dt>{t("projectCost")}</dt>
            <dd>{totals.cost && <Amount money={totals.cost} class="large" />}</dd>
          </div>
        </dl>
      )}
      <ProjectTime project={project} role={role} />
      <div class="halves">
        <Tasks project={project} />
        {totals.unbilled && <Fees project={project} editor={editor && !project.archivedAt} />}
      </div>
      {open === "edit" && <ProjectDialog project={project} close={close} />}
      {open === "bill" && <BillDialog project={project} close={close} />}
      {open === "archive" && (
        <Confirm
          title={t("archive")}
          question={t("projectArchiveQuestion", { name: project.name })}
          action={t("archive")}
          close={close}
          run={async () => (await archive.run({ id })).faults}
        />
      )}
      {open === "delete" && (
        <Confirm
          title={t("delete")}
          question={t("projectDeleteQuestion", { name: project.name })}
          action={t("delete")}
          danger
          close={close}
          run={async () => {
            const { data, faults } = await remove.run({ id });
            if (data) {
              go("/projects");
            }
            return faults;
          }}
        />
      )}
    </>
  );
}

function Tasks({ project }: { project: ProjectPartsFragment }) {
  return (
    <section class="card inset" aria-label={t("projectTasks")}>
      <h2>{t("projectTasks")}</h2>
      {project.tasks.length === 0 && <p class="quiet">{t("projectTasksEmpty")}</p>}
      <ul class="plain">
        {project.tasks.map((task) => (
          <li key={task.id}>
            <div class="spread">
              <span class={task.done ? "done" : undefined}>
                {task.name} {task.done && <span class="tag pale">{t("taskDone")}</span>}
                {!task.billable && <span class="tag pale">{t("timeNotBillable")}</span>}
                {task.assignee && <small>{task.assignee.name || task.assignee.email}</small>}
              </span>
              <span class="quiet">
                {task.budgetSeconds > 0
                  ? t("projectHoursOf", { hours: formatHours(task.seconds), budget: formatHours(task.budgetSeconds) })
                  : t("projectHours", { hours: formatHours(task.seconds) })}
              </span>
            </div>
          </li>
        ))}
      </ul>
      <h2>{t("projectMembers")}</h2>
      {project.members.length === 0 && <p class="quiet">{t("projectMembersEmpty")}</p>}
      <ul class="plain">
        {project.members.map((m) => (
          <li key={m.id}>{m.user?.name || m.user?.email}</li>
        ))}
      </ul>
    </section>
  );
}

function Fees({ project, editor }: { project: ProjectPartsFragment; editor: boolean }) {
  const [editing, setEditing] = useState<ProjectFeePartsFragment | "new" | null>(null);
  const [deleting, setDeleting] = useState<ProjectFeePartsFragment | null>(null);
  const remove = useAction(DeleteProjectFeeDocument, { types: ["Project", "ProjectFee"] });
  return (
    <section class="card inset work" aria-label={t("projectFees")}>
      <div class="spread">
        <h2>{t("projectFees")}</h2>
        {editor && project.billing !== "NON_BILLABLE" && (
          <button type="button" onClick={() => setEditing("new")}>
            {t("feeAdd")}
          </button>
        )}
      </div>
      {project.fees.length === 0 && <p class="quiet">{t("projectFeesEmpty")}</p>}
      <ul class="plain">
        {project.fees.map((fee) => (
          <li key={fee.id}>
            <div class="spread">
              <span>
                {fee.title} {fee.billed && <span class="tag">{t("feeBilled")}</span>}
                <small>
                  {formatDay(fee.date, locale())} · {formatDecimal(fee.quantity, locale())} {fee.unit} × {formatDecimal(fee.unitPrice, locale())}
                </small>
              </span>
              <Amount money={fee.amount} />
              {editor && !fee.billed && (
                <div class="actions small">
                  <button type="button" onClick={() => setEditing(fee)}>
                    <Named text={t("edit")} name={fee.title} />
                  </button>
                  <button type="button" onClick={() => setDeleting(fee)}>
                    <Named text={t("delete")} name={fee.title} />
                  </button>
                </div>
              )}
            </div>
          </li>
        ))}
      </ul>
      {editing && <FeeDialog project={project} close={() => setEditing(null)} {...(editing !== "new" && { fee: editing })} />}
      {deleting && (
        <Confirm
          title={t("delete")}
          question={t("feeDeleteQuestion", { name: deleting.title })}
          action={t("delete")}
          danger
          close={() => setDeleting(null)}
          run={async () => (await remove.run({ id: deleting.id })).faults}
        />
      )}
    </section>
  );
}

// FeeDialog adds a fee to a project, or changes one that is not billed.
function FeeDialog({ project, fee, close }: { project: ProjectPartsFragment; fee?: ProjectFeePartsFragment; close(): void }) {
  const add = useAction(AddProjectFeeDocument, { types: ["Project", "ProjectFee"] });
  const update = useAction(UpdateProjectFeeDocument, { types: ["Project", "ProjectFee"] });
  const fixed = project.billing === "FIXED";
  const [kind, setKind] = useState<"FEE" | "INSTALMENT">(fixed ? "INSTALMENT" : "FEE");
  const submit = async (form: FormData) => {
    const quantity = parseDecimal(entered(form, "quantity"), locale());
    const unitPrice = parseDecimal(entered(form, "unitPrice"), locale());
    if (quantity === null || unitPrice === null) {
      return [invalid(quantity === null ? "quantity" : "unitPrice", t("fieldDecimal"))];
    }
    const fields = { title: entered(form, "title"), quantity, unitPrice, unit: entered(form, "unit"), date: entered(form, "date") || null };
    const { data, faults } = await (fee ? update.run({ id: fee.id, version: fee.version, ...fields }) : add.run({ projectId: project.id, kind, ...fields }));
    if (data) {
      close();
    }
    return faults;
  };
  return (
    <Dialog title={t(fee ? "feeEdit" : "feeAdd")} close={close}>
      <Form submit={submit}>
        <Field name="title" label={t("feeTitle")} value={fee?.title} required maxLength={1000} focused />
        <div class="pair">
          <Field name="quantity" label={t("feeQuantity")} value={fee ? formatDecimal(fee.quantity, locale()) : "1"} required numeric />
          <Field name="unit" label={t("productUnit")} value={fee?.unit} maxLength={20} />
        </div>
        <div class="pair">
          <Field name="unitPrice" label={t("feePrice")} value={fee && formatDecimal(fee.unitPrice, locale())} required numeric />
          <Field name="date" label={t("date")} type="date" value={fee?.date} />
          {fixed && !fee && (
            <Choice
              name="kind"
              label={t("feeKind")}
              value={kind}
              change={(value) => setKind(value as "FEE" | "INSTALMENT")}
              options={[
                { value: "INSTALMENT", text: t("feeKindINSTALMENT") },
                { value: "FEE", text: t("feeKindFEE") },
              ]}
            />
          )}
        </div>
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
