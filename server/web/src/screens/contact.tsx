import { useEffect, useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useQuery } from "../api/hooks.ts";
import { formatMoney } from "../format/amount.ts";
import { moves, type Balance } from "../format/balance.ts";
import { ContactDocument, ContactDuplicatesDocument, type ContactCardFragment, type DocumentType } from "../gql/graphql.ts";
import { locale, t, tn } from "../i18n/language.ts";
import { go, Link, usePlace, withQuery } from "../router.tsx";
import { mayBook, mayEdit, maySeeHistory } from "../role.ts";
import { announce } from "../ui/announcer.tsx";
import { BalanceCards, staffVerdict } from "../ui/balance-card.tsx";
import { Faults } from "../ui/fault.tsx";
import { useLiveBalances } from "../ui/live-balances.ts";
import { Menu } from "../ui/menu.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { Views, viewOf } from "../ui/views.tsx";
import { Attachments } from "./attachments.tsx";
import { AccessView } from "./contact-access.tsx";
import { HistoryView } from "./contact-changes.tsx";
import { MonthsChart } from "./contact-chart.tsx";
import { Details } from "./contact-details.tsx";
import { DocumentsView } from "./contact-documents.tsx";
import { Head } from "./contact-head.tsx";
import { NotesView } from "./contact-notes.tsx";
import { PaymentsView } from "./contact-payments.tsx";
import { StatementView } from "./contact-statement.tsx";
import { TimelineView } from "./contact-timeline.tsx";
import { DocumentDialog } from "./document.tsx";
import { InvoiceEditor } from "./invoice-editor.tsx";
import { Merges } from "./merges.tsx";
import { PaymentDialog } from "./payment-dialog.tsx";
import { ContactMessages } from "./contact-messages.tsx";
import { ContactProjects } from "./projects.tsx";
import { RegistryChecks } from "./registry-refresh.tsx";

// What the parts of the screen need to know of the contact and the business.
export interface Card {
  contact: ContactCardFragment;
  balances: readonly Balance[]; // live
  moved: number; // raised by every change of the balances: what lists ask again by
  baseCurrency: string;
  timeZone: string;
  role: string; // of the reader
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
  const answered = data?.contact?.id;
  useEffect(() => {
    // The id of a contact that was merged answers with the one that stayed.
    if (answered && answered !== id) {
      go(`/contacts/${answered}${location.search}`, { replace: true });
    }
  }, [answered]);
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
    role,
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
      {card.mayEdit && <DuplicatesHint id={contact.id} />}
      <Merges contactId={contact.id} role={role} />
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
          <MonthsChart card={card} />
          <CardViews card={card} />
        </div>
        <Details card={card} />
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

// DuplicatesHint says that others may be the same contact, and leads to their merge.
function DuplicatesHint({ id }: { id: string }) {
  const { data } = useQuery(ContactDuplicatesDocument, { id }, { types: ["Contact", "Duplicate"] });
  const others = data?.contact?.duplicates.map((d) => d.contact) ?? [];
  if (others.length === 0) {
    return null;
  }
  return (
    <p class="notice">
      {tn("duplicatesHintOne", "duplicatesHintOther", others.length)} {others.map((o) => o.displayName).join(", ")}.{" "}
      <Link href={`/contacts/${id}/merge?with=${others.map((o) => o.id).join(",")}`}>{t("duplicatesLook")}</Link>
    </p>
  );
}

// otherTypes are what can be made for the contact besides an invoice.
function otherTypes({ contact, mayBook: purchases }: Card): DocumentType[] {
  return [
    ...(contact.isClient ? (["ESTIMATE", "CREDIT_NOTE"] as const) : []),
    ...(!contact.isClient && !contact.isSupplier ? (["ESTIMATE"] as const) : []),
    ...(contact.isSupplier && purchases ? (["BILL", "EXPENSE", "SUPPLIER_CREDIT"] as const) : []),
  ];
}

const sideName = (b: Balance) => t(b.side === "SUPPLIER" ? "supplierSide" : "clientSide");

function CardViews({ card }: { card: Card }) {
  const { query } = usePlace();
  const [open, setOpen] = useState<DocumentType | "payment" | null>(null);
  const views = [
    { value: "timeline", text: t("timeline") },
    { value: "documents", text: t("documents") },
    { value: "payments", text: t("payments") },
    { value: "statement", text: t("statement") },
    ...(card.contact.isClient ? [{ value: "projects", text: t("projects") }] : []),
    { value: "notes", text: t("notes") },
    { value: "files", text: t("files") },
    { value: "portal", text: t("portalAccess") },
    { value: "messages", text: t("messages") },
    ...(card.contact.vatNumber ? [{ value: "registry", text: t("registryAnswers") }] : []),
    ...(maySeeHistory(card.role) ? [{ value: "history", text: t("history") }] : []),
  ];
  const view = viewOf(views, query);
  const shownDocument = query.get("document");
  return (
    <>
      <div class="viewbar">
        <Views label={t("views")} views={views} current={view} />
        <div class="actions">
          {card.mayEdit && card.contact.isClient && (
            <button type="button" onClick={() => setOpen("INVOICE")}>
              {t("newInvoice")}
            </button>
          )}
          {card.mayEdit && otherTypes(card).length > 0 && (
            <Menu label={t("newDocument")}>
              {otherTypes(card).map((type) => (
                <button key={type} type="button" onClick={() => setOpen(type)}>
                  {t(`type${type}`)}
                </button>
              ))}
            </Menu>
          )}
          {card.mayBook && (card.contact.isClient || card.contact.isSupplier) && (
            <button type="button" class="primary" onClick={() => setOpen("payment")}>
              {t("newPayment")}
            </button>
          )}
        </div>
      </div>
      {view === "timeline" && <TimelineView card={card} />}
      {view === "documents" && <DocumentsView card={card} />}
      {view === "payments" && <PaymentsView card={card} />}
      {view === "statement" && <StatementView card={card} />}
      {view === "projects" && <ContactProjects contactId={card.contact.id} />}
      {view === "notes" && <NotesView card={card} />}
      {view === "files" && <Attachments contactId={card.contact.id} role={card.role} />}
      {view === "portal" && <AccessView card={card} />}
      {view === "messages" && <ContactMessages contactId={card.contact.id} mayWrite={card.mayEdit} />}
      {view === "registry" && <RegistryChecks contactId={card.contact.id} />}
      {view === "history" && <HistoryView card={card} />}
      {open && open !== "payment" && (
        <InvoiceEditor
          card={card}
          type={open}
          close={() => setOpen(null)}
          done={(id) => go(withQuery({ view: "documents", kinds: null, document: id }))}
        />
      )}
      {open === "payment" && <PaymentDialog card={card} close={() => setOpen(null)} />}
      {shownDocument && <DocumentDialog card={card} id={shownDocument} close={() => go(withQuery({ document: null }), { replace: true })} />}
    </>
  );
}
