import { useQuery } from "../api/hooks.ts";
import { DocumentsDocument, DocumentSummaryDocument, type DocumentFilter, type DocumentOrder, type DocumentStatus, type DocumentType } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { t, tn } from "../i18n/language.ts";
import { mayBook, mayManage } from "../role.ts";
import { go, Link, usePlace, withQuery } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { useBusinessMoves } from "../ui/live-business.ts";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { Search } from "../ui/search.tsx";
import { InvoiceRows, InvoiceTable } from "./contact-documents.tsx";

const sales: readonly DocumentType[] = ["INVOICE", "CREDIT_NOTE", "ESTIMATE"];
const purchases: readonly DocumentType[] = ["BILL", "SUPPLIER_CREDIT", "EXPENSE"];
const states: readonly DocumentStatus[] = ["DRAFT", "ISSUED", "VOID"];
const decided: readonly DocumentStatus[] = ["ACCEPTED", "REJECTED", "INVOICED"];

const orders: Record<DocumentOrder, Key> = {
  DATE_DESC: "orderDateDesc",
  DATE: "orderDate",
  DUE_DATE: "orderDue",
  DUE_DATE_DESC: "orderDueDesc",
  NUMBER: "orderNumber",
  NUMBER_DESC: "orderNumberDesc",
  TOTAL: "orderTotal",
  TOTAL_DESC: "orderTotalDesc",
};

// one of what an address names, or null
const named = <T extends string>(all: readonly T[], value: string | null): T | null => all.find((one) => one === value) ?? null;

// DocumentsScreen lists the documents of the business: the filter and the order are in the address.
export function DocumentsScreen({ role }: { role: string }) {
  const { query } = usePlace();
  const types = mayBook(role) || role === "READ_ONLY" ? [...sales, ...purchases] : sales;
  const type = named(types, query.get("type"));
  const status = named([...states, ...decided], query.get("status"));
  const overdue = query.get("overdue") === "yes";
  const search = query.get("search") ?? "";
  const orderBy = named(Object.keys(orders) as DocumentOrder[], query.get("order")) ?? "DATE_DESC";
  const filter: DocumentFilter = {
    ...(type && { types: [type] }),
    ...(status && { statuses: [status] }),
    ...(overdue && { overdue }),
    ...(search && { search }),
    ...(query.get("from") && { from: query.get("from") }),
    ...(query.get("to") && { to: query.get("to") }),
  };
  const key = JSON.stringify([filter, orderBy]);
  const show = (changes: Record<string, string | null>) => go(withQuery(changes), { replace: true });
  const moved = useBusinessMoves();
  return (
    <>
      <div class="head">
        <PageTitle text={t("documents")} />
        <Count filter={filter} moved={moved} />
        <span class="space" />
        {mayManage(role) && (
          <Link href="/settings/documents" class="button">
            {t("documentSettings")}
          </Link>
        )}
      </div>
      <div class="finder">
        <Search value={search} hint={t("documentSearchHint")} maxLength={200} change={(text) => show({ search: text })} />
        <label>
          <span class="unseen">{t("status")}</span>
          <select value={status ?? ""} onChange={(event) => show({ status: event.currentTarget.value })}>
            <option value="">{t("anyState")}</option>
            {[...states, ...(type === null || type === "ESTIMATE" ? decided : [])].map((s) => (
              <option key={s} value={s}>
                {t(`status${s}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="unseen">{t("order")}</span>
          <select value={orderBy} onChange={(event) => show({ order: event.currentTarget.value })}>
            {Object.entries(orders).map(([value, text]) => (
              <option key={value} value={value}>
                {t(text)}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input type="checkbox" checked={overdue} onChange={(event) => show({ overdue: event.currentTarget.checked ? "yes" : null })} />
          {t("overdue")}
        </label>
        <div class="period">
          <label>
            {t("fromDay")}
            <input type="date" value={query.get("from") ?? ""} onChange={(event) => show({ from: event.currentTarget.value })} />
          </label>
          <label>
            {t("toDay")}
            <input type="date" value={query.get("to") ?? ""} onChange={(event) => show({ to: event.currentTarget.value })} />
          </label>
        </div>
        <nav class="pills" aria-label={t("type")}>
          {[null, ...types].map((one) => (
            <Link key={one ?? ""} href={withQuery({ type: one })} replace current={one === type}>
              {t(one === null ? "allTypes" : `types${one}`)}
            </Link>
          ))}
        </nav>
      </div>
      <Pages
        key={key}
        document={DocumentsDocument}
        variables={(after) => ({ after, filter, orderBy })}
        connection={(data) => data.documents}
        types={["Document"]}
        moved={moved}
        rows={(nodes) => (
          <InvoiceRows invoices={nodes} address={(id, row) => `/contacts/${row.contact.id}?view=documents&document=${id}`} />
        )}
        frame={(pages) => <InvoiceTable>{pages}</InvoiceTable>}
        empty={
          Object.keys(filter).length === 0 ? (
            <Empty text={t("documentsEmpty")}>
              <Link href="/contacts">{t("documentsBegin")}</Link>
            </Empty>
          ) : (
            <Empty text={t("documentsNoneFound")}>
              <Link href="/documents">{t("clearSearch")}</Link>
            </Empty>
          )
        }
      />
      <Totals filter={filter} moved={moved} />
    </>
  );
}

interface SummaryProps {
  filter: DocumentFilter;
  moved: number;
}

function Count({ filter, moved }: SummaryProps) {
  const { data } = useQuery(DocumentSummaryDocument, { filter }, { types: ["Document"], moved });
  return (
    <span class="quiet" role="status">
      {data && tn("documentsOne", "documentsOther", data.documentSummary.count)}
    </span>
  );
}

// Totals is what all documents of the list come to, a row for each currency.
function Totals({ filter, moved }: SummaryProps) {
  const { data } = useQuery(DocumentSummaryDocument, { filter }, { types: ["Document"], moved });
  const totals = data?.documentSummary.totals ?? [];
  if (totals.length === 0) {
    return null;
  }
  return (
    <table class="card rows sums">
      <caption>{t("totalsOfList")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("currency")}</th>
          <th scope="col" class="money">
            {t("total")}
          </th>
          <th scope="col" class="money">
            {t("remaining")}
          </th>
          <th scope="col" class="money wide">
            {t("overdue")}
          </th>
        </tr>
      </thead>
      <tbody>
        {totals.map((total) => (
          <tr key={total.currency}>
            <th scope="row">{total.currency}</th>
            <td class="money">
              <Amount money={total.total} />
            </td>
            <td class="money">
              <Amount money={total.remaining} />
            </td>
            <td class="money wide">
              <Amount money={total.overdue} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
