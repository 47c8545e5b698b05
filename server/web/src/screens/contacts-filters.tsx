import { useEffect, useId, useState } from "preact/hooks";
import { useQuery } from "../api/hooks.ts";
import { formatDecimal, parseDecimal } from "../format/amount.ts";
import { formatDay } from "../format/day.ts";
import { nothing, type Sieve } from "../format/filter.ts";
import { BusinessDocument, ContactCitiesDocument, type CategoryFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Choice, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";

interface FilterPanelProps {
  sieve: Sieve;
  categories: readonly CategoryFragment[];
  apply(change: Partial<Sieve>): void;
  close(): void;
}

// FilterPanel narrows the list. It is applied as a whole, so that the browser's back button
// takes back one decision and not one key.
export function FilterPanel({ sieve, categories, apply, close }: FilterPanelProps) {
  const { data } = useQuery(BusinessDocument, {});
  const [overdue, setOverdue] = useState(sieve.overdue === null ? "" : String(sieve.overdue));
  const [side, setSide] = useState<string>(sieve.balanceSide ?? "CLIENT");
  const [city, setCity] = useState(sieve.city);
  const base = data?.organization.baseCurrency ?? "";
  const amount = (text: string) => (text ? formatDecimal(text, locale()) : "");

  const submit = async (form: FormData) => {
    const min = entered(form, "balanceMin");
    const max = entered(form, "balanceMax");
    const read = { balanceMin: min && parseDecimal(min, locale()), balanceMax: max && parseDecimal(max, locale()) };
    const wrong = (["balanceMin", "balanceMax"] as const).filter((name) => read[name] === null);
    if (wrong.length > 0) {
      return wrong.map((name) => invalid(name, t("fieldDecimal")));
    }
    const currency = entered(form, "balanceCurrency").toUpperCase();
    if (currency && !/^[A-Z]{3}$/.test(currency)) {
      return [invalid("balanceCurrency", t("fieldCurrency"))];
    }
    apply({
      options: form.getAll("option").map(String),
      city: city.trim(),
      overdue: overdue === "" ? null : overdue === "true",
      balanceSide: side === "SUPPLIER" ? "SUPPLIER" : null,
      balanceCurrency: currency === base ? "" : currency,
      balanceMin: read.balanceMin ?? "",
      balanceMax: read.balanceMax ?? "",
      createdSince: entered(form, "createdSince"),
      changedSince: entered(form, "changedSince"),
    });
    return [];
  };

  return (
    <Form submit={submit} class="card inset filters">
      <FormFaults />
      {categories.length > 0 && (
        <div class="quad">
          {categories.map((category) => (
            <fieldset key={category.id} class="options">
              <legend>{category.title}</legend>
              {category.options.map((o) => (
                <label key={o.id} class="check">
                  <input type="checkbox" name="option" value={o.id} defaultChecked={sieve.options.includes(o.id)} />
                  {o.title}
                </label>
              ))}
            </fieldset>
          ))}
        </div>
      )}
      <div class="quad">
        <CityField value={city} change={setCity} />
        <Choice
          name="overdue"
          label={t("overdueFilter")}
          value={overdue}
          change={setOverdue}
          options={[
            { value: "", text: t("any") },
            { value: "true", text: t("overdueWith") },
            { value: "false", text: t("overdueWithout") },
          ]}
        />
        <Field name="createdSince" label={t("createdSince")} type="date" value={sieve.createdSince} />
        <Field name="changedSince" label={t("changedSince")} type="date" value={sieve.changedSince} />
      </div>
      <fieldset>
        <legend>{t("balanceFilter")}</legend>
        <div class="quad">
          <Choice
            name="balanceSide"
            label={t("side")}
            value={side}
            change={setSide}
            options={[
              { value: "CLIENT", text: t("clientSide") },
              { value: "SUPPLIER", text: t("supplierSide") },
            ]}
          />
          <Field key={base} name="balanceCurrency" label={t("currency")} value={sieve.balanceCurrency || base} maxLength={3} />
          <Field name="balanceMin" label={t("atLeast")} value={amount(sieve.balanceMin)} numeric />
          <Field name="balanceMax" label={t("atMost")} value={amount(sieve.balanceMax)} numeric />
        </div>
      </fieldset>
      <div class="actions">
        <button type="button" onClick={close}>
          {t("close")}
        </button>
        <Submit>{t("applyFilters")}</Submit>
      </div>
    </Form>
  );
}

const pause = 200; // milliseconds without a key before cities are asked for

// CityField suggests the cities that there are.
function CityField({ value, change }: { value: string; change(city: string): void }) {
  const list = useId();
  const [prefix, setPrefix] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPrefix(value.trim()), pause);
    return () => clearTimeout(timer);
  }, [value]);
  const { data } = useQuery(ContactCitiesDocument, { prefix });
  return (
    <>
      <Field name="city" label={t("city")} value={value} change={change} maxLength={100} list={list} />
      <datalist id={list}>
        {data?.contactCities.map((city) => (
          <option key={city} value={city} />
        ))}
      </datalist>
    </>
  );
}

