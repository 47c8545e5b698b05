import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { byAge, oldestFirst, remainder } from "../format/allocation.ts";
import { formatMoney, parseDecimal, scaleOf, sign } from "../format/amount.ts";
import { dayIn, formatDay } from "../format/day.ts";
import { OpenDocumentsDocument, RecordPaymentDocument, type DocumentRowFragment, type PaymentKind, type PaymentMethod } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Amount } from "../ui/amount.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Choice, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Loading } from "../ui/page.tsx";
import type { Card } from "./contact.tsx";
import { methods } from "./payment-editor.tsx";

type Settling = "oldest" | "chosen" | "nothing";

// PaymentDialog records a payment and proposes what it settles.
export function PaymentDialog({ card, close }: { card: Card; close(): void }) {
  const { data, faults, again } = useQuery(OpenDocumentsDocument, { id: card.contact.id }, { types: ["Document"], moved: card.moved });
  const lists = data?.contact && [data.contact.unpaid, data.contact.partial];
  return (
    <Dialog title={t("recordPayment")} close={close}>
      <Faults faults={faults} again={again} />
      {lists ? (
        <PaymentForm
          card={card}
          open={lists.flatMap((list) => list.nodes).sort(byAge)}
          more={lists.some((list) => list.pageInfo.hasNextPage)}
          close={close}
        />
      ) : (
        faults.length === 0 && <Loading />
      )}
    </Dialog>
  );
}

// The documents that a payment of a side settles.
const settled: Record<"CLIENT" | "SUPPLIER", readonly string[]> = { CLIENT: ["INVOICE"], SUPPLIER: ["BILL", "EXPENSE"] };

interface PaymentFormProps {
  card: Card;
  open: readonly DocumentRowFragment[]; // the open documents, oldest first
  more: boolean; // whether there are so many that open lacks some of the oldest
  close(): void;
}

