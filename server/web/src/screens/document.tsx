import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatInstant } from "../format/day.ts";
import {
  AcceptEstimateDocument,
  CreditInvoiceDocument,
  DeleteDocumentDocument,
  DocumentDocument,
  DuplicateDocumentDocument,
  InvoiceEstimateDocument,
  IssueDocumentDocument,
  RejectEstimateDocument,
  RestoreDocumentDocument,
  RevertDocumentDocument,
  VoidDocumentDocument,
  type DocumentSheetFragment,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { go, Link, withQuery } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { entered, Form, FormFaults, Submit, TextArea } from "../ui/form.tsx";
import { Menu } from "../ui/menu.tsx";
import { Faults } from "../ui/fault.tsx";
import { InvoiceSheet } from "../ui/invoice-sheet.tsx";
import { Loading } from "../ui/page.tsx";
import { PrintButton } from "../ui/print.tsx";
import type { Card } from "./contact.tsx";
import { DocumentFiles } from "./attachments.tsx";
import { documentName, StateTags } from "./contact-documents.tsx";
import { AllocationEnd, CreditActions } from "./credit-actions.tsx";
import { LinksButton } from "./document-links.tsx";
import { InvoiceEditor } from "./invoice-editor.tsx";

// DocumentDialog shows one document and what can be done with it in its state.
export function DocumentDialog({ card, id, close }: { card: Card; id: string; close(): void }) {
  const { data, faults, again } = useQuery(DocumentDocument, { id }, { types: ["Document"], moved: card.moved });
  const [editing, setEditing] = useState(false);
  const document = data?.document;
  if (editing && document) {
    return <InvoiceEditor card={card} draft={document} close={() => setEditing(false)} done={() => setEditing(false)} />;
  }
  return (
    <Dialog title={document ? documentName(document) : t("document")} close={close} wide>
      <Faults faults={faults} again={again} />
      {!document && faults.length === 0 && <Loading />}
      {document && (
        <>
          <p class="tags">
            {document.type !== "INVOICE" && <span class="tag">{t(`type${document.type}`)}</span>}
            <StateTags document={document} />
          </p>
          <InvoiceSheet
            sheet={document}
            party={t(isPurchase(document) ? "billFrom" : "billTo")}
            last={t(document.type === "ESTIMATE" ? "lastDay" : "due")}
            owed={document.type !== "ESTIMATE"}
          >
            <SettledBy document={document} />
          </InvoiceSheet>
          {document.decision && (
            <p class="notice">
              {t(document.status === "REJECTED" ? "declinedOn" : "acceptedOn", { date: formatInstant(document.decision.at, locale()) })}
              {document.decision.name && ` (${t("decidedByLink", { name: document.decision.name })})`}
              {document.decision.comment && ` – ${document.decision.comment}`}
            </p>
          )}
          <Related document={document} />
          <DocumentFiles documentId={document.id} editable={card.mayEdit} />
          {card.mayBook && <CreditActions document={document} />}
          {card.mayEdit && <Actions document={document} edit={() => setEditing(true)} close={close} />}
        </>
      )}
    </Dialog>
  );
}

const isPurchase = ({ type }: DocumentSheetFragment): boolean => type === "BILL" || type === "SUPPLIER_CREDIT" || type === "EXPENSE";

// Related leads to what the document was made from, and what was made from it.
function Related({ document: { origin, derived } }: { document: DocumentSheetFragment }) {
  if (!origin && derived.length === 0) {
    return null;
  }
  return (
    <p>
      {origin && (
        <>
          {t("madeFrom")} <Link href={withQuery({ document: origin.id })}>{documentName(origin)}</Link>{" "}
        </>
      )}
      {derived.map((d) => (
        <span key={d.id} class="together">
          {t("ledTo")} <Link href={withQuery({ document: d.id })}>{documentName(d)}</Link>{" "}
        </span>
      ))}
    </p>
  );
}

function SettledBy({ document }: { document: DocumentSheetFragment }) {
  if (document.allocations.length === 0) {
    return null;
  }
  return (
    <section>
      <h3>{t("settledBy")}</h3>
      <ul class="plain">
        {document.allocations.map((allocation) => (
          <li key={allocation.id} class="spread">
            <AllocationEnd allocation={allocation} of={document.id} />
            <Amount money={allocation.amount} />
          </li>
        ))}
      </ul>
    </section>
  );
}

// What is asked before it is done: the questions name what cannot be taken back.
type Question = "issue" | "void" | "delete" | "accept" | "reject";

function Actions({ document, edit, close }: { document: DocumentSheetFragment; edit(): void; close(): void }) {
  const input = { id: document.id };
  const changed = { types: ["Document", "Balance"] };
  const issue = useAction(IssueDocumentDocument, changed);
  const revert = useAction(RevertDocumentDocument, changed);
  const voiding = useAction(VoidDocumentDocument, changed);
  const restore = useAction(RestoreDocumentDocument, changed);
  const remove = useAction(DeleteDocumentDocument, changed);
  const duplicate = useAction(DuplicateDocumentDocument, changed);
  const invoice = useAction(InvoiceEstimateDocument, changed);
  const credit = useAction(CreditInvoiceDocument, changed);
  const [question, setQuestion] = useState<Question | null>(null);
  const [faults, setFaults] = useState<Fault[]>([]);
  // show opens what was made, or says why it was not.
  const show = (made: { id: string } | undefined, refused: Fault[]) => {
    setFaults(refused);
    if (made) {
      go(withQuery({ document: made.id }));
    }
  };
  const estimate = document.type === "ESTIMATE";
  const open = document.status === "ISSUED" || document.status === "REJECTED" || document.status === "ACCEPTED";
  const button = (text: string, act: () => void, tone = "") => (
    <button type="button" class={tone} onClick={act}>
      {text}
    </button>
  );
  return (
    <>
      <Faults faults={faults} />
      <div class="actions">
        {document.status === "DRAFT" && (
          <>
            {!document.number && button(t("deleteDraft"), () => setQuestion("delete"))}
            {button(t("edit"), edit)}
            {button(t("issue"), () => setQuestion("issue"), "primary")}
          </>
        )}
        <Menu label={t("moreActions")}>
          {button(t("duplicate"), async () => {
            const { data, faults: refused } = await duplicate.run(input);
            show(data?.duplicateDocument.document, refused);
          })}
          {open && document.status !== "ACCEPTED" && button(t("revert"), async () => setFaults((await revert.run(input)).faults))}
          {document.type === "INVOICE" && document.status === "ISSUED" && (
            <Link href={`/recurring?from=${document.id}`}>{t("makeRecurring")}</Link>
          )}
        </Menu>
        <PrintButton path={`/documents/${document.id}/pdf`} title={documentName(document)} />
        {document.type !== "BILL" && document.type !== "SUPPLIER_CREDIT" && document.type !== "EXPENSE" && (open || document.status === "INVOICED") && (
          <LinksButton documentId={document.id} />
        )}
        {open && button(t("void"), () => setQuestion("void"))}
        {estimate && open && document.status !== "REJECTED" && button(t("declineEstimate"), () => setQuestion("reject"))}
        {estimate && open && document.status !== "ACCEPTED" && button(t("acceptEstimate"), () => setQuestion("accept"))}
        {estimate &&
          (document.status === "ISSUED" || document.status === "ACCEPTED") &&
          button(
            t("invoiceIt"),
            async () => {
              const { data, faults: refused } = await invoice.run(input);
              show(data?.invoiceEstimate.document, refused);
            },
            "primary",
          )}
        {document.type === "INVOICE" &&
          document.status === "ISSUED" &&
          button(t("creditIt"), async () => {
            const { data, faults: refused } = await credit.run(input);
            show(data?.creditInvoice.document, refused);
          })}
        {document.status === "VOID" && button(t("restore"), async () => setFaults((await restore.run(input)).faults))}
      </div>
      {(question === "accept" || question === "reject") && (
        <DecisionDialog id={document.id} accepted={question === "accept"} close={() => setQuestion(null)} />
      )}
      {question === "issue" && (
        <Confirm
          title={t("issue")}
          question={t(document.type === "INVOICE" ? "issueQuestion" : estimate ? "issueEstimateQuestion" : "issueOtherQuestion")}
          action={t("issue")}
          close={() => setQuestion(null)}
          run={async () => (await issue.run(input)).faults}
        />
      )}
      {question === "void" && (
        <Confirm
          title={t("void")}
          question={t(document.type === "INVOICE" ? "voidQuestion" : "voidOtherQuestion", { number: document.number })}
          action={t("void")}
          danger
          close={() => setQuestion(null)}
          run={async () => (await voiding.run(input)).faults}
        />
      )}
      {question === "delete" && (
        <Confirm
          title={t("deleteDraft")}
          question={t("deleteQuestion")}
          action={t("deleteDraft")}
          danger
          close={() => setQuestion(null)}
          run={async () => {
            const { faults: refused } = await remove.run(input);
            if (refused.length === 0) {
              close();
            }
            return refused;
          }}
        />
      )}
    </>
  );
}

// DecisionDialog keeps what the client said of an estimate.
function DecisionDialog({ id, accepted, close }: { id: string; accepted: boolean; close(): void }) {
  const changed = { types: ["Document"] };
  const accept = useAction(AcceptEstimateDocument, changed);
  const reject = useAction(RejectEstimateDocument, changed);
  const title = t(accepted ? "acceptEstimate" : "declineEstimate");
  const submit = async (form: FormData) => {
    const { faults } = await (accepted ? accept : reject).run({ id, comment: entered(form, "comment") });
    if (faults.length === 0) {
      close();
    }
    return faults;
  };
  return (
    <Dialog title={title} close={close}>
      <Form submit={submit}>
        <FormFaults />
        <TextArea name="comment" label={`${t("clientSaid")} (${t("optional")})`} maxLength={1000} focused />
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit>{title}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
