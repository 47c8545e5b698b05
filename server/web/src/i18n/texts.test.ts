import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { el } from "./el.ts";
import { en, type Key } from "./en.ts";

const placeholders = (text: string) => [...text.matchAll(/{(\w+)}/g)].map((m) => m[1]).sort();

test("both languages fill in the same values", () => {
  for (const key of Object.keys(en) as Key[]) {
    assert.deepEqual(placeholders(el[key]), placeholders(en[key]), key);
    assert.notEqual(el[key].trim(), "", key);
  }
});

test("every text is used", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/^(gql|i18n.(en|el))|\.test\./.test(name))
    .map((name) => readFileSync(`src/${name}`, "utf8"))
    .join("\n");
  // Texts for the values of an enumeration are named by the value.
  const composed = /^(notice|status|paid|used|method|kind|entry|access|each|every|period|recurring|state|types?|payBy|online|onlineState|provider|intro|outcome)[A-Z_]+$/;
  const unused = Object.keys(en).filter((key) => !composed.test(key) && !new RegExp(`["\`]${key}["\`]`).test(sources));
  assert.deepEqual(unused, []);
});

test("no text is named in two files", () => {
  const seen = new Map<string, string>();
  for (const file of readdirSync("src/i18n").filter((name) => /^en.*\.ts$/.test(name))) {
    for (const [, key] of readFileSync(`src/i18n/${file}`, "utf8").matchAll(/^ {2}(\w+):/gm)) {
      assert.equal(seen.get(key!), undefined, `${key} is in ${file} and in ${seen.get(key!)}`);
      seen.set(key!, file);
    }
  }
});
