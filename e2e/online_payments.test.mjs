// Online payments, the whole way: the customer's button, the sandbox that stands for a provider,
// its message to the webhook, and the balance that changes while it is looked at.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, signIn as tokenOf } from "./api.mjs";
import { barriers, english, greek, launch, net, openDialog, owner, page, person, phone, photograph, signIn, speak } from "./browser.mjs";

let browser;
let token;
let contact;
let client; // the customer's window, on a phone
let watcher; // the customer's second window
const complaints = [];
const customer = { email: "payer@online.example", password: "a good password" };

// invoice makes an issued one of an amount in euros, without tax, and gives its id.
async function invoice(amount) {
  const made = await ask(
    "mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }",
    { input: { type: "INVOICE", contactId: contact, lines: [{ title: "Work", unitPrice: amount }] } },
    token,
  );
  const { id } = made.createDocument.document;
  await ask("mutation ($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }", { input: { id } }, token);
  return id;
}

before(async () => {
  token = await tokenOf();
  const made = await ask(
    "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }",
    { input: { company: "Online payer Ltd", isClient: true } },
    token,
  );
  contact = made.createContact.contact.id;
  const invited = await ask("mutation ($input: InviteToPortalInput!) { inviteToPortal(input: $input) { link } }", { input: { contactId: contact, email: customer.email } }, token);
  await ask(
    "mutation ($input: AcceptPortalInvitationInput!) { acceptPortalInvitation(input: $input) { token } }",
    { input: { token: new URL(invited.inviteToPortal.link).searchParams.get("token"), password: customer.password } },
    "",
  );
  browser = await launch();
  client = await person(browser, complaints, greek, phone, { colorScheme: "dark" });
  watcher = await person(browser, complaints, english, { colorScheme: "light" });
  for (const window of [client, watcher]) {
    await signIn(window, customer);
  }
  await speak(client, "en");
  await speak(watcher, "en");
});

after(async () => {
  await browser?.close();
});

// choose begins a payment in the sandbox from the page that the window shows, and plays a part there.
async function choose(window, part) {
  await window.getByRole("button", { name: /^Pay €/ }).first().click();
  await openDialog(window).getByRole("button", { name: "In the sandbox" }).click();
  await window.getByRole("heading", { name: "Sandbox: no money moves" }).waitFor();
  await window.getByRole("button", { name: part, exact: true }).click();
}

test("an invoice is paid by the sandbox, and the balance changes while it is looked at", async () => {
  const id = await invoice("80");
  await watcher.goto(new URL("/portal", page).href);
  await net(watcher, "€80.00");
  await watcher.locator(".connection.live").waitFor();
  await watcher.evaluate(() => (window.neverReloaded = true));
  await client.goto(new URL(`/portal/invoices/${id}`, page).href);
  await choose(client, "Pay");
  await client.getByText("Paid. Thank you.").waitFor();
  await photograph(client, "online-paid-phone-dark");
  await net(watcher, "€0.00");
  assert.equal(await watcher.evaluate(() => window.neverReloaded), true);
  assert.equal(await client.getByRole("button", { name: /^Pay €/ }).count(), 0);
});

test("coming back without having paid books nothing", async () => {
  const id = await invoice("30");
  await client.goto(new URL(`/portal/invoices/${id}`, page).href);
  await choose(client, "Cancel");
  await client.getByText("The payment was given up.").waitFor();
  await net(watcher, "€30.00");
});

test("a payment that arrives twice is booked once, kept as credit once, and told to staff", async () => {
  await watcher.goto(new URL("/portal", page).href);
  await net(watcher, "€30.00");
  await client.goto(new URL("/portal", page).href);
  await choose(client, "Pay twice");
  await client.getByText("Paid. Thank you.").waitFor();
  await net(watcher, "-€30.00");
  const staff = await person(browser, complaints, english, { colorScheme: "light" });
  await signIn(staff, owner);
  await speak(staff, "en");
  await staff.goto(new URL("/payments/online", page).href);
  await staff.locator("li", { hasText: "Online payer Ltd" }).first().getByText("booked as credit").waitFor();
  assert.deepEqual(await barriers(staff), []);
  await photograph(staff, "online-payments");
});

test("by bank transfer, the account and a reference are shown, and staff say that it arrived", async () => {
  const id = await invoice("50");
  await client.goto(new URL(`/portal/invoices/${id}`, page).href);
  await client.getByRole("button", { name: /^Pay €/ }).click();
  await openDialog(client).getByRole("button", { name: "By bank transfer" }).click();
  await openDialog(client).getByLabel("Reference").waitFor();
  assert.match(await openDialog(client).getByLabel("Reference").inputValue(), /^RF\d\d( \d{4}){4}$/);
  assert.equal(await openDialog(client).getByLabel("IBAN").inputValue(), "GR16 0110 1250 0000 0001 2300 695");
  assert.deepEqual(await barriers(client), []);
  await photograph(client, "online-transfer-phone-dark");
  const staff = await person(browser, complaints, english, { colorScheme: "light" });
  await signIn(staff, owner);
  await speak(staff, "en");
  await staff.goto(new URL("/payments/online", page).href);
  await staff.locator("li", { hasText: "Online payer Ltd" }).first().getByRole("button", { name: "It has arrived" }).click();
  await net(watcher, "-€30.00");
  await staff.locator("li", { hasText: "Online payer Ltd" }).first().getByText("Paid", { exact: true }).waitFor();
});

test("the settings of providers show no secret, and refuse a mistyped account", async () => {
  const staff = await person(browser, complaints, english, phone, { colorScheme: "light" });
  await signIn(staff, owner);
  await speak(staff, "en");
  await staff.goto(new URL("/settings/payments", page).href);
  const form = staff.locator("form", { hasText: "Customers are shown your account" });
  await form.getByLabel("IBAN").fill("GR16 0110 1250 0000 0001 2300 696");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("The check digits of this IBAN are wrong").waitFor();
  assert.deepEqual(await barriers(staff), []);
  await photograph(staff, "online-settings-phone");
});

test("the page complained of nothing", () => assert.deepEqual(complaints, []));
