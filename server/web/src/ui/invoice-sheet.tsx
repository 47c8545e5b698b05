import type { ComponentChildren } from "preact";
import { formatDecimal, scaleOf, sign, type Money } from "../format/amount.ts";
import { formatDay } from "../format/day.ts";
import type { DocumentTaxPartsFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Amount } from "./amount.tsx";

interface Sheet {
  date: string;
  dueDate: string;
  contactName: string;
  contactVatNumber: string;
  billingAddress: string;
  reference: string;
  notes: string;
  terms: string;
  lines: readonly {
    title: string;
    quantity: string;
    unit: string;
    unitPrice: string;
    discountPercent: string;
    discountAmount: Money;
    taxes: readonly { kind: string; rate: string; informational: boolean }[];
    net: Money;
  }[];
  adjustments?: readonly { charge: boolean; title: string; percent: string; amount: Money }[];
  taxes: readonly DocumentTaxPartsFragment[];
  net: Money;
  total: Money;
  withholding: Money;
  payable: Money;
  remaining: Money;
}

interface InvoiceSheetProps {
  sheet: Sheet;
  from?: ComponentChildren;
  party?: string; // what the contact is in it
  last?: string; // what the later date is
  owed?: boolean; // whether something remains of such a document
  children?: ComponentChildren;
}

// InvoiceSheet is a document as it reads on paper: parties, lines, taxes, totals.
export function InvoiceSheet({ sheet, from, party = t("billTo"), last = t("due"), owed = true, children }: InvoiceSheetProps) {
  return (
    <div class="sheet">
      <div class="parties">
        {from}
        <div>
          <p class="label">{party}</p>
          <p class="text">
            {[sheet.contactName, sheet.billingAddress, sheet.contactVatNumber && `${t("vatNumber")} ${sheet.contactVatNumber}`]
              .filter(Boolean)
              .join("\n")}
          </p>
        </div>
        <dl class="facts">
          <Fact label={t("date")}>{formatDay(sheet.date, locale())}</Fact>
          <Fact label={last}>{formatDay(sheet.dueDate, locale())}</Fact>
          {sheet.reference && <Fact label={t("reference")}>{sheet.reference}</Fact>}
        </dl>
      </div>
      <Lines sheet={sheet} />
      <TotalsList totals={sheet}>
        {owed && <Total label={t("remaining")} money={sheet.remaining} strong />}
      </TotalsList>
      {sheet.notes && <p class="text">{sheet.notes}</p>}
      {sheet.terms && <p class="text quiet">{sheet.terms}</p>}
      {children}
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Lines({ sheet }: { sheet: Sheet }) {
  const number = (text: string) => formatDecimal(text, locale());
  const price = (text: string) => formatDecimal(text, locale(), scaleOf(sheet.net.currency));
  return (
    <table class="rows lines">
      <caption class="unseen">{t("lines")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("lineTitle")}</th>
          <th scope="col" class="money wide">
            {t("quantity")}
          </th>
          <th scope="col" class="money wide">
            {t("unitPrice")}
          </th>
          <th scope="col" class="money wide">
            {t("vat")}
          </th>
          <th scope="col" class="money">
            {t("netAmount")}
          </th>
        </tr>
      </thead>
      <tbody>
        {sheet.lines.map((line, i) => {
          const vat = line.taxes.find((tax) => tax.kind === "VAT");
          const rate = vat ? `${number(vat.rate)} %` : "";
          return (
            <tr key={i}>
              <th scope="row">
                <span class="text">{line.title}</span>
                <Discount line={line} />
                <small class="narrow">
                  {number(line.quantity)} {line.unit} × {price(line.unitPrice)}
                  {rate && ` · ${t("vat")} ${rate}`}
                </small>
              </th>
              <td class="money wide">
                {number(line.quantity)} {line.unit}
              </td>
              <td class="money wide">{price(line.unitPrice)}</td>
              <td class="money wide">{rate}</td>
              <td class="money">
                <Amount money={line.net} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Discount({ line }: { line: Sheet["lines"][number] }) {
  if (sign(line.discountPercent) !== 0) {
    return (
      <small>
        {t("discount")} {formatDecimal(line.discountPercent, locale())} %
      </small>
    );
  }
  return sign(line.discountAmount.amount) === 0 ? null : (
    <small>
      {t("discount")} <Amount money={line.discountAmount} />
    </small>
  );
}

interface TotalsListProps {
  totals: Pick<Sheet, "adjustments" | "taxes" | "net" | "total" | "withholding" | "payable">;
  children?: ComponentChildren;
}

// TotalsList adds an invoice up: net, a line per tax, total, and what withholding leaves.
export function TotalsList({ totals, children }: TotalsListProps) {
  return (
    <dl class="totals">
      {totals.adjustments?.map((a, i) => (
        <Total
          key={i}
          label={sign(a.percent) === 0 ? a.title : `${a.title} ${formatDecimal(a.percent, locale())} %`}
          money={a.charge ? a.amount : { ...a.amount, amount: negated(a.amount.amount) }}
        />
      ))}
      <Total label={t("netAmount")} money={totals.net} />
      {totals.taxes
        .filter((tax) => tax.kind !== "WITHHOLDING" && !tax.informational)
        .map((tax) => (
          <Total
            key={`${tax.kind} ${tax.name} ${tax.rate}`}
            label={tax.kind === "VAT" ? t("vatRate", { rate: formatDecimal(tax.rate, locale()) }) : sign(tax.rate) === 0 ? tax.name : `${tax.name} ${formatDecimal(tax.rate, locale())} %`}
            money={tax.amount}
          />
        ))}
      <Total label={t("total")} money={totals.total} strong />
      {sign(totals.withholding.amount) !== 0 && (
        <>
          <Total label={t("withholding")} money={totals.withholding} />
          <Total label={t("payable")} money={totals.payable} strong />
        </>
      )}
      {children}
    </dl>
  );
}

const negated = (amount: string): string => (sign(amount) === 0 ? amount : `-${amount}`);

function Total({ label, money, strong = false }: { label: string; money: Money; strong?: boolean }) {
  return (
    <div class={strong ? "strong" : undefined}>
      <dt>{label}</dt>
      <dd>
        <Amount money={money} />
      </dd>
    </div>
  );
}
