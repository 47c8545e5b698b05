// What a list of contacts is narrowed and ordered by, as the address of the page keeps it.
import type { ContactFilter, ContactOrder, ContactRole, Side } from "../gql/graphql.ts";

export interface Sieve {
  search: string;
  role: ContactRole | null;
  archived: boolean; // only archived ones; else only those that are not
  options: string[]; // ids of options of tracking categories
  city: string;
  overdue: boolean | null;
  balanceSide: Side | null;
  balanceCurrency: string;
  balanceMin: string; // an API decimal, "" for none
  balanceMax: string;
  createdSince: string; // a day, "" for none
  changedSince: string;
  orderBy: ContactOrder;
}

export const orders: readonly ContactOrder[] = ["NAME", "NAME_DESC", "BALANCE", "BALANCE_ASC", "LAST_ACTIVITY", "NEWEST", "OLDEST"];

const roles: readonly ContactRole[] = ["CLIENT", "SUPPLIER", "PROSPECT"];
const sides: readonly Side[] = ["CLIENT", "SUPPLIER"];
const mostOptions = 20;

// readSieve reads an address. What it cannot be is left out, so that an address that was
// mistyped shows more rather than a failure.
export function readSieve(query: URLSearchParams): Sieve {
  const one = <T extends string>(name: string, known: readonly T[]) => known.find((value) => value === query.get(name)?.toUpperCase()) ?? null;
  const like = (name: string, pattern: RegExp) => {
    const text = query.get(name)?.trim() ?? "";
    return pattern.test(text) ? text : "";
  };
  const overdue = query.get("overdue");
  return {
    search: query.get("search")?.trim() ?? "",
    role: one("role", roles),
    archived: query.get("archived") === "true" || query.get("role") === "archived",
    options: [...new Set(query.getAll("option").filter((id) => /^[\da-f-]{36}$/i.test(id)))].slice(0, mostOptions),
    city: query.get("city")?.trim() ?? "",
    overdue: overdue === "true" ? true : overdue === "false" ? false : null,
    balanceSide: one("balanceSide", sides),
    balanceCurrency: like("balanceCurrency", /^[A-Za-z]{3}$/).toUpperCase(),
    balanceMin: like("balanceMin", /^-?\d{1,15}(\.\d{1,6})?$/),
    balanceMax: like("balanceMax", /^-?\d{1,15}(\.\d{1,6})?$/),
    createdSince: day(like("createdSince", /^\d{4}-\d\d-\d\d$/)),
    changedSince: day(like("changedSince", /^\d{4}-\d\d-\d\d$/)),
    orderBy: one("orderBy", orders) ?? "NAME",
  };
}

const day = (text: string) => (Number.isNaN(Date.parse(text)) ? "" : text);

// writeSieve is the query of the address that readSieve reads back.
export function writeSieve(sieve: Sieve): URLSearchParams {
  const query = new URLSearchParams();
  const { options, orderBy, ...rest } = sieve;
  for (const [name, value] of Object.entries(rest)) {
    if (value !== "" && value !== null && !(name === "archived" && value === false)) {
      query.set(name, String(value));
    }
  }
  for (const id of options) {
    query.append("option", id);
  }
  if (orderBy !== "NAME") {
    query.set("orderBy", orderBy);
  }
  return query;
}

// filterOf is the filter as the API takes it. Days begin at midnight of the reader.
export function filterOf(sieve: Sieve): ContactFilter {
  const { search, role, archived, options, city, overdue, balanceSide, balanceCurrency, balanceMin, balanceMax, createdSince, changedSince } = sieve;
  return {
    ...(search && { search }),
    ...(role && { role }),
    ...(archived && { archived }),
    ...(options.length > 0 && { optionIds: options }),
    ...(city && { city }),
    ...(overdue !== null && { hasOverdue: overdue }),
    ...((balanceSide || balanceCurrency || balanceMin || balanceMax) && {
      balance: { side: balanceSide, currency: balanceCurrency || null, min: balanceMin || null, max: balanceMax || null },
    }),
    ...(createdSince && { createdSince: midnight(createdSince) }),
    ...(changedSince && { changedSince: midnight(changedSince) }),
  };
}

const midnight = (text: string) => new Date(`${text}T00:00:00`).toISOString();

// exportQuery is the query of the same list for its export, where days are instants.
export function exportQuery(sieve: Sieve, format: "csv" | "xlsx"): URLSearchParams {
  const query = writeSieve(sieve);
  for (const name of ["createdSince", "changedSince"] as const) {
    if (sieve[name]) {
      query.set(name, midnight(sieve[name]));
    }
  }
  query.set("format", format);
  return query;
}

// nothing is a sieve that lets all through.
export const nothing: Sieve = readSieve(new URLSearchParams());

// narrowing counts the filters that are on, search and role aside.
export function narrowing(sieve: Sieve): number {
  const { options, city, overdue, balanceMin, balanceMax, createdSince, changedSince } = sieve;
  return options.length + [city, overdue !== null, balanceMin || balanceMax, createdSince, changedSince].filter(Boolean).length;
}
