import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { uuid } from "../api/uuid.ts";
import { countryName } from "../format/country.ts";
import type { Draft, DraftAddress, DraftTax } from "../format/draft.ts";
import type { AddressKind, CategoryFragment, ClientType, TaxKind } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { Check, Choice, Field } from "../ui/form.tsx";
import { LanguageChoice } from "../ui/language-choice.tsx";
import { ListEditor } from "../ui/list-editor.tsx";
import { offered, OptionChoices } from "../ui/options.tsx";
import { VatLookup, type Taken } from "./lookup.tsx";

// Part is what each part of the form of a contact works on.
export interface Part {
  draft: Draft;
  change(part: Partial<Draft>): void;
}

type TextField = { [K in keyof Draft]: Draft[K] extends string ? K : never }[keyof Draft];

interface TextProps extends Part {
  name: TextField;
  label: Key;
  maxLength: number;
  focused?: boolean;
  hint?: Key;
}

function Text({ draft, change, name, label, maxLength, focused, hint }: TextProps) {
  return (
    <Field
      name={name}
      label={t(label)}
      value={draft[name]}
      change={(value) => change({ [name]: value })}
      maxLength={maxLength}
      {...(focused && { focused })}
      {...(hint && { hint: t(hint) })}
    />
  );
}

export const clientTypes: Record<ClientType, Key> = {
  DOMESTIC: "clientDomestic",
  INTRA_COMMUNITY: "clientIntra",
  THIRD_COUNTRY: "clientThird",
  PRIVATE_INDIVIDUAL: "clientPrivate",
};

// choices are the options of a select, with one for nothing before them.
function choices<T extends string>(names: Record<T, Key>, none?: string): { value: string; text: string }[] {
  const all = (Object.keys(names) as T[]).map((value) => ({ value: value as string, text: t(names[value]) }));
  return none === undefined ? all : [{ value: "", text: none }, ...all];
}

export function Names(part: Part) {
  const { draft, change } = part;
  return (
    <section class="card inset">
      <h2>{t("whoItIs")}</h2>
      <Text {...part} name="company" label="company" maxLength={100} focused />
      <div class="pair">
        <Text {...part} name="firstName" label="firstName" maxLength={50} />
        <Text {...part} name="lastName" label="lastName" maxLength={50} />
      </div>
      <div class="pair">
        <Text {...part} name="profession" label="profession" maxLength={100} />
        <Text {...part} name="customId" label="customId" maxLength={256} hint="customIdHint" />
      </div>
      <div class="checks">
        <Check name="isClient" label={t("isClient")} checked={draft.isClient} change={(isClient) => change({ isClient })} />
        <Check name="isSupplier" label={t("isSupplier")} checked={draft.isSupplier} change={(isSupplier) => change({ isSupplier })} />
      </div>
    </section>
  );
}

interface TaxationProps extends Part {
  contactId: string | undefined;
  onAnswer?(checkId: string): void;
}

export function Taxation({ contactId, onAnswer, ...part }: TaxationProps) {
  const { draft, change } = part;
  const country = draft.addresses.find((a) => a.country)?.country;
  const billing = draft.addresses.find((a) => a.kind === "BILLING");
  const present: Taken = {
    company: draft.company,
    profession: draft.profession,
    vatNumber: draft.vatNumber,
    taxOffice: draft.taxOffice,
    ...(billing && { address: { line: billing.line, city: billing.city, postalCode: billing.postalCode, country: billing.country } }),
  };
  return (
    <section class="card inset">
      <h2>{t("taxation")}</h2>
      <div class="pair">
        <Text {...part} name="vatNumber" label="vatNumber" maxLength={20} />
        <Text {...part} name="taxOffice" label="taxOffice" maxLength={10} />
        <Choice
          name="clientType"
          label={t("clientType")}
          value={draft.clientType}
          change={(type) => change({ clientType: type as ClientType | "" })}
          options={choices(clientTypes, t("notSaid"))}
        />
      </div>
      <VatLookup
        {...(country && { country })}
        {...(contactId && { contactId })}
        vatNumber={draft.vatNumber}
        present={present}
        onTake={(taken) => change(takenInto(draft, taken))}
        {...(onAnswer && { onAnswer })}
      />
    </section>
  );
}

