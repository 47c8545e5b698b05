import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatDay } from "../format/day.ts";
import {
  DeleteDocumentDocument,
  DocumentDocument,
  IssueDocumentDocument,
  RestoreDocumentDocument,
  RevertDocumentDocument,
  VoidDocumentDocument,
  type DocumentSheetFragment,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Amount } from "../ui/amount.tsx";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { InvoiceSheet } from "../ui/invoice-sheet.tsx";
import { Loading } from "../ui/page.tsx";
import type { Card } from "./contact.tsx";
import { StateTags } from "./contact-documents.tsx";
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
    <Dialog title={document ? document.number || t("draftInvoice") : t("document")} close={close} wide>
      <Faults faults={faults} again={again} />
      {!document && faults.length === 0 && <Loading />}
      {document && (
        <>
          <p class="tags">
            <StateTags document={document} />
          </p>
          <InvoiceSheet sheet={document}>
            <SettledBy document={document} />
          </InvoiceSheet>
          {card.mayEdit && <Actions document={document} edit={() => setEditing(true)} close={close} />}
        </>
      )}
    </Dialog>
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
        {document.allocations.map(({ id, amount, payment }) => (
          <li key={id} class="spread">
            <span>
              {formatDay(payment.date, locale())} · {t(`method${payment.method}`)}
              {payment.reference && ` · ${payment.reference}`}
            </span>
            <Amount money={amount} />
          </li>
        ))}
      </ul>
    </section>
  );
}

// What is asked before it is done: the questions name what cannot be taken back.
type Question = "issue" | "void" | "delete";

function Actions({ document, edit, close }: { document: DocumentSheetFragment; edit(): void; close(): void }) {
  const input = { id: document.id };
  const changed = { types: ["Document", "Balance"] };
  const issue = useAction(IssueDocumentDocument, changed);
  const revert = useAction(RevertDocumentDocument, changed);
  const voiding = useAction(VoidDocumentDocument, changed);
  const restore = useAction(RestoreDocumentDocument, changed);
  const remove = useAction(DeleteDocumentDocument, changed);
  const [question, setQuestion] = useState<Question | null>(null);
  const [faults, setFaults] = useState<Fault[]>([]);
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
        {document.status === "ISSUED" && (
          <>
            {button(t("revert"), async () => setFaults((await revert.run(input)).faults))}
            {button(t("void"), () => setQuestion("void"))}
          </>
        )}
        {document.status === "VOID" && button(t("restore"), async () => setFaults((await restore.run(input)).faults))}
      </div>
      {question === "issue" && (
        <Confirm
          title={t("issue")}
          question={t("issueQuestion")}
          action={t("issue")}
          close={() => setQuestion(null)}
          run={async () => (await issue.run(input)).faults}
        />
      )}
      {question === "void" && (
        <Confirm
          title={t("void")}
          question={t("voidQuestion", { number: document.number })}
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
