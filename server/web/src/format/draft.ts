// A contact as it is being written in a form: every field as text, lists as they stand.
import type { AddressInput, AddressKind, ClientType, ContactClear, ContactFieldsFragment, CreateContactInput, TaxKind } from "../gql/graphql.ts";

// An item of a list has a key of its own for the page, and an id when the server knows it.
export interface Item {
  key: string;
  id?: string;
}

export interface DraftAddress extends Item, Record<"line" | "city" | "region" | "postalCode" | "country" | "branchCode", string> {
  kind: AddressKind;
}

export interface DraftEmail extends Item {
  email: string;
  label: string;
  primary: boolean;
}

export interface DraftPhone extends Item {
  number: string;
  label: string;
  primary: boolean;
}

export interface DraftTax extends Item {
  kind: TaxKind;
  name: string;
  rate: string; // an API decimal, or what was typed that is none
  category: string;
  informational: boolean;
}

export interface Draft {
  firstName: string;
  lastName: string;
  company: string;
  profession: string;
  vatNumber: string;
  taxOffice: string;
  customId: string;
  website: string;
  isClient: boolean;
  isSupplier: boolean;
  clientType: ClientType | "";
  defaultCurrency: string;
  defaultLanguage: string;
  defaultDueDays: string;
  defaultTemplate: string;
  defaultTaxes: DraftTax[];
  addresses: DraftAddress[];
  emails: DraftEmail[];
  phones: DraftPhone[];
  optionIds: string[];
}

export type DraftField = keyof Draft;

export const draftFields: readonly DraftField[] = [
  "company", "firstName", "lastName", "profession", "vatNumber", "taxOffice", "customId", "website", "isClient", "isSupplier", "clientType",
  "emails", "phones", "addresses", "optionIds", "defaultCurrency", "defaultLanguage", "defaultDueDays", "defaultTemplate", "defaultTaxes",
];

// newDraft is a new contact, a client until said otherwise.
export function newDraft(): Draft {
  return { ...draftOf({}), isClient: true };
}

type Known = Partial<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const list = (value: unknown): Known[] => (Array.isArray(value) ? (value as Known[]) : []);

// draftOf reads a contact: as the API answers it, or as a CONFLICT tells it, where what is
// empty may be left out.
export function draftOf(contact: Known | ContactFieldsFragment): Draft {
  const c = contact as Known;
  const item = (i: Known, n: number): Item => ({ key: text(i.id) || String(n), ...(text(i.id) && { id: text(i.id) }) });
  return {
    firstName: text(c.firstName),
    lastName: text(c.lastName),
    company: text(c.company),
    profession: text(c.profession),
    vatNumber: text(c.vatNumber),
    taxOffice: text(c.taxOffice),
    customId: text(c.customId),
    website: text(c.website),
    isClient: c.isClient === true,
    isSupplier: c.isSupplier === true,
    clientType: text(c.clientType).toUpperCase() as ClientType | "",
    defaultCurrency: text(c.defaultCurrency),
    defaultLanguage: text(c.defaultLanguage),
    defaultDueDays: text(c.defaultDueDays),
    defaultTemplate: text(c.defaultTemplate),
    defaultTaxes: list(c.defaultTaxes).map((tax, n) => ({
      key: String(n),
      kind: (text(tax.kind).toUpperCase() || "VAT") as TaxKind,
      name: text(tax.name),
      rate: trimmed(text(tax.rate)),
      category: text(tax.category),
      informational: tax.informational === true,
    })),
    addresses: list(c.addresses).map((a, n) => ({
      ...item(a, n),
      kind: (text(a.kind).toUpperCase() || "BILLING") as AddressKind,
      line: text(a.line),
      city: text(a.city),
      region: text(a.region),
      postalCode: text(a.postalCode),
      country: text(a.country),
      branchCode: text(a.branchCode),
    })),
    emails: list(c.emails).map((e, n) => ({ ...item(e, n), email: text(e.email), label: text(e.label), primary: e.primary === true })),
    phones: list(c.phones).map((p, n) => ({ ...item(p, n), number: text(p.number), label: text(p.label), primary: p.primary === true })),
    optionIds: "options" in c ? list(c.options).map((o) => text(o.id)) : Array.isArray(c.optionIds) ? c.optionIds.map(text) : [],
  };
}

// trimmed is a decimal without the zeros at its end.
const trimmed = (decimal: string): string => (decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal);