// takenInto is what changes in a draft when values of a registry are taken over: an address
// goes over the one for invoices, or before all others.
export function takenInto(draft: Draft, { address, ...fields }: Taken): Partial<Draft> {
  if (!address) {
    return fields;
  }
  const at = draft.addresses.findIndex((a) => a.kind === "BILLING");
  const addresses =
    at < 0
      ? [{ key: uuid(), kind: "BILLING" as const, region: "", branchCode: "", ...address }, ...draft.addresses]
      : draft.addresses.map((a, i) => (i === at ? { ...a, ...address } : a));
  return { ...fields, addresses };
}

// withPrimary sees to it that one item of a list that has any is the primary one.
function withPrimary<T extends { primary: boolean }>(items: T[]): T[] {
  return items.length === 0 || items.some((item) => item.primary) ? items : items.map((item, i) => ({ ...item, primary: i === 0 }));
}

interface PrimaryProps {
  name: string;
  checked: boolean;
  choose(): void;
}

function Primary({ name, checked, choose }: PrimaryProps) {
  return (
    <label class="check primary">
      <input type="radio" name={name} checked={checked} onChange={choose} />
      {t("primary")}
    </label>
  );
}

export function Emails({ draft, change }: Part) {
  const save = (emails: Draft["emails"]) => change({ emails: withPrimary(emails) });
  return (
    <ListEditor
      name="emails"
      legend={t("emails")}
      itemName={(n) => t("emailN", { n })}
      add={t("addEmail")}
      items={draft.emails}
      most={50}
      blank={() => ({ key: uuid(), email: "", label: "", primary: draft.emails.length === 0 })}
      change={save}
    >
      {(item, i, set) => (
        <>
          <Field name={`emails.${i}.email`} label={t("email")} type="email" value={item.email} change={(email) => set({ email })} maxLength={254} />
          <Field name={`emails.${i}.label`} label={t("label")} value={item.label} change={(label) => set({ label })} maxLength={50} class="short" />
          <Primary name="emails" checked={item.primary} choose={() => save(draft.emails.map((e) => ({ ...e, primary: e === item })))} />
        </>
      )}
    </ListEditor>
  );
}

export function Phones({ draft, change }: Part) {
  const save = (phones: Draft["phones"]) => change({ phones: withPrimary(phones) });
  return (
    <ListEditor
      name="phones"
      legend={t("phones")}
      itemName={(n) => t("phoneN", { n })}
      add={t("addPhone")}
      items={draft.phones}
      most={50}
      blank={() => ({ key: uuid(), number: "", label: "", primary: draft.phones.length === 0 })}
      change={save}
    >
      {(item, i, set) => (
        <>
          <Field name={`phones.${i}.number`} label={t("phone")} type="tel" value={item.number} change={(number) => set({ number })} maxLength={40} />
          <Field name={`phones.${i}.label`} label={t("label")} value={item.label} change={(label) => set({ label })} maxLength={50} class="short" />
          <Primary name="phones" checked={item.primary} choose={() => save(draft.phones.map((p) => ({ ...p, primary: p === item })))} />
        </>
      )}
    </ListEditor>
  );
}

export const addressKinds: Record<AddressKind, Key> = { BILLING: "addressBilling", SHIPPING: "addressShipping", OTHER: "addressOther" };

// Countries that are suggested first; any other can be typed.
const countries = "GR CY BG RO IT DE FR ES GB NL BE AT PL CZ SE DK FI IE PT LU MT HU HR SI SK EE LV LT AL MK RS TR CH NO US CA AU CN IN JP AE IL EG".split(" ");

export function Addresses({ draft, change }: Part) {
  const list = useId();
  return (
    <>
      <datalist id={list}>
        {countries.map((code) => (
          <option key={code} value={code}>
            {countryName(code, locale())}
          </option>
        ))}
      </datalist>
      <ListEditor
        name="addresses"
        legend={t("addressesHint")}
        itemName={(n) => t("addressN", { n })}
        add={t("addAddress")}
        items={draft.addresses}
        most={50}
        blank={(): DraftAddress => ({
          key: uuid(),
          kind: draft.addresses.some((a) => a.kind === "BILLING") ? "SHIPPING" : "BILLING",
          line: "",
          city: "",
          region: "",
          postalCode: "",
          country: draft.addresses[0]?.country ?? "",
          branchCode: "",
        })}
        change={(addresses) => change({ addresses })}
      >
        {(item, i, set) => {
          const at = (name: string) => `addresses.${i}.${name}`;
          const named = item.country.length === 2 ? countryName(item.country.toUpperCase(), locale()) : "";
          return (
            <>
              <Choice name={at("kind")} label={t("addressKind")} value={item.kind} change={(kind) => set({ kind: kind as AddressKind })} options={choices(addressKinds)} />
              <Field name={at("line")} label={t("addressLine")} value={item.line} change={(line) => set({ line })} maxLength={200} class="long" />
              <Field name={at("postalCode")} label={t("postalCode")} value={item.postalCode} change={(postalCode) => set({ postalCode })} maxLength={20} class="short" />
              <Field name={at("city")} label={t("city")} value={item.city} change={(city) => set({ city })} maxLength={100} />
              <Field name={at("region")} label={t("region")} value={item.region} change={(region) => set({ region })} maxLength={100} />
              <Field
                name={at("country")}
                label={t("country")}
                value={item.country}
                change={(country) => set({ country: country.toUpperCase() })}
                maxLength={2}
                list={list}
                class="short"
                {...(named && named !== item.country && { hint: named })}
              />
              <Field name={at("branchCode")} label={t("branchCode")} value={item.branchCode} change={(branchCode) => set({ branchCode })} maxLength={20} class="short" />
            </>
          );
        }}
      </ListEditor>
    </>
  );
}

