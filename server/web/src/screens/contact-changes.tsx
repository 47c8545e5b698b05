import { ContactHistoryDocument, type EventFragment } from "../gql/graphql.ts";
import { fieldChanges, parts, empty } from "../format/change.ts";
import { draftFields } from "../format/draft.ts";
import { formatInstant } from "../format/day.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { languageName } from "../format/language.ts";
import { clientTypes } from "./contact-fields.tsx";
import { fieldNames } from "./contact-conflict.tsx";
import type { Card } from "./contact.tsx";

// What was done, by the mutation that did it.
const deeds: Record<string, Key> = {
  createContact: "didCreate",
  updateContact: "didUpdate",
  archiveContact: "didArchive",
  restoreContact: "didRestore",
  deleteContact: "didDelete",
  restrictContact: "didRestrict",
  setContactsOption: "didOption",
  addContactNote: "didNote",
  updateContactNote: "didNoteChange",
  deleteContactNote: "didNoteDelete",
  addAttachment: "didFile",
  deleteAttachment: "didFileDelete",
  mergeContacts: "didMerge",
  unmergeContacts: "didUnmerge",
  importContacts: "didImport",
  runContactImport: "didImport",
  undoContactImport: "didImportUndo",
  applyRegistryCheck: "didRegistry",
  createDocument: "didInvoice",
  updateDocument: "didInvoiceChange",
  issueDocument: "didIssue",
  voidDocument: "didVoid",
  revertDocument: "didRevert",
  restoreDocument: "didUnvoid",
  deleteDocument: "didInvoiceDelete",
  acceptEstimate: "didAcceptEstimate",
  rejectEstimate: "didRejectEstimate",
  invoiceEstimate: "didInvoiceEstimate",
  recordPayment: "didPay",
  allocatePayment: "didAllocate",
  voidPayment: "didPayVoid",
  payOnline: "didPayOnline",
  receiveOnlinePayment: "didPay",
  giveBackOnlinePayment: "didGiveBack",
  confirmOnlinePayment: "didConfirmOnline",
  cancelOnlinePayment: "didCancelOnline",
  onlinePaymentProblem: "didOnlineProblem",
  inviteToPortal: "didInvite",
  revokePortalAccess: "didRevoke",
  acceptPortalInvitation: "didAccept",
};

const names: Record<string, Key> = { ...fieldNames, options: "categories", text: "text", name: "fileName", userIds: "restrictedTo", email: "email" };

// HistoryView is who changed what, newest first.
export function HistoryView({ card: { contact, moved } }: { card: Card }) {
  return (
    <Pages
      document={ContactHistoryDocument}
      variables={(after) => ({ id: contact.id, after })}
      connection={(data) => data.contact?.history}
      types={["Contact", "Document", "Payment", "Note", "Attachment", "PortalAccess"]}
      moved={moved}
      rows={(nodes) =>
        nodes.map((event) => (
          <li key={event.id}>
            <ChangeText event={event} />
            <small>
              {actorName(event)} · {formatInstant(event.at, locale())}
            </small>
          </li>
        ))
      }
      frame={(pages) => <ul class="card plain">{pages}</ul>}
      empty={<Empty text={t("historyEmpty")} />}
    />
  );
}

// actorName is who did it.
export function actorName({ actor, actorKind }: EventFragment): string {
  if (actor) {
    return actor.name || actor.email;
  }
  return t(actorKind === "API_KEY" ? "actorApiKey" : "actorServer");
}

// ChangeText says what was done, and of every field what it was and what it became.
export function ChangeText({ event }: { event: EventFragment }) {
  const deed = deeds[event.action];
  // Of a new contact the fields are on the page; documents and payments show their own.
  const told = event.objectType === "contact" && event.action !== "createContact" ? fieldChanges(event.before, event.after, draftFields) : [];
  const changes = told.filter(({ field }) => names[field]);
  return (
    <>
      <b class="deed">{deed ? t(deed) : event.action}</b>
      {changes.length > 0 && (
        <ul class="changes">
          {changes.map(({ field, before, after }) => (
            <li key={field}>
              <span class="quiet">{t(names[field]!)}: </span>
              <span class="unseen">{t("changeFrom")} </span>
              <del>{valueOf(field, before)}</del>
              <span aria-hidden="true"> → </span>
              <span class="unseen">{t("changeTo")} </span>
              <ins>{valueOf(field, after)}</ins>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function valueOf(field: string, value: unknown): string {
  if (field === "isClient" || field === "isSupplier") {
    return t(value === true ? "yes" : "no");
  }
  if (empty(value)) {
    return t("nothing");
  }
  if (field === "clientType") {
    const known = clientTypes[String(value).toUpperCase() as keyof typeof clientTypes];
    return known ? t(known) : String(value);
  }
  if (field === "defaultLanguage") {
    return languageName(String(value));
  }
  return (Array.isArray(value) ? value : [value]).map((item) => parts(item).join(", ")).join("; ");
}
