import { useQuery } from "../api/hooks.ts";
import { StatementDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Link, usePlace, withQuery } from "../router.tsx";
import { Faults } from "../ui/fault.tsx";
import { Empty, Loading } from "../ui/page.tsx";
import { Period } from "../ui/period.tsx";
import { PrintButton } from "../ui/print.tsx";
import { StatementTable } from "../ui/statement-table.tsx";
import type { Card } from "./contact.tsx";

// StatementView is the contact's account over a period, a table per currency.
export function StatementView({ card: { contact, timeZone, moved } }: { card: Card }) {
  const { query } = usePlace();
  const from = query.get("from") ?? "";
  const to = query.get("to") ?? "";
  const both = contact.isClient && contact.isSupplier;
  const side = query.get("side") === "supplier" || (contact.isSupplier && !contact.isClient) ? "SUPPLIER" : "CLIENT";
  const file = (format: string) => {
    const query = new URLSearchParams({ side, ...(from && { from }), ...(to && { to }) });
    return `/contacts/${contact.id}/statement/${format}?${query.toString()}`;
  };
  const { data, faults, again } = useQuery(
    StatementDocument,
    { input: { contactId: contact.id, side, from: from || null, to: to || null } },
    { types: ["Balance", "Document", "Payment"], moved },
  );
  return (
    <>
      <div class="finder">
        <Period from={from} to={to} timeZone={timeZone} />
        {both && (
          <nav class="pills" aria-label={t("side")}>
            <Link href={withQuery({ side: null })} current={side === "CLIENT"} replace>
              {t("clientSide")}
            </Link>
            <Link href={withQuery({ side: "supplier" })} current={side === "SUPPLIER"} replace>
              {t("supplierSide")}
            </Link>
          </nav>
        )}
        <span class="space" />
        <PrintButton path={file("pdf")} title={t("statement")} />
        <a class="button" href={file("xlsx")} download>
          {t("excel")}
        </a>
      </div>
      <Faults faults={faults} again={again} />
      {!data && faults.length === 0 && <Loading />}
      {data?.statement.tables.length === 0 && <Empty text={t("statementEmpty")} />}
      {data?.statement.tables.map((table) => (
        <StatementTable key={table.currency} table={table} />
      ))}
    </>
  );
}
