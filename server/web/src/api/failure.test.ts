import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, sort, type Fault } from "./failure.ts";

const invalid = (field: string): Fault => ({ code: "INVALID", field, text: `about ${field}` });

test("the API's codes and fields are read", () => {
  const found = faults({
    graphQLErrors: [
      { message: "More than zero.", extensions: { code: "INVALID", field: "amount" } },
      { message: "Later.", extensions: { code: "RATE_LIMITED" } },
      { message: "Too deep.", extensions: { code: "QUERY_TOO_DEEP", field: 7 } },
      { message: "No code." },
    ],
  });
  assert.deepEqual(found, [
    { code: "INVALID", field: "amount", text: "More than zero." },
    { code: "RATE_LIMITED", field: "", text: "Later." },
    { code: "INTERNAL", field: "", text: "Too deep." },
    { code: "INTERNAL", field: "", text: "No code." },
  ]);
});

test("a conflict tells what is there now", () => {
  const conflict = (current: unknown) => faults({ graphQLErrors: [{ message: "Changed.", extensions: { code: "CONFLICT", field: "version", current } }] });
  assert.deepEqual(conflict({ version: 3 }), [{ code: "CONFLICT", field: "version", text: "Changed.", current: { version: 3 } }]);
  assert.deepEqual(conflict("three"), [{ code: "CONFLICT", field: "version", text: "Changed." }]);
});

test("no answer at all is OFFLINE, and no failure none", () => {
  assert.deepEqual(faults({ networkError: new Error("refused"), graphQLErrors: [] }), [{ code: "OFFLINE", field: "", text: "" }]);
  assert.deepEqual(faults(undefined), []);
});

test("faults go to the nearest field of the form, the rest to its head", () => {
  const found = ["lines.2.quantity", "emails.0.email", "lines.2.taxes.0.rate", "version", "", "linesman"].map(invalid);
  const { fields, general } = sort(found, ["lines.2.quantity", "lines.2.taxes", "emails", "lines"]);
  assert.deepEqual(
    [...fields].map(([field, fault]) => `${field}: ${fault.field}`),
    ["lines.2.quantity: lines.2.quantity", "emails: emails.0.email", "lines.2.taxes: lines.2.taxes.0.rate"],
  );
  assert.deepEqual(general.map((f) => f.field), ["version", "", "linesman"]);
});

test("a field shows its first fault", () => {
  const { fields } = sort([{ ...invalid("amount"), text: "first" }, { ...invalid("amount"), text: "second" }], ["amount"]);
  assert.equal(fields.get("amount")!.text, "first");
});
