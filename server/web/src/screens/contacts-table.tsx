import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatMoney } from "../format/amount.ts";
import type { Balance } from "../format/balance.ts";
import { formatInstant } from "../format/day.ts";
import { orders, type Sieve } from "../format/filter.ts";
import type { ContactOrder, ContactRowFragment } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { LiveAmount } from "../ui/amount.tsx";
import { announce } from "../ui/announcer.tsx";
import { useLiveBalances } from "../ui/live-balances.ts";

// Picked is what a change of many contacts needs of each of them.
export type Picked = Pick<ContactRowFragment, "id" | "version" | "displayName">;

export interface Selection {
  picked: ReadonlyMap<string, Picked>;
  shown: readonly Picked[]; // of all pages, in their order
  pick(contacts: readonly Picked[], on: boolean): void;
  clear(): void;
  show(page: number, contacts: readonly Picked[]): void; // what a page of the list holds
}

// useSelection keeps which contacts of a list are picked. Another list begins with none.
export function useSelection(list: string): Selection {
  const [picked, setPicked] = useState<ReadonlyMap<string, Picked>>(new Map());
  const [pages, setPages] = useState<readonly (readonly Picked[])[]>([]);
  useEffect(() => {
    setPicked(new Map());
    setPages([]);
  }, [list]);
  return {
    picked,
    shown: pages.flat(),
    pick: (contacts, on) =>
      setPicked((before) => {
        const after = new Map(before);
        for (const contact of contacts) {
          if (on) {
            after.set(contact.id, contact);
          } else {
            after.delete(contact.id);
          }
        }
        return after;
      }),
    clear: () => setPicked(new Map()),
    show: (page, contacts) => {
      setPages((before) => Object.assign([...before], { [page]: contacts }));
      setPicked((before) => renewed(before, contacts));
    },
  };
}

// renewed has the contacts as they were read last: a change needs their present version.
function renewed(before: ReadonlyMap<string, Picked>, contacts: readonly Picked[]): ReadonlyMap<string, Picked> {
  const stale = contacts.filter((c) => before.has(c.id) && before.get(c.id)!.version !== c.version);
  return stale.length === 0 ? before : new Map([...before, ...stale.map((c) => [c.id, c] as const)]);
}

const orderNames: Record<ContactOrder, Key> = {
  NAME: "orderName",
  NAME_DESC: "orderNameDesc",
  BALANCE: "orderBalance",
  BALANCE_ASC: "orderBalanceAsc",
  LAST_ACTIVITY: "orderActivity",
  NEWEST: "orderNewest",
  OLDEST: "orderOldest",
};

