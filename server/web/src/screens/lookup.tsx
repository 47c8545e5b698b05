import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction } from "../api/hooks.ts";
import { countryName } from "../format/country.ts";
import { formatDay, formatInstant } from "../format/day.ts";
import { LookupAfmDocument, LookupVatDocument, type LookupFragment, type LookupStatus, type ProofFragment } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { FaultText } from "../ui/fault.tsx";

// Taken is what a form takes over from a registry's answer; what is left out stays as it is.
export interface Taken {
  company?: string;
  profession?: string;
  vatNumber?: string;
  taxOffice?: string; // the Greek tax office's code
  address?: { line: string; city: string; postalCode: string; country: string };
}

interface VatLookupProps {
  country?: string; // two letters, as the form has it; when left out the number says it
  vatNumber: string; // as the form has it now, with or without its country
  contactId?: string; // the proof is kept with this contact
  present?: Taken; // what the form has now: what is the same is not offered
  onTake(fields: Taken): void;
  onAnswer?(checkId: string): void; // a registry answered: the proof can be kept with the contact once it is made
}

// VatLookup asks a tax registry about the number of a form and offers what it answers, field
// by field. It stands inside the form, takes a whole row of it, and never keeps it from being
// saved: an outage of the registry says nothing of the number.
export function VatLookup({ country = "", vatNumber, contactId, present = {}, onTake, onAnswer }: VatLookupProps) {
  const { running, ask } = useLookup();
  const [found, setFound] = useState<Found | null>(null);
  const look = async (options: AskOptions = {}) => {
    const answer = await ask({ country, vatNumber, ...(contactId && { contactId }) }, options);
    setFound(answer);
    if (answer.answer?.check) {
      onAnswer?.(answer.answer.check.id);
    }
  };
  const empty = vatNumber.trim() === "";
  return (
    <div class="lookup">
      <button type="button" aria-disabled={running || empty} onClick={() => !running && !empty && void look()}>
        {t(running ? "lookupRunning" : "lookupAsk")}
      </button>
      <div role="status">
        {!running && found && (
          <FoundNotice found={found} askVies={() => void look({ vies: true })} askAgain={() => void look({ fresh: true })} />
        )}
      </div>
      {!running && found?.answer?.check?.valid && (
        <Offer key={found.answer.check.id} check={found.answer.check} present={present} onTake={onTake} />
      )}
    </div>
  );
}

export interface Found {
  answer: LookupFragment | null; // null when there was none: see faults
  faults: readonly Fault[];
  aside?: Fault; // why AADE was not asked, though VIES was
}

interface Asked {
  country: string;
  vatNumber: string;
  contactId?: string;
}

interface AskOptions {
  vies?: boolean; // VIES, for a Greek number too
  fresh?: boolean; // no answer that was kept
}

// useLookup asks the registry that knows most of a number: AADE of a Greek one, VIES of any
// other, and of a Greek one when the business has no credentials for AADE.
export function useLookup() {
  const afm = useAction(LookupAfmDocument, { types: ["RegistryCheck"] });
  const vat = useAction(LookupVatDocument, { types: ["RegistryCheck"] });
  const ask = async ({ country, vatNumber, contactId }: Asked, { vies = false, fresh = false }: AskOptions = {}): Promise<Found> => {
    const digits = greekDigits(country, vatNumber);
    const about = { ...(contactId && { contactId }), ...(fresh && { fresh }) };
    let aside: Fault | undefined;
    if (digits !== null && !vies) {
      const { data, faults } = await afm.run({ afm: digits, ...about });
      aside = faults.find(withoutCredentials);
      if (!aside) {
        return { answer: data?.lookupAfm ?? null, faults };
      }
    }
    const wanted = digits !== null ? { country: "EL", vatNumber: digits } : { ...(country && { country }), vatNumber };
    const { data, faults } = await vat.run({ ...wanted, ...about });
    return { answer: data?.lookupVat ?? null, faults, ...(aside && { aside }) };
  };
  return { running: afm.running || vat.running, ask };
}

