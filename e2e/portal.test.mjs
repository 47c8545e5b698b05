// A customer on the portal and the business, each in a window of their own: an estimate that is
// accepted, a question and its answer, live on both sides.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, signIn as tokenOf } from "./api.mjs";
import { barriers, english, greek, launch, openDialog, overflow, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

const word = Date.now().toString(36); // another at every run
const firm = `Πύλη ${word} ΕΕ`;
const email = `portal-${word}@customer.example`;
const password = "a long customer password";
let browser;
let staff;
let customer;
let token;
let contact;
let estimate;
const complaints = [];
const at = (path) => new URL(path, page).href;
const api = (query, input) => ask(query, { input }, token);

before(async () => {
  token = await tokenOf();
  contact = (await api("mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }", { company: firm, isClient: true })).createContact.contact.id;
  const made = await api("mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }", {
    type: "ESTIMATE", contactId: contact, dueDate: "2099-12-31", lines: [{ title: "Study", unitPrice: "250", taxes: [] }],
  });
  estimate = made.createDocument.document.id;
  await api("mutation ($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }", { id: estimate });
  const { inviteToPortal } = await api("mutation ($input: InviteToPortalInput!) { inviteToPortal(input: $input) { link } }", { contactId: contact, email });
  browser = await launch();
  staff = await person(browser, complaints, english, { colorScheme: "light" });
  await signIn(staff, owner);
  await speak(staff, "en");
  customer = await person(browser, complaints, phone, english, { colorScheme: "light" });
  await customer.goto(inviteToPortal.link);
  await speak(customer, "en");
  await customer.getByLabel(/^Your name/).fill("Μαρία Πελάτη");
  await customer.getByLabel("Password (at least 10 characters)").fill(password);
  await customer.getByRole("button", { name: "Open my account card" }).click();
  await customer.getByRole("heading", { level: 1, name: firm }).waitFor();
  await speak(customer, "en");
});

after(async () => {
  await browser?.close();
});

test("an estimate is accepted on a phone, and the bell tells the business at once", async () => {
  await staff.goto(at("/contacts"));
  await staff.locator("a.bell").waitFor();
  await customer.getByRole("navigation", { name: "Your account" }).getByRole("link", { name: "Estimates and credit notes" }).click();
  await customer.locator("table tbody a").first().click();
  await customer.getByRole("button", { name: "Accept the estimate" }).click();
  await openDialog(customer).getByLabel("A comment").fill("Please begin");
  assert.deepEqual(await barriers(customer), []);
  await openDialog(customer).getByRole("button", { name: "Accept the estimate" }).click();
  await customer.getByText("You accepted it on").waitFor();
  assert.equal(await customer.getByRole("button", { name: "Accept the estimate" }).count(), 0);
  assert.equal(await overflow(customer), 0);
  assert.deepEqual(await spills(customer), []);
  await photograph(customer, "phone-portal-estimate");
  await staff.locator("a.bell b").waitFor();
  await staff.locator("a.bell").click();
  await staff.getByText("Please begin").waitFor();
  await staff.getByText("Estimate accepted").first().waitFor();
  assert.deepEqual(await barriers(staff), []);
  await photograph(staff, "notices");
});

test("a question reaches the business, and its answer the customer, without a reload", async () => {
  await customer.goto(at("/portal?view=messages"));
  await customer.getByText("Nothing was written yet.").waitFor();
  await staff.goto(at(`/contacts/${contact}?view=messages`));
  await staff.getByText("What customers write on the portal appears here.", { exact: false }).waitFor();
  await customer.getByLabel("Ask the business something").fill("When do you begin?");
  await customer.getByRole("button", { name: "Send" }).click();
  await staff.getByText("When do you begin?").waitFor();
  await staff.getByLabel("Write to the people of this contact").fill("On Monday.");
  await staff.getByRole("button", { name: "Send" }).click();
  await customer.locator(".said").getByText("On Monday.").waitFor();
  assert.deepEqual(await barriers(customer), []);
  assert.equal(await overflow(customer), 0);
  await photograph(customer, "phone-portal-messages");
});

test("what was told is marked as seen", async () => {
  await staff.goto(at("/notices"));
  await staff.getByRole("button", { name: "Mark all as seen" }).click();
  await staff.locator("a.bell b").waitFor({ state: "detached" });
});

test("the portal speaks Greek in the dark", async () => {
  const dark = await person(browser, complaints, phone, greek, { colorScheme: "dark" });
  await signIn(dark, { email, password });
  await speak(dark, "el");
  for (const view of ["estimates", "messages"]) {
    await dark.goto(at(`/portal?view=${view}`));
    await dark.getByRole("heading", { level: 1, name: firm }).waitFor();
    assert.equal(await overflow(dark), 0, view);
    assert.deepEqual(await barriers(dark), [], view);
  }
  await dark.context().close();
});

test("staff find who has access, invite again and end it", async () => {
  await staff.goto(at("/contacts"));
  await staff.getByText("More", { exact: true }).first().click();
  await staff.getByRole("link", { name: "Portal access" }).click();
  await staff.getByRole("heading", { level: 1, name: "Portal access" }).waitFor();
  await staff.getByRole("searchbox", { name: "Search" }).fill(`πυλη ${word}`); // without the accent
  await staff.waitForURL((url) => url.searchParams.has("search"));
  const row = staff.locator("main li", { hasText: email });
  await row.getByText("Active").waitFor();
  assert.equal(await staff.locator("main li").count(), 1);
  await row.getByText("Μαρία Πελάτη").waitFor();
  await photograph(staff, "portal-access");
  assert.deepEqual(await barriers(staff), []);
  await staff.getByRole("link", { name: "Expired" }).click();
  await staff.getByText("Nobody matches.").waitFor();
  await staff.getByRole("link", { name: "All", exact: true }).click();
  await row.waitFor();
});

test("staff see the portal as the customer does, live, and change nothing", async () => {
  await staff.goto(at(`/contacts/${contact}?view=portal`));
  await staff.getByRole("link", { name: "See the portal as this contact's customers do" }).click();
  await staff.getByText(`The portal, as customers of ${firm} see it.`).waitFor();
  await staff.getByRole("heading", { level: 1, name: firm }).waitFor();
  assert.deepEqual(await barriers(staff), []);
  await photograph(staff, "portal-preview");
  await api("mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }", { contactId: contact, amount: "19.90" });
  await staff.locator(".balance", { hasText: "19.90" }).waitFor();
  await staff.getByRole("navigation", { name: "Your account" }).getByRole("link", { name: "Messages" }).click();
  const before = complaints.length;
  await staff.locator("textarea").first().fill("Not from me");
  await staff.getByRole("button", { name: "Send" }).first().click();
  await staff.getByText("This is a preview: it changes nothing.").first().waitFor();
  complaints.splice(before);
  await staff.getByRole("button", { name: "Close the preview" }).click();
  await staff.waitForURL((url) => url.pathname === `/contacts/${contact}`);
  await staff.getByRole("heading", { level: 1, name: firm }).waitFor();
});

test("access that staff end in the list ends on the customer's screen at once", async () => {
  await customer.goto(at("/portal"));
  await customer.locator(".connection.live").waitFor();
  await staff.goto(at(`/portal-access?search=${encodeURIComponent(email)}`));
  await staff.getByRole("button", { name: "End the access" }).or(staff.getByRole("button", { name: "Revoke" })).first().click();
  await openDialog(staff).getByRole("button").last().click();
  await staff.locator("main li", { hasText: email }).getByText("Ended").waitFor();
  await customer.locator("input[name=password]").waitFor();
  await staff.getByRole("button", { name: "Invite again" }).click();
  await staff.getByText(`Link for ${email}`).waitFor();
});

test("nothing complained", () => assert.deepEqual(complaints, []));
