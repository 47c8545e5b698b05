import type { CandidateFragment, ClientType, MergePreviewQuery } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { Amount } from "../ui/amount.tsx";
import { FaultText } from "../ui/fault.tsx";
import { invalid } from "../ui/form.tsx";
import { Named } from "../ui/named.tsx";
import { Scroll } from "../ui/scroll.tsx";
import { clientTypes } from "./contact-fields.tsx";
import { CandidateName } from "./merge-candidate.tsx";

type Preview = MergePreviewQuery["mergePreview"];

interface MergeComparisonProps {
  preview: Preview;
  keep(id: string): void; // makes one of those that go the one that stays
  leaveOut(id: string): void;
}

// MergeComparison puts the contacts side by side: where they differ, what each value becomes,
// what moves, and their balances before and after.
export function MergeComparison({ preview, keep, leaveOut }: MergeComparisonProps) {
  return (
    <>
      <Scroll label={t("mergeFields")} card>
        <table class="rows merge">
          <caption>{t("mergeFields")}</caption>
          <thead>
            <tr>
              <td />
              <th scope="col" class="stays">
                <span class="label">{t("mergeStays")}</span>
                <CandidateName contact={preview.survivor} />
              </th>
              {preview.losers.map((loser) => (
                <th key={loser.id} scope="col">
                  <span class="label">{t("mergeGoes")}</span>
                  <CandidateName contact={loser} />
                  <Choices contact={loser} keep={keep} leaveOut={leaveOut} />
                </th>
              ))}
              <th scope="col" class="result">
                <span class="label">{t("mergeResult")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {preview.fields.map((field) => (
              <Field key={field.field} field={field} />
            ))}
            {preview.fields.length === 0 && (
              <tr>
                <td />
                <td colSpan={preview.losers.length + 2} class="quiet">
                  {t("mergeSameFields")}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </Scroll>
      <Moves preview={preview} />
      {preview.collisions.length > 0 && (
        <div class="notice">
          <h2>{t("mergeCollisions")}</h2>
          <ul class="bullets">
            {preview.collisions.map((text) => (
              <li key={text}>
                <FaultText fault={invalid("", text)} />
              </li>
            ))}
          </ul>
        </div>
      )}
      <Balances preview={preview} />
    </>
  );
}

function Choices({ contact, keep, leaveOut }: { contact: CandidateFragment; keep(id: string): void; leaveOut(id: string): void }) {
  return (
    <span class="actions small">
      <button type="button" onClick={() => keep(contact.id)}>
        <Named text={t("mergeKeep")} name={contact.displayName} />
      </button>
      <button type="button" onClick={() => leaveOut(contact.id)}>
        <Named text={t("mergeLeaveOut")} name={contact.displayName} />
      </button>
    </span>
  );
}

const fieldTexts: Record<string, Key> = {
  firstName: "firstName",
  lastName: "lastName",
  company: "company",
  profession: "profession",
  vatNumber: "vatNumber",
  taxOffice: "registryTaxOffice",
  customId: "customId",
  website: "website",
  isClient: "isClient",
  isSupplier: "isSupplier",
  clientType: "clientType",
  defaultCurrency: "mergeCurrency",
  defaultLanguage: "language",
  defaultDueDays: "dueDays",
  defaultTemplate: "template",
  defaultTaxes: "defaultTaxes",
  addresses: "moveAddresses",
  emails: "moveEmails",
  phones: "movePhones",
  options: "moveOptions",
  optionIds: "moveOptions",
};

// valueText is a value as the page writes it.
function valueText(field: string, value: string): string {
  switch (field) {
    case "isClient":
    case "isSupplier":
      return value && t(value === "true" ? "yes" : "no");
    case "clientType": {
      const key = clientTypes[value as ClientType];
      return key ? t(key) : value;
    }
  }
  return value;
}

// A value that wins is marked where it comes from; the result says it once more.
function Field({ field: { field, survivor, losers, result } }: { field: Preview["fields"][number] }) {
  const key = fieldTexts[field];
  const shown = (value: string) => valueText(field, value) || "–";
  const cell = (value: string) => (value !== "" && value === result ? <mark>{shown(value)}</mark> : <span class="quiet">{shown(value)}</span>);
  return (
    <tr>
      <th scope="row">{key ? t(key) : field}</th>
      <td class="stays">{cell(survivor)}</td>
      {losers.map((value, i) => (
        <td key={i}>{survivor === result && value === result && survivor !== "" ? shown(value) : cell(value)}</td>
      ))}
      <td class="result">{shown(result)}</td>
    </tr>
  );
}

const moveTexts: Record<string, Key> = {
  documents: "documents",
  payments: "payments",
  notes: "notes",
  attachments: "files",
  portalAccess: "portalAccess",
  addresses: "moveAddresses",
  emails: "moveEmails",
  phones: "movePhones",
  options: "moveOptions",
};

function Moves({ preview: { moves } }: { preview: Preview }) {
  const some = moves.filter((m) => m.count > 0);
  const number = new Intl.NumberFormat(locale());
  return (
    <section aria-label={t("mergeMoves")}>
      <h2>{t("mergeMoves")}</h2>
      {some.length === 0 ? (
        <p class="quiet">{t("mergeMovesNothing")}</p>
      ) : (
        <dl class="figures moves">
          {some.map(({ kind, count }) => {
            const key = moveTexts[kind];
            return (
              <div key={kind}>
                <dt>{key ? t(key) : kind}</dt>
                <dd>{number.format(count)}</dd>
              </div>
            );
          })}
        </dl>
      )}
    </section>
  );
}

function Balances({ preview: { survivor, losers, balances } }: { preview: Preview }) {
  if (balances.length === 0) {
    return null;
  }
  return (
    <Scroll label={t("mergeBalances")} card>
      <table class="rows">
        <caption>{t("mergeBalances")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("side")}</th>
            <th scope="col" class="money">
              {survivor.displayName}
            </th>
            {losers.map((loser) => (
              <th key={loser.id} scope="col" class="money">
                {loser.displayName}
              </th>
            ))}
            <th scope="col" class="money result">
              {t("mergeAfter")}
            </th>
          </tr>
        </thead>
        <tbody>
          {balances.map((b) => (
            <tr key={`${b.side} ${b.currency}`}>
              <th scope="row">{`${t(b.side === "SUPPLIER" ? "supplierSide" : "clientSide")} · ${b.currency}`}</th>
              <td class="money">
                <Amount money={b.survivor} />
              </td>
              {b.losers.map((money, i) => (
                <td key={i} class="money">
                  <Amount money={money} />
                </td>
              ))}
              <td class="money result">
                <Amount money={b.after} class="large" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
