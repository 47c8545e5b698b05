import type { Money } from "../format/amount.ts";
import { formatDay } from "../format/day.ts";
import type { EntryKind } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Amount } from "./amount.tsx";

export interface StatementData {
  currency: string;
  opening: Money;
  lines: readonly {
    date: string;
    kind: EntryKind;
    reference: string;
    charge?: Money | null;
    credit?: Money | null;
    balance: Money;
  }[];
  charges?: Money;
  credits?: Money;
  closing: Money;
}

// StatementTable is an account in one currency: opening, the lines with the balance after
// each, closing under a double rule.
export function StatementTable({ table }: { table: StatementData }) {
  return (
    <table class="card rows statement">
      <caption>{t("statementCaption", { currency: table.currency })}</caption>
      <thead>
        <tr>
          <th scope="col" class="wide">
            {t("date")}
          </th>
          <th scope="col">{t("entry")}</th>
          <th scope="col" class="money wide">
            {t("charge")}
          </th>
          <th scope="col" class="money wide">
            {t("credit")}
          </th>
          <th scope="col" class="money narrow">
            {t("amount")}
          </th>
          <th scope="col" class="money">
            {t("running")}
          </th>
        </tr>
      </thead>
      <tbody>
        <tr class="edge">
          <td class="wide" />
          <th scope="row">{t("opening")}</th>
          <td class="wide" />
          <td class="wide" />
          <td class="narrow" />
          <td class="money">
            <Amount money={table.opening} />
          </td>
        </tr>
        {table.lines.length === 0 && (
          <tr>
            <td class="wide" />
            <td class="quiet" colSpan={4}>
              {t("statementEmpty")}
            </td>
          </tr>
        )}
        {table.lines.map((line, i) => (
          <tr key={i}>
            <td class="day wide">{formatDay(line.date, locale())}</td>
            <th scope="row">
              {t(`entry${line.kind}`)} {line.reference && <small>{line.reference}</small>}
              <small class="narrow">{formatDay(line.date, locale())}</small>
            </th>
            <td class="money wide">{line.charge && <Amount money={line.charge} />}</td>
            <td class="money wide">{line.credit && <Amount money={line.credit} />}</td>
            <td class="money narrow">
              {line.charge && <Amount money={line.charge} />}
              {line.credit && (
                <>
                  −<Amount money={line.credit} />
                </>
              )}
            </td>
            <td class="money">
              <Amount money={line.balance} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr class="edge">
          <td class="wide" />
          <th scope="row">{t("closing")}</th>
          <td class="money wide">{table.charges && <Amount money={table.charges} />}</td>
          <td class="money wide">{table.credits && <Amount money={table.credits} />}</td>
          <td class="narrow" />
          <td class="money">
            <Amount money={table.closing} class="closing" />
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
