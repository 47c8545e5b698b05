import { useQuery } from "../api/hooks.ts";
import { formatMoney, sign } from "../format/amount.ts";
import { moves, type Balance } from "../format/balance.ts";
import { formatDay } from "../format/day.ts";
import { PortalDocument, PortalInvoicesDocument, PortalPaymentsDocument, PortalStatementDocument, type PortalQuery } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { go, usePlace, withQuery } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { announce } from "../ui/announcer.tsx";
import { BalanceCards } from "../ui/balance-card.tsx";
import { EmailLink } from "../ui/email-link.tsx";
import { Faults } from "../ui/fault.tsx";
import { useOwnBalances } from "../ui/live-portal.ts";
import { Empty, Loading, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { Period } from "../ui/period.tsx";
import { StatementTable } from "../ui/statement-table.tsx";
import { Views, viewOf } from "../ui/views.tsx";
import { PayOnline } from "./pay-online.tsx";
import { InvoiceRows, InvoiceTable } from "./contact-documents.tsx";
import { PortalDocuments } from "./portal-documents.tsx";
import { PortalMessages } from "./portal-messages.tsx";

type PortalData = PortalQuery["portal"];

// PortalScreen is a customer's own account card, one of them where they have several.
export function PortalScreen() {
  const { data, faults, again } = useQuery(PortalDocument, {});
  const { query } = usePlace();
  if (!data) {
    return faults.length > 0 ? <Faults faults={faults} again={again} /> : <Loading />;
  }
  const { business, contacts } = data.portal;
  const contact = contacts.find((c) => c.id === query.get("contact")) ?? contacts[0];
  return (
    <>
      <Faults faults={faults} again={again} />
      <div class="head">
        <PageTitle text={contact?.name ?? t("portalTitle")} />
        <span class="quiet">{t("portalWith", { business: business.name })}</span>
        <span class="space" />
        {contacts.length > 1 && (
          <label class="pick">
            {t("yourContacts")}
            <select value={contact?.id} onInput={(event) => go(withQuery({ contact: event.currentTarget.value }), { replace: true })}>
              {contacts.map((c) => (
                <option key={c.id} value={c.id}>
                  {c.name}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {contact ? (
        <div class="columns">
          <OwnCard key={contact.id} contact={contact} />
          <BusinessCard business={business} />
        </div>
      ) : (
        <Empty text={t("endedAccess")} />
      )}
    </>
  );
}

function OwnCard({ contact }: { contact: PortalData["contacts"][number] }) {
  const { query } = usePlace();
  const balances = useOwnBalances(contact.id, contact.balances, (now) => {
    for (const b of now) {
      announce(`${t("portalNet")}: ${formatMoney(b.net, locale())}, ${verdict(b)}`);
    }
  });
  const moved = moves(balances);
  const views = [
    { value: "invoices", text: t("invoices") },
    { value: "estimates", text: t("portalDocuments") },
    { value: "payments", text: t("payments") },
    { value: "statement", text: t("statement") },
    { value: "messages", text: t("messages") },
  ];
  const view = viewOf(views, query);
  return (
    <div>
      <BalanceCards
        balances={balances}
        words={{
          heading: (b) => `${t("balance")} · ${b.currency}`,
          outstanding: t("youOwe"),
          credit: t("yourCredit"),
          net: t("portalNet"),
          verdict,
        }}
      />
      <div class="actions">
        {balances.map((b) => (
          <PayOnline key={b.currency} owed={b.net} contactId={contact.id} />
        ))}
      </div>
      <div class="viewbar">
        <Views label={t("portalNavigation")} views={views} current={view} />
      </div>
      {view === "invoices" && <Invoices contactId={contact.id} moved={moved} />}
      {view === "estimates" && <PortalDocuments contactId={contact.id} moved={moved} />}
      {view === "messages" && <PortalMessages contactId={contact.id} />}
      {view === "payments" && <Payments contactId={contact.id} moved={moved} />}
      {view === "statement" && <OwnStatement contactId={contact.id} moved={moved} />}
    </div>
  );
}

function verdict(b: Balance): string {
  switch (sign(b.net.amount)) {
    case 1:
      return t("youOweThis");
    case 0:
      return t("youOweNothing");
    default:
      return t("inYourFavour");
  }
}

interface ViewProps {
  contactId: string;
  moved: number; // see useQuery
}

function Invoices({ contactId, moved }: ViewProps) {
  return (
    <Pages
      document={PortalInvoicesDocument}
      variables={(after) => ({ id: contactId, after })}
      connection={(data) => data.portal.contact?.invoices}
      types={["PortalInvoice"]}
      moved={moved}
      rows={(nodes) => <InvoiceRows invoices={nodes} address={(id) => `/portal/invoices/${id}`} />}
      frame={(pages) => <InvoiceTable>{pages}</InvoiceTable>}
      empty={<Empty text={t("invoicesEmpty")} />}
    />
  );
}

function Payments({ contactId, moved }: ViewProps) {
  return (
    <Pages
      document={PortalPaymentsDocument}
      variables={(after) => ({ id: contactId, after })}
      connection={(data) => data.portal.contact?.payments}
      types={["PortalPayment"]}
      moved={moved}
      rows={(nodes) =>
        nodes.map((payment) => (
          <li key={payment.id} class="spread">
            <span>
              {formatDay(payment.date, locale())} · {t(`method${payment.method}`)}
              {payment.reference && ` · ${payment.reference}`}
              {sign(payment.credit.amount) > 0 && (
                <span class="tags">
                  <span class="tag warn">{t("creditLeft", { amount: formatMoney(payment.credit, locale()) })}</span>
                </span>
              )}
            </span>
            <Amount money={payment.amount} class="large" />
          </li>
        ))
      }
      frame={(pages) => <ul class="card plain">{pages}</ul>}
      empty={<Empty text={t("paymentsEmpty")} />}
    />
  );
}

function OwnStatement({ contactId, moved }: ViewProps) {
  const { query } = usePlace();
  const from = query.get("from") ?? "";
  const to = query.get("to") ?? "";
  const { data, faults, again } = useQuery(PortalStatementDocument, { id: contactId, from: from || null, to: to || null }, { moved });
  const tables = data?.portal.contact?.statement;
  return (
    <>
      <div class="finder">
        <Period from={from} to={to} timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone} />
      </div>
      <Faults faults={faults} again={again} />
      {!data && faults.length === 0 && <Loading />}
      {tables?.length === 0 && <Empty text={t("statementEmpty")} />}
      {tables?.map((table) => (
        <StatementTable key={table.currency} table={table} />
      ))}
    </>
  );
}

function BusinessCard({ business }: { business: PortalData["business"] }) {
  const lines = [business.address, business.vatNumber && `${t("vatNumber")} ${business.vatNumber}`].filter(Boolean).join("\n");
  return (
    <aside class="card details" aria-label={business.name}>
      <h2>{business.name}</h2>
      {lines && <p class="text">{lines}</p>}
      {business.email && (
        <p>
          <EmailLink email={business.email} />
        </p>
      )}
      {business.phone && (
        <p>
          <a href={`tel:${business.phone.replace(/[^\d+]/g, "")}`}>{business.phone}</a>
        </p>
      )}
    </aside>
  );
}
