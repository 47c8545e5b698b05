// The business at a glance, in two windows of two people: what one does, the other sees move.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, signIn as tokenOf } from "./api.mjs";
import { barriers, english, figure, greek, launch, overflow, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

let browser;
let staff; // wide, English
let small; // narrow, Greek, dark
let token;
let contact; // of the story, with an invoice of 1,000,000.00 euros
const complaints = [];

const issue = async (type, price, due) => {
  const { createDocument } = await ask(
    "mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }",
    { input: { type, contactId: contact, ...(due && { date: due, dueDate: due }), lines: [{ title: "work", unitPrice: price, taxes: [] }] } },
    token,
  );
  const { id } = createDocument.document;
  await ask("mutation ($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }", { input: { id } }, token);
  return id;
};

const pay = (amount) =>
  ask(
    "mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }",
    { input: { contactId: contact, amount, oldestFirst: true } },
    token,
  );

const totals = async () => (await ask("{ organizationTotals { currencies { receivable { amount } cashIn { amount } } } }", {}, token)).organizationTotals.currencies[0];

const euros = (amount, locale = "en-GB") => new Intl.NumberFormat(locale, { style: "currency", currency: "EUR" }).format(Number(amount));

before(async () => {
  browser = await launch();
  token = await tokenOf();
  const made = await ask(
    "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }",
    { input: { company: "Overview of everything", isClient: true, isSupplier: true } },
    token,
  );
  contact = made.createContact.contact.id;
  staff = await person(browser, complaints, english, { colorScheme: "light" });
  small = await person(browser, complaints, phone, greek, { colorScheme: "dark" });
  await signIn(staff, owner);
  await signIn(small, owner);
  await speak(staff, "en");
});

after(async () => {
  await browser?.close();
});

test("the overview shows what is to receive, to pay and in cash, and moves live in every window", async () => {
  await staff.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Overview" }).click();
  await staff.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  await staff.locator(".connection.live").waitFor();
  await small.goto(new URL("/overview", page).href);
  await small.getByRole("heading", { name: "Επισκόπηση", level: 1 }).waitFor();
  await small.locator(".connection.live").waitFor();

  const before = await totals();
  await figure(staff, "Clients owe", euros(before.receivable.amount));
  await issue("INVOICE", "1000000");
  const owed = Number(before.receivable.amount) + 1000000;
  await figure(staff, "Clients owe", euros(owed));
  await figure(small, "Οφείλουν οι πελάτες", euros(owed, "el-GR"));
  await staff.locator("[role=status]", { hasText: `To receive: ${euros(owed)}` }).waitFor({ state: "attached" });

  await pay("250000");
  await figure(staff, "Clients owe", euros(owed - 250000));
  await figure(staff, "Money in", euros(Number(before.cashIn.amount) + 250000));
  await figure(small, "Εισπράξεις", euros(Number(before.cashIn.amount) + 250000, "el-GR"));
});

test("what is overdue is listed, longest first, and appears without a reload", async () => {
  const late = await issue("BILL", "77", "2020-01-31");
  const first = staff.locator("main table tbody tr").first();
  await first.filter({ hasText: "Overview of everything" }).waitFor();
  await first.getByRole("link").click();
  await staff.waitForURL((url) => url.searchParams.get("document") === late);
  await staff.goto(new URL("/overview", page).href);
  await staff.getByRole("link", { name: /^\d+ documents?$/ }).last().click();
  await staff.waitForURL((url) => url.pathname === "/documents" && url.searchParams.get("overdue") === "yes" && url.searchParams.get("type") === "BILL");
  await staff.locator("tbody tr", { hasText: "Overview of everything" }).waitFor();
});

test("the list of documents shows what others issue", async () => {
  await staff.goto(new URL("/documents?type=ESTIMATE", page).href);
  await staff.goto(new URL("/documents", page).href);
  await staff.locator(".connection.live").waitFor();
  const count = await staff.locator("tbody tr", { hasText: "Overview of everything" }).count();
  await issue("INVOICE", "5");
  await staff.locator("tbody tr", { hasText: "Overview of everything" }).nth(count).waitFor();
});

test("the overview is for everyone: no barriers, nothing spills on a phone", async () => {
  await staff.goto(new URL("/overview", page).href);
  await staff.locator("main table tbody tr").first().waitFor();
  await small.locator("main table tbody tr").first().waitFor();
  for (const window of [staff, small]) {
    assert.deepEqual(await barriers(window), []);
    assert.equal(await overflow(window), 0);
    assert.deepEqual(await spills(window), []);
  }
  await photograph(staff, "overview");
  await photograph(small, "overview-phone");
  assert.deepEqual(complaints, []);
});
