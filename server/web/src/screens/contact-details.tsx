import type { ComponentChildren } from "preact";
import { formatDecimal } from "../format/amount.ts";
import { countryName } from "../format/country.ts";
import { locale, t } from "../i18n/language.ts";
import { EmailLink } from "../ui/email-link.tsx";
import { languageName } from "../format/language.ts";
import { addressKinds, clientTypes, taxKinds } from "./contact-fields.tsx";
import type { Card } from "./contact.tsx";
import { RegistryRefresh } from "./registry-refresh.tsx";

type Contact = Card["contact"];
type Line = [label: string, value: ComponentChildren];

// Details are what is known of the contact besides its account.
export function Details({ card: { contact, mayEdit } }: { card: Card }) {
  const lines = [...names(contact), ...reach(contact), ...addresses(contact)];
  const defaults = defaultsOf(contact);
  if (lines.length + defaults.length === 0) {
    return null;
  }
  return (
    <aside class="card details" aria-label={t("details")}>
      <h2>{t("details")}</h2>
      <List lines={lines} />
      {mayEdit && (
        <div class="actions small">
          <RegistryRefresh contact={contact} />
        </div>
      )}
      {defaults.length > 0 && (
        <>
          <h2>{t("defaults")}</h2>
          <List lines={defaults} />
        </>
      )}
    </aside>
  );
}

function List({ lines }: { lines: readonly Line[] }) {
  return (
    <dl>
      {lines.map(([label, value], i) => (
        <div key={i}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function names(contact: Contact): Line[] {
  const lines: Line[] = [];
  const person = [contact.firstName, contact.lastName].filter(Boolean).join(" ");
  if (person && person !== contact.displayName) {
    lines.push([t("person"), person]);
  }
  if (contact.profession) {
    lines.push([t("profession"), contact.profession]);
  }
  if (contact.vatNumber) {
    lines.push([t("vatNumber"), contact.vatNumber]);
  }
  if (contact.taxOffice) {
    lines.push([t("taxOffice"), contact.taxOffice]);
  }
  if (contact.clientType) {
    lines.push([t("clientType"), t(clientTypes[contact.clientType])]);
  }
  if (contact.customId) {
    lines.push([t("customId"), contact.customId]);
  }
  return lines;
}

const labelled = (name: string, label: string) => (label ? `${name} (${label})` : name);

function reach(contact: Contact): Line[] {
  const lines: Line[] = contact.emails.map((e) => [labelled(t("email"), e.label), <EmailLink email={e.email} />]);
  for (const p of contact.phones) {
    lines.push([labelled(t("phone"), p.label), <a href={`tel:${p.number.replace(/[^\d+]/g, "")}`}>{p.number}</a>]);
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
  return lines;
}

function addresses(contact: Contact): Line[] {
  return contact.addresses.map((a) => [
    contact.addresses.length > 1 ? t(addressKinds[a.kind]) : t("address"),
    [a.line, [a.postalCode, a.city].filter(Boolean).join(" "), a.region, countryName(a.country, locale()), a.branchCode && `${t("branchCode")} ${a.branchCode}`].filter(Boolean).join(", "),
  ]);
}

function defaultsOf(contact: Contact): Line[] {
  const lines: Line[] = [];
  if (contact.defaultCurrency) {
    lines.push([t("currency"), contact.defaultCurrency]);
  }
  if (contact.defaultLanguage) {
    lines.push([t("documentLanguage"), languageName(contact.defaultLanguage)]);
  }
  if (contact.defaultDueDays != null) {
    lines.push([t("dueDays"), String(contact.defaultDueDays)]);
  }
  if (contact.defaultTemplate) {
    lines.push([t("template"), contact.defaultTemplate]);
  }
  if (contact.defaultTaxes.length > 0) {
    lines.push([t("defaultTaxes"), contact.defaultTaxes.map((tax) => `${tax.name || t(taxKinds[tax.kind])} ${formatDecimal(tax.rate, locale())} %`).join(", ")]);
  }
  return lines;
}
