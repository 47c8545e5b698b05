import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction, useQuery } from "../api/hooks.ts";
import { formatMoney } from "../format/amount.ts";
import { moves, type Balance } from "../format/balance.ts";
import { countryName } from "../format/country.ts";
import {
  ArchiveContactDocument,
  ContactDocument,
  RestoreContactDocument,
  UpdateContactDocument,
  type ContactCardFragment,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { go, Link, usePlace, withQuery } from "../router.tsx";
import { mayBook, mayEdit } from "../role.ts";
import { announce } from "../ui/announcer.tsx";
import { BalanceCards, staffVerdict } from "../ui/balance-card.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { EmailLink } from "../ui/email-link.tsx";
import { Faults } from "../ui/fault.tsx";
import { useLiveBalances } from "../ui/live-balances.ts";
import { Loading, PageTitle } from "../ui/page.tsx";
import { Views, viewOf } from "../ui/views.tsx";
import { AccessView } from "./contact-access.tsx";
import { ContactForm } from "./contact-form.tsx";
import { DocumentsView } from "./contact-documents.tsx";
import { NotesView } from "./contact-notes.tsx";
import { PaymentsView } from "./contact-payments.tsx";
import { StatementView } from "./contact-statement.tsx";
import { RoleTags } from "./contacts.tsx";
import { DocumentDialog } from "./document.tsx";
import { InvoiceEditor } from "./invoice-editor.tsx";
import { PaymentDialog } from "./payment-dialog.tsx";

// What the parts of the screen need to know of the contact and the business.
export interface Card {
  contact: ContactCardFragment;
  balances: readonly Balance[]; // live
  moved: number; // raised by every change of the balances: what lists ask again by
  baseCurrency: string;
  timeZone: string;
  mayEdit: boolean; // contact and invoices, now
  mayBook: boolean; // payments, now
}

// ContactScreen is the account card of one contact.
export function ContactScreen({ id, role }: { id: string; role: string }) {
  const { data, faults, again } = useQuery(ContactDocument, { id });
  const balancesOf = useLiveBalances(data?.contact ? [data.contact.id] : [], (_, balances) => {
    for (const b of balances) {
      announce(
        t("balanceAnnounce", {
          side: sideName(b),
          currency: b.currency,
          outstanding: formatMoney(b.outstanding, locale()),
          credit: formatMoney(b.credit, locale()),
          net: formatMoney(b.net, locale()),
        }),
      );
    }
  });
  if (!data?.contact) {
    return faults.length > 0 ? <Missing faults={faults} again={again} /> : <Loading />;
  }
  const contact = data.contact;
  const active = !contact.archivedAt;
  const balances = balancesOf(contact.id, contact.balances);
  const card: Card = {
    contact,
    balances,
    moved: moves(balances),
    baseCurrency: data.organization.baseCurrency,
    timeZone: data.organization.timeZone,
    mayEdit: active && mayEdit(role),
    mayBook: active && mayBook(role),
  };
  return (
    <>
      <Link href="/contacts" class="up">
        {t("contacts")}
      </Link>
      <Faults faults={faults} again={again} />
      <Head card={card} role={role} />
      {!active && <p class="notice">{t("archivedNote")}</p>}
      <div class="columns">
        <div>
          <BalanceCards
            balances={card.balances}
            words={{
              heading: (b) => `${sideName(b)} · ${b.currency}`,
              outstanding: t("outstanding"),
              credit: t("credit"),
              net: t("net"),
              verdict: staffVerdict,
            }}
          />
          <CardViews card={card} />
        </div>
        <Details contact={contact} />
      </div>
    </>
  );
}

function Missing({ faults, again }: { faults: readonly Fault[]; again(): void }) {
  return (
    <div class="empty">
      <PageTitle text={t("notFoundTitle")} />
      <Faults faults={faults} again={again} />
      <Link href="/contacts">{t("contacts")}</Link>
    </div>
  );
}

const sideName = (b: Balance) => t(b.side === "SUPPLIER" ? "supplierSide" : "clientSide");

function Head({ card: { contact }, role }: { card: Card; role: string }) {
  const [open, setOpen] = useState<"edit" | "archive" | null>(null);
  const close = () => setOpen(null);
  const update = useAction(UpdateContactDocument);
  const archive = useAction(ArchiveContactDocument, { types: ["Contact", "PortalAccess"] });
  const restore = useAction(RestoreContactDocument, { types: ["Contact"] });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  return (
    <>
      <div class="head">
        <PageTitle text={contact.displayName} />
        <span class="tags">
          <RoleTags contact={contact} />
        </span>
        <span class="space" />
        {mayEdit(role) && (
          <div class="actions">
            {!contact.isClient && !contact.archivedAt && (
              <button
                type="button"
                class="primary"
                onClick={async () => setFaults((await update.run({ id: contact.id, version: contact.version, isClient: true })).faults)}
              >
                {t("makeClient")}
              </button>
            )}
            {contact.archivedAt ? (
              <button type="button" onClick={async () => setFaults((await restore.run({ id: contact.id })).faults)}>
                {t("restore")}
              </button>
            ) : (
              <>
                <button type="button" onClick={() => setOpen("edit")}>
                  {t("edit")}
                </button>
                <button type="button" onClick={() => setOpen("archive")}>
                  {t("archive")}
                </button>
              </>
            )}
          </div>
        )}
      </div>
      <Faults faults={faults} />
      {open === "edit" && <ContactForm contact={contact} close={close} />}
      {open === "archive" && (
        <Confirm
          title={t("archive")}
          question={t("archiveQuestion", { name: contact.displayName })}
          action={t("archive")}
          danger
          close={close}
          run={async () => (await archive.run({ id: contact.id })).faults}
        />
      )}
    </>
  );
}

function CardViews({ card }: { card: Card }) {
  const { query } = usePlace();
  const [open, setOpen] = useState<"invoice" | "payment" | null>(null);
  const views = [
    { value: "documents", text: t("documents") },
    { value: "payments", text: t("payments") },
    { value: "statement", text: t("statement") },
    { value: "notes", text: t("notes") },
    { value: "portal", text: t("portalAccess") },
  ];
  const view = viewOf(views, query);
  const shownDocument = query.get("document");
  return (
    <>
      <div class="viewbar">
        <Views label={t("views")} views={views} current={view} />
        <div class="actions">
          {card.mayEdit && card.contact.isClient && (
            <button type="button" onClick={() => setOpen("invoice")}>
              {t("newInvoice")}
            </button>
          )}
          {card.mayBook && (card.contact.isClient || card.contact.isSupplier) && (
            <button type="button" class="primary" onClick={() => setOpen("payment")}>
              {t("newPayment")}
            </button>
          )}
        </div>
      </div>
      {view === "documents" && <DocumentsView card={card} />}
      {view === "payments" && <PaymentsView card={card} />}
      {view === "statement" && <StatementView card={card} />}
      {view === "notes" && <NotesView card={card} />}
      {view === "portal" && <AccessView card={card} />}
      {open === "invoice" && (
        <InvoiceEditor
          card={card}
          close={() => setOpen(null)}
          done={(id) => go(withQuery({ view: null, document: id }))}
        />
      )}
      {open === "payment" && <PaymentDialog card={card} close={() => setOpen(null)} />}
      {shownDocument && <DocumentDialog card={card} id={shownDocument} close={() => go(withQuery({ document: null }), { replace: true })} />}
    </>
  );
}

function Details({ contact }: { contact: ContactCardFragment }) {
  const person = [contact.firstName, contact.lastName].filter(Boolean).join(" ");
  const lines: [string, ComponentChildren][] = [];
  if (person && person !== contact.displayName) {
    lines.push([t("person"), person]);
  }
  if (contact.profession) {
    lines.push([t("profession"), contact.profession]);
  }
  if (contact.vatNumber) {
    lines.push([t("vatNumber"), contact.vatNumber]);
  }
  for (const e of contact.emails) {
    lines.push([t("email"), <EmailLink email={e.email} />]);
  }
  for (const p of contact.phones) {
    lines.push([t("phone"), <a href={`tel:${p.number.replace(/[^\d+]/g, "")}`}>{p.number}</a>]);
  }
  if (/^https?:\/\//.test(contact.website)) {
    lines.push([
      t("website"),
      <a href={contact.website} rel="noopener noreferrer" target="_blank">
        {contact.website.replace(/^https?:\/\//, "")}
      </a>,
    ]);
  } else if (contact.website) {
    lines.push([t("website"), contact.website]);
  }
  for (const a of contact.addresses) {
    lines.push([t("address"), [a.line, [a.postalCode, a.city].filter(Boolean).join(" "), a.region, countryName(a.country, locale())].filter(Boolean).join(", ")]);
  }
  if (lines.length === 0) {
    return null;
  }
  return (
    <aside class="card details" aria-label={t("details")}>
      <h2>{t("details")}</h2>
      <dl>
        {lines.map(([label, value], i) => (
          <div key={i}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}