// Categories chooses an option of each tracking category.
export function Categories({ draft, change, categories }: Part & { categories: readonly CategoryFragment[] }) {
  if (offered(categories, draft.optionIds).length === 0) {
    return null;
  }
  return (
    <section class="card inset">
      <h2>{t("categories")}</h2>
      <OptionChoices categories={categories} chosen={draft.optionIds} change={(optionIds) => change({ optionIds })} />
    </section>
  );
}

export function Defaults(part: Part) {
  const { draft, change } = part;
  return (
    <section class="card inset">
      <h2>{t("defaults")}</h2>
      <p class="quiet">{t("defaultsHint")}</p>
      <div class="quad">
        <Text {...part} name="defaultCurrency" label="currency" maxLength={3} />
        <LanguageChoice name="defaultLanguage" value={draft.defaultLanguage} change={(defaultLanguage) => change({ defaultLanguage })} own={t("businessOwn")} />
        <Field
          name="defaultDueDays"
          label={t("dueDays")}
          value={draft.defaultDueDays}
          change={(defaultDueDays) => change({ defaultDueDays })}
          maxLength={4}
          numeric
        />
        <Text {...part} name="defaultTemplate" label="template" maxLength={100} />
      </div>
      <Taxes {...part} />
    </section>
  );
}

export const taxKinds: Record<TaxKind, Key> = { VAT: "vat", WITHHOLDING: "withholding", OTHER: "taxOther" };

// Codes of EN 16931 for the category of a VAT rate.
const vatCategories: readonly [string, Key][] = [
  ["S", "vatS"], ["Z", "vatZ"], ["E", "vatE"], ["AE", "vatAE"], ["K", "vatK"], ["G", "vatG"], ["O", "vatO"],
];

function Taxes({ draft, change }: Part) {
  return (
    <ListEditor
      name="defaultTaxes"
      legend={t("defaultTaxes")}
      itemName={(n) => t("taxN", { n })}
      add={t("addTax")}
      items={draft.defaultTaxes}
      most={10}
      blank={(): DraftTax => ({ key: uuid(), kind: draft.defaultTaxes.length === 0 ? "VAT" : "WITHHOLDING", name: "", rate: "", category: "", informational: false })}
      change={(defaultTaxes) => change({ defaultTaxes })}
    >
      {(item, i, set): ComponentChildren => {
        const at = (name: string) => `defaultTaxes.${i}.${name}`;
        return (
          <>
            <Choice
              name={at("kind")}
              label={t("kind")}
              value={item.kind}
              change={(kind) => set({ kind: kind as TaxKind, category: "" })}
              options={choices(taxKinds)}
            />
            <Field name={at("rate")} label={t("taxRate")} value={item.rate} change={(rate) => set({ rate })} numeric class="short" />
            <Field name={at("name")} label={t("taxName")} value={item.name} change={(name) => set({ name })} maxLength={100} />
            {item.kind === "VAT" && (
              <Choice
                name={at("category")}
                label={t("taxCategory")}
                value={item.category}
                change={(category) => set({ category })}
                options={[{ value: "", text: t("taxCategoryByRate") }, ...vatCategories.map(([value, key]) => ({ value, text: t(key) }))]}
              />
            )}
            <Check name={at("informational")} label={t("taxInformational")} checked={item.informational} change={(informational) => set({ informational })} />
          </>
        );
      }}
    </ListEditor>
  );
}
