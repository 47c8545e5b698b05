import type { ComponentChildren } from "preact";
import { useLive, useMoves } from "../api/hooks.ts";
import { ContactDocumentsDocument, DocumentChangedDocument, type DocumentRowFragment, type PaidState, type PortalInvoiceRowFragment } from "../gql/graphql.ts";
import { formatDay } from "../format/day.ts";
import { locale, t } from "../i18n/language.ts";
import { Link, withQuery } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import type { Card } from "./contact.tsx";

// DocumentsView lists the contact's documents; one of them opens over the list.
export function DocumentsView({ card: { contact, moved } }: { card: Card }) {
  const [changed, touch] = useMoves();
  useLive(DocumentChangedDocument, { contactId: contact.id }, touch);
  return (
    <Pages
      document={ContactDocumentsDocument}
      variables={(after) => ({ id: contact.id, after })}
      connection={(data) => data.contact?.documents}
      types={["Document"]}
      moved={moved + changed}
      rows={(nodes) => <InvoiceRows invoices={nodes} address={(id) => withQuery({ document: id })} />}
      frame={(pages) => <InvoiceTable>{pages}</InvoiceTable>}
      empty={<Empty text={t("documentsEmpty")} />}
    />
  );
}

export function InvoiceTable({ children }: { children: ComponentChildren }) {
  return (
    <table class="card rows">
      <caption class="unseen">{t("documents")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("number")}</th>
          <th scope="col" class="wide">
            {t("date")}
          </th>
          <th scope="col" class="wide">
            {t("due")}
          </th>
          <th scope="col" class="money wide">
            {t("total")}
          </th>
          <th scope="col" class="money">
            {t("remaining")}
          </th>
        </tr>
      </thead>
      {children}
    </table>
  );
}

type Row = Omit<DocumentRowFragment | PortalInvoiceRowFragment, "paidState" | "payable"> & {
  paidState: PaidState | null;
  status?: DocumentRowFragment["status"];
  type?: DocumentRowFragment["type"];
  isExpired?: boolean;
  contactName?: string; // where the list is not of one contact
};

// documentName is what a document is called in a list.
export function documentName({ number, type = "INVOICE" }: { number: string; type?: DocumentRowFragment["type"] }): string {
  return number || t(type === "INVOICE" ? "draftInvoice" : `type${type}`);
}

interface InvoiceRowsProps<R extends Row> {
  invoices: readonly R[];
  address(id: string, row: R): string;
}

export function InvoiceRows<R extends Row>({ invoices, address }: InvoiceRowsProps<R>) {
  return (
    <tbody>
      {invoices.map((invoice) => (
        <tr key={invoice.id} class={invoice.status === "VOID" ? "void" : undefined}>
          <th scope="row">
            <Link href={address(invoice.id, invoice)} class="cover">
              {documentName(invoice)}
            </Link>
            {invoice.contactName && <small>{invoice.contactName}</small>}
            <span class="tags">
              <StateTags document={invoice} />
            </span>
            <small class="narrow">
              <span class="together">{formatDay(invoice.date, locale())},</span>{" "}
              <span class={invoice.isOverdue ? "together late" : "together"}>{t("dueOn", { date: formatDay(invoice.dueDate, locale()) })}</span>
            </small>
          </th>
          <td class="wide">{formatDay(invoice.date, locale())}</td>
          <td class={invoice.isOverdue ? "wide late" : "wide"}>{formatDay(invoice.dueDate, locale())}</td>
          <td class="money wide">
            <Amount money={invoice.total} />
          </td>
          <td class="money">
            <Amount money={invoice.remaining} />
            <small class="narrow">
              {t("total")} <Amount money={invoice.total} />
            </small>
          </td>
        </tr>
      ))}
    </tbody>
  );
}

const paidTones = { UNPAID: "pale", PARTIAL: "warn", PAID: "good" } as const;

const isCredit = ({ type }: Row): boolean => type === "CREDIT_NOTE" || type === "SUPPLIER_CREDIT";

// StateTags says how far a document is: draft, void, or how far it is paid.
export function StateTags({ document }: { document: Row }) {
  if (document.status && document.status !== "ISSUED") {
    return <span class={`tag ${document.status === "ACCEPTED" ? "good" : "pale"}`}>{t(`status${document.status}`)}</span>;
  }
  return (
    <>
      {document.paidState && <span class={`tag ${paidTones[document.paidState]}`}>{t(`${isCredit(document) ? "used" : "paid"}${document.paidState}`)}</span>}
      {document.isOverdue && <span class="tag bad">{t("overdue")}</span>}
      {document.isExpired && <span class="tag warn">{t("expired")}</span>}
    </>
  );
}
