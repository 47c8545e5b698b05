import assert from "node:assert/strict";
import { test } from "node:test";
import { moves, newest, type Balance } from "./balance.ts";

function balance(part: Partial<Balance>): Balance {
  const money = { amount: "0.00", currency: part.currency ?? "EUR" };
  return { side: "CLIENT", currency: "EUR", outstanding: money, credit: money, net: money, version: 1, updatedAt: "", ...part };
}

test("the larger version wins, whichever reading it is in", () => {
  const old = balance({ version: 3 });
  const young = balance({ version: 4 });
  assert.deepEqual(newest([old], [young]), [young]);
  assert.deepEqual(newest([young], [old]), [young]);
});

test("sides and currencies are apart, in a fixed order", () => {
  const usd = balance({ currency: "USD" });
  const eur = balance({});
  const supplier = balance({ side: "SUPPLIER" });
  assert.deepEqual(newest([supplier, usd], [eur]), [eur, usd, supplier]);
});

test("every change moves the sum of versions", () => {
  assert.equal(moves([balance({ version: 3 }), balance({ currency: "USD", version: 2 })]), 5);
});
