import assert from "node:assert/strict";
import { test } from "node:test";
import { attempts } from "./key.ts";
import { uuid } from "./uuid.ts";

function counted() {
  let n = 0;
  return attempts(() => `key ${++n}`);
}

test("the same input keeps its key until it succeeds", () => {
  const keys = counted();
  assert.equal(keys.key({ amount: "5" }), "key 1");
  assert.equal(keys.key({ amount: "5" }), "key 1");
  keys.succeeded();
  assert.equal(keys.key({ amount: "5" }), "key 2");
});

test("another input gets another key", () => {
  const keys = counted();
  assert.equal(keys.key({ amount: "5" }), "key 1");
  assert.equal(keys.key({ amount: "6" }), "key 2");
  assert.equal(keys.key({ amount: "5" }), "key 3");
});

test("another file is another input", () => {
  const keys = counted();
  const file = (name: string, text: string) => ({ file: new File([text], name, { lastModified: 1 }) });
  assert.equal(keys.key(file("a.csv", "x")), "key 1");
  assert.equal(keys.key(file("a.csv", "x")), "key 1");
  assert.equal(keys.key(file("a.csv", "longer")), "key 2");
  assert.equal(keys.key(file("b.csv", "longer")), "key 3");
});

test("without randomUUID, as on an insecure origin, keys are still random UUIDs", () => {
  const original = crypto.randomUUID;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  try {
    assert.match(uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(uuid(), uuid());
  } finally {
    Object.defineProperty(crypto, "randomUUID", { value: original, configurable: true });
  }
});
