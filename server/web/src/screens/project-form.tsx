import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import { uuid } from "../api/uuid.ts";
import { formatDecimal, parseDecimal } from "../format/amount.ts";
import { formatHours, parseHours } from "../format/hours.ts";
import {
  ClientsToPickDocument,
  CreateProjectDocument,
  StaffDocument,
  UpdateProjectDocument,
  type ProjectBilling,
  type ProjectPartsFragment,
  type ProjectPortal,
  type ProjectStatus,
} from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { go } from "../router.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Check, Choice, entered, Field, Form, FormFaults, invalid, Submit, TextArea } from "../ui/form.tsx";
import { ListEditor } from "../ui/list-editor.tsx";
import { Options } from "../ui/options.tsx";
import { statuses, statusNames } from "./projects.tsx";

export const billingNames: Record<ProjectBilling, Key> = {
  PROJECT_RATE: "projectBillingPROJECT_RATE",
  TASK_RATE: "projectBillingTASK_RATE",
  MEMBER_RATE: "projectBillingMEMBER_RATE",
  FIXED: "projectBillingFIXED",
  NON_BILLABLE: "projectBillingNON_BILLABLE",
};

const portalNames: Record<ProjectPortal, Key> = { HIDDEN: "projectPortalHIDDEN", BILLABLE: "projectPortalBILLABLE", ALL: "projectPortalALL" };

interface DraftTask {
  key: string;
  id?: string;
  name: string;
  rate: string;
  hours: string;
  assigneeId: string;
  billable: boolean;
  done: boolean;
}

interface DraftMember {
  key: string;
  userId: string;
  rate: string;
  cost: string;
}

const shown = (text: string | null | undefined) => (text == null ? "" : formatDecimal(text, locale()));
const personName = (person: { name: string; email: string }) => person.name || person.email;

