import { useState } from "preact/hooks";
import { useAction, useLive, useMoves, useQuery } from "../api/hooks.ts";
import { formatDay, formatInstant } from "../format/day.ts";
import {
  AcceptPortalEstimateDocument,
  PortalDocumentChangedDocument,
  PortalDocumentsDocument,
  PortalSheetOfDocument,
  RejectPortalEstimateDocument,
  type PortalSheetFragment,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { announce } from "../ui/announcer.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { entered, Form, FormFaults, Submit, TextArea } from "../ui/form.tsx";
import { InvoiceSheet } from "../ui/invoice-sheet.tsx";
import { Empty, Loading, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { InvoiceRows, InvoiceTable, StateTags } from "./contact-documents.tsx";
import { PortalMessages } from "./portal-messages.tsx";

// PortalDocuments are a customer's estimates and credit notes.
export function PortalDocuments({ contactId, moved }: { contactId: string; moved: number }) {
  const [changed, touch] = useMoves();
  useLive(PortalDocumentChangedDocument, { contactId }, touch);
  return (
    <Pages
      document={PortalDocumentsDocument}
      variables={(after) => ({ id: contactId, after })}
      connection={(data) => data.portal.contact?.documents}
      types={["PortalDocument"]}
      moved={moved + changed}
      rows={(nodes) => <InvoiceRows invoices={nodes} address={(id) => `/portal/documents/${id}`} />}
      frame={(pages) => <InvoiceTable>{pages}</InvoiceTable>}
      empty={<Empty text={t("portalDocumentsEmpty")} />}
    />
  );
}

// PortalDocumentScreen shows a customer one document, which they may accept or decline where it is
// an estimate.
export function PortalDocumentScreen({ id }: { id: string }) {
  const [moved, setMoved] = useState(0);
  const { data, faults, again } = useQuery(PortalSheetOfDocument, { id }, { types: ["PortalDocument"], moved });
  const found = data?.portal.document;
  const contacts = data?.portal.contacts ?? [];
  if (!data && faults.length === 0) {
    return <Loading />;
  }
  return (
    <>
      <Link href="/portal?view=estimates" class="up">
        {t("portalTitle")}
      </Link>
      <Faults faults={faults} again={again} />
      {contacts.map((contact) => (
        <Follower key={contact.id} contactId={contact.id} id={id} changed={() => setMoved((n) => n + 1)} />
      ))}
      {found && (
        <>
          <div class="head">
            <PageTitle text={`${t(`type${found.type}`)} ${found.number}`} />
            <span class="tags">
              <StateTags document={found} />
            </span>
            <span class="space" />
            <a class="button screen" href={`/documents/${found.id}/pdf`} target="_blank" rel="noreferrer">
              PDF
            </a>
          </div>
          {found.mayDecide && <Decide estimate={found} />}
          {found.decision && (
            <p class="notice good">
              {t(found.status === "REJECTED" ? "youDeclined" : "youAccepted", { date: formatInstant(found.decision.at, locale()) })} {found.decision.comment}
            </p>
          )}
          <div class="card inset">
            <InvoiceSheet sheet={found} last={t(found.type === "ESTIMATE" ? "lastDay" : "due")} owed={found.type !== "ESTIMATE"} />
          </div>
          {contacts.length === 1 && <PortalMessages contactId={contacts[0]!.id} documentId={found.id} />}
        </>
      )}
    </>
  );
}

function Follower({ contactId, id, changed }: { contactId: string; id: string; changed(): void }) {
  useLive(PortalDocumentChangedDocument, { contactId }, ({ portalDocumentChanged: d }) => {
    if (d.id === id) {
      changed();
    }
  });
  return null;
}

function Decide({ estimate }: { estimate: PortalSheetFragment }) {
  const accept = useAction(AcceptPortalEstimateDocument, { types: ["PortalDocument"] });
  const reject = useAction(RejectPortalEstimateDocument, { types: ["PortalDocument"] });
  const [open, setOpen] = useState<"accept" | "reject" | null>(null);
  const words = open === "reject" ? "estimateDecline" : "estimateAccept";
  return (
    <section class="card inset stack" aria-label={t("estimateDecide")}>
      <p>{t("estimateUntil", { date: formatDay(estimate.dueDate, locale()) })}</p>
      <div class="actions">
        <button type="button" onClick={() => setOpen("reject")}>
          {t("estimateDecline")}
        </button>
        <button type="button" class="primary" onClick={() => setOpen("accept")}>
          {t("estimateAccept")}
        </button>
      </div>
      {open && (
        <Dialog title={t(words)} close={() => setOpen(null)}>
          <Form
            submit={async (data) => {
              const { data: done, faults } = await (open === "accept" ? accept : reject).run({ id: estimate.id, comment: entered(data, "comment") });
              if (done) {
                setOpen(null);
                announce(t(open === "accept" ? "estimateAccepted" : "estimateDeclined"));
              }
              return faults;
            }}
          >
            <FormFaults />
            <TextArea name="comment" label={`${t("estimateComment")} (${t("optional")})`} rows={3} maxLength={1000} />
            <Submit>{t(words)}</Submit>
          </Form>
        </Dialog>
      )}
    </section>
  );
}
