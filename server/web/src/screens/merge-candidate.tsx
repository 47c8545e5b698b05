import type { CandidateFragment, DuplicateReason } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { t } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { RoleTags } from "./contacts-table.tsx";

// mergeAddress is where contacts are merged into one.
export const mergeAddress = (survivorId: string, loserIds: readonly string[]): string =>
  `/contacts/${survivorId}/merge${loserIds.length > 0 ? `?with=${loserIds.join(",")}` : ""}`;

const reasonTexts: Record<DuplicateReason, Key> = {
  VAT_NUMBER: "sameVatNumber",
  EMAIL: "sameEmail",
  NAME: "sameName",
  SIMILAR_NAME: "similarName",
};

// CandidateName is by what a person tells a contact from its likes.
export function CandidateName({ contact, reasons = [] }: { contact: CandidateFragment; reasons?: readonly DuplicateReason[] }) {
  const person = [contact.firstName, contact.lastName].filter(Boolean).join(" ");
  const email = contact.emails.find((e) => e.primary)?.email;
  return (
    <div class="name">
      <Link href={`/contacts/${contact.id}`}>{contact.displayName}</Link>{" "}
      <span class="tags">
        <RoleTags contact={contact} />
      </span>
      <small>{[person !== contact.displayName && person, contact.vatNumber, email].filter(Boolean).join(" · ")}</small>
      {reasons.length > 0 && <Reasons reasons={reasons} />}
    </div>
  );
}

// Reasons says why two contacts may be the same one.
export function Reasons({ reasons }: { reasons: readonly DuplicateReason[] }) {
  return (
    <span class="tags reasons">
      {reasons.map((reason) => (
        <span key={reason} class={`tag ${reason === "SIMILAR_NAME" ? "pale" : "warn"}`}>
          {t(reasonTexts[reason])}
        </span>
      ))}
    </span>
  );
}