// A number that is wrong is named by its field; that the business cannot ask AADE is not.
const withoutCredentials = (fault: Fault) => fault.code === "INVALID" && fault.field !== "afm";

// greekDigits is a Greek number without its country, null for another country's.
export function greekDigits(country: string, vatNumber: string): string | null {
  const bare = vatNumber.replace(/[\s.-]/g, "").toUpperCase();
  const digits = bare.replace(/^(EL|GR)/, "");
  const named = bare !== digits || /^(EL|GR)$/i.test(country);
  return named || (country === "" && /^\d{9}$/.test(digits)) ? digits : null;
}

const tones: Record<LookupStatus, string> = { VALID: "good", INVALID: "bad", UNAVAILABLE: "" };
const verdicts: Record<LookupStatus, Key> = { VALID: "lookupValid", INVALID: "lookupInvalid", UNAVAILABLE: "lookupUnavailable" };

interface FoundNoticeProps {
  found: Found;
  askVies(): void;
  askAgain(): void;
}

// FoundNotice says how a look-up ended. What is valid, what is not, and what is not known
// differ in words, not in colour alone.
export function FoundNotice({ found: { answer, faults, aside }, askVies, askAgain }: FoundNoticeProps) {
  if (!answer) {
    return (
      <div class="notice bad">
        {faults.map((fault, i) => (
          <p key={i}>
            <FaultText fault={fault} />
          </p>
        ))}
      </div>
    );
  }
  const { status, message, reason, retryAt, cached, check } = answer;
  return (
    <div class={`notice ${tones[status]}`} data-status={status}>
      <p>
        <b>{t(verdicts[status])}</b>
        {check && ` · ${check.country} ${check.number} · ${check.registry}`}
      </p>
      {status !== "VALID" && (
        <p>
          <FaultText fault={{ code: "INVALID", field: "", text: message }} /> {!message.includes(reason) && <code>{reason}</code>}
        </p>
      )}
      {status === "UNAVAILABLE" && <p>{t("lookupOutage")}</p>}
      {status === "UNAVAILABLE" && retryAt && <p>{t("lookupRetryAt", { time: formatInstant(retryAt, locale()) })}</p>}
      {status === "INVALID" && check?.registry === "VIES" && <p>{t("lookupInvalidHint")}</p>}
      {check && <ProofLine check={check} />}
      {aside && (
        <small>
          <FaultText fault={aside} />
        </small>
      )}
      <div class="actions small">
        {cached && (
          <button type="button" onClick={askAgain}>
            {t("lookupAskAgain")}
          </button>
        )}
        {status === "UNAVAILABLE" && reason !== "" && (
          <button type="button" onClick={askVies}>
            {t("lookupAskVies")}
          </button>
        )}
      </div>
    </div>
  );
}

// ProofLine is by what an answer can be proved later.
export function ProofLine({ check }: { check: ProofFragment }) {
  return (
    <p class="proof">
      <small>
        {t("proofAt", { time: formatInstant(check.answeredAt, locale()) })}
        {check.requestIdentifier && ` · ${t("proofNumber")} `}
        {check.requestIdentifier && <code>{check.requestIdentifier}</code>}
      </small>
    </p>
  );
}

