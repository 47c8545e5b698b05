// A person's own way in: links by e-mail, another password, a second factor, on the built page
// and through a real mail exchange.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { barriers, greek, launch, openDialog, overflow, person, phone, photograph, speak } from "./browser.mjs";
import { start, stop } from "./server.mjs";
import { catchMail } from "./smtp.mjs";

const folder = mkdtempSync(join(tmpdir(), "kartela-account-"));
const complaints = [];
let relay;
let server;
let browser;
let window;
let email;
let password;
let customer; // of the demonstration
let secret;
let recovery;

before(async () => {
  relay = await catchMail();
  server = await start(process.env.KARTELA_COMMAND.split(" "), folder, ["Page", "Owner", "Portal"], { KARTELA_SMTP_URL: relay.address });
  [email, password] = server.printed.Owner.split(" / ");
  const [portalEmail, portalPassword] = server.printed.Portal.split(" / ");
  customer = { email: portalEmail, password: portalPassword };
  browser = await launch();
  window = await person(browser, complaints, { colorScheme: "light" });
  await window.goto(server.printed.Page);
  await speak(window, "en"); // whoever signs in
});

after(async () => {
  await browser?.close();
  await stop(server.process);
  await relay.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (path) => new URL(path, server.printed.Page).href;
const inside = () => window.locator(".person").waitFor();

// code is what an authenticator app shows so many steps from now (RFC 6238).
function code(steps = 0) {
  let bits = "";
  for (const letter of secret) {
    bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
  }
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const offset = hash[19] & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// refused does what the server refuses, which the browser complains of.
async function refused(act, text) {
  const before = complaints.length;
  await act();
  await window.getByText(text).first().waitFor();
  complaints.splice(before);
}

async function signOut() {
  await window.getByRole("button", { name: "Sign out", exact: true }).click();
  await window.getByRole("heading", { name: "Sign in" }).waitFor();
}

async function sendLink(button, to) {
  await window.getByRole("button", { name: button }).click();
  await openDialog(window).getByLabel("E-mail").fill(to);
  await openDialog(window).getByRole("button", { name: "Send the link" }).click();
  await openDialog(window).getByText("If there is an account with this address").waitFor();
  await window.keyboard.press("Escape");
}

test("a link by e-mail signs in once; nobody learns who has an account", async () => {
  await window.goto(server.printed.Page);
  await sendLink("Send me a link instead", "nobody@nowhere.example");
  await sendLink("Send me a link instead", email);
  const { link, text, count } = await relay.next(0, "/sign-in/link");
  assert.equal(count, 1); // the stranger got none
  assert.match(text, /σύνδεσμ/); // the business is Greek
  await window.goto(link);
  await inside();
  await signOut();
  await refused(() => window.goto(link), "This link is wrong, has expired, or was used already.");
});

test("a forgotten password is replaced", async () => {
  await window.goto(server.printed.Page);
  await sendLink("Forgotten password", email);
  const { link } = await relay.next(1, "/sign-in/password");
  await window.goto(link);
  password = "a new long password";
  await window.getByLabel("Password (at least 10 characters)").fill(password);
  assert.deepEqual(await barriers(window), []);
  await window.getByRole("button", { name: "Save" }).click();
  await inside();
});

test("a second factor is turned on with the app, and asked for from then on", async () => {
  await window.goto(at("/account"));
  await window.getByRole("button", { name: "Turn on the second factor" }).click();
  await openDialog(window).getByRole("img", { name: "QR code" }).waitFor();
  secret = (await openDialog(window).locator("code").textContent()).replaceAll(" ", "");
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "second-factor");
  await openDialog(window).getByLabel("Code of your authenticator app").fill("000000");
  await refused(() => openDialog(window).getByRole("button", { name: "Turn on the second factor" }).click(), "The code is wrong: look at the clock");
  await openDialog(window).getByLabel("Code of your authenticator app").fill(code(-1));
  await openDialog(window).getByRole("button", { name: "Turn on the second factor" }).click();
  await window.locator(".codes li").nth(9).waitFor();
  recovery = await window.locator(".codes code").allTextContents();
  await photograph(window, "own-account");
  await signOut();

  await window.getByLabel("E-mail").fill(email);
  await window.getByLabel("Password").fill(password);
  const before = complaints.length;
  await window.getByRole("button", { name: "Sign in", exact: true }).click();
  await window.getByLabel("Code of your authenticator app").fill("000000");
  await refused(() => window.getByRole("button", { name: "Sign in", exact: true }).click(), "The code is wrong or was used: try the next one.");
  complaints.splice(before);
  await window.getByLabel("Code of your authenticator app").fill(code());
  await window.getByRole("button", { name: "Sign in", exact: true }).click();
  await inside();
});

test("a kept code lets in without the app, and turns it off", async () => {
  await signOut();
  await window.goto(server.printed.Page);
  await sendLink("Send me a link instead", email);
  const { link } = await relay.next(2, "/sign-in/link");
  const before = complaints.length;
  await window.goto(link);
  await window.getByLabel("Code of your authenticator app").fill(recovery[0]);
  complaints.splice(before);
  await window.getByRole("button", { name: "Sign in", exact: true }).click();
  await inside();
  await window.goto(at("/account"));
  await window.getByRole("button", { name: "Turn off the second factor" }).click();
  await openDialog(window).getByLabel("Code of your authenticator app").fill(recovery[1]);
  await openDialog(window).getByRole("button", { name: "Turn off the second factor" }).click();
  await window.getByRole("button", { name: "Turn on the second factor" }).waitFor();
});

test("a customer chooses their language and which mails they get, and is mailed what was issued", async () => {
  await window.goto(at("/settings/business"));
  await window.getByLabel("When an invoice, credit note or estimate is issued").check();
  await window.getByLabel("When a payment is received").check();
  await window.locator("form", { hasText: "E-mails to customers" }).getByRole("button", { name: "Save" }).click();
  await window.getByText("Saved").first().waitFor();
  const small = await person(browser, complaints, phone, greek, { colorScheme: "light" });
  await small.goto(server.printed.Page);
  await small.locator("input[name=email]").fill(customer.email);
  await small.locator("input[name=password]").fill(customer.password);
  await small.locator("form button[type=submit]").click();
  await small.locator(".person").waitFor();
  const contactId = await small.evaluate(async () => {
    const answer = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ portal { contacts { id } } }" }),
    });
    return (await answer.json()).data.portal.contacts[0].id;
  });
  await small.locator(".person a").click();
  await small.getByRole("heading", { name: "E-mail", level: 2 }).waitFor();
  await small.getByLabel("Εισπράχθηκε πληρωμή σας").uncheck();
  await small.locator("form", { hasText: "Εισπράχθηκε πληρωμή σας" }).getByRole("button", { name: "Αποθήκευση" }).click();
  await small.getByText("Αποθηκεύτηκ").first().waitFor();
  assert.deepEqual(await barriers(small), []);
  assert.equal(await overflow(small), 0);
  await photograph(small, "portal-settings");
  await small.getByLabel("Όνομα").fill("Maria P.");
  await small.getByRole("combobox", { name: "Γλώσσα" }).selectOption("en");
  await small.locator("form", { hasText: "Για μένα" }).getByRole("button", { name: "Αποθήκευση" }).click();
  await small.getByRole("heading", { name: "About me" }).waitFor();
  await small.reload();
  assert.equal(await small.getByLabel("Name").inputValue(), "Maria P.");
  assert.equal(await small.getByLabel("A payment of yours was received").isChecked(), false);

  const staff = (query, variables) =>
    window.evaluate(
      async ([text, input]) => {
        const answer = await fetch("/graphql", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ query: text, variables: { input } }),
        });
        const { data, errors } = await answer.json();
        return errors ? Promise.reject(new Error(JSON.stringify(errors))) : Object.values(data)[0];
      },
      [query, variables],
    );
  const before = relay.count();
  await staff("mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }", { contactId, amount: "1" });
  const made = await staff("mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }", {
    type: "INVOICE",
    contactId,
    lines: [{ title: "work", unitPrice: "4321", taxes: [] }],
  });
  await staff("mutation ($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }", { id: made.document.id });
  const { link, text } = await relay.next(before, "/portal/invoices/"); // nothing of the payment comes before it
  assert.equal(link, at(`/portal/invoices/${made.document.id}`));
  assert.match(text, /To be paid by/); // as they chose
  await small.goto(link);
  await small.getByText("€4,321.00").first().waitFor();
  await small.context().close();
});

test("the own account fits a phone, in Greek, in the dark", async () => {
  const small = await person(browser, complaints, phone, greek, { colorScheme: "dark" });
  await small.goto(server.printed.Page);
  await small.locator("input[name=email]").fill(email);
  await small.locator("input[name=password]").fill(password);
  await small.locator("form button[type=submit]").click();
  await small.getByRole("link", { name: "Ο λογαριασμός μου" }).click();
  await small.getByRole("heading", { level: 1, name: "Ο λογαριασμός μου" }).waitFor();
  assert.equal(await overflow(small), 0);
  assert.deepEqual(await barriers(small), []);
  await photograph(small, "phone-own-account");
  await small.context().close();
});

test("nothing complained", () => assert.deepEqual(complaints, []));
