import assert from "node:assert/strict";
import { test } from "node:test";
import { exportQuery, filterOf, narrowing, nothing, orders, readSieve, writeSieve, type Sieve } from "./filter.ts";

const id = "018f0000-0000-7000-8000-00000000000";

const full: Sieve = {
  search: "μελτέμι 210",
  role: "SUPPLIER",
  archived: true,
  options: [`${id}1`, `${id}2`],
  city: "Αγία Παρασκευή",
  overdue: false,
  balanceSide: "SUPPLIER",
  balanceCurrency: "USD",
  balanceMin: "-10.50",
  balanceMax: "1000",
  createdSince: "2026-01-31",
  changedSince: "2026-02-01",
  orderBy: "BALANCE_ASC",
};

test("what is written to the address is read back", () => {
  assert.deepEqual(readSieve(writeSieve(full)), full);
  assert.deepEqual(readSieve(writeSieve(nothing)), nothing);
  assert.equal(writeSieve(nothing).toString(), "");
  for (const orderBy of orders) {
    assert.equal(readSieve(writeSieve({ ...nothing, orderBy })).orderBy, orderBy);
  }
});

test("what an address cannot mean is left out", () => {
  const query = new URLSearchParams("role=boss&option=1&option=&overdue=maybe&balanceMin=1e9&balanceCurrency=EURO&createdSince=2026-13-45&changedSince=now&orderBy=COLOUR");
  assert.deepEqual(readSieve(query), nothing);
  assert.equal(readSieve(new URLSearchParams("role=client")).role, "CLIENT");
  assert.equal(readSieve(new URLSearchParams(Array.from({ length: 30 }, (_, i) => ["option", `${id.slice(0, -2)}${10 + i}0`]))).options.length, 20);
});

test("the filter has what was asked for and nothing else", () => {
  assert.deepEqual(filterOf(nothing), {});
  const { createdSince, changedSince, ...rest } = filterOf(full);
  assert.deepEqual(rest, {
    search: "μελτέμι 210",
    role: "SUPPLIER",
    archived: true,
    optionIds: full.options,
    city: "Αγία Παρασκευή",
    hasOverdue: false,
    balance: { side: "SUPPLIER", currency: "USD", min: "-10.50", max: "1000" },
  });
  assert.equal(createdSince, new Date(2026, 0, 31).toISOString());
  assert.equal(changedSince, new Date(2026, 1, 1).toISOString());
  assert.deepEqual(filterOf({ ...nothing, balanceMin: "0" }), { balance: { side: null, currency: null, min: "0", max: null } });
});

test("an export is of the same list", () => {
  const query = exportQuery(full, "xlsx");
  assert.equal(query.get("format"), "xlsx");
  assert.equal(query.get("createdSince"), filterOf(full).createdSince);
  assert.deepEqual(query.getAll("option"), full.options);
  assert.equal(exportQuery(nothing, "csv").toString(), "format=csv");
});

test("filters are counted", () => {
  assert.equal(narrowing(nothing), 0);
  assert.equal(narrowing(full), 7);
});