interface ChipsProps {
  sieve: Sieve;
  categories: readonly CategoryFragment[];
  change(change: Partial<Sieve>): void;
}

// Chips are the filters that are on; each can be taken off.
export function Chips({ sieve, categories, change }: ChipsProps) {
  const chips = chipsOf(sieve, categories);
  if (chips.length === 0) {
    return null;
  }
  const { search, role, archived, orderBy } = sieve;
  return (
    <ul class="chips" aria-label={t("filtersOnLabel")}>
      {chips.map(({ text, off }) => (
        <li key={text}>
          <button type="button" class="chip" onClick={() => change(off)}>
            <span class="unseen">{t("takeOff")} </span>
            {text}
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M4.5 4.5l7 7m0-7l-7 7" />
            </svg>
          </button>
        </li>
      ))}
      <li>
        <button type="button" class="link" onClick={() => change({ ...nothing, search, role, archived, orderBy })}>
          {t("clearFilters")}
        </button>
      </li>
    </ul>
  );
}

function chipsOf(sieve: Sieve, categories: readonly CategoryFragment[]): { text: string; off: Partial<Sieve> }[] {
  const { options, city, overdue, balanceSide, balanceCurrency, balanceMin, balanceMax, createdSince, changedSince } = sieve;
  const chips: { text: string; off: Partial<Sieve> }[] = options.map((id) => {
    const category = categories.find((c) => c.options.some((o) => o.id === id));
    const title = category?.options.find((o) => o.id === id)?.title ?? "…";
    return { text: category ? `${category.title}: ${title}` : title, off: { options: options.filter((other) => other !== id) } };
  });
  if (city) {
    chips.push({ text: `${t("city")}: ${city}`, off: { city: "" } });
  }
  if (overdue !== null) {
    chips.push({ text: t(overdue ? "overdueWith" : "overdueWithout"), off: { overdue: null } });
  }
  if (balanceMin || balanceMax) {
    const amount = (text: string) => formatDecimal(text, locale());
    const range = [balanceMin && `≥ ${amount(balanceMin)}`, balanceMax && `≤ ${amount(balanceMax)}`].filter(Boolean).join(", ");
    const whose = t(balanceSide === "SUPPLIER" ? "supplierSide" : "clientSide");
    chips.push({
      text: `${t("balance")} (${whose}): ${range} ${balanceCurrency}`.trim(),
      off: { balanceSide: null, balanceCurrency: "", balanceMin: "", balanceMax: "" },
    });
  }
  if (createdSince) {
    chips.push({ text: `${t("createdSince")} ${formatDay(createdSince, locale())}`, off: { createdSince: "" } });
  }
  if (changedSince) {
    chips.push({ text: `${t("changedSince")} ${formatDay(changedSince, locale())}`, off: { changedSince: "" } });
  }
  return chips;
}
