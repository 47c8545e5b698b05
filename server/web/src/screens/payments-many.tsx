import { useEffect, useId, useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { parseDecimal } from "../format/amount.ts";
import { dayIn } from "../format/day.ts";
import { BusinessDocument, PayableContactsDocument, RecordPaymentsDocument, type PaymentKind, type PaymentMethod } from "../gql/graphql.ts";
import { locale, t, tn } from "../i18n/language.ts";
import { go } from "../router.tsx";
import { session } from "../session.ts";
import { announce } from "../ui/announcer.tsx";
import { Check, Choice, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { PageTitle } from "../ui/page.tsx";
import { methods } from "./payment-editor.tsx";

interface Row {
  key: number;
  name: string; // of the contact, as typed
  contactId: string | null; // of the contact that has this name
  date: string;
  amount: string; // as typed
  reference: string;
}

const kinds: readonly PaymentKind[] = ["CLIENT_PAYMENT", "SUPPLIER_PAYMENT"];
const most = 500;
let keys = 0;

// PaymentsManyScreen records many payments, as of a bank statement. Those that are recorded
// leave the table; those with an error stay, with it.
export function PaymentsManyScreen() {
  const { data } = useQuery(BusinessDocument, {});
  const today = data ? dayIn(data.organization.timeZone, new Date()) : "";
  const blank = (): Row => ({ key: ++keys, name: "", contactId: null, date: "", amount: "", reference: "" });
  const [rows, setRows] = useState<readonly Row[]>(() => [blank(), blank(), blank()]);
  const [kind, setKind] = useState<PaymentKind>("CLIENT_PAYMENT");
  const [method, setMethod] = useState<PaymentMethod>("BANK_TRANSFER");
  const [oldest, setOldest] = useState(true);
  const [duplicates, setDuplicates] = useState(false);
  const [done, setDone] = useState(0);
  const { run } = useAction(RecordPaymentsDocument, { types: ["Payment", "Document", "Balance", "PaymentSummary"] });
  const change = (key: number, part: Partial<Row>) => setRows((before) => before.map((row) => (row.key === key ? { ...row, ...part } : row)));

  const submit = async (): Promise<Fault[]> => {
    const filled = rows.filter((row) => row.name.trim() || row.amount.trim() || row.reference.trim());
    if (filled.length === 0) {
      return [invalid("", t("manyNothing"))];
    }
    const contacts = await Promise.all(filled.map((row) => row.contactId ?? named(row.name)));
    const wrong = filled.flatMap((row, i) => [
      ...(contacts[i] ? [] : [invalid(`contactId-${row.key}`, t("manyNoContact"))]),
      ...(parseDecimal(row.amount, locale()) === null ? [invalid(`amount-${row.key}`, t("fieldDecimal"))] : []),
    ]);
    if (wrong.length > 0) {
      return wrong;
    }
    const { data: answer, faults } = await run({
      allowDuplicates: duplicates,
      payments: filled.map((row, i) => ({
        contactId: contacts[i]!,
        kind,
        method,
        date: row.date || today || null,
        amount: parseDecimal(row.amount, locale())!,
        reference: row.reference.trim(),
        ...(oldest && { oldestFirst: true }),
      })),
    });
    if (!answer) {
      return faults;
    }
    const { results, succeeded } = answer.recordPayments;
    const left = filled.filter((_, i) => !results[i]?.payment);
    setDone(done + succeeded);
    announce(tn("manyDoneOne", "manyDoneOther", succeeded));
    if (left.length === 0) {
      go("/payments");
      return [];
    }
    setRows(left);
    return filled.flatMap((row, i) =>
      (results[i]?.errors ?? []).map((e) => ({ code: e.code as Fault["code"], field: `${fieldOf(e.field)}-${row.key}`, text: e.message })),
    );
  };

  return (
    <>
      <div class="head">
        <PageTitle text={t("manyPaymentsTitle")} />
      </div>
      <p class="quiet">{t("manyPaymentsHint")}</p>
      {done > 0 && <p role="status">{tn("manyDoneOne", "manyDoneOther", done)}</p>}
      <Form submit={submit} class="card inset">
        <FormFaults />
        <div class="quad">
          <Choice name="kind" label={t("kind")} value={kind} change={(k) => setKind(k as PaymentKind)} options={kinds.map((value) => ({ value, text: t(`kind${value}`) }))} />
          <Choice
            name="method"
            label={t("method")}
            value={method}
            change={(m) => setMethod(m as PaymentMethod)}
            options={methods.map((value) => ({ value, text: t(`method${value}`) }))}
          />
        </div>
        {rows.map((row, i) => (
          <fieldset key={row.key} class="payment-line">
            <legend class="unseen">{t("manyRow", { n: i + 1 })}</legend>
            <ContactField row={row} change={(part) => change(row.key, part)} />
            <Field name={`date-${row.key}`} label={t("date")} type="date" value={row.date || today} change={(date) => change(row.key, { date })} />
            <Field name={`amount-${row.key}`} label={t("amount")} numeric value={row.amount} change={(amount) => change(row.key, { amount })} />
            <Field
              name={`reference-${row.key}`}
              label={t("reference")}
              maxLength={200}
              value={row.reference}
              change={(reference) => change(row.key, { reference })}
            />
          </fieldset>
        ))}
        {rows.length < most && (
          <button type="button" onClick={() => setRows([...rows, blank()])}>
            {t("manyAddRow")}
          </button>
        )}
        <Check name="oldest" label={t("manyOldest")} checked={oldest} change={setOldest} />
        <Check name="duplicates" label={t("manyAllowDuplicates")} checked={duplicates} change={setDuplicates} />
        <div class="actions">
          <button type="button" onClick={() => go("/payments")}>
            {t("cancel")}
          </button>
          <Submit>{t("manyRecord")}</Submit>
        </div>
      </Form>
    </>
  );
}

// fieldOf is the column that a fault of a payment belongs to.
function fieldOf(field: string | null | undefined): string {
  return ["contactId", "date", "reference"].find((name) => name === field) ?? "amount";
}

// named looks up the contact whose name was typed before its suggestions came; null for none,
// or for several.
async function named(name: string): Promise<string | null> {
  const search = name.trim();
  const found = search ? await session.get().api.client.query(PayableContactsDocument, { search }).toPromise() : null;
  const same = found?.data?.contacts.nodes.filter((c) => c.displayName === search) ?? [];
  return same.length === 1 ? same[0]!.id : null;
}

const pause = 200; // milliseconds without a key before contacts are asked for

// ContactField finds a contact by what is typed; its name stands for it.
function ContactField({ row, change }: { row: Row; change(part: Partial<Row>): void }) {
  const list = useId();
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(row.name.trim()), pause);
    return () => clearTimeout(timer);
  }, [row.name]);
  const { data, current } = useQuery(PayableContactsDocument, { search });
  const found = (search && data?.contacts.nodes) || [];
  const named = found.filter((c) => c.displayName === row.name.trim());
  const id = named.length === 1 ? named[0]!.id : null;
  useEffect(() => {
    if (current && id && id !== row.contactId) {
      change({ contactId: id });
    }
  }, [id, current]);
  return (
    <>
      <Field name={`contactId-${row.key}`} label={t("manyContact")} value={row.name} list={list} change={(name) => change({ name, contactId: null })} />
      <datalist id={list}>
        {found.map((c) => (
          <option key={c.id} value={c.displayName} />
        ))}
      </datalist>
    </>
  );
}