// ProjectDialog makes a project, or changes one with its tasks and members.
export function ProjectDialog({ project, close }: { project?: ProjectPartsFragment; close(): void }) {
  const create = useAction(CreateProjectDocument, { types: ["Project"] });
  const update = useAction(UpdateProjectDocument, { types: ["Project"] });
  const staff = useQuery(StaffDocument, {}, { types: ["Member"] }).data?.staff ?? [];
  const [billing, setBilling] = useState<ProjectBilling>(project?.billing ?? "PROJECT_RATE");
  const [client, setClient] = useState("");
  const [tasks, setTasks] = useState<DraftTask[]>(
    () =>
      project?.tasks.map((x) => ({
        key: x.id,
        id: x.id,
        name: x.name,
        rate: shown(x.rate),
        hours: x.budgetSeconds ? formatHours(x.budgetSeconds) : "",
        assigneeId: x.assigneeId ?? "",
        billable: x.billable,
        done: x.done,
      })) ?? [],
  );
  const [members, setMembers] = useState<DraftMember[]>(
    () => project?.members.map((m) => ({ key: m.id, userId: m.userId, rate: shown(m.rate), cost: shown(m.cost) })) ?? [],
  );
  const [options, setOptions] = useState(project?.options.map((o) => o.id) ?? []);
  const people = [...staff, ...(project?.members.flatMap((m) => (m.user && !staff.some((s) => s.id === m.userId) ? [m.user] : [])) ?? [])];
  const named = new Map(people.map((p) => [p.id, personName(p)]));
  const hourly = billing !== "FIXED" && billing !== "NON_BILLABLE";

  const submit = async (form: FormData) => {
    const faults = [];
    const decimal = (field: string, text: string) => {
      const value = text === "" ? null : parseDecimal(text, locale());
      if (text !== "" && value === null) {
        faults.push(invalid(field, t("fieldDecimal")));
      }
      return value;
    };
    const hours = (field: string, text: string) => {
      const seconds = parseHours(text);
      if (seconds === null) {
        faults.push(invalid(field, t("timeDurationBad")));
      }
      return seconds ?? 0;
    };
    if (!project && !client) {
      faults.push(invalid("contactId", t("fieldRequired")));
    }
    const kept = tasks.filter((x) => x.name.trim());
    const chosen = members.filter((m) => m.userId);
    const fields = {
      name: entered(form, "name"),
      description: entered(form, "description"),
      billing,
      portal: entered(form, "portal") as ProjectPortal,
      rate: hourly ? (decimal("rate", entered(form, "rate")) ?? "0") : null,
      fixedAmount: billing === "FIXED" ? (decimal("fixedAmount", entered(form, "fixedAmount")) ?? "0") : null,
      budgetSeconds: hours("budgetSeconds", entered(form, "budgetSeconds")),
      starts: entered(form, "starts") || null,
      ends: entered(form, "ends") || null,
      optionIds: options,
      members: chosen.map((m, i) => ({ userId: m.userId, rate: decimal(`members.${i}.rate`, m.rate), cost: decimal(`members.${i}.cost`, m.cost) })),
      tasks: kept.map((x, i) => ({
        ...(x.id && { id: x.id }),
        name: x.name.trim(),
        billable: x.billable,
        done: x.done,
        rate: decimal(`tasks.${i}.rate`, x.rate),
        budgetSeconds: hours(`tasks.${i}.budgetSeconds`, x.hours),
        assigneeId: x.assigneeId || null,
      })),
    };
    if (faults.length > 0) {
      return faults;
    }
    if (project) {
      const status = entered(form, "status") as ProjectStatus;
      const clear = [...(fields.starts ? [] : (["STARTS"] as const)), ...(fields.ends ? [] : (["ENDS"] as const))];
      const done = await update.run({ id: project.id, version: project.version, status, clear, ...fields });
      if (done.data) {
        close();
      }
      return done.faults;
    }
    const made = await create.run({ contactId: client, ...fields });
    if (made.data) {
      close();
      go(`/projects/${made.data.createProject.project.id}`);
    }
    return made.faults;
  };

  return (
    <Dialog title={t(project ? "editProject" : "newProject")} close={close} wide>
      <Form submit={submit}>
        <Field name="name" label={t("projectName")} value={project?.name ?? ""} required maxLength={200} focused />
        {!project && <ClientPicker value={client} change={setClient} />}
        <div class="pair">
          <Choice
            name="billing"
            label={t("projectBilling")}
            value={billing}
            change={(value) => setBilling(value as ProjectBilling)}
            options={(Object.keys(billingNames) as ProjectBilling[]).map((value) => ({ value, text: t(billingNames[value]) }))}
          />
          {hourly && <Field name="rate" label={t("projectRate")} value={shown(project?.rate)} numeric />}
          {billing === "FIXED" && <Field name="fixedAmount" label={t("projectFixed")} value={shown(project?.fixedAmount?.amount)} numeric />}
        </div>
        <div class="pair">
          <Field
            name="budgetSeconds"
            label={t("projectBudget")}
            hint={t("timeDurationHint")}
            value={project?.budgetSeconds ? formatHours(project.budgetSeconds) : ""}
            numeric
          />
          <Choice
            name="portal"
            label={t("projectPortal")}
            value={project?.portal ?? "HIDDEN"}
            options={(Object.keys(portalNames) as ProjectPortal[]).map((value) => ({ value, text: t(portalNames[value]) }))}
          />
        </div>
        <div class="pair">
          <Field name="starts" label={t("projectStarts")} type="date" value={project?.starts ?? ""} />
          <Field name="ends" label={t("projectEnds")} type="date" value={project?.ends ?? ""} />
        </div>
        <Options use="projects" chosen={options} change={setOptions} />
        {project && (
          <Choice name="status" label={t("projectStatus")} value={project.status} options={statuses.map((value) => ({ value, text: t(statusNames[value]) }))} />
        )}
        <TextArea name="description" label={t("projectDescription")} value={project?.description ?? ""} rows={2} maxLength={5000} />
        <ListEditor
          name="tasks"
          legend={t("projectTasks")}
          itemName={(n) => t("taskNumber", { n })}
          add={t("taskAdd")}
          items={tasks}
          most={200}
          blank={() => ({ key: uuid(), name: "", rate: "", hours: "", assigneeId: "", billable: true, done: false })}
          change={setTasks}
        >
          {(x, i, change) => (
            <>
              <Field name={`tasks.${i}.name`} label={t("taskName")} value={x.name} change={(name) => change({ name })} maxLength={200} />
              {billing === "TASK_RATE" && <Field name={`tasks.${i}.rate`} label={t("taskRate")} value={x.rate} change={(rate) => change({ rate })} numeric />}
              <Field name={`tasks.${i}.budgetSeconds`} label={t("taskBudget")} value={x.hours} change={(hours) => change({ hours })} numeric />
              <Choice
                name={`tasks.${i}.assigneeId`}
                label={t("taskAssignee")}
                value={x.assigneeId}
                change={(assigneeId) => change({ assigneeId })}
                options={[{ value: "", text: t("taskNobody") }, ...members.flatMap((m) => (named.has(m.userId) ? [{ value: m.userId, text: named.get(m.userId)! }] : []))]}
              />
              <Check name={`tasks.${i}.billable`} label={t("taskBillable")} checked={x.billable} change={(billable) => change({ billable })} />
              <Check name={`tasks.${i}.done`} label={t("taskDone")} checked={x.done} change={(done) => change({ done })} />
            </>
          )}
        </ListEditor>
        <ListEditor
          name="members"
          legend={t("projectMembers")}
          itemName={(n) => t("memberNumber", { n })}
          add={t("memberAdd")}
          items={members}
          most={100}
          blank={() => ({ key: uuid(), userId: people.find((p) => !members.some((m) => m.userId === p.id))?.id ?? "", rate: "", cost: "" })}
          change={setMembers}
        >
          {(m, i, change) => (
            <>
              <Choice
                name={`members.${i}.userId`}
                label={t("memberPerson")}
                value={m.userId}
                change={(userId) => change({ userId })}
                options={people.map((p) => ({ value: p.id, text: personName(p) }))}
              />
              {billing === "MEMBER_RATE" && <Field name={`members.${i}.rate`} label={t("memberRate")} value={m.rate} change={(rate) => change({ rate })} numeric />}
              <Field name={`members.${i}.cost`} label={t("memberCost")} value={m.cost} change={(cost) => change({ cost })} numeric />
            </>
          )}
        </ListEditor>
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

// ClientPicker finds a client by words and takes one of those found.
function ClientPicker({ value, change }: { value: string; change(id: string): void }) {
  const [search, setSearch] = useState("");
  const { data } = useQuery(ClientsToPickDocument, { search }, { types: ["Contact"] });
  const found = data?.contacts.nodes ?? [];
  const kept = found.some((c) => c.id === value) ? value : "";
  return (
    <div class="pair">
      <Field name="clientSearch" label={t("projectClientSearch")} type="search" value={search} change={setSearch} />
      <Choice
        name="contactId"
        label={t("projectClient")}
        value={kept}
        change={change}
        options={[
          { value: "", text: found.length === 0 && data ? t("projectClientNone") : "–" },
          ...found.map((c) => ({ value: c.id, text: c.displayName })),
        ]}
      />
    </div>
  );
}
