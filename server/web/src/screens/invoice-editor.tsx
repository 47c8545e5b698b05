import { useEffect, useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { uuid } from "../api/uuid.ts";
import { addDays, dayIn } from "../format/day.ts";
import { formatDecimal, parseDecimal, sign } from "../format/amount.ts";
import {
  CreateDocumentDocument,
  IssueDocumentDocument,
  TotalsDocument,
  UpdateDocumentDocument,
  type DocumentSheetFragment,
  type LineInput,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Check, Choice, entered, Field, Form, FormFaults, invalid, Submit, TextArea } from "../ui/form.tsx";
import { TotalsList } from "../ui/invoice-sheet.tsx";
import type { Card } from "./contact.tsx";

// A line as it is being typed.
interface DraftLine {
  key: string;
  title: string;
  quantity: string;
  unitPrice: string;
  rate: string; // of VAT, in percent
  kept: Omit<LineInput, "title" | "quantity" | "unitPrice" | "taxes">; // what this form does not change
  otherTaxes: NonNullable<LineInput["taxes"]>;
}

const rates = ["24", "13", "6", "0"]; // of VAT in Greece
const pause = 300; // milliseconds without a key before the totals are asked for

interface InvoiceEditorProps {
  card: Card;
  draft?: DocumentSheetFragment; // the one to change; a new one when left out
  close(): void;
  done(id: string): void;
}

// InvoiceEditor writes a draft, or writes and issues it in one go. What the lines come to
// is the server's computation all along.
export function InvoiceEditor({ card, draft, close, done }: InvoiceEditorProps) {
  const { contact, baseCurrency, timeZone } = card;
  const [lines, setLines] = useState<DraftLine[]>(() => draft?.lines.map(fromDocument) ?? [newLine()]);
  const [inclusive, setInclusive] = useState(draft?.pricesIncludeTax ?? false);
  const [currency, setCurrency] = useState(draft?.currency ?? contact.defaultCurrency ?? baseCurrency);
  // The draft on the server, once there is one: a second try changes it and makes no other.
  const [stored, setStored] = useState(draft && { id: draft.id, version: draft.version });
  const create = useAction(CreateDocumentDocument, { types: ["Document"] });
  const update = useAction(UpdateDocumentDocument);
  const issue = useAction(IssueDocumentDocument, { types: ["Document", "Balance"] });
  const today = dayIn(timeZone, new Date());
  const foreign = !stored && currency !== baseCurrency;
  const change = (key: string, part: Partial<DraftLine>) => setLines((all) => all.map((l) => (l.key === key ? { ...l, ...part } : l)));

  const save = async (data: FormData): Promise<{ id: string | null; faults: Fault[] }> => {
    const read = readLines(lines);
    const exchangeRate = foreign ? parseDecimal(entered(data, "exchangeRate"), locale()) : null;
    const wrong = foreign && exchangeRate === null ? [...read.faults, invalid("exchangeRate", t("fieldDecimal"))] : read.faults;
    if (wrong.length > 0) {
      return { id: null, faults: wrong };
    }
    const input = {
      date: entered(data, "date") || null,
      dueDate: entered(data, "dueDate") || null,
      pricesIncludeTax: inclusive,
      lines: read.lines,
      reference: entered(data, "reference"),
      notes: entered(data, "notes"),
    };
    if (stored) {
      const { data: changed, faults } = await update.run({ ...input, ...stored });
      return remember(changed?.updateDocument.document, faults);
    }
    const { data: made, faults } = await create.run({ type: "INVOICE", ...input, contactId: contact.id, currency, exchangeRate });
    return remember(made?.createDocument.document, faults);
  };
  const remember = (invoice: { id: string; version: number } | undefined, faults: Fault[]) => {
    if (invoice) {
      setStored({ id: invoice.id, version: invoice.version });
    }
    return { id: invoice?.id ?? null, faults };
  };

  const submit = async (data: FormData) => {
    const { id, faults } = await save(data);
    if (!id) {
      return faults;
    }
    if (data.get("then") === "issue") {
      const { faults: refused } = await issue.run({ id });
      if (refused.length > 0) {
        return refused;
      }
    }
    close();
    done(id);
    return [];
  };

  return (
    <Dialog title={t(draft ? "editInvoiceTitle" : "createInvoiceTitle")} close={close} wide>
      <Form submit={submit} class="invoice">
        <FormFaults />
        <div class="quad">
          <Field name="date" label={t("date")} type="date" value={draft?.date ?? today} required />
          <Field name="dueDate" label={t("due")} type="date" value={draft?.dueDate ?? addDays(today, contact.defaultDueDays ?? 0)} />
          {!stored && (
            <Field name="currency" label={t("currency")} value={currency} change={(v) => setCurrency(v.toUpperCase())} maxLength={3} required />
          )}
          {foreign && <Field name="exchangeRate" label={t("exchangeRate", { currency: baseCurrency })} numeric required />}
        </div>
        <fieldset class="lines">
          <legend>{t("lines")}</legend>
          {lines.map((line, i) => (
            <LineRow
              key={line.key}
              i={i}
              line={line}
              change={(part) => change(line.key, part)}
              remove={lines.length > 1 ? () => setLines(lines.filter((l) => l !== line)) : undefined}
            />
          ))}
          <div class="spread">
            <button type="button" onClick={() => setLines([...lines, newLine(lines.at(-1)?.rate)])}>
              {t("addLine")}
            </button>
            <Check name="pricesIncludeTax" label={t("pricesIncludeTax")} checked={inclusive} change={setInclusive} />
          </div>
        </fieldset>
        <LiveTotals lines={lines} inclusive={inclusive} currency={currency} />
        <div class="pair">
          <Field name="reference" label={`${t("reference")} (${t("optional")})`} value={draft?.reference} maxLength={100} />
          <TextArea name="notes" label={`${t("printedNotes")} (${t("optional")})`} value={draft?.notes} rows={1} maxLength={5000} />
        </div>
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit class="">{t("createDraft")}</Submit>
          <Submit name="then" value="issue">
            {t("createAndIssue")}
          </Submit>
        </div>
      </Form>
    </Dialog>
  );
}

interface LineRowProps {
  i: number;
  line: DraftLine;
  change(part: Partial<DraftLine>): void;
  remove: (() => void) | undefined;
}

function LineRow({ i, line, change, remove }: LineRowProps) {
  const options = rates.includes(line.rate) ? rates : [line.rate, ...rates];
  return (
    <div class="line" role="group" aria-label={t("line", { n: i + 1 })}>
      <Field class="title" name={`lines.${i}.title`} label={t("lineTitle")} value={line.title} change={(title) => change({ title })} maxLength={1000} required focused={i === 0 || line.title === ""} />
      <Field name={`lines.${i}.quantity`} label={t("quantity")} value={line.quantity} change={(quantity) => change({ quantity })} numeric required />
      <Field name={`lines.${i}.unitPrice`} label={t("unitPrice")} value={line.unitPrice} change={(unitPrice) => change({ unitPrice })} numeric required />
      <Choice
        name={`lines.${i}.taxes`}
        label={t("vat")}
        value={line.rate}
        change={(rate) => change({ rate })}
        options={options.map((rate) => ({ value: rate, text: `${formatDecimal(rate, locale())} %` }))}
      />
      <button type="button" class="icon" aria-label={t("removeLine", { n: i + 1 })} disabled={!remove} onClick={remove}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3.5 3.5l9 9m0-9l-9 9" />
        </svg>
      </button>
    </div>
  );
}

interface LiveTotalsProps {
  lines: readonly DraftLine[];
  inclusive: boolean;
  currency: string;
}

// LiveTotals shows what the lines come to, as the server computes it, a moment after the
// last key. Lines that cannot be read yet are left out.
function LiveTotals({ lines, inclusive, currency }: LiveTotalsProps) {
  const readable = lines.flatMap((line) => readLines([line]).lines).map((line) => ({ ...line, title: line.title || "-" }));
  const text = JSON.stringify({ currency, pricesIncludeTax: inclusive, lines: readable });
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pause);
    return () => clearTimeout(timer);
  }, [text]);
  const input = JSON.parse(settled) as { currency: string; pricesIncludeTax: boolean; lines: LineInput[] };
  return (
    <div class="livetotals" aria-live="polite" aria-busy={settled !== text}>
      {input.lines.length > 0 && /^[A-Z]{3}$/.test(input.currency) && <Computed input={input} />}
    </div>
  );
}

