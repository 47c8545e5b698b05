import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useLive, useQuery } from "../api/hooks.ts";
import { formatMoney, sign, type Money } from "../format/amount.ts";
import { formatMonth } from "../format/day.ts";
import { DocumentsDocument, OrganizationTotalsChangedDocument, OverviewDocument, type TotalsFragment } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t, tn } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { LiveAmount } from "../ui/amount.tsx";
import { announce } from "../ui/announcer.tsx";
import { Faults } from "../ui/fault.tsx";
import { useBusinessMoves } from "../ui/live-business.ts";
import { Empty, Loading, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { InvoiceRows, InvoiceTable } from "./contact-documents.tsx";

type Currency = TotalsFragment["currencies"][number];

// OverviewScreen is how the business stands, live: what it has to receive and to pay, and the cash
// of the month, each currency by itself; below, what is overdue.
export function OverviewScreen() {
  const { data, faults, again } = useQuery(OverviewDocument, {});
  const [told, setTold] = useState<TotalsFragment | null>(null);
  const before = useRef<TotalsFragment | null>(null);
  useLive(OrganizationTotalsChangedDocument, {}, ({ organizationTotalsChanged: now }) => {
    if (before.current) {
      announceMoves(before.current, now);
    }
    before.current = now;
    setTold(now);
  });
  const totals = told ?? data?.organizationTotals;
  if (!totals) {
    return faults.length > 0 ? <Faults faults={faults} again={again} /> : <Loading />;
  }
  return (
    <>
      <div class="head">
        <PageTitle text={t("overview")} />
      </div>
      {told === null && <Faults faults={faults} again={again} />}
      {totals.currencies.map((c) => (
        <CurrencyCards key={c.currency} totals={c} month={totals.month} alone={totals.currencies.length === 1} />
      ))}
      <Overdue />
    </>
  );
}

interface CardsProps {
  totals: Currency;
  month: string;
  alone: boolean; // the only currency: it needs no name
}

function CurrencyCards({ totals: c, month, alone }: CardsProps) {
  const name = (heading: string) => (alone ? heading : `${heading} · ${c.currency}`);
  return (
    <div class="balances glance">
      {c.receivable && (
        <Card heading={name(t("toReceive"))}>
          <Figure label={t("clientsOwe")} money={c.receivable} net />
          <Late money={c.receivableOverdue} count={c.receivableOverdueCount} href="/documents?type=INVOICE&overdue=yes&order=DUE_DATE" />
          <Figure label={t("clientCredit")} money={c.clientCredit} />
        </Card>
      )}
      {c.payable && (
        <Card heading={name(t("toPay"))}>
          <Figure label={t("weOwe")} money={c.payable} net />
          <Late money={c.payableOverdue} count={c.payableOverdueCount} href="/documents?type=BILL&overdue=yes&order=DUE_DATE" />
          <Figure label={t("supplierCredit")} money={c.supplierCredit} />
        </Card>
      )}
      {c.cashIn && (
        <Card heading={name(t("cashOf", { month: formatMonth(month, locale()) }))}>
          <Figure label={t("cashIn")} money={c.cashIn} net />
          <Figure label={t("cashOut")} money={c.cashOut} />
        </Card>
      )}
    </div>
  );
}

function Card({ heading, children }: { heading: string; children: ComponentChildren }) {
  return (
    <section class="card balance" aria-label={heading}>
      <h2>{heading}</h2>
      <dl>{children}</dl>
    </section>
  );
}

interface FigureProps {
  label: string;
  money: Money | null | undefined; // null: the reader's role does not see it
  net?: boolean;
}

function Figure({ label, money, net = false }: FigureProps) {
  return money ? (
    <div class={net ? "net" : undefined}>
      <dt>{label}</dt>
      <dd>
        <LiveAmount money={money} />
      </dd>
    </div>
  ) : null;
}

function Late({ money, count, href }: { money: Money | null | undefined; count: number | null | undefined; href: string }) {
  if (!money) {
    return null;
  }
  return (
    <div>
      <dt>{t("ofItOverdue")}</dt>
      <dd class={sign(money.amount) > 0 ? "late" : undefined}>
        <LiveAmount money={money} />
        {count ? (
          <small>
            <Link href={href}>{tn("documentsOne", "documentsOther", count)}</Link>
          </small>
        ) : null}
      </dd>
    </div>
  );
}

const shown = 5;

// Overdue are the documents that are overdue longest.
function Overdue() {
  const moved = useBusinessMoves();
  return (
    <section>
      <h2>{t("overdueLongest")}</h2>
      <Pages
        document={DocumentsDocument}
        variables={(after) => ({ first: shown, after, filter: { overdue: true }, orderBy: "DUE_DATE" as const })}
        connection={(data) => data.documents}
        types={["Document"]}
        moved={moved}
        rows={(nodes) => <InvoiceRows invoices={nodes} address={(id, row) => `/contacts/${row.contact.id}?view=documents&document=${id}`} />}
        frame={(pages) => <InvoiceTable>{pages}</InvoiceTable>}
        empty={<Empty text={t("nothingOverdue")} />}
      />
    </section>
  );
}

// What is read out, in this order, when it has moved.
const heard = [
  ["receivable", "toReceive"],
  ["payable", "toPay"],
  ["cashIn", "cashIn"],
  ["cashOut", "cashOut"],
] as const satisfies readonly (readonly [keyof Currency, Key])[];

function announceMoves(before: TotalsFragment, now: TotalsFragment): void {
  const moves = now.currencies.flatMap((c) => {
    const old = before.currencies.find((o) => o.currency === c.currency);
    return heard.flatMap(([part, text]) => {
      const money = c[part];
      return money && money.amount !== old?.[part]?.amount ? [`${t(text)}: ${formatMoney(money, locale())}`] : [];
    });
  });
  if (moves.length > 0) {
    announce(moves.join(", "));
  }
}
