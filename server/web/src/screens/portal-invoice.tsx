import { useState } from "preact/hooks";
import { useQuery } from "../api/hooks.ts";
import { PortalInvoiceDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { Faults } from "../ui/fault.tsx";
import { InvoiceSheet } from "../ui/invoice-sheet.tsx";
import { useOwnBalances } from "../ui/live-portal.ts";
import { Loading, PageTitle } from "../ui/page.tsx";
import { PayOnline } from "./pay-online.tsx";
import { StateTags } from "./contact-documents.tsx";
import { PortalMessages } from "./portal-messages.tsx";

// PortalInvoiceScreen shows a customer one invoice, as it stands now.
export function PortalInvoiceScreen({ id }: { id: string }) {
  const [moved, setMoved] = useState(0);
  const { data, faults, again } = useQuery(PortalInvoiceDocument, { id }, { moved });
  const invoice = data?.portal.invoice;
  if (!data && faults.length === 0) {
    return <Loading />;
  }
  return (
    <>
      <Link href="/portal" class="up">
        {t("portalTitle")}
      </Link>
      <Faults faults={faults} again={again} />
      {data?.portal.contacts.map((contact) => (
        <Follower key={contact.id} contactId={contact.id} moved={() => setMoved((n) => n + 1)} />
      ))}
      {invoice && (
        <>
          <div class="head">
            <PageTitle text={t("invoiceTitle", { number: invoice.number })} />
            <span class="tags">
              <StateTags document={invoice} />
            </span>
            <span class="space" />
            <PayOnline owed={invoice.remaining} documentId={invoice.id} />
            <button type="button" class="screen" onClick={() => print()}>
              {t("print")}
            </button>
          </div>
          <div class="card inset">
            <InvoiceSheet
              sheet={invoice}
              from={
                <div>
                  <p class="label">{t("from")}</p>
                  <p class="text">
                    {[data.portal.business.name, data.portal.business.address, data.portal.business.vatNumber && `${t("vatNumber")} ${data.portal.business.vatNumber}`]
                      .filter(Boolean)
                      .join("\n")}
                  </p>
                </div>
              }
            />
          </div>
          {data.portal.contacts.length === 1 && <PortalMessages contactId={data.portal.contacts[0]!.id} documentId={invoice.id} />}
        </>
      )}
    </>
  );
}

// Follower says when a contact's balance moved: an invoice may have been paid, then.
function Follower({ contactId, moved }: { contactId: string; moved(): void }) {
  useOwnBalances(contactId, [], moved);
  return null;
}
