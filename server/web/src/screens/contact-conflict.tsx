import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { formatDecimal } from "../format/amount.ts";
import { draftFields, merge, same, type Draft, type DraftField } from "../format/draft.ts";
import type { CategoryFragment } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Form, FormFaults, Submit } from "../ui/form.tsx";
import { languageName } from "../format/language.ts";
import { addressKinds, clientTypes, taxKinds } from "./contact-fields.tsx";

// Conflict is what a form meets when the contact was changed while it was open.
export interface Conflict {
  mine: Draft;
  base: Draft; // as the form read it
  theirs: Draft; // as it is now
  version: number; // of what is now
}

export const fieldNames: Record<DraftField, Key> = {
  company: "company",
  firstName: "firstName",
  lastName: "lastName",
  profession: "profession",
  vatNumber: "vatNumber",
  taxOffice: "taxOffice",
  customId: "customId",
  website: "website",
  isClient: "isClient",
  isSupplier: "isSupplier",
  clientType: "clientType",
  emails: "emails",
  phones: "phones",
  addresses: "addresses",
  optionIds: "categories",
  defaultCurrency: "currency",
  defaultLanguage: "documentLanguage",
  defaultDueDays: "dueDays",
  defaultTemplate: "template",
  defaultTaxes: "defaultTaxes",
};

interface ConflictDialogProps {
  conflict: Conflict;
  categories: readonly CategoryFragment[];
  close(): void;
  decide(decided: Draft): Promise<Fault[]>;
}

// ConflictDialog shows every field in which the contact as it is now differs from what is
// about to be saved, and saves what is chosen for each. What the reader did not touch is
// theirs until said otherwise.
export function ConflictDialog({ conflict: { mine, base, theirs }, categories, close, decide }: ConflictDialogProps) {
  const differing = draftFields.filter((field) => !same(mine, theirs, field));
  const [taken, setTaken] = useState<ReadonlySet<DraftField>>(() => new Set(differing.filter((field) => same(mine, base, field))));
  const take = (field: DraftField, on: boolean) =>
    setTaken((before) => {
      const after = new Set(before);
      after[on ? "add" : "delete"](field);
      return after;
    });
  return (
    <Dialog title={t("conflictTitle")} close={close} wide>
      <Form submit={() => decide(merge(mine, theirs, taken))}>
        <p>{t(differing.length > 0 ? "conflictText" : "conflictNothing")}</p>
        <FormFaults />
        {differing.map((field) => (
          <fieldset key={field} class="conflict">
            <legend>{t(fieldNames[field])}</legend>
            {([true, false] as const).map((theirOwn) => (
              <label key={String(theirOwn)} class="check">
                <input type="radio" name={`take.${field}`} checked={taken.has(field) === theirOwn} onChange={() => take(field, theirOwn)} />
                <span>
                  <b>{t(theirOwn ? "takeTheirs" : "keepMine")}</b>
                  <span class="value">{valueText(theirOwn ? theirs : mine, field, categories) || "–"}</span>
                </span>
              </label>
            ))}
          </fieldset>
        ))}
        <div class="actions">
          <button type="button" onClick={close}>
            {t("backToForm")}
          </button>
          <Submit>{t("save")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}

// valueText is what a field of a draft holds, in words.
function valueText(draft: Draft, field: DraftField, categories: readonly CategoryFragment[]): string {
  switch (field) {
    case "isClient":
    case "isSupplier":
      return t(draft[field] ? "yes" : "no");
    case "clientType":
      return draft.clientType && t(clientTypes[draft.clientType]);
    case "defaultLanguage":
      return languageName(draft.defaultLanguage);
    case "emails":
      return draft.emails.map((e) => listed(e.email, e.label, e.primary)).join("\n");
    case "phones":
      return draft.phones.map((p) => listed(p.number, p.label, p.primary)).join("\n");
    case "addresses":
      return draft.addresses
        .map((a) => [`${t(addressKinds[a.kind])}:`, [a.line, [a.postalCode, a.city].filter(Boolean).join(" "), a.region, a.country, a.branchCode].filter(Boolean).join(", ")].join(" "))
        .join("\n");
    case "defaultTaxes":
      return draft.defaultTaxes.map((tax) => [tax.name || t(taxKinds[tax.kind]), /^\d+(\.\d+)?$/.test(tax.rate) ? `${formatDecimal(tax.rate, locale())} %` : tax.rate].join(" ")).join("\n");
    case "optionIds":
      return draft.optionIds.map((id) => optionText(id, categories)).join("\n");
    default:
      return draft[field];
  }
}

const listed = (value: string, label: string, primary: boolean) => [value, label && `(${label})`, primary && `· ${t("primary")}`].filter(Boolean).join(" ");

function optionText(id: string, categories: readonly CategoryFragment[]): string {
  const category = categories.find((c) => c.options.some((o) => o.id === id));
  return category ? `${category.title}: ${category.options.find((o) => o.id === id)!.title}` : "…";
}
