// Contacts that are the same one: found, compared, merged, and told apart again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, signIn as tokenOf } from "./api.mjs";
import { barriers, english, greek, launch, net, openDialog, overflow, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

let browser;
let window; // the owner's, in English
let token;
const complaints = [];
const at = (path) => new URL(path, page).href;
const ids = {};

const first = "Ελαιώνας Δελφών ΑΕ";
const second = "ΕΛΑΙΩΝΑΣ ΔΕΛΦΩΝ Α.Ε.";
const third = "Elaionas Delfon SA";

before(async () => {
  token = await tokenOf();
  ids.first = await create({ company: first, emails: [{ email: "info@elaionas.example", primary: true }] });
  ids.second = await create({ company: second, website: "https://elaionas.example", emails: [{ email: "info@elaionas.example", primary: true }] });
  ids.third = await create({ company: third, profession: "Ελαιόλαδο" });
  ids.stranger = await create({ company: "Άσχετος Ελαιώνας", emails: [{ email: "info@elaionas.example", primary: true }] });
  await charge(ids.first, "100");
  await charge(ids.second, "20.50");
  browser = await launch();
  window = await person(browser, complaints, english, { colorScheme: "light" });
  await signIn(window, owner);
  await speak(window, "en");
});

after(async () => {
  await browser?.close();
});

async function create(input) {
  const query = "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }";
  return (await ask(query, { input: { isClient: true, ...input } }, token)).createContact.contact.id;
}

// charge issues an invoice of this amount, without tax.
async function charge(contactId, unitPrice) {
  const draft = await ask(
    "mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }",
    { input: { type: "INVOICE", contactId, lines: [{ title: "Λάδι", unitPrice, taxes: [] }] } },
    token,
  );
  const { id } = draft.createDocument.document;
  await ask("mutation ($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }", { input: { id } }, token);
}

const pair = (...names) => names.reduce((rows, name) => rows.filter({ has: window.getByRole("link", { name, exact: true }) }), window.locator("li.duplicate"));
const press = (name) => window.locator("main").getByRole("button", { name }).click();

test("possible duplicates are listed with their reasons", async () => {
  await window.goto(at("/contacts/duplicates"));
  const same = pair(first, second);
  await same.getByText("same name", { exact: true }).waitFor();
  await same.getByText("same e-mail", { exact: true }).waitFor();
  await photograph(window, "duplicates");
});

test("a pair that is not the same is told apart, and stays so", async () => {
  const other = pair(first, "Άσχετος Ελαιώνας");
  await other.getByRole("button", { name: "Not the same" }).click();
  await other.waitFor({ state: "detached" });
  await window.reload();
  await pair(first, second).waitFor();
  assert.equal(await other.count(), 0);
});

test("two contacts are put side by side, with what becomes of each value and of the balances", async () => {
  await pair(first, second).getByRole("link", { name: "Merge" }).click();
  await window.waitForURL((url) => url.pathname === `/contacts/${ids.first}/merge` && url.searchParams.get("with") === ids.second);
  const comparison = window.locator("table.merge");
  const company = comparison.locator("tr", { has: window.getByRole("rowheader", { name: "Company" }) });
  await company.waitFor();
  assert.deepEqual(await company.locator("td").allTextContents(), [first, second, first]);
  assert.deepEqual(await company.locator("mark").allTextContents(), [first], "the survivor's value wins");
  const website = comparison.locator("tr", { has: window.getByRole("rowheader", { name: "Web site" }) });
  assert.deepEqual(await website.locator("mark").allTextContents(), ["https://elaionas.example"], "a gap is filled");
  const balance = window.locator("tr", { has: window.getByRole("rowheader", { name: "As client · EUR" }) });
  assert.deepEqual(await balance.locator(".amount").allTextContents(), ["€100.00", "€20.50", "€120.50"]);
  const moves = window.locator(".moves > div");
  await moves.filter({ hasText: "Documents" }).getByText("1", { exact: true }).waitFor();
  await photograph(window, "merge");
});

test("who stays is swapped, a third one is found by a search, and left out again", async () => {
  await press(`Keep this one ${second}`);
  await window.waitForURL((url) => url.pathname === `/contacts/${ids.second}/merge`);
  const company = window.locator("table.merge tr", { has: window.getByRole("rowheader", { name: "Company" }) });
  await company.locator("mark", { hasText: second }).waitFor();
  await window.getByRole("searchbox", { name: "Search for a contact" }).fill("elaionas");
  await press(`Add ${third}`);
  await window.getByRole("button", { name: "Merge 3 contacts" }).waitFor();
  await window.locator("h1:focus").waitFor();
  await window.goBack();
  await window.goForward();
  await window.getByRole("button", { name: "Merge 3 contacts" }).waitFor();
  await press(`Leave out ${third}`);
  await window.getByRole("button", { name: "Merge 2 contacts" }).waitFor();
  await press(`Keep this one ${first}`);
  await window.waitForURL((url) => url.pathname === `/contacts/${ids.first}/merge`);
  await company.locator("mark", { hasText: first }).waitFor();
});

test("they are merged: the survivor has both balances, and the other's address leads to it", async () => {
  await press("Merge 2 contacts");
  await openDialog(window).getByText(`${first} stays; ${second} go into it.`).waitFor();
  await openDialog(window).getByRole("button", { name: "Merge", exact: true }).click();
  await window.waitForURL(`**/contacts/${ids.first}`);
  await net(window, "€120.50");
  await window.locator(".merged").getByText(`Merged with ${second}`).waitFor();
  await photograph(window, "merged");
  await window.goto(at(`/contacts/${ids.second}`));
  await window.getByRole("heading", { name: first, level: 1 }).waitFor();
});

test("the merge is taken back", async () => {
  await window.goto(at(`/contacts/${ids.first}`));
  await window.locator(".merged").getByRole("button", { name: "Take the merge back" }).click();
  await openDialog(window).getByRole("button", { name: "Take the merge back" }).click();
  await window.locator(".merged").waitFor({ state: "detached" });
  await net(window, "€100.00");
  await window.goto(at(`/contacts/${ids.second}`));
  await window.getByRole("heading", { name: second, level: 1 }).waitFor();
  await net(window, "€20.50");
});

test("a contact that changed meanwhile is not merged unseen", async () => {
  await window.goto(at(`/contacts/${ids.first}/merge?with=${ids.third}`));
  await window.getByRole("button", { name: "Merge 2 contacts" }).click();
  const { contact } = await ask("query ($id: ID!) { contact(id: $id) { version } }", { id: ids.first }, token);
  await ask(
    "mutation ($input: UpdateContactInput!) { updateContact(input: $input) { contact { id } } }",
    { input: { id: ids.first, version: contact.version, profession: "Ελιές" } },
    token,
  );
  await openDialog(window).getByRole("button", { name: "Merge", exact: true }).click();
  await openDialog(window).locator(".notice.bad").waitFor();
  await window.keyboard.press("Escape");
  await window.goto(at(`/contacts/${ids.third}`));
  await window.getByRole("heading", { name: third, level: 1 }).waitFor();
});

test("what cannot be merged says why", async () => {
  await window.goto(at(`/contacts/${ids.first}/merge?with=018f0000-0000-7000-8000-000000000000`));
  await window.getByRole("alert").waitFor();
  await window.getByRole("link", { name: "Choose again" }).click();
  await window.getByRole("heading", { name: "Which contact is the same?" }).waitFor();
});

for (const { who, options, language } of [
  { who: "in English, light and wide", options: [english, { colorScheme: "light" }], language: "en" },
  { who: "in Greek, dark and on a phone", options: [phone, greek, { colorScheme: "dark" }], language: "el" },
]) {
  test(`no screen has barriers or is too wide, ${who}`, async () => {
    const other = await person(browser, complaints, ...options);
    await signIn(other, owner);
    await speak(other, language);
    const wrong = [];
    for (const [where, ready] of [
      ["/contacts/duplicates", "li.duplicate"],
      [`/contacts/${ids.first}/merge`, ".choosing"],
      [`/contacts/${ids.first}/merge?with=${ids.second},${ids.third}`, "table.merge"],
    ]) {
      await other.goto(at(where));
      await other.locator(ready).first().waitFor();
      wrong.push(...(await barriers(other)).map((barrier) => `${where}: ${barrier}`));
      if ((await overflow(other)) > 0 || (await spills(other)).length > 0) {
        wrong.push(`${where} is too wide: ${await spills(other)}`);
      }
    }
    if (language === "el") {
      await photograph(other, "merge-phone-el");
    }
    assert.deepEqual(wrong, []);
    await other.context().close();
  });
}

test("the page never complained", () => {
  assert.deepEqual(complaints, []);
});
