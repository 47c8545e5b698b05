import { useState } from "preact/hooks";
import { useQuery } from "../api/hooks.ts";
import { exportQuery, filterOf, narrowing, readSieve, writeSieve, type Sieve } from "../format/filter.ts";
import { ContactsDocument, ContactSummaryDocument, TrackingCategoriesDocument, type ContactFilter } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { t, tn } from "../i18n/language.ts";
import { go, Link, usePlace } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Menu } from "../ui/menu.tsx";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { Search } from "../ui/search.tsx";
import { mayEdit } from "../role.ts";
import { BulkBar } from "./contacts-bulk.tsx";
import { Chips, FilterPanel } from "./contacts-filters.tsx";
import { ContactRows, ContactsTable, OrderChoice, useSelection } from "./contacts-table.tsx";

const roles: readonly { value: Sieve["role"]; label: Key }[] = [
  { value: null, label: "roleAll" },
  { value: "CLIENT", label: "roleClients" },
  { value: "SUPPLIER", label: "roleSuppliers" },
  { value: "PROSPECT", label: "roleProspects" },
];

// sieveAddress is the address of the list through another sieve.
export function sieveAddress(sieve: Sieve): string {
  const query = writeSieve(sieve).toString();
  return query ? `/contacts?${query}` : "/contacts";
}

// ContactsScreen finds contacts, shows where each of them stands, now, and changes many of
// them at once.
export function ContactsScreen({ role }: { role: string }) {
  const { query } = usePlace();
  const sieve = readSieve(query);
  const filter = filterOf(sieve);
  const key = JSON.stringify([filter, sieve.orderBy]);
  const [filtering, setFiltering] = useState(false);
  const selection = useSelection(JSON.stringify(filter));
  const categories = useQuery(TrackingCategoriesDocument, { archived: false }, { types: ["TrackingCategory"] }).data?.trackingCategories ?? [];
  const ours = categories.filter((c) => c.contacts);
  const filters = narrowing(sieve);
  const editor = mayEdit(role);
  // What was typed is looked for a moment later: in what the address says by then.
  const show = (change: Partial<Sieve>, replace = false) =>
    go(sieveAddress({ ...readSieve(new URLSearchParams(location.search)), ...change }), { replace });
  const plain = !sieve.search && !sieve.role && !sieve.archived && filters === 0;
  return (
    <>
      <div class="head">
        <PageTitle text={t("contacts")} />
        <Count filter={filter} />
        <span class="space" />
        <div class="actions">
          <Menu label={t("moreActions")}>
            {(["csv", "xlsx"] as const).map((format) => (
              <a key={format} href={`/contacts/export?${exportQuery(sieve, format)}`} download>
                {t(format === "csv" ? "exportCsv" : "exportExcel")}
              </a>
            ))}
            <Link href="/portal-access">{t("portalAccessTitle")}</Link>
            {editor && <Link href="/contacts/duplicates">{t("duplicatesTitle")}</Link>}
          </Menu>
          {editor && (
            <>
              <Link href="/contacts/import" class="button">
                {t("importContacts")}
              </Link>
              <Link href="/contacts/new" class="button primary">
                {t("addContact")}
              </Link>
            </>
          )}
        </div>
      </div>
      <div class="finder">
        <Search value={sieve.search} hint={t("searchHint")} change={(search) => show({ search }, true)} />
        <button type="button" aria-expanded={filtering} aria-controls="filters" onClick={() => setFiltering(!filtering)}>
          {filters > 0 ? t("filtersOn", { n: filters }) : t("filters")}
        </button>
        <OrderChoice sieve={sieve} change={(orderBy) => show({ orderBy })} />
        <nav class="pills" aria-label={t("role")}>
          {roles.map(({ value, label }) => (
            <Link key={label} href={sieveAddress({ ...sieve, role: value })} current={value === sieve.role}>
              {t(label)}
            </Link>
          ))}
          <Link href={sieveAddress({ ...sieve, archived: !sieve.archived })} current={sieve.archived}>
            {t("roleArchived")}
          </Link>
        </nav>
      </div>
      <div id="filters">
        {filtering && <FilterPanel key={query.toString()} sieve={sieve} categories={ours} apply={(next) => show(next)} close={() => setFiltering(false)} />}
      </div>
      <Chips sieve={sieve} categories={ours} change={show} />
      <BulkBar role={role} categories={ours} selection={selection} archived={sieve.archived} />
      <Pages
        key={key}
        document={ContactsDocument}
        variables={(after) => ({ filter, orderBy: sieve.orderBy, after })}
        connection={(data) => data.contacts}
        types={["Contact"]}
        rows={(nodes, page) => <ContactRows contacts={nodes} page={page} selection={editor ? selection : null} />}
        frame={(pages) => (
          <ContactsTable sieve={sieve} selection={editor ? selection : null} order={(orderBy) => show({ orderBy })}>
            {pages}
          </ContactsTable>
        )}
        empty={
          plain ? (
            <Empty title={t("contactsEmptyTitle")} text={t("contactsEmptyText")}>
              {editor && (
                <p class="actions centred">
                  <Link href="/contacts/new" class="button primary">
                    {t("addFirstContact")}
                  </Link>
                  <Link href="/contacts/import" class="button">
                    {t("importFirstContacts")}
                  </Link>
                </p>
              )}
            </Empty>
          ) : (
            <Empty text={t("contactsNoneFound")}>
              <Link href="/contacts">{t("clearSearch")}</Link>
            </Empty>
          )
        }
      />
      <Totals filter={filter} />
    </>
  );
}

function Count({ filter }: { filter: ContactFilter }) {
  const { data } = useQuery(ContactSummaryDocument, { filter }, { types: ["Contact", "Balance"] });
  return (
    <span class="quiet" role="status">
      {data && tn("contactsOne", "contactsOther", data.contactSummary.count)}
    </span>
  );
}

// Totals is what all contacts of the list come to, a row for each side and currency.
function Totals({ filter }: { filter: ContactFilter }) {
  const { data } = useQuery(ContactSummaryDocument, { filter }, { types: ["Contact", "Balance"] });
  const totals = data?.contactSummary.totals ?? [];
  if (totals.length === 0) {
    return null;
  }
  return (
    <table class="card rows sums">
      <caption>{t("totalsOfList")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("side")}</th>
          <th scope="col" class="money wide">
            {t("outstanding")}
          </th>
          <th scope="col" class="money wide">
            {t("credit")}
          </th>
          <th scope="col" class="money">
            {t("net")}
          </th>
        </tr>
      </thead>
      <tbody>
        {totals.map((total) => (
          <tr key={`${total.side} ${total.currency}`}>
            <th scope="row">
              {t(total.side === "SUPPLIER" ? "roleSuppliers" : "roleClients")} · {total.currency}
            </th>
            <td class="money wide">
              <Amount money={total.outstanding} />
            </td>
            <td class="money wide">
              <Amount money={total.credit} />
            </td>
            <td class="money">
              <Amount money={total.net} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

