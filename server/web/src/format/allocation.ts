import { fromUnits, toUnits } from "./amount.ts";

export interface OpenDocument {
  id: string;
  dueDate: string;
  remaining: string; // decimal, positive
}

export interface Proposal {
  parts: Map<string, string>; // by document, only those that get something
  credit: string; // what is left over
}

// byAge is the order in which oldestFirst settles: by due date, then by id, which grows
// with time.
export function byAge(a: { id: string; dueDate: string }, b: { id: string; dueDate: string }): number {
  const [x, y] = a.dueDate === b.dueDate ? [a.id, b.id] : [a.dueDate, b.dueDate];
  return x < y ? -1 : x > y ? 1 : 0;
}

// oldestFirst shows beforehand what the server's rule of the same name will do: by age,
// each open document gets all that remains of it while the amount lasts.
// amount must be positive, with at most scale decimals; otherwise null.
export function oldestFirst(amount: string, open: readonly OpenDocument[], scale: number): Proposal | null {
  let left = toUnits(amount, scale);
  if (left === null || left <= 0n) {
    return null;
  }
  const parts = new Map<string, string>();
  for (const document of [...open].sort(byAge)) {
    const remaining = toUnits(document.remaining, scale) ?? 0n;
    const part: bigint = left < remaining ? left : remaining;
    if (part > 0n) {
      parts.set(document.id, fromUnits(part, scale));
      left -= part;
    }
  }
  return { parts, credit: fromUnits(left, scale) };
}

// remainder is the amount less the parts: what would stay as credit. Negative when the
// parts are more than the amount. Null when any of them is no amount of the currency.
export function remainder(amount: string, parts: readonly string[], scale: number): string | null {
  let left = toUnits(amount, scale);
  for (const part of parts) {
    const units = toUnits(part, scale);
    if (left === null || units === null) {
      return null;
    }
    left -= units;
  }
  return left === null ? null : fromUnits(left, scale);
}
