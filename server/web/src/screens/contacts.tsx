import { useEffect, useState } from "preact/hooks";
import { useQuery } from "../api/hooks.ts";
import { formatMoney } from "../format/amount.ts";
import type { Balance } from "../format/balance.ts";
import { ContactCountDocument, ContactsDocument, type ContactFilter, type ContactRowFragment } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t, tn } from "../i18n/language.ts";
import { go, Link, usePlace, withQuery } from "../router.tsx";
import { LiveAmount } from "../ui/amount.tsx";
import { announce } from "../ui/announcer.tsx";
import { useLiveBalances } from "../ui/live-balances.ts";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { mayEdit } from "../role.ts";
import { ContactForm } from "./contact-form.tsx";
import { ImportDialog } from "./import.tsx";

const roles: readonly { value: string | null; label: Key; filter: ContactFilter }[] = [
  { value: null, label: "roleAll", filter: {} },
  { value: "client", label: "roleClients", filter: { role: "CLIENT" } },
  { value: "supplier", label: "roleSuppliers", filter: { role: "SUPPLIER" } },
  { value: "prospect", label: "roleProspects", filter: { role: "PROSPECT" } },
  { value: "archived", label: "roleArchived", filter: { archived: true } },
];

// ContactsScreen finds contacts and shows where each of them stands, now.
export function ContactsScreen({ role }: { role: string }) {
  const { query } = usePlace();
  const search = query.get("search") ?? "";
  const chosen = roles.find((r) => r.value === query.get("role")) ?? roles[0]!;
  const filter: ContactFilter = search ? { ...chosen.filter, search } : chosen.filter;
  const [open, setOpen] = useState<"create" | "import" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <div class="head">
        <PageTitle text={t("contacts")} />
        <Count filter={filter} />
        <span class="space" />
        {mayEdit(role) && (
          <div class="actions">
            <button type="button" onClick={() => setOpen("import")}>
              {t("importContacts")}
            </button>
            <button type="button" class="primary" onClick={() => setOpen("create")}>
              {t("addContact")}
            </button>
          </div>
        )}
      </div>
      <div class="finder">
        <Search value={search} />
        <nav class="pills" aria-label={t("role")}>
          {roles.map(({ value, label }) => (
            <Link key={label} href={withQuery({ role: value })} current={value === chosen.value} replace>
              {t(label)}
            </Link>
          ))}
        </nav>
      </div>
      <Pages
        key={JSON.stringify(filter)}
        document={ContactsDocument}
        variables={(after) => ({ filter, after })}
        connection={(data) => data.contacts}
        types={["Contact"]}
        rows={(nodes) => <ContactRows contacts={nodes} />}
        frame={(pages) => (
          <table class="card rows">
            <caption class="unseen">{t("contacts")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("contactColumn")}</th>
                <th scope="col" class="wide">
                  {t("vatNumber")}
                </th>
                <th scope="col" class="wide">
                  {t("email")}
                </th>
                <th scope="col" class="money">
                  {t("balanceColumn")}
                </th>
              </tr>
            </thead>
            {pages}
          </table>
        )}
        empty={
          search || chosen.value ? (
            <Empty text={t("contactsNoneFound")}>
              <Link href="/contacts">{t("clearSearch")}</Link>
            </Empty>
          ) : (
            <Empty title={t("contactsEmptyTitle")} text={t("contactsEmptyText")} />
          )
        }
      />
      {open === "create" && <ContactForm close={close} done={(id) => go(`/contacts/${id}`)} />}
      {open === "import" && <ImportDialog close={close} />}
    </>
  );
}

function Count({ filter }: { filter: ContactFilter }) {
  const { data } = useQuery(ContactCountDocument, { filter }, { types: ["Contact"] });
  return <span class="quiet">{data && tn("contactsOne", "contactsOther", data.contacts.totalCount)}</span>;
}

const pause = 250; // milliseconds without a key before the search begins

function Search({ value }: { value: string }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) {
      return;
    }
    const timer = setTimeout(() => go(withQuery({ search: text.trim() }), { replace: true }), pause);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <form role="search" class="search" onSubmit={(event) => event.preventDefault()}>
      <input
        type="search"
        aria-label={t("search")}
        placeholder={t("searchHint")}
        value={text}
        autocomplete="off"
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}

function ContactRows({ contacts }: { contacts: readonly ContactRowFragment[] }) {
  const balancesOf = useLiveBalances(
    contacts.map((c) => c.id),
    (id, balances) => {
      const name = contacts.find((c) => c.id === id)?.displayName ?? "";
      announce(t("balanceMoved", { name, amount: balances.map((b) => formatMoney(b.net, locale())).join(", ") }));
    },
  );
  return (
    <tbody>
      {contacts.map((contact) => (
        <ContactRow key={contact.id} contact={contact} balances={balancesOf(contact.id, contact.balances)} />
      ))}
    </tbody>
  );
}

function ContactRow({ contact, balances }: { contact: ContactRowFragment; balances: readonly Balance[] }) {
  const person = [contact.firstName, contact.lastName].filter(Boolean).join(" ");
  const email = contact.emails.find((e) => e.primary)?.email;
  return (
    <tr>
      <th scope="row">
        <Link href={`/contacts/${contact.id}`} class="cover">
          {contact.displayName}
        </Link>
        <span class="tags">
          <RoleTags contact={contact} />
        </span>
        {person && person !== contact.displayName && <small>{person}</small>}
      </th>
      <td class="wide">{contact.vatNumber}</td>
      <td class="wide clip">{email}</td>
      <td class="money">
        {balances.map((b) => (
          <div key={`${b.side} ${b.currency}`}>
            {b.side === "SUPPLIER" && <small>{t("owedByUs")} </small>}
            <LiveAmount money={b.net} />
          </div>
        ))}
      </td>
    </tr>
  );
}

// RoleTags says what a contact is.
export function RoleTags({ contact }: { contact: { isClient: boolean; isSupplier: boolean; archivedAt?: string | null } }) {
  return (
    <>
      {contact.isClient && <span class="tag">{t("roleClient")}</span>}
      {contact.isSupplier && <span class="tag">{t("roleSupplier")}</span>}
      {!contact.isClient && !contact.isSupplier && <span class="tag pale">{t("roleProspect")}</span>}
      {contact.archivedAt && <span class="tag warn">{t("archived")}</span>}
    </>
  );
}
