import { useState } from "preact/hooks";
import { useQuery } from "../api/hooks.ts";
import { formatMoney } from "../format/amount.ts";
import { barFrom0, scaleFor } from "../format/chart.ts";
import { ContactMonthsDocument, type ContactMonthsQuery } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Amount } from "../ui/amount.tsx";
import { Faults } from "../ui/fault.tsx";
import type { Card } from "./contact.tsx";

type Month = NonNullable<ContactMonthsQuery["contact"]>["months"][number];

const accountName = (b: { side?: "CLIENT" | "SUPPLIER"; currency: string }) => `${t(b.side === "SUPPLIER" ? "supplierSide" : "clientSide")} · ${b.currency}`;

// MonthsChart shows how an account of the contact went in the last 24 months: what was
// charged and credited in each, and what was owed at its end. One account at a time: sides
// and currencies are never added.
export function MonthsChart({ card: { contact, balances, moved } }: { card: Card }) {
  const [chosen, choose] = useState("");
  const account = balances.find((b) => accountName(b) === chosen) ?? balances[0];
  if (!account?.side) {
    return null;
  }
  return (
    <section class="card chart" aria-label={t("months")}>
      <div class="spread">
        <h2>{t("months")}</h2>
        {balances.length > 1 && (
          <select aria-label={t("account")} value={accountName(account)} onChange={(event) => choose(event.currentTarget.value)}>
            {balances.map((b) => (
              <option key={accountName(b)}>{accountName(b)}</option>
            ))}
          </select>
        )}
      </div>
      <Months id={contact.id} side={account.side} currency={account.currency} moved={moved} />
    </section>
  );
}

function Months({ id, side, currency, moved }: { id: string; side: "CLIENT" | "SUPPLIER"; currency: string; moved: number }) {
  const { data, current, faults, again } = useQuery(ContactMonthsDocument, { id, side, currency }, { types: ["Document", "Payment", "Balance"], moved });
  const [table, setTable] = useState(false);
  const months = (current && data?.contact?.months) || [];
  if (months.length === 0) {
    return faults.length > 0 ? <Faults faults={faults} again={again} /> : <div class="plot" />;
  }
  return (
    <>
      <Plot months={months} />
      <div class="spread legend">
        <ul>
          <li class="charges">{t("charge")}</li>
          <li class="credits">{t("credit")}</li>
          <li class="nets">{t("netAtEnd")}</li>
        </ul>
        <button type="button" class="link" aria-expanded={table} onClick={() => setTable(!table)}>
          {t(table ? "hideTable" : "showTable")}
        </button>
      </div>
      {table && <MonthsTable months={months} />}
    </>
  );
}

const height = 170;
const left = 46; // for the marks' amounts
const below = 22; // for the months' names

// Plot is a picture of the months; the same is to be had as a table.
function Plot({ months }: { months: readonly Month[] }) {
  const figures = months.map((m) => ({ charges: Number(m.charges.amount), credits: Number(m.credits.amount), net: Number(m.net.amount) }));
  const scale = scaleFor(figures.flatMap((f) => [f.charges, f.credits, f.net]), height);
  const narrow = innerWidth <= 700; // a picture that is shrunk to a phone could not be read
  const width = narrow ? 340 : 720;
  const named = narrow ? 8 : 4; // every so many months have their name below
  const step = (width - left) / months.length;
  const bar = step * 0.34;
  const short = new Intl.NumberFormat(locale(), { notation: "compact", maximumFractionDigits: 1 });
  const name = (m: Month, month: "short" | "long") =>
    new Intl.DateTimeFormat(locale(), { month, year: "numeric", timeZone: "UTC" }).format(new Date(`${m.month}T00:00:00Z`));
  const last = months.at(-1)!;
  const line = figures.map((f, i) => `${i === 0 ? "M" : "L"}${(left + (i + 0.5) * step).toFixed(1)} ${scale.y(f.net).toFixed(1)}`).join("");
  return (
    <svg
      class="plot"
      viewBox={`0 -8 ${width} ${height + below + 8}`}
      role="img"
      aria-label={t("monthsSummary", { from: name(months[0]!, "long"), to: name(last, "long"), net: formatMoney(last.net, locale()) })}
    >
      {scale.marks.map((mark) => (
        <g key={mark}>
          <line class={mark === 0 ? "zero" : "mark"} x1={left} x2={width} y1={scale.y(mark)} y2={scale.y(mark)} />
          <text class="amounts" x={left - 6} y={scale.y(mark) + 4}>
            {short.format(mark)}
          </text>
        </g>
      ))}
      {months.map((m, i) => {
        const x = left + i * step;
        return (
          <g key={m.month}>
            <title>{`${name(m, "long")}\n${t("charge")}: ${formatMoney(m.charges, locale())}\n${t("credit")}: ${formatMoney(m.credits, locale())}\n${t("netAtEnd")}: ${formatMoney(m.net, locale())}`}</title>
            <rect class="whole" x={x} y={0} width={step} height={height} />
            <rect class="charges" {...barFrom0(scale, figures[i]!.charges, x + step * 0.14, bar)} />
            <rect class="credits" {...barFrom0(scale, figures[i]!.credits, x + step * 0.14 + bar, bar)} />
            {(months.length - 1 - i) % named === 0 && (
              <text class={m === last ? "months last" : "months"} x={m === last ? width : x + step / 2} y={height + 17}>
                {name(m, "short")}
              </text>
            )}
          </g>
        );
      })}
      <path class="nets" d={line} />
    </svg>
  );
}

function MonthsTable({ months }: { months: readonly Month[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t("months")}>
      <table class="rows">
        <caption class="unseen">{t("months")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("month")}</th>
            <th scope="col" class="money">
              {t("charge")}
            </th>
            <th scope="col" class="money">
              {t("credit")}
            </th>
            <th scope="col" class="money">
              {t("netAtEnd")}
            </th>
          </tr>
        </thead>
        <tbody>
          {[...months].reverse().map((m) => (
            <tr key={m.month}>
              <th scope="row">{new Intl.DateTimeFormat(locale(), { month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(`${m.month}T00:00:00Z`))}</th>
              <td class="money">
                <Amount money={m.charges} />
              </td>
              <td class="money">
                <Amount money={m.credits} />
              </td>
              <td class="money">
                <Amount money={m.net} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
