// A document by its address, without an account: an estimate that is answered, an invoice that is
// paid, and an address that was revoked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, signIn as tokenOf } from "./api.mjs";
import { barriers, english, greek, launch, overflow, owner, page, person, phone, photograph, signIn, speak } from "./browser.mjs";

let browser;
let staff;
let anyone; // on a phone, without an account
let token;
let contact;
const complaints = [];
const at = (path) => new URL(path, page).href;
const api = async (query, input) => Object.values(await ask(query, { input }, token))[0];

async function linked(type, price) {
  const { document } = await api("mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }", {
    type, contactId: contact, dueDate: "2099-12-31", lines: [{ title: "A study of the harbour", quantity: "2", unitPrice: price, taxes: [{ rate: "24" }] }],
  });
  await api("mutation ($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }", { id: document.id });
  const made = await api("mutation ($input: CreateDocumentLinkInput!) { createDocumentLink(input: $input) { url link { id } } }", { documentId: document.id });
  return { id: document.id, url: made.url, link: made.link.id };
}

before(async () => {
  token = await tokenOf();
  contact = (await api("mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }", { company: "Reader by address", isClient: true })).contact.id;
  browser = await launch();
  staff = await person(browser, complaints, english, { colorScheme: "light" });
  await signIn(staff, owner);
  await speak(staff, "en");
  anyone = await person(browser, complaints, phone, greek, { colorScheme: "light" });
});

after(async () => {
  await browser?.close();
});

test("whoever has the address of an estimate accepts it, and the bell tells the business", async () => {
  const estimate = await linked("ESTIMATE", "250");
  await staff.goto(at(`/contacts/${contact}?view=documents&document=${estimate.id}`));
  await staff.locator(".connection.live").waitFor();
  await anyone.goto(estimate.url);
  await anyone.getByRole("heading", { name: /^Προσφορά/ }).waitFor();
  await anyone.getByText("620,00 €").first().waitFor();
  assert.deepEqual(await barriers(anyone), []);
  assert.equal(await overflow(anyone), 0);
  await photograph(anyone, "permalink-estimate");
  await anyone.getByRole("link", { name: "English" }).click();
  await anyone.getByLabel("Your name").fill("Maria Reader");
  await anyone.getByLabel("A comment (optional)").fill("Begin on Monday");
  await anyone.getByRole("button", { name: "Accept the estimate" }).click();
  await anyone.getByText("This estimate was accepted.").waitFor();
  assert.equal(await anyone.locator("form").count(), 0);
  assert.deepEqual(await barriers(anyone), []);
  await staff.locator("a.bell", { hasText: /[1-9]/ }).waitFor();
  await staff.goto(at(`/contacts/${contact}?view=documents&document=${estimate.id}`));
  await staff.getByText("by Maria Reader, through the link").waitFor();
});

test("an invoice is paid by its address", async () => {
  const invoice = await linked("INVOICE", "100");
  await anyone.goto(`${invoice.url}?lang=en`);
  await photograph(anyone, "permalink-invoice");
  await anyone.getByRole("link", { name: "Pay", exact: true }).click();
  await anyone.getByRole("button", { name: /sandbox|δοκιμή/i }).click();
  await anyone.getByRole("button", { name: "Pay", exact: true }).click();
  await anyone.getByText(/Paid\. Thank you\.|Πληρώθηκε/).waitFor();
  await anyone.goto(`${invoice.url}?lang=en`);
  await anyone.getByText("Paid. Thank you.").waitFor();
});

test("an address that was revoked answers like one that never was", async () => {
  const invoice = await linked("INVOICE", "5");
  await api("mutation ($input: DocumentLinkIdInput!) { revokeDocumentLink(input: $input) { link { id } } }", { id: invoice.link });
  for (const url of [invoice.url, at("/d/never")]) {
    assert.equal((await anyone.goto(url)).status(), 404);
    await anyone.getByRole("heading", { name: "Ο σύνδεσμος δεν ισχύει, ή δεν ισχύει πια." }).waitFor();
  }
});

test("nothing complained", () => assert.deepEqual(complaints.filter((c) => !c.includes("404")), []));
