import assert from "node:assert/strict";
import { test } from "node:test";
import { countryName } from "./country.ts";

test("a country is named in the reader's language, and what is none stays as it is", () => {
  assert.equal(countryName("GR", "el-GR"), "Ελλάδα");
  assert.equal(countryName("GR", "en-GB"), "Greece");
  assert.equal(countryName("", "en-GB"), "");
  assert.equal(countryName("Hellas", "en-GB"), "Hellas");
});
