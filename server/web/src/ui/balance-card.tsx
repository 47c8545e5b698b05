import { sign, type Money } from "../format/amount.ts";
import type { Balance } from "../format/balance.ts";
import { formatInstant } from "../format/day.ts";
import { locale, t } from "../i18n/language.ts";
import { LiveAmount } from "./amount.tsx";

interface BalanceCardsProps {
  balances: readonly Balance[];
  // The words of the reader's side of the matter.
  words: {
    heading(balance: Balance): string;
    outstanding: string;
    credit: string;
    net: string;
    verdict(balance: Balance): string; // what the sign of net means
  };
}

// BalanceCards shows each balance as the foot of an account card: what is outstanding,
// what is credit, and the net under a double rule.
export function BalanceCards({ balances, words }: BalanceCardsProps) {
  if (balances.length === 0) {
    return <p class="card quiet nothing">{t("nothingPosted")}</p>;
  }
  return (
    <div class="balances">
      {balances.map((b) => (
        <section key={`${b.side} ${b.currency}`} class="card balance" aria-label={words.heading(b)}>
          <h2>
            {words.heading(b)}
            <small>{t("updatedAt", { time: formatInstant(b.updatedAt, locale()) })}</small>
          </h2>
          <dl>
            <Figure label={words.outstanding} money={b.outstanding} />
            <Figure label={words.credit} money={b.credit} />
            <Figure label={words.net} money={b.net} verdict={words.verdict(b)} net />
          </dl>
        </section>
      ))}
    </div>
  );
}

function Figure({ label, money, verdict, net = false }: { label: string; money: Money; verdict?: string; net?: boolean }) {
  return (
    <div class={net ? "net" : undefined}>
      <dt>{label}</dt>
      <dd>
        <LiveAmount money={money} />
        {verdict && <small>{verdict}</small>}
      </dd>
    </div>
  );
}

// staffVerdict says who owes whom.
export function staffVerdict(b: Balance): string {
  const client = b.side !== "SUPPLIER";
  switch (sign(b.net.amount)) {
    case 1:
      return t(client ? "owedToUs" : "owedByUs");
    case 0:
      return t("owedNothing");
    default:
      return t(client ? "inTheirFavour" : "inOurFavour");
  }
}