// An item in which nothing was written is none.
const written: Record<"addresses" | "emails" | "phones" | "defaultTaxes", (item: never) => boolean> = {
  addresses: ({ line, city, region, postalCode, country, branchCode }: DraftAddress) => [line, city, region, postalCode, country, branchCode].some((part) => part.trim()),
  emails: ({ email }: DraftEmail) => email.trim() !== "",
  phones: ({ number }: DraftPhone) => number.trim() !== "",
  defaultTaxes: ({ rate }: DraftTax) => rate.trim() !== "",
};

export type DraftList = keyof typeof written;

// kept are the places of the items of a list that are sent.
export function kept(draft: Draft, name: DraftList): number[] {
  return draft[name].flatMap((item, i) => (written[name](item as never) ? [i] : []));
}

// inputOf is the draft as the API takes it.
export function inputOf(draft: Draft): Required<Omit<CreateContactInput, "idempotencyKey">> {
  const only = <T>(name: DraftList, items: readonly T[]) => kept(draft, name).map((i) => items[i]!);
  const days = draft.defaultDueDays.trim();
  return {
    firstName: draft.firstName.trim(),
    lastName: draft.lastName.trim(),
    company: draft.company.trim(),
    profession: draft.profession.trim(),
    vatNumber: draft.vatNumber.trim(),
    taxOffice: draft.taxOffice.trim(),
    customId: draft.customId.trim(),
    website: draft.website.trim(),
    isClient: draft.isClient,
    isSupplier: draft.isSupplier,
    clientType: draft.clientType || null,
    defaultCurrency: draft.defaultCurrency.trim().toUpperCase() || null,
    defaultLanguage: draft.defaultLanguage,
    defaultDueDays: days === "" ? null : Number(days),
    defaultTemplate: draft.defaultTemplate.trim(),
    defaultTaxes: only("defaultTaxes", draft.defaultTaxes).map(({ kind, name, rate, category, informational }) => ({
      kind,
      name: name.trim(),
      rate: rate.trim(),
      ...(category && { category }),
      informational,
    })),
    addresses: only("addresses", draft.addresses).map(({ key, id, ...parts }): AddressInput => ({ ...(id && { id }), ...parts })),
    emails: only("emails", draft.emails).map(({ id, email, label, primary }) => ({ ...(id && { id }), email: email.trim(), label: label.trim(), primary })),
    phones: only("phones", draft.phones).map(({ id, number, label, primary }) => ({ ...(id && { id }), number: number.trim(), label: label.trim(), primary })),
    optionIds: draft.optionIds,
  };
}

// same says whether a field is the same in two drafts, whatever the page's own keys.
export function same(a: Draft, b: Draft, field: DraftField): boolean {
  const plain = (draft: Draft) => {
    const value = inputOf(draft)[field];
    return JSON.stringify(field === "optionIds" ? [...draft.optionIds].sort() : value);
  };
  return plain(a) === plain(b);
}

const clears: Partial<Record<DraftField, ContactClear>> = {
  clientType: "CLIENT_TYPE",
  defaultCurrency: "DEFAULT_CURRENCY",
  defaultDueDays: "DEFAULT_DUE_DAYS",
};

// changesOf is what a change of the contact sends: the fields that differ from what was
// read, and which of them are taken off.
export function changesOf(read: Draft, draft: Draft): Partial<ReturnType<typeof inputOf>> & { clear?: ContactClear[] } {
  const input = inputOf(draft);
  const changed = draftFields.filter((field) => !same(read, draft, field));
  const clear = changed.flatMap((field) => (clears[field] && input[field] === null ? [clears[field]] : []));
  const sent = changed.filter((field) => input[field] !== null);
  return { ...Object.fromEntries(sent.map((field) => [field, input[field]])), ...(clear.length > 0 && { clear }) };
}

// adopted is a list of a draft for a contact that has changed since: items that it no longer
// has are new ones.
export function adopted<T extends Item>(items: readonly T[], there: readonly Item[]): T[] {
  const ids = new Set(there.map((item) => item.id));
  return items.map((item) => {
    if (item.id === undefined || ids.has(item.id)) {
      return item;
    }
    const { id, ...rest } = item;
    return rest as T;
  });
}

// merge gives the draft that is saved over a contact that has changed since: theirs where
// the reader takes theirs, else the reader's own.
export function merge(mine: Draft, theirs: Draft, taken: ReadonlySet<DraftField>): Draft {
  const result: Record<string, unknown> = {};
  for (const field of draftFields) {
    const from = taken.has(field) ? theirs : mine;
    const value = from[field];
    const isList = field in written;
    result[field] = isList ? adopted(value as Item[], theirs[field as DraftList]) : value;
  }
  return result as unknown as Draft;
}
