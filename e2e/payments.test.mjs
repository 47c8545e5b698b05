// Payments in a real browser against a real server: the list with its totals, recording with a
// proposal, changing, refunding, credit notes, and many at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, signIn as token } from "./api.mjs";
import { barriers, greek, launch, openDialog, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

const word = Date.now().toString(36); // another at every run
const name = (short) => `Πληρωτής ${word} ${short}`;

let browser;
let staff;
let key;
const complaints = [];
const made = {};

const at = (path) => new URL(path, page).href;
const api = (query, variables) => ask(query, variables, key);
const dialog = () => openDialog(staff);
const button = (text, within = staff) => within.getByRole("button", { name: text, exact: true });
const rows = () => staff.locator("li.payment");

// refused does what the server refuses, which the browser complains of: 400 is the answer's status.
async function refused(act, text) {
  const quiet = complaints.length;
  await act();
  await staff.getByText(text).waitFor();
  complaints.splice(quiet, 1);
}

async function document(contactId, type, unitPrice, more = {}) {
  const { createDocument } = await api("mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }", {
    input: { type, contactId, ...more, lines: [{ title: "Work", quantity: "1", unitPrice, taxes: [] }] },
  });
  const { id } = createDocument.document;
  await api("mutation ($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }", { input: { id } });
  return id;
}

const balance = async (id) => {
  const { contact } = await api("query ($id: ID!) { contact(id: $id) { balances { side outstanding { amount } credit { amount } } } }", { id });
  const client = contact.balances.find((b) => b.side === "CLIENT");
  return [client.outstanding.amount, client.credit.amount];
};

async function stands(id, ...want) {
  let got;
  for (const until = Date.now() + 10_000; Date.now() < until; await staff.waitForTimeout(50)) {
    got = await balance(id);
    if (got.join() === want.join()) {
      return;
    }
  }
  assert.deepEqual(got, want);
}

before(async () => {
  browser = await launch();
  key = await token();
  for (const short of ["a", "b"]) {
    const { createContact } = await api("mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }", {
      input: { company: name(short), isClient: true },
    });
    made[short] = createContact.contact.id;
  }
  for (const [short, role] of [["foreign", "isClient"], ["supplier", "isSupplier"]]) {
    const { createContact } = await api("mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }", {
      input: { company: name(short), [role]: true },
    });
    made[short] = createContact.contact.id;
  }
  await document(made.a, "INVOICE", "100");
  staff = await person(browser, complaints, { colorScheme: "light" });
  await signIn(staff, owner);
  await speak(staff, "en");
});

after(async () => {
  await browser?.close();
  assert.deepEqual(complaints, []);
});

test("a payment is recorded with a proposal, changed, and taken off", async () => {
  await staff.goto(at(`/contacts/${made.a}?view=payments`));
  await button("Record payment").first().click();
  await dialog().getByLabel("Amount", { exact: true }).fill("130");
  await dialog().getByText("Stays as credit").waitFor();
  await dialog().getByRole("button", { name: "Record payment", exact: true }).click();
  await rows().filter({ hasText: "credit €30.00" }).waitFor();
  await stands(made.a, "0.00", "30.00");

  await rows().first().locator("summary").click();
  await button("Edit payment").click();
  await dialog().getByLabel("Amount", { exact: true }).fill("90");
  await refused(() => button("Save", dialog()).click(), "Less than the 100.00 that is allocated.");
  await dialog().getByLabel("Amount", { exact: true }).fill("110");
  await button("Save", dialog()).click();
  await rows().filter({ hasText: "credit €10.00" }).waitFor();
  await stands(made.a, "0.00", "10.00");
});

test("a refund gives credit back, and voiding it takes it again", async () => {
  await button("Record payment").first().click();
  await dialog().getByLabel("Kind").selectOption("CLIENT_REFUND");
  await dialog().getByLabel("Amount", { exact: true }).fill("11");
  await refused(() => button("Record payment", dialog()).click(), "More than the 10.00 of credit that is left.");
  await dialog().getByLabel("Amount", { exact: true }).fill("10");
  await dialog().getByRole("button", { name: "Record payment", exact: true }).click();
  const refund = rows().filter({ hasText: "Refund to client" });
  await refund.waitFor();
  await stands(made.a, "0.00", "0.00");
  await button("Void", refund).click();
  await button("Void", dialog()).click();
  await stands(made.a, "0.00", "10.00");
});

test("a credit note settles the oldest invoice, and comes off", async () => {
  await document(made.a, "INVOICE", "40");
  const note = await document(made.a, "CREDIT_NOTE", "25");
  await stands(made.a, "40.00", "35.00");
  await staff.goto(at(`/contacts/${made.a}?document=${note}`));
  await button("Settle the oldest open documents").click();
  await stands(made.a, "15.00", "10.00");
  await button("Take off all documents").click();
  await stands(made.a, "40.00", "35.00");
});

test("a payment in another currency settles what is stated of it", async () => {
  await document(made.foreign, "INVOICE", "200", { currency: "USD", exchangeRate: "0.9" });
  await staff.goto(at(`/contacts/${made.foreign}?view=payments`));
  await button("Record payment").first().click();
  await dialog().getByLabel("Currency").selectOption("EUR");
  await dialog().getByLabel("Amount", { exact: true }).fill("185");
  await dialog().getByLabel("Amounts of my choice").check();
  await dialog().getByLabel(/^For /).fill("185");
  await refused(() => dialog().getByRole("button", { name: "Record payment", exact: true }).click(), /say how much of the document it settles/);
  await dialog().getByLabel(/^Settles of /).fill("200");
  assert.deepEqual(await barriers(staff), []);
  await photograph(staff, "payment-in-another-currency");
  await dialog().getByRole("button", { name: "Record payment", exact: true }).click();
  await rows().filter({ hasText: "€185.00" }).waitFor();
  const { contact } = await api("query ($id: ID!) { contact(id: $id) { balances { currency outstanding { amount } credit { amount } } } }", { id: made.foreign });
  assert.deepEqual(contact.balances.map((b) => [b.outstanding.amount, b.credit.amount]), contact.balances.map(() => ["0.00", "0.00"]));
});

test("a supplier is paid what a bill asks for", async () => {
  await document(made.supplier, "BILL", "80");
  await staff.goto(at(`/contacts/${made.supplier}?view=payments`));
  await button("Record payment").first().click();
  await dialog().getByRole("button", { name: /€80\.00/ }).click();
  await dialog().getByRole("button", { name: "Record payment", exact: true }).click();
  await rows().filter({ hasText: "€80.00" }).waitFor();
  const { contact } = await api("query ($id: ID!) { contact(id: $id) { balances { side outstanding { amount } net { amount } } } }", { id: made.supplier });
  assert.deepEqual(contact.balances, [{ side: "SUPPLIER", outstanding: { amount: "0.00" }, net: { amount: "0.00" } }]);
});

test("many payments are recorded at once, and those with an error stay", async () => {
  await staff.goto(at("/payments/new"));
  const line = (n) => staff.getByRole("group", { name: `Payment ${n}`, exact: true });
  const fill = async (n, short, amount, reference) => {
    await line(n).getByLabel("Contact").fill(name(short));
    await line(n).getByLabel("Amount").fill(amount);
    await line(n).getByLabel("Reference").fill(reference);
  };
  await fill(1, "a", "40", `st-${word}`);
  await fill(2, "b", "7", `st-${word}`);
  await fill(3, "b", "7", `st-${word}`);
  await button("Record them").click();
  await staff.getByText("2 payments were recorded.").first().waitFor();
  await staff.getByText("There is a payment of this contact with the same date, amount and reference already.").waitFor();
  await stands(made.a, "0.00", "35.00");
  await staff.getByLabel("Record those that look the same as another one as well").check();
  await button("Record them").click();
  await staff.waitForURL(at("/payments"));
  await stands(made.b, "0.00", "14.00");
});

test("the list is filtered, and adds up what it shows", async () => {
  await staff.getByLabel("Find by reference or contact").fill(`st-${word}`);
  await staff.getByText("3 payments", { exact: true }).waitFor();
  await staff.locator(".payment-totals").getByText("€54.00").waitFor();
  await staff.getByLabel("With credit left").check();
  await staff.getByText("2 payments", { exact: true }).waitFor();
  assert.deepEqual(await barriers(staff), []);
  await rows().first().locator("summary").click();
  await button("Delete").click();
  await button("Delete", dialog()).click();
  await staff.getByText("1 payment", { exact: true }).waitFor();
  await stands(made.b, "0.00", "7.00");
  await staff.getByLabel("Find by reference or contact").fill(`none-${word}`);
  await staff.getByText("No payments match.").waitFor();
});

test("on a phone, in Greek, in the dark, nothing spills", async () => {
  const small = await person(browser, complaints, phone, greek, { colorScheme: "dark" });
  await signIn(small, owner);
  await speak(small, "el");
  for (const path of ["/payments", "/payments/new"]) {
    await small.goto(at(path));
    await small.getByRole("heading", { level: 1 }).waitFor();
    assert.deepEqual(await spills(small), []);
    assert.deepEqual(await barriers(small), []);
  }
  await small.context().close();
  await speak(staff, "en");
});
