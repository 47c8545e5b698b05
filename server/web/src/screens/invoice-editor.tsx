import { useEffect, useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { uuid } from "../api/uuid.ts";
import { addDays, dayIn, formatDay } from "../format/day.ts";
import { formatDecimal, parseDecimal, sign } from "../format/amount.ts";
import {
  CreateDocumentDocument,
  DocumentSettingsDocument,
  ExchangeRateDocument,
  IssueDocumentDocument,
  ProjectsToNameDocument,
  TotalsDocument,
  UpdateDocumentDocument,
  type AdjustmentInput,
  type DocumentSheetFragment,
  type DocumentType,
  type LineInput,
  type PaymentMethod,
  type ProductCardFragment,
  type TotalsLineInput,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { CategoryChoice } from "../ui/category-choice.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Check, Choice, entered, Field, Form, FormFaults, invalid, Submit, TextArea } from "../ui/form.tsx";
import { Faults } from "../ui/fault.tsx";
import { TotalsList } from "../ui/invoice-sheet.tsx";
import { LanguageChoice } from "../ui/language-choice.tsx";
import { Options } from "../ui/options.tsx";
import type { Card } from "./contact.tsx";
import { ProductPicker } from "./product-picker.tsx";

// A line as it is being typed.
interface DraftLine {
  key: string;
  title: string;
  quantity: string;
  unitPrice: string;
  rate: string; // of VAT, in percent
  discount: string; // in percent
  category: string; // of an expense, on purchases
  project: string;
  billable: boolean; // to the project's client, on purchases
  kept: Omit<LineInput, "title" | "quantity" | "unitPrice" | "taxes" | "categoryId" | "projectId" | "billable">; // what this form does not change
  otherTaxes: NonNullable<LineInput["taxes"]>;
}

// An allowance or charge as it is being typed.
interface DraftAdjustment {
  key: string;
  charge: boolean;
  title: string;
  size: string;
  unit: "percent" | "amount";
  rate: string; // of VAT
  otherTaxes: NonNullable<AdjustmentInput["taxes"]>;
}

const methods: readonly PaymentMethod[] = ["CASH", "BANK_TRANSFER", "CARD", "CHEQUE", "ONLINE", "OTHER"];
const purchases: readonly DocumentType[] = ["BILL", "SUPPLIER_CREDIT", "EXPENSE"];

const rates = ["24", "13", "6", "0"]; // of VAT in Greece
const pause = 300; // milliseconds without a key before the totals are asked for

interface InvoiceEditorProps {
  card: Card;
  type?: DocumentType; // of a new one
  draft?: DocumentSheetFragment; // the one to change; a new one when left out
  close(): void;
  done(id: string): void;
}

// InvoiceEditor writes a draft, or writes and issues it in one go. What the lines come to
// is the server's computation all along.
export function InvoiceEditor({ card, type: wanted = "INVOICE", draft, close, done }: InvoiceEditorProps) {
  const type = draft?.type ?? wanted;
  const purchase = purchases.includes(type);
  const { contact, baseCurrency, timeZone } = card;
  const [lines, setLines] = useState<DraftLine[]>(() => draft?.lines.map(fromDocument) ?? [newLine()]);
  const [adjustments, setAdjustments] = useState<DraftAdjustment[]>(() => draft?.adjustments.map(adjustmentOf) ?? []);
  const [inclusive, setInclusive] = useState(draft?.pricesIncludeTax ?? false);
  const [currency, setCurrency] = useState(draft?.currency ?? contact.defaultCurrency ?? baseCurrency);
  // The draft on the server, once there is one: a second try changes it and makes no other.
  const [stored, setStored] = useState(draft && { id: draft.id, version: draft.version });
  const [picking, setPicking] = useState(false);
  const create = useAction(CreateDocumentDocument, { types: ["Document"] });
  const update = useAction(UpdateDocumentDocument);
  const issue = useAction(IssueDocumentDocument, { types: ["Document", "Balance"] });
  const today = dayIn(timeZone, new Date());
  const [language, setLanguage] = useState(draft?.language ?? "");
  const [sequence, setSequence] = useState(draft?.sequence?.id ?? "");
  const [options, setOptions] = useState(draft?.options.map((o) => o.id) ?? []);
  const foreign = currency !== baseCurrency;
  const change = (key: string, part: Partial<DraftLine>) => setLines((all) => all.map((l) => (l.key === key ? { ...l, ...part } : l)));

  const save = async (data: FormData): Promise<{ id: string | null; faults: Fault[] }> => {
    const read = readLines(lines);
    const adjusted = readAdjustments(adjustments);
    read.faults.push(...adjusted.faults);
    const typed = entered(data, "exchangeRate");
    const exchangeRate = foreign && typed !== "" ? parseDecimal(typed, locale()) : null;
    const wrong = foreign && typed !== "" && exchangeRate === null ? [...read.faults, invalid("exchangeRate", t("fieldDecimal"))] : read.faults;
    if (wrong.length > 0) {
      return { id: null, faults: wrong };
    }
    const input = {
      date: entered(data, "date") || null,
      dueDate: entered(data, "dueDate") || null,
      pricesIncludeTax: inclusive,
      lines: read.lines,
      adjustments: adjusted.adjustments,
      ...(type === "EXPENSE" && { paidBy: entered(data, "paidBy") as PaymentMethod }),
      reference: entered(data, "reference"),
      notes: entered(data, "notes"),
      terms: entered(data, "terms"),
      language,
      optionIds: options,
      currency,
      exchangeRate,
      ...(sequence && !draft?.number && { sequenceId: sequence }),
    };
    if (stored) {
      const { data: changed, faults } = await update.run({ ...input, ...stored });
      return remember(changed?.updateDocument.document, faults);
    }
    const { data: made, faults } = await create.run({ type, ...input, contactId: contact.id });
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
    <Dialog title={draft ? t("editInvoiceTitle") : type === "INVOICE" ? t("createInvoiceTitle") : t("newOf", { type: t(`type${type}`) })} close={close} wide>
      <Form submit={submit} class="invoice">
        <FormFaults />
        <div class="quad">
          <Field name="date" label={t("date")} type="date" value={draft?.date ?? today} required />
          <Field name="dueDate" label={t(type === "ESTIMATE" ? "lastDay" : "due")} type="date" value={draft?.dueDate ?? addDays(today, contact.defaultDueDays ?? 0)} />
          <Field name="currency" label={t("currency")} value={currency} change={(v) => setCurrency(v.toUpperCase())} maxLength={3} required />
          {type === "EXPENSE" && (
            <Choice
              name="paidBy"
              label={t("paidBy")}
              value={draft?.paidBy ?? "CASH"}
              options={methods.map((value) => ({ value, text: t(`method${value}`) }))}
            />
          )}
          {foreign && <RateField currency={currency} baseCurrency={baseCurrency} rate={draft?.currency === currency ? draft.exchangeRate : undefined} />}
        </div>
        <fieldset class="lines">
          <legend>{t("lines")}</legend>
          {lines.map((line, i) => (
            <LineRow
              key={line.key}
              i={i}
              line={line}
              purchase={purchase}
              contactId={contact.id}
              change={(part) => change(line.key, part)}
              remove={lines.length > 1 ? () => setLines(lines.filter((l) => l !== line)) : undefined}
            />
          ))}
          <div class="spread">
            <span class="actions small">
              <button type="button" onClick={() => setLines([...lines, newLine(lines.at(-1)?.rate)])}>
                {t("addLine")}
              </button>
              <button type="button" onClick={() => setPicking(true)}>
                {t("fromPriceList")}
              </button>
            </span>
            <Check name="pricesIncludeTax" label={t("pricesIncludeTax")} checked={inclusive} change={setInclusive} />
          </div>
        </fieldset>
        <fieldset class="lines">
          <legend>{t("adjustments")}</legend>
          {adjustments.map((a, i) => (
            <AdjustmentRow
              key={a.key}
              i={i}
              adjustment={a}
              currency={currency}
              change={(part) => setAdjustments(adjustments.map((b) => (b === a ? { ...b, ...part } : b)))}
              remove={() => setAdjustments(adjustments.filter((b) => b !== a))}
            />
          ))}
          <div class="actions small">
            <button type="button" onClick={() => setAdjustments([...adjustments, newAdjustment(false)])}>
              {t("addAllowance")}
            </button>
            <button type="button" onClick={() => setAdjustments([...adjustments, newAdjustment(true)])}>
              {t("addCharge")}
            </button>
          </div>
        </fieldset>
        <LiveTotals type={type} lines={lines} adjustments={adjustments} inclusive={inclusive} currency={currency} />
        <div class="pair">
          <Field name="reference" label={`${t(purchase ? "supplierNumber" : "reference")} (${t("optional")})`} value={draft?.reference} maxLength={100} />
          <TextArea name="notes" label={`${t("printedNotes")} (${t("optional")})`} value={draft?.notes} rows={1} maxLength={5000} />
        </div>
        <details class="more">
          <summary>{t("moreFields")}</summary>
          <div class="quad">
            <LanguageChoice name="language" value={language} change={setLanguage} own={t("contactsOwn")} />
            {!draft?.number && <SequenceChoice type={type} value={sequence} change={setSequence} />}
          </div>
          <TextArea name="terms" label={t("printedTerms")} value={draft?.terms} rows={2} maxLength={5000} />
          <Options use={purchase ? "purchases" : "sales"} chosen={options} change={setOptions} />
        </details>
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
      {picking && (
        <ProductPicker
          currency={currency}
          close={() => setPicking(false)}
          take={(product) => {
            const line = fromProduct(product, currency, purchase, lines.at(-1)?.rate);
            setLines([...lines.filter((l) => l.title !== "" || l.unitPrice !== ""), line]);
            setPicking(false);
          }}
        />
      )}
    </Dialog>
  );
}

interface LineRowProps {
  i: number;
  line: DraftLine;
  purchase: boolean;
  contactId: string;
  change(part: Partial<DraftLine>): void;
  remove: (() => void) | undefined;
}

function LineRow({ i, line, purchase, contactId, change, remove }: LineRowProps) {
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
        options={rateOptions(line.rate)}
      />
      <Field name={`lines.${i}.discountPercent`} label={t("discountPercent")} value={line.discount} change={(discount) => change({ discount })} numeric />
      <button type="button" class="icon" aria-label={t("removeLine", { n: i + 1 })} disabled={!remove} onClick={remove}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3.5 3.5l9 9m0-9l-9 9" />
        </svg>
      </button>
      {purchase && <CategoryChoice name={`lines.${i}.categoryId`} value={line.category} change={(category) => change({ category })} />}
      <ProjectChoice i={i} line={line} contactId={purchase ? null : contactId} change={change} />
    </div>
  );
}

// ProjectChoice says which project a line is of: one of the client's, or on a purchase any. It is
// not there where there is none to choose from.
function ProjectChoice({ i, line, contactId, change }: { i: number; line: DraftLine; contactId: string | null; change(part: Partial<DraftLine>): void }) {
  const { data } = useQuery(ProjectsToNameDocument, { contactId }, { types: ["Project"] });
  const projects = data?.projects.nodes ?? [];
  if (projects.length === 0 && line.project === "") {
    return null;
  }
  const known = projects.some((p) => p.id === line.project);
  return (
    <>
      <Choice
        class="category"
        name={`lines.${i}.projectId`}
        label={t("lineProject")}
        value={line.project}
        change={(project) => change({ project })}
        options={[
          { value: "", text: "–" },
          ...(line.project && !known ? [{ value: line.project, text: t("lineProjectKept") }] : []),
          ...projects.map((p) => ({ value: p.id, text: p.name })),
        ]}
      />
      {contactId === null && line.project !== "" && (
        <Check name={`lines.${i}.billable`} label={t("lineBillable")} checked={line.billable} change={(billable) => change({ billable })} />
      )}
    </>
  );
}

// SequenceChoice says what a draft is numbered by once it is issued.
function SequenceChoice({ type, value, change }: { type: DocumentType; value: string; change(id: string): void }) {
  const { data } = useQuery(DocumentSettingsDocument, {}, { types: ["NumberSequence"] });
  const offered = data?.numberSequences.filter((s) => s.documentType === type && (!s.archivedAt || s.id === value)) ?? [];
  if (offered.length < 2) {
    return null;
  }
  return (
    <Choice
      name="sequenceId"
      label={t("sequence")}
      value={value || (offered.find((s) => s.isDefault)?.id ?? "")}
      change={change}
      options={offered.map((s) => ({ value: s.id, text: s.name || s.prefix || t("isDefault") }))}
    />
  );
}

const rateOptions = (now: string) =>
  (rates.includes(now) ? rates : [now, ...rates]).map((rate) => ({ value: rate, text: `${formatDecimal(rate, locale())} %` }));

interface AdjustmentRowProps {
  i: number;
  adjustment: DraftAdjustment;
  currency: string;
  change(part: Partial<DraftAdjustment>): void;
  remove(): void;
}

function AdjustmentRow({ i, adjustment: a, currency, change, remove }: AdjustmentRowProps) {
  const name = t(a.charge ? "chargeN" : "allowanceN", { n: i + 1 });
  return (
    <div class="line adjustment" role="group" aria-label={name}>
      <Field class="title" name={`adjustments.${i}.title`} label={name} value={a.title} change={(title) => change({ title })} maxLength={200} required focused={a.title === ""} />
      <Field name={`adjustments.${i}.amount`} label={t("size")} value={a.size} change={(size) => change({ size })} numeric required />
      <Choice
        name={`adjustments.${i}.percent`}
        label={t("unit")}
        value={a.unit}
        change={(unit) => change({ unit: unit as DraftAdjustment["unit"] })}
        options={[
          { value: "percent", text: "%" },
          { value: "amount", text: currency },
        ]}
      />
      <Choice name={`adjustments.${i}.taxes`} label={t("vat")} value={a.rate} change={(rate) => change({ rate })} options={rateOptions(a.rate)} />
      <button type="button" class="icon" aria-label={t("removeNamed", { name })} onClick={remove}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3.5 3.5l9 9m0-9l-9 9" />
        </svg>
      </button>
    </div>
  );
}

interface LiveTotalsProps {
  type: DocumentType;
  adjustments: readonly DraftAdjustment[];
  lines: readonly DraftLine[];
  inclusive: boolean;
  currency: string;
}

// LiveTotals shows what the lines come to, as the server computes it, a moment after the
// last key. Lines that cannot be read yet are left out.
function LiveTotals({ type, lines, adjustments, inclusive, currency }: LiveTotalsProps) {
  const readable = lines
    .flatMap((line) => readLines([line]).lines)
    .map(
      ({ title, quantity, unitPrice, discountPercent, discountAmount, taxes }): TotalsLineInput => ({
        title: title || "-",
        ...{ quantity, unitPrice, discountPercent, discountAmount, taxes },
      }),
    );
  const adjusted = adjustments.flatMap((a) => readAdjustments([a]).adjustments).map((a) => ({ ...a, title: a.title || "-" }));
  const text = JSON.stringify({ type, currency, pricesIncludeTax: inclusive, lines: readable, adjustments: adjusted });
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pause);
    return () => clearTimeout(timer);
  }, [text]);
  const input = JSON.parse(settled) as TotalsInput;
  return (
    <div class="livetotals" aria-live="polite" aria-busy={settled !== text}>
      {input.lines.length > 0 && /^[A-Z]{3}$/.test(input.currency) && <Computed input={input} />}
    </div>
  );
}

