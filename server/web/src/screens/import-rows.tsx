import { ImportRowsDocument, type ImportRowsQuery, type ImportStateFragment, type RowOutcome } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { Link, usePlace, withQuery } from "../router.tsx";
import { FaultText } from "../ui/fault.tsx";
import { invalid } from "../ui/form.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";

type Row = NonNullable<ImportRowsQuery["contactImport"]>["results"]["nodes"][number];
type Counts = Pick<ImportStateFragment, "version" | "created" | "updated" | "skipped" | "rejected">;

const outcomes: readonly { outcome: RowOutcome; text: Key; tone: string; count: keyof Counts }[] = [
  { outcome: "ERROR", text: "rowError", tone: "bad", count: "rejected" },
  { outcome: "CREATE", text: "rowCreate", tone: "good", count: "created" },
  { outcome: "UPDATE", text: "rowUpdate", tone: "", count: "updated" },
  { outcome: "SKIP", text: "rowSkip", tone: "pale", count: "skipped" },
];

interface ImportRowsProps {
  id: string;
  counts: Counts; // of the import as it is now: another version asks again
}

// ImportRows lists what became, or would become, of each row; which ones is in the address.
export function ImportRows({ id, counts }: ImportRowsProps) {
  const { query } = usePlace();
  const chosen = outcomes.find(({ outcome }) => outcome.toLowerCase() === query.get("outcome")) ?? null;
  const number = new Intl.NumberFormat(locale());
  return (
    <section aria-label={t("importRows")}>
      <nav class="pills" aria-label={t("importOutcome")}>
        <Link href={withQuery({ outcome: null })} current={!chosen} replace>
          {t("rowAll")}
        </Link>
        {outcomes.map(({ outcome, text, count }) => (
          <Link key={outcome} href={withQuery({ outcome: outcome.toLowerCase() })} current={outcome === chosen?.outcome} replace>
            {`${t(text)} (${number.format(counts[count])})`}
          </Link>
        ))}
      </nav>
      <Pages
        key={chosen?.outcome}
        document={ImportRowsDocument}
        variables={(after) => ({ id, outcome: chosen?.outcome ?? null, after })}
        connection={(data) => data.contactImport?.results}
        types={["ImportRow"]}
        moved={counts.version}
        rows={(nodes) => (
          <tbody>
            {nodes.map((row) => (
              <ImportedRow key={row.line} row={row} />
            ))}
          </tbody>
        )}
        frame={(pages) => (
          <table class="card rows">
            <caption class="unseen">{t("importRows")}</caption>
            <thead>
              <tr>
                <th scope="col" class="money">
                  {t("importLine")}
                </th>
                <th scope="col">{t("importOutcome")}</th>
                <th scope="col">{t("contactColumn")}</th>
                <th scope="col" class="wide">
                  {t("importReason")}
                </th>
              </tr>
            </thead>
            {pages}
          </table>
        )}
        empty={<Empty text={t("importRowsEmpty")} />}
      />
    </section>
  );
}

function ImportedRow({ row }: { row: Row }) {
  const { text, tone } = outcomes.find(({ outcome }) => outcome === row.outcome)!;
  const why = row.reason && (
    <>
      <FaultText fault={invalid("", row.reason)} />
      {row.column && <small>{row.column}</small>}
    </>
  );
  return (
    <tr>
      <td class="money">{new Intl.NumberFormat(locale()).format(row.line)}</td>
      <td>
        <span class={`tag ${tone}`}>{t(text)}</span>
      </td>
      <td>
        {row.contact ? <Link href={`/contacts/${row.contact.id}`}>{row.name || row.contact.displayName}</Link> : row.name}
        {why && <div class="narrow">{why}</div>}
      </td>
      <td class="wide">{why}</td>
    </tr>
  );
}