function Computed({ input }: { input: { currency: string; pricesIncludeTax: boolean; lines: LineInput[] } }) {
  const { data } = useQuery(TotalsDocument, { input });
  return data ? <TotalsList totals={data.computeTotals} /> : <p class="quiet">{t("totalsPending")}</p>;
}

function newLine(rate = "24"): DraftLine {
  return { key: uuid(), title: "", quantity: "1", unitPrice: "", rate, kept: {}, otherTaxes: [] };
}

function fromDocument(line: DocumentSheetFragment["lines"][number]): DraftLine {
  const vat = line.taxes.find((tax) => tax.kind === "VAT");
  const plain = (decimal: string) => formatDecimal(decimal, locale());
  return {
    key: line.id,
    title: line.title,
    quantity: plain(line.quantity),
    unitPrice: plain(line.unitPrice),
    rate: vat ? parseDecimal(vat.rate, "en")! : "0",
    kept: {
      unit: line.unit,
      ...(sign(line.discountPercent) !== 0 && { discountPercent: line.discountPercent }),
      ...(sign(line.discountAmount.amount) !== 0 && { discountAmount: line.discountAmount.amount }),
    },
    otherTaxes: line.taxes
      .filter((tax) => tax.kind !== "VAT")
      .map(({ kind, name, rate, category, informational }) => ({ kind, name, rate, category, informational })),
  };
}

// readLines turns what was typed into lines to send, and says which fields are no numbers.
function readLines(lines: readonly DraftLine[]): { lines: LineInput[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const read: LineInput[] = [];
  for (const [i, line] of lines.entries()) {
    const quantity = parseDecimal(line.quantity, locale());
    const unitPrice = parseDecimal(line.unitPrice, locale());
    if (quantity === null) {
      faults.push(invalid(`lines.${i}.quantity`, t("fieldDecimal")));
    }
    if (unitPrice === null) {
      faults.push(invalid(`lines.${i}.unitPrice`, t("fieldDecimal")));
    }
    if (quantity !== null && unitPrice !== null) {
      read.push({ ...line.kept, title: line.title.trim(), quantity, unitPrice, taxes: [{ kind: "VAT", rate: line.rate }, ...line.otherTaxes] });
    }
  }
  return { lines: read, faults };
}
