import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldChanges, parts } from "./change.ts";

test("fields stand in the known order, then by name, and empty ones say nothing", () => {
  const found = fieldChanges({ b: "1", company: "Α", gone: "", a: null }, { b: "2", company: "Β", a: false, last: [] , z: "new" }, ["company", "z"]);
  assert.deepEqual(found, [
    { field: "company", before: "Α", after: "Β" },
    { field: "z", before: undefined, after: "new" },
    { field: "b", before: "1", after: "2" },
  ]);
  assert.deepEqual(fieldChanges(null, null, []), []);
  assert.deepEqual(fieldChanges(null, { n: 0 }, []), [{ field: "n", before: undefined, after: 0 }]);
});

test("an item of a list is told by its texts", () => {
  assert.deepEqual(parts({ ID: null, Kind: "billing", Line: "Ερμού 1", City: "Αθήνα", Region: "" }), ["Ερμού 1", "Αθήνα"]);
  assert.deepEqual(parts({ email: "a@example.test", label: "work", primary: true }), ["a@example.test", "work"]);
  assert.deepEqual(parts("plain"), ["plain"]);
  assert.deepEqual(parts(null), []);
});