function PaymentForm({ card, open, more, close }: PaymentFormProps) {
  const { contact, baseCurrency, timeZone } = card;
  const currencies = [...new Set([...open.map((d) => d.currency), contact.defaultCurrency ?? baseCurrency, ...card.balances.map((b) => b.currency)])];
  const [kind, setKind] = useState<PaymentKind>(contact.isClient ? "CLIENT_PAYMENT" : "SUPPLIER_PAYMENT");
  const [currency, setCurrency] = useState(currencies[0]!);
  const [typed, setTyped] = useState("");
  const [settling, setSettling] = useState<Settling>("oldest");
  const [chosen, setChosen] = useState<Record<string, string>>({}); // typed amounts by document
  const [stated, setStated] = useState<Record<string, string>>({}); // what they settle of documents in another currency
  const { run } = useAction(RecordPaymentDocument, { types: ["Document", "Payment", "Balance"] });

  const amount = parseDecimal(typed, locale());
  const side = kind === "CLIENT_PAYMENT" || kind === "CLIENT_REFUND" ? "CLIENT" : "SUPPLIER";
  const isRefund = kind === "CLIENT_REFUND" || kind === "SUPPLIER_REFUND";
  const payable = isRefund ? [] : open.filter((d) => settled[side].includes(d.type));
  const mine = payable.filter((d) => d.currency === currency);
  const balance = card.balances.find((b) => b.side === side && b.currency === currency);
  const owed = isRefund ? balance?.credit : balance?.outstanding;
  const kinds: PaymentKind[] = [
    ...(contact.isClient ? (["CLIENT_PAYMENT", "CLIENT_REFUND"] as const) : []),
    ...(contact.isSupplier || !contact.isClient ? (["SUPPLIER_PAYMENT", "SUPPLIER_REFUND"] as const) : []),
  ];

  const submit = async (data: FormData): Promise<Fault[]> => {
    if (amount === null) {
      return [invalid("amount", t("fieldDecimal"))];
    }
    if (sign(amount) <= 0) {
      return [invalid("amount", t("fieldPositive"))];
    }
    const parts = settling === "chosen" ? readParts(payable, chosen, stated, currency) : { allocations: [], faults: [] };
    if (parts.faults.length > 0) {
      return parts.faults;
    }
    const rate = currency === baseCurrency ? undefined : parseDecimal(entered(data, "exchangeRate"), locale());
    if (rate === null) {
      return [invalid("exchangeRate", t("fieldDecimal"))];
    }
    const { data: done, faults } = await run({
      contactId: contact.id,
      ...(rate && { exchangeRate: rate }),
      kind,
      date: entered(data, "date") || null,
      amount,
      currency,
      method: entered(data, "method") as PaymentMethod,
      reference: entered(data, "reference"),
      ...(settling === "oldest" && mine.length > 0 && { oldestFirst: true }),
      ...(parts.allocations.length > 0 && { allocations: parts.allocations }),
    });
    if (done) {
      close();
    }
    return faults.map((f) => ({ ...f, field: fieldOf(f.field, parts.allocations) }));
  };

  return (
    <Form submit={submit}>
      <FormFaults />
      <Choice
        name="kind"
        label={t("kind")}
        value={kind}
        change={(value) => setKind(value as PaymentKind)}
        options={kinds.map((value) => ({ value, text: t(`kind${value}`) }))}
      />
      <div class="pair fixed">
        <Field name="amount" label={t("amount")} value={typed} change={setTyped} numeric required focused />
        {currencies.length > 1 ? (
          <Choice name="currency" label={t("currency")} value={currency} change={setCurrency} options={currencies.map((c) => ({ value: c, text: c }))} />
        ) : (
          <p class="beside">{currency}</p>
        )}
      </div>
      {currency !== baseCurrency && <Field name="exchangeRate" label={t("exchangeRate", { currency: baseCurrency })} numeric required />}
      {owed && sign(owed.amount) > 0 && (
        <p>
          <button type="button" class="link" onClick={() => setTyped(localized(owed.amount))}>
            {isRefund ? `${t("credit")}: ${formatMoney(owed, locale())}` : t("allOwed", { amount: formatMoney(owed, locale()) })}
          </button>
        </p>
      )}
      <div class="pair">
        <Field name="date" label={t("date")} type="date" value={dayIn(timeZone, new Date())} required />
        <Choice name="method" label={t("method")} value="BANK_TRANSFER" options={methods.map((value) => ({ value, text: t(`method${value}`) }))} />
      </div>
      <Field name="reference" label={`${t("reference")} (${t("optional")})`} maxLength={200} />
      {isRefund ? (
        <p class="quiet">{t("refundHint")}</p>
      ) : (
        (payable.length === 0 ? (
          <p class="quiet">{t("noneOpen")}</p>
        ) : (
          <Settlement
            open={mine}
            foreign={payable.filter((d) => d.currency !== currency)}
            stated={stated}
            state={(id, text) => setStated({ ...stated, [id]: text })}
            more={more}
            currency={currency}
            amount={amount}
            settling={settling}
            setSettling={setSettling}
            chosen={chosen}
            choose={(id, text) => setChosen({ ...chosen, [id]: text })}
          />
        ))
      )}
      <div class="actions">
        <button type="button" onClick={close}>
          {t("cancel")}
        </button>
        <Submit>{t("recordPayment")}</Submit>
      </div>
    </Form>
  );
}

interface SettlementProps {
  open: readonly DocumentRowFragment[];
  foreign: readonly DocumentRowFragment[]; // open, in other currencies: settled only by what is stated
  stated: Record<string, string>;
  state(id: string, text: string): void;
  more: boolean;
  currency: string;
  amount: string | null;
  settling: Settling;
  setSettling(next: Settling): void;
  chosen: Record<string, string>;
  choose(id: string, text: string): void;
}

