import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf, draftFields, draftOf, inputOf, kept, merge, newDraft, same, type Draft, type DraftField } from "./draft.ts";

const contact = {
  id: "c1",
  version: 7,
  company: "Μελτέμι ΑΕ",
  firstName: "",
  customId: null,
  isClient: true,
  isSupplier: false,
  clientType: "DOMESTIC",
  defaultCurrency: "EUR",
  defaultDueDays: 30,
  defaultTaxes: [{ kind: "VAT", name: "", rate: "24.000000", category: "S", informational: false }],
  addresses: [{ id: "a1", kind: "BILLING", line: "Ερμού 1", city: "Αθήνα", region: "", postalCode: "10563", country: "GR", branchCode: "" }],
  emails: [
    { id: "e1", email: "a@example.test", label: "", primary: true },
    { id: "e2", email: "b@example.test", label: "work", primary: false },
  ],
  phones: [],
  options: [{ id: "o1" }, { id: "o2" }],
};

const other = (draft: Draft, change: Partial<Draft>): Draft => ({ ...draft, ...change });

test("a draft that nobody touched changes nothing", () => {
  assert.deepEqual(changesOf(draftOf(contact), draftOf(contact)), {});
  const rekeyed = other(draftOf(contact), { emails: draftOf(contact).emails.map((e) => ({ ...e, key: `${e.key}x` })) });
  assert.deepEqual(changesOf(draftOf(contact), rekeyed), {});
});

test("only what differs is sent, and what is emptied is taken off", () => {
  const read = draftOf(contact);
  const draft = other(read, { company: " Μελτέμι ΙΚΕ ", defaultDueDays: "", clientType: "", website: "", optionIds: ["o2", "o1"], emails: [read.emails[1]!] });
  assert.deepEqual(changesOf(read, draft), {
    company: "Μελτέμι ΙΚΕ",
    emails: [{ id: "e2", email: "b@example.test", label: "work", primary: false }],
    clear: ["CLIENT_TYPE", "DEFAULT_DUE_DAYS"],
  });
});

test("items in which nothing was written are not sent, and the places of the others are known", () => {
  const blank = { key: "n", email: " ", label: "home", primary: false };
  const draft = other(newDraft(), { emails: [blank, { ...blank, key: "m", email: "a@example.test" }] });
  assert.deepEqual(inputOf(draft).emails, [{ email: "a@example.test", label: "home", primary: false }]);
  assert.deepEqual(kept(draft, "emails"), [1]);
});

test("a conflict's contact is read even where it leaves out what is empty", () => {
  const draft = draftOf({ version: 3, lastName: "Ρήγας", clientType: "domestic", optionIds: ["o1"], defaultDueDays: 0 });
  assert.equal(draft.lastName, "Ρήγας");
  assert.equal(draft.clientType, "DOMESTIC");
  assert.equal(draft.defaultDueDays, "0");
  assert.deepEqual(draft.optionIds, ["o1"]);
  assert.equal(inputOf(draft).defaultDueDays, 0);
  assert.deepEqual(draft.emails, []);
});

test("a merge takes of each field the side that was chosen", () => {
  const mine = other(draftOf(contact), { company: "Mine", lastName: "Mine" });
  const theirs = other(draftOf(contact), { company: "Theirs", lastName: "Theirs", phones: [{ key: "p", id: "p1", number: "210", label: "", primary: true }] });
  const merged = merge(mine, theirs, new Set<DraftField>(["lastName", "phones"]));
  assert.equal(merged.company, "Mine");
  assert.equal(merged.lastName, "Theirs");
  assert.deepEqual(merged.phones, theirs.phones);
  for (const field of draftFields) {
    assert.ok(same(merged, mine, field) || same(merged, theirs, field), field);
  }
});

test("items that are gone from the contact are kept as new ones", () => {
  const mine = draftOf(contact);
  const theirs = other(mine, { emails: [mine.emails[0]!] });
  const merged = merge(mine, theirs, new Set());
  assert.deepEqual(inputOf(merged).emails, [
    { id: "e1", email: "a@example.test", label: "", primary: true },
    { email: "b@example.test", label: "work", primary: false },
  ]);
});
