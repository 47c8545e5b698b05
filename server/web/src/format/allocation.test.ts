import assert from "node:assert/strict";
import { test } from "node:test";
import { oldestFirst, remainder, type OpenDocument } from "./allocation.ts";

const open: OpenDocument[] = [
  { id: "b", dueDate: "2026-02-01", remaining: "60.00" },
  { id: "c", dueDate: "2026-02-01", remaining: "10.00" },
  { id: "a", dueDate: "2026-01-01", remaining: "40.00" },
];

test("the oldest is settled first, by due date and then by id", () => {
  for (const { amount, parts, credit } of [
    { amount: "25", parts: { a: "25.00" }, credit: "0.00" },
    { amount: "70.00", parts: { a: "40.00", b: "30.00" }, credit: "0.00" },
    { amount: "105", parts: { a: "40.00", b: "60.00", c: "5.00" }, credit: "0.00" },
    { amount: "120.5", parts: { a: "40.00", b: "60.00", c: "10.00" }, credit: "10.50" },
  ]) {
    const proposal = oldestFirst(amount, open, 2);
    assert.deepEqual(Object.fromEntries(proposal!.parts), parts, amount);
    assert.equal(proposal!.credit, credit, amount);
  }
});

test("nothing is proposed for what cannot be paid", () => {
  for (const amount of ["0", "-5", "1.005"]) {
    assert.equal(oldestFirst(amount, open, 2), null, amount);
  }
});

test("what is left of an amount", () => {
  assert.equal(remainder("100", ["40", "59.99"], 2), "0.01");
  assert.equal(remainder("10", ["10.01"], 2), "-0.01");
  assert.equal(remainder("10", ["0.001"], 2), null);
});