interface TotalsInput {
  type: DocumentType;
  currency: string;
  pricesIncludeTax: boolean;
  lines: TotalsLineInput[];
  adjustments: AdjustmentInput[];
}

function Computed({ input }: { input: TotalsInput }) {
  const { data, faults } = useQuery(TotalsDocument, { input });
  if (faults.length > 0) {
    return <Faults faults={faults} />;
  }
  return data ? <TotalsList totals={data.computeTotals} /> : <p class="quiet">{t("totalsPending")}</p>;
}

function newLine(rate = "24"): DraftLine {
  return { key: uuid(), title: "", quantity: "1", unitPrice: "", rate, discount: "", category: "", project: "", billable: false, kept: {}, otherTaxes: [] };
}

// fromProduct is a line of the price list. A price in another currency is to be typed.
function fromProduct(product: ProductCardFragment, currency: string, purchase: boolean, rate?: string): DraftLine {
  const vat = product.taxes?.find((tax) => tax.kind === "VAT");
  return {
    ...newLine(product.taxes ? (vat ? parseDecimal(vat.rate, "en")! : "0") : rate),
    title: product.title,
    category: purchase ? (product.categoryId ?? "") : "",
    unitPrice: product.currency === currency ? formatDecimal(product.unitPrice, locale()) : "",
    kept: { productId: product.id, unit: product.unit },
    otherTaxes: (product.taxes ?? [])
      .filter((tax) => tax.kind !== "VAT")
      .map(({ kind, name, rate: percent, category, informational }) => ({ kind, name, rate: percent, category, informational })),
  };
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
    discount: sign(line.discountPercent) === 0 ? "" : plain(line.discountPercent),
    category: line.categoryId ?? "",
    project: line.projectId ?? "",
    billable: line.billable,
    kept: {
      id: line.id,
      unit: line.unit,
      productId: line.productId,
      ...(sign(line.discountAmount.amount) !== 0 && { discountAmount: line.discountAmount.amount }),
    },
    otherTaxes: others(line.taxes),
  };
}

