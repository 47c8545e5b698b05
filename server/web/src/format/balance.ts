import type { Money } from "./amount.ts";

export interface Balance {
  side?: "CLIENT" | "SUPPLIER"; // a portal customer's own balances name no side
  currency: string;
  outstanding: Money;
  credit: Money;
  net: Money;
  version: number;
  updatedAt: string;
}

const key = (b: Balance) => `${b.side ?? ""} ${b.currency}`;

// newest joins two readings of one contact's balances: of each side and currency it keeps
// the larger version, so that an answer which was overtaken by a pushed value cannot take
// the page back in time. The order is by side, then currency.
export function newest(a: readonly Balance[], b: readonly Balance[]): Balance[] {
  const found = new Map<string, Balance>();
  for (const balance of [...a, ...b]) {
    const known = found.get(key(balance));
    if (!known || balance.version > known.version) {
      found.set(key(balance), balance);
    }
  }
  return [...found.values()].sort((x, y) => (key(x) < key(y) ? -1 : 1));
}

// moves counts the changes that balances have been through: the sum of their versions,
// which only grows.
export function moves(balances: readonly Balance[]): number {
  return balances.reduce((sum, b) => sum + b.version, 0);
}
