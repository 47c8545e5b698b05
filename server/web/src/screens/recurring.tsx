import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction, useQuery } from "../api/hooks.ts";
import { formatMoney } from "../format/amount.ts";
import { formatDay } from "../format/day.ts";
import {
  CreateRecurringInvoiceDocument,
  DeleteRecurringInvoiceDocument,
  InvoicesToRepeatDocument,
  PauseRecurringInvoiceDocument,
  RecurringInvoicesDocument,
  ResumeRecurringInvoiceDocument,
  UpdateRecurringInvoiceDocument,
  type RecurringFragment,
  type RecurringPeriod,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { mayEdit } from "../role.ts";
import { go, Link, usePlace, withQuery } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Check, Choice, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Named } from "../ui/named.tsx";
import { Empty, Loading, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { SalesNav } from "../ui/sales-nav.tsx";

const changed = { types: ["RecurringInvoice"] };
const periods: readonly RecurringPeriod[] = ["DAY", "WEEK", "MONTH", "YEAR"];
const tones = { ACTIVE: "good", PAUSED: "warn", OVER: "pale" } as const;

// RecurringScreen lists recurring invoices. An address with from=ID opens the form that repeats
// that invoice.
export function RecurringScreen({ role }: { role: string }) {
  const { query } = usePlace();
  const from = query.get("from");
  const [creating, setCreating] = useState(false);
  const editor = mayEdit(role);
  const close = () => {
    setCreating(false);
    if (from) {
      go(withQuery({ from: null }), { replace: true });
    }
  };
  return (
    <>
      <SalesNav />
      <div class="head">
        <PageTitle text={t("recurringTitle")} />
        <span class="space" />
        {editor && (
          <button type="button" class="primary" onClick={() => setCreating(true)}>
            {t("newRecurring")}
          </button>
        )}
      </div>
      <p class="quiet lead">{t("recurringIntro")}</p>
      <Pages
        document={RecurringInvoicesDocument}
        variables={(after) => ({ after })}
        connection={(data) => data.recurringInvoices}
        types={["RecurringInvoice", "Document"]}
        rows={(nodes) => nodes.map((row) => <RecurringCard key={row.id} row={row} editor={editor} />)}
        frame={(pages) => <div class="stack">{pages}</div>}
        empty={<Empty title={t("recurringEmptyTitle")} text={t("recurringEmptyText")} />}
      />
      {editor && (creating || from) && <RecurringDialog from={from} close={close} />}
    </>
  );
}

function RecurringCard({ row, editor }: { row: RecurringFragment; editor: boolean }) {
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const pause = useAction(PauseRecurringInvoiceDocument, changed);
  const resume = useAction(ResumeRecurringInvoiceDocument, changed);
  const remove = useAction(DeleteRecurringInvoiceDocument, changed);
  const close = () => setOpen(null);
  const { id, name, lastDocument } = row;
  const day = (date: string) => formatDay(date, locale());
  return (
    <section class="card inset stack" aria-label={name}>
      <div class="spread">
        <h2>
          {name} <span class={`tag ${tones[row.state]}`}>{t(`recurring${row.state}`)}</span>
        </h2>
        <Amount money={row.amount} />
      </div>
      <p>
        <Link href={`/contacts/${row.contact.id}`}>{row.contact.displayName}</Link> · {row.every === 1 ? t(`each${row.period}`) : t(`every${row.period}`, { n: row.every })},{" "}
        {t(row.issue ? "recurringIssued" : "recurringDrafts")} · <span class="quiet">{row.lines.join(", ")}</span>
      </p>
      <p class="quiet">
        {row.upcoming.length > 0 && `${t("recurringNext", { dates: row.upcoming.map(day).join(", ") })} · `}
        {t("recurringMade", { n: row.made })}
        {lastDocument && (
          <>
            {" · "}
            <Link href={`/contacts/${lastDocument.contact.id}?view=documents&document=${lastDocument.id}`}>
              {t("recurringLast", { number: lastDocument.number || t("draftInvoice"), date: day(lastDocument.date) })}
            </Link>
          </>
        )}
      </p>
      {row.error && <p class="notice">{t("recurringFailed", { error: row.error })}</p>}
      <Faults faults={faults} />
      {editor && (
        <div class="actions small">
          <button type="button" onClick={() => setOpen("edit")}>
            <Named text={t("edit")} name={name} />
          </button>
          {row.state === "ACTIVE" && (
            <button type="button" onClick={async () => setFaults((await pause.run({ id })).faults)}>
              <Named text={t("pause")} name={name} />
            </button>
          )}
          {row.state === "PAUSED" && (
            <button type="button" onClick={async () => setFaults((await resume.run({ id })).faults)}>
              <Named text={t("resume")} name={name} />
            </button>
          )}
          <button type="button" onClick={() => setOpen("delete")}>
            <Named text={t("delete")} name={name} />
          </button>
        </div>
      )}
      {open === "edit" && <RecurringDialog row={row} close={close} />}
      {open === "delete" && (
        <Confirm
          title={t("delete")}
          question={t("deleteRecurringQuestion", { name })}
          action={t("delete")}
          danger
          close={close}
          run={async () => (await remove.run({ id })).faults}
        />
      )}
    </section>
  );
}

interface RecurringDialogProps {
  row?: RecurringFragment; // the one to change; a new one when left out
  from?: string | null; // the invoice to repeat
  close(): void;
}

// RecurringDialog says which invoice is repeated, and how often.
function RecurringDialog({ row, from, close }: RecurringDialogProps) {
  const { data, faults } = useQuery(InvoicesToRepeatDocument, {}, { types: ["Document"] });
  const create = useAction(CreateRecurringInvoiceDocument, changed);
  const update = useAction(UpdateRecurringInvoiceDocument, changed);
  const [chosen, setChosen] = useState(from ?? "");
  const [period, setPeriod] = useState<string>(row?.period ?? "MONTH");
  const invoices = (data?.documents.nodes ?? []).filter((d) => d.type === "INVOICE");
  const documentId = chosen || (row ? "" : (invoices[0]?.id ?? ""));
  const number = (form: FormData, name: string) => {
    const text = entered(form, name);
    return text === "" ? null : Number(text);
  };
  const submit = async (form: FormData) => {
    const every = number(form, "every");
    const dueDays = number(form, "dueDays");
    const wrong = [
      ...(Number.isInteger(every) ? [] : [invalid("every", t("fieldDecimal"))]),
      ...(dueDays === null || Number.isInteger(dueDays) ? [] : [invalid("dueDays", t("fieldDecimal"))]),
      ...(row || documentId ? [] : [invalid("documentId", t("recurringNoInvoices"))]),
    ];
    if (wrong.length > 0) {
      return wrong;
    }
    const ends = entered(form, "ends") || null;
    const input = {
      name: entered(form, "name"),
      documentId: documentId || null,
      starts: entered(form, "starts"),
      every,
      period: period as RecurringPeriod,
      ends,
      dueDays,
      issue: form.has("issue"),
    };
    const answer = row
      ? await update.run({
          id: row.id,
          version: row.version,
          ...input,
          clear: [...(ends === null ? (["ENDS"] as const) : []), ...(dueDays === null && row.dueDays !== null ? (["DUE_DAYS"] as const) : [])],
        })
      : await create.run(input);
    if (answer.faults.length === 0) {
      close();
    }
    return answer.faults;
  };
  if (!data && faults.length === 0) {
    return (
      <Dialog title={t(row ? "editRecurring" : "newRecurring")} close={close}>
        <Loading />
      </Dialog>
    );
  }
  return (
    <Dialog title={t(row ? "editRecurring" : "newRecurring")} close={close}>
      <Faults faults={faults} />
      <Form submit={submit} class="stack">
        <FormFaults />
        <Field name="name" label={t("recurringName")} value={row?.name ?? ""} maxLength={200} required focused />
        <Choice
          name="documentId"
          label={t("recurringInvoice")}
          hint={t("recurringInvoiceHint")}
          value={documentId}
          change={setChosen}
          options={[
            ...(row ? [{ value: "", text: t("recurringInvoiceKept") }] : []),
            ...invoices.map((d) => ({
              value: d.id,
              text: `${d.number || t("draftInvoice")} · ${d.contactName} · ${formatMoney(d.total, locale())}`,
            })),
          ]}
        />
        <div class="quad">
          <Field name="starts" label={t("recurringStarts")} type="date" value={row?.starts ?? ""} required />
          <Field name="every" label={t("recurringEvery")} value={String(row?.every ?? 1)} numeric required />
          <Choice
            name="period"
            label={t("recurringPeriod")}
            value={period}
            change={setPeriod}
            options={periods.map((value) => ({ value, text: t(`period${value}`) }))}
          />
        </div>
        <div class="quad">
          <Field name="ends" label={t("recurringEnds")} type="date" value={row?.ends ?? ""} />
          <Field name="dueDays" label={t("recurringDueDays")} value={row?.dueDays == null ? "" : String(row.dueDays)} numeric />
        </div>
        <Check name="issue" label={t("recurringIssue")} checked={row?.issue ?? false} />
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