// others are the taxes that this form does not change.
const others = (taxes: DocumentSheetFragment["lines"][number]["taxes"]) =>
  taxes
    .filter((tax) => tax.kind !== "VAT")
    .map(({ kind, name, rate, fixed, category, informational }) => ({ kind, name, rate, fixed, category, informational }));

const newAdjustment = (charge: boolean): DraftAdjustment => ({ key: uuid(), charge, title: "", size: "", unit: "percent", rate: "24", otherTaxes: [] });

function adjustmentOf(a: DocumentSheetFragment["adjustments"][number]): DraftAdjustment {
  const percent = sign(a.percent) !== 0;
  const vat = a.taxes.find((tax) => tax.kind === "VAT");
  return {
    key: uuid(),
    charge: a.charge,
    title: a.title,
    size: formatDecimal(percent ? a.percent : a.amount.amount, locale()),
    unit: percent ? "percent" : "amount",
    rate: vat ? parseDecimal(vat.rate, "en")! : "0",
    otherTaxes: others(a.taxes),
  };
}

// readAdjustments turns what was typed into what to send, and says which sizes are no numbers.
function readAdjustments(adjustments: readonly DraftAdjustment[]): { adjustments: AdjustmentInput[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const read: AdjustmentInput[] = [];
  for (const [i, { charge, title, size, unit, rate, otherTaxes }] of adjustments.entries()) {
    const number = parseDecimal(size, locale());
    if (number === null) {
      faults.push(invalid(`adjustments.${i}.amount`, t("fieldDecimal")));
    } else {
      read.push({ charge, title: title.trim(), [unit]: number, taxes: [{ kind: "VAT", rate }, ...otherTaxes] });
    }
  }
  return { adjustments: read, faults };
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
    const discountPercent = line.discount.trim() === "" ? null : parseDecimal(line.discount, locale());
    if (line.discount.trim() !== "" && discountPercent === null) {
      faults.push(invalid(`lines.${i}.discountPercent`, t("fieldDecimal")));
    }
    if (quantity !== null && unitPrice !== null) {
      const discount = discountPercent === null ? {} : { discountPercent, discountAmount: null };
      read.push({ ...line.kept, ...discount, categoryId: line.category || null, projectId: line.project || null, billable: line.project !== "" && line.billable, title: line.title.trim(), quantity, unitPrice, taxes: [{ kind: "VAT", rate: line.rate }, ...line.otherTaxes] });
    }
  }
  return { lines: read, faults };
}

// RateField asks for the exchange rate; where the server knows one, it may stay empty.
function RateField({ currency, baseCurrency, rate }: { currency: string; baseCurrency: string; rate: string | undefined }) {
  const { data } = useQuery(ExchangeRateDocument, { currency, date: null });
  const known = data?.exchangeRate;
  return (
    <Field
      name="exchangeRate"
      label={t("exchangeRate", { currency: baseCurrency })}
      value={rate && formatDecimal(rate, locale())}
      hint={known ? t("rateHint", { rate: formatDecimal(known.rate, locale()), date: formatDay(known.date, locale()) }) : undefined}
      numeric
      required={!known}
    />
  );
}