// OrderChoice chooses the order of the list, where there are no heads of columns to do it and
// for the orders that no column shows.
export function OrderChoice({ sieve, change }: { sieve: Sieve; change(order: ContactOrder): void }) {
  return (
    <label class="pick">
      <span>{t("order")}</span>
      <select value={sieve.orderBy} onChange={(event) => change(event.currentTarget.value as ContactOrder)}>
        {orders.map((order) => (
          <option key={order} value={order}>
            {t(orderNames[order])}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ContactsTableProps {
  sieve: Sieve;
  selection: Selection | null; // null: nothing can be picked
  order(by: ContactOrder): void;
  children: ComponentChildren;
}

export function ContactsTable({ sieve, selection, order, children }: ContactsTableProps) {
  const head = { now: sieve.orderBy, order };
  return (
    <table class="card rows contacts">
      <caption class="unseen">{t("contacts")}</caption>
      <thead>
        <tr>
          {selection && (
            <td class="pickone">
              <PickMany contacts={selection.shown} selection={selection} label={t("pickShown")} />
            </td>
          )}
          <OrderHead {...head} label={t("contactColumn")} first="NAME" second="NAME_DESC" ascending="NAME" />
          <th scope="col" class="wide">
            {t("city")}
          </th>
          <th scope="col" class="wide">
            {t("reach")}
          </th>
          <th scope="col" class="wide">
            {t("categories")}
          </th>
          <OrderHead {...head} label={t("lastActivity")} first="LAST_ACTIVITY" class="wide" />
          <OrderHead {...head} label={t("balanceColumn")} first="BALANCE" second="BALANCE_ASC" ascending="BALANCE_ASC" class="money" />
        </tr>
      </thead>
      {children}
    </table>
  );
}

interface OrderHeadProps {
  label: string;
  now: ContactOrder;
  order(by: ContactOrder): void;
  first: ContactOrder; // what a click on the head gives
  second?: ContactOrder; // what another click gives
  ascending?: ContactOrder;
  class?: string;
}

function OrderHead({ label, now, order, first, second, ascending, class: className }: OrderHeadProps) {
  const on = now === first || now === second;
  const up = now === ascending;
  return (
    <th scope="col" class={className} aria-sort={on ? (up ? "ascending" : "descending") : undefined}>
      <button type="button" class="order" onClick={() => order(now === first && second ? second : first)}>
        {label}
        {on && (
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <path d={up ? "M1 7l4-4 4 4" : "M1 3l4 4 4-4"} />
          </svg>
        )}
      </button>
    </th>
  );
}

// PickMany picks all of some contacts, or none of them any more.
function PickMany({ contacts, selection, label }: { contacts: readonly Picked[]; selection: Selection; label: string }) {
  const box = useRef<HTMLInputElement>(null);
  const picked = contacts.filter((c) => selection.picked.has(c.id)).length;
  const some = picked > 0 && picked < contacts.length;
  useEffect(() => {
    box.current!.indeterminate = some;
  }, [some]);
  return (
    <label class="box">
      <input
        ref={box}
        type="checkbox"
        aria-label={label}
        checked={contacts.length > 0 && picked === contacts.length}
        onChange={(event) => selection.pick(contacts, event.currentTarget.checked)}
      />
    </label>
  );
}

// ContactRows are the rows of one page. From the second page on they have a head, with which
// the whole page is picked.
export function ContactRows({ contacts, page, selection }: { contacts: readonly ContactRowFragment[]; page: number; selection: Selection | null }) {
  const balancesOf = useLiveBalances(
    contacts.map((c) => c.id),
    (id, balances) => {
      const name = contacts.find((c) => c.id === id)?.displayName ?? "";
      announce(t("balanceMoved", { name, amount: balances.map((b) => formatMoney(b.net, locale())).join(", ") }));
    },
  );
  useEffect(() => selection?.show(page, contacts), [page, contacts]);
  return (
    <tbody>
      {page > 0 && selection && (
        <tr class="pagehead">
          <td class="pickone">
            <PickMany contacts={contacts} selection={selection} label={t("pickPage", { n: page + 1 })} />
          </td>
          <td colSpan={6}>{t("pageNumber", { n: page + 1 })}</td>
        </tr>
      )}
      {contacts.map((contact) => (
        <ContactRow key={contact.id} contact={contact} balances={balancesOf(contact.id, contact.balances)} selection={selection} />
      ))}
    </tbody>
  );
}

interface ContactRowProps {
  contact: ContactRowFragment;
  balances: readonly Balance[];
  selection: Selection | null;
}

function ContactRow({ contact, balances, selection }: ContactRowProps) {
  const person = [contact.firstName, contact.lastName].filter(Boolean).join(" ");
  const email = contact.emails.find((e) => e.primary)?.email;
  const phone = contact.phones.find((p) => p.primary)?.number;
  const city = contact.addresses.find((a) => a.city)?.city;
  const picked = selection?.picked.has(contact.id) ?? false;
  return (
    <tr class={picked ? "picked" : undefined}>
      {selection && (
        <td class="pickone">
          <label class="box">
            <input
              type="checkbox"
              aria-label={t("pickContact", { name: contact.displayName })}
              checked={picked}
              onChange={(event) => selection.pick([contact], event.currentTarget.checked)}
            />
          </label>
        </td>
      )}
      <th scope="row">
        <Link href={`/contacts/${contact.id}`} class="cover">
          {contact.displayName}
        </Link>
        <span class="tags">
          <RoleTags contact={contact} />
        </span>
        {person && person !== contact.displayName && <small>{person}</small>}
        {city && <small class="narrow">{city}</small>}
      </th>
      <td class="wide">{city}</td>
      <td class="wide clip">
        {phone && <div class="together">{phone}</div>}
        {email && <small title={email}>{email}</small>}
      </td>
      <td class="wide">
        <OptionTags options={contact.options} />
      </td>
      <td class="wide">
        <small class="together">{formatInstant(contact.lastActivityAt, locale())}</small>
      </td>
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

// OptionTags are the options of tracking categories; the category is said to who asks.
export function OptionTags({ options }: { options: ContactRowFragment["options"] }) {
  return (
    <span class="tags">
      {options.map((o) => (
        <span key={o.id} class="tag plain" title={o.category.title}>
          <span class="unseen">{o.category.title}: </span>
          {o.title}
        </span>
      ))}
    </span>
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