// Settlement shows the open documents and how much each of them gets.
function Settlement({ open, foreign, stated, state, more, currency, amount, settling, setSettling, chosen, choose }: SettlementProps) {
  const scale = scaleOf(currency);
  const proposal = amount ? oldestFirst(amount, open.map((d) => ({ id: d.id, dueDate: d.dueDate, remaining: d.remaining.amount })), scale) : null;
  const parts = [...open, ...foreign].map((d) => parseDecimal(chosen[d.id] ?? "", locale())).filter((part) => part !== null);
  const left =
    settling === "oldest" ? !more && proposal?.credit : settling === "nothing" ? amount : amount && remainder(amount, parts, scale);
  const options: { value: Settling; text: string }[] = [
    { value: "oldest", text: t("settleOldest") },
    { value: "chosen", text: t("settleChosen") },
    { value: "nothing", text: t("settleNothing") },
  ];
  return (
    <fieldset class="settlement">
      <legend>{t("settles")}</legend>
      {options.map(({ value, text }) => (
        <label key={value} class="check">
          <input type="radio" name="settling" value={value} checked={settling === value} onInput={() => setSettling(value)} />
          {text}
        </label>
      ))}
      {settling !== "nothing" && more && <p class="quiet">{t("manyOpen")}</p>}
      {(settling === "chosen" || (settling === "oldest" && !more)) && (
        <ul class="plain open">
          {open.map((document) => {
            const part = proposal?.parts.get(document.id);
            return (
              <li key={document.id} class="spread">
                <span>
                  {document.number} <small class={document.isOverdue ? "late" : ""}>{t("dueOn", { date: formatDay(document.dueDate, locale()) })}</small>
                </span>
                <span class="of">
                  <Amount money={document.remaining} class="quiet" />
                  {settling === "oldest" ? (
                    <span class="part">{part ? <Amount money={{ amount: part, currency }} /> : "–"}</span>
                  ) : (
                    <Field
                      name={`part-${document.id}`}
                      label={t("settleFor", { number: document.number })}
                      quiet
                      numeric
                      value={chosen[document.id] ?? ""}
                      change={(text) => choose(document.id, text)}
                    />
                  )}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {settling === "chosen" && foreign.length > 0 && (
        <>
          <p class="quiet">{t("foreignHint", { currency })}</p>
          <ul class="plain open">
            {foreign.map((d) => (
              <li key={d.id} class="spread">
                <span>
                  {d.number} <Amount money={d.remaining} class="quiet" />
                </span>
                <span class="of">
                  <Field
                    name={`part-${d.id}`}
                    label={t("settleFor", { number: d.number })}
                    hint={currency}
                    quiet
                    numeric
                    value={chosen[d.id] ?? ""}
                    change={(text) => choose(d.id, text)}
                  />
                  <Field
                    name={`settled-${d.id}`}
                    label={t("settlesOf", { number: d.number })}
                    hint={d.currency}
                    quiet
                    numeric
                    value={stated[d.id] ?? ""}
                    change={(text) => state(d.id, text)}
                  />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {left && (
        <p class="spread" aria-live="polite">
          {sign(left) < 0 ? (
            <span class="late">{t("tooMuch", { amount: formatMoney({ amount: left.slice(1), currency }, locale()) })}</span>
          ) : (
            <>
              <span>{t("staysCredit")}</span>
              <Amount money={{ amount: left, currency }} />
            </>
          )}
        </p>
      )}
    </fieldset>
  );
}

// readParts turns typed amounts into allocations; documents without one are left out.
function readParts(open: readonly DocumentRowFragment[], chosen: Record<string, string>, stated: Record<string, string>, currency: string) {
  const faults: Fault[] = [];
  const allocations: { documentId: string; amount: string; settledAmount?: string }[] = [];
  const read = (field: string, text: string | undefined) => {
    const value = text?.trim() ? parseDecimal(text, locale()) : undefined;
    if (value === null) {
      faults.push(invalid(field, t("fieldDecimal")));
    }
    return value ?? undefined;
  };
  for (const { id, currency: own } of open) {
    const amount = read(`part-${id}`, chosen[id]);
    const settledAmount = own === currency ? undefined : read(`settled-${id}`, stated[id]);
    if (amount !== undefined && sign(amount) !== 0) {
      allocations.push({ documentId: id, amount, ...(settledAmount !== undefined && { settledAmount }) });
    }
  }
  return { allocations, faults };
}

// fieldOf finds the form's field for "allocations.1.amount".
function fieldOf(path: string, allocations: readonly { documentId: string }[]): string {
  const [list, i, field] = path.split(".");
  const part = list === "allocations" ? allocations[Number(i)] : undefined;
  return part ? `${field === "settledAmount" ? "settled" : "part"}-${part.documentId}` : path;
}

// localized writes an API decimal as a person of the locale would type it.
function localized(amount: string): string {
  const point = new Intl.NumberFormat(locale()).formatToParts(1.5).find((p) => p.type === "decimal")!.value;
  return amount.replace(".", point);
}