// CompanyFacts is what a registry says of a business besides what a contact keeps.
export function CompanyFacts({ company }: { company: ProofFragment["company"] }) {
  const facts: [Key, string][] = [
    ["registryTradeName", company.tradeName],
    ["registryLegalForm", company.legalForm],
    ["registrySince", company.registeredOn ? formatDay(company.registeredOn, locale()) : ""],
    ["registryUntil", company.stoppedOn ? formatDay(company.stoppedOn, locale()) : ""],
  ];
  const known = facts.filter(([, value]) => value !== "");
  if (known.length === 0) {
    return null;
  }
  return (
    <dl class="facts">
      {known.map(([label, value]) => (
        <div key={label}>
          <dt>{t(label)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface OfferProps {
  check: ProofFragment;
  present: Taken;
  onTake(fields: Taken): void;
}

// Offer lists what the form does not have as the registry has it. What would replace a value
// is taken only when asked for.
function Offer({ check: { company }, present, onTake }: OfferProps) {
  const offered = offers(company, present);
  const [chosen, setChosen] = useState<readonly (keyof Taken)[]>(offered.filter((o) => o.present === "").map((o) => o.field));
  const [taken, setTaken] = useState(false);
  if (taken) {
    return (
      <p class="quiet" role="status">
        {t("lookupTaken")}
      </p>
    );
  }
  if (offered.length === 0) {
    return <p class="quiet">{t("lookupSame")}</p>;
  }
  return (
    <fieldset
      class="offer"
      onKeyDown={(event) => {
        if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
          event.preventDefault(); // it would send the form around this
        }
      }}
    >
      <legend>{t("lookupOffer")}</legend>
      <Differences
        lines={offered.map(({ field, label, present: here, registry }) => ({ key: field, label: t(label), present: here, registry }))}
        chosen={chosen}
        choose={setChosen}
      />
      <CompanyFacts company={company} />
      <div class="actions">
        <button
          type="button"
          aria-disabled={chosen.length === 0}
          onClick={() => {
            if (chosen.length > 0) {
              onTake(Object.fromEntries(offered.filter((o) => chosen.includes(o.field)).map((o) => [o.field, o.value])));
              setTaken(true);
            }
          }}
        >
          {t("lookupTake")}
        </button>
      </div>
    </fieldset>
  );
}

interface DifferencesProps<K extends string> {
  lines: readonly { key: K; label: string; present: string; registry: string }[];
  chosen: readonly K[];
  choose(chosen: readonly K[]): void;
}

// Differences puts what is here beside what the registry says, each with a box to take it.
export function Differences<K extends string>({ lines, chosen, choose }: DifferencesProps<K>) {
  return (
    <ul class="differences">
      {lines.map(({ key, label, present, registry }) => (
        <li key={key}>
          <label class="check">
            <input
              type="checkbox"
              checked={chosen.includes(key)}
              onInput={(event) => choose(event.currentTarget.checked ? [...chosen, key] : chosen.filter((k) => k !== key))}
            />
            <span>
              <small>{label}</small>
              {present && (
                <>
                  <del>
                    <span class="unseen">{t("differenceHere")} </span>
                    {present}
                  </del>{" "}
                </>
              )}
              <ins>
                <span class="unseen">{t("differenceThere")} </span>
                {registry}
              </ins>
            </span>
          </label>
        </li>
      ))}
    </ul>
  );
}

interface OfferedField {
  field: keyof Taken;
  label: Key;
  present: string;
  registry: string;
  value: Taken[keyof Taken];
}

// Registries write in capitals and without accents: that alone is no difference.
const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/ς/g, "σ").trim();

const longest = 100; // characters of a company and a profession

function offers(company: ProofFragment["company"], present: Taken): OfferedField[] {
  const { line, city, postalCode, country } = company;
  const text = (field: "company" | "profession" | "vatNumber" | "taxOffice", label: Key, value: string, shown = value): OfferedField => ({
    field,
    label,
    present: present[field]?.trim() ?? "",
    registry: shown,
    value,
  });
  const all = [
    text("company", "company", company.name.slice(0, longest)),
    text("profession", "profession", company.profession.slice(0, longest)),
    text("vatNumber", "vatNumber", company.vatNumber),
    text("taxOffice", "registryTaxOffice", company.taxOffice, [company.taxOffice, company.taxOfficeName].filter(Boolean).join(" ")),
    {
      field: "address" as const,
      label: "address" as const,
      present: present.address ? addressText(present.address) : "",
      registry: line || city || postalCode ? addressText({ line, city, postalCode, country }) : "",
      value: { line, city, postalCode, country },
    },
  ];
  const same = ({ field, present: here, registry, value }: OfferedField) => fold(here) === fold(field === "address" ? registry : String(value));
  return all.filter((o) => o.registry !== "" && !same(o));
}

const addressText = ({ line, city, postalCode, country }: NonNullable<Taken["address"]>) =>
  [line, [postalCode, city].filter(Boolean).join(" "), countryName(country, locale())].filter(Boolean).join(", ");
