// A server without data, from its one-time link to the first contact.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { greek, launch, openDialog, person, photograph, speak } from "./browser.mjs";
import { start, stop } from "./server.mjs";

const business = "Ελαιοτριβείο Μάνης";
const password = "a long enough password";

const folder = mkdtempSync(join(tmpdir(), "kartela-setup-"));
const complaints = [];
let server;
let link; // the one-time link that the server printed
let browser;
let window;

before(async () => {
  const command = process.env.KARTELA_COMMAND.split(" ").filter((word) => word !== "--demo");
  server = await start(command, folder, ["Begin"]);
  link = server.printed.Begin;
  browser = await launch();
  window = await person(browser, complaints, greek, { timezoneId: "Europe/Athens" });
});

after(async () => {
  await browser?.close();
  await stop(server.process);
  rmSync(folder, { recursive: true, force: true });
});

const at = (path) => new URL(path, link).href;

test("a link with a wrong token creates nothing", async () => {
  await window.goto(at("/setup"));
  await window.getByText("Από τη διεύθυνση λείπει ο κωδικός της.").waitFor();
  await window.goto(at("/setup?token=wrong"));
  await fill();
  await window.getByRole("button", { name: "Δημιουργία" }).click();
  await window.getByText("Ο σύνδεσμος είναι λάθος, έληξε ή έχει ήδη χρησιμοποιηθεί.").waitFor();
});

async function fill() {
  await window.getByLabel("Επωνυμία επιχείρησης").fill(business);
  await window.getByLabel("Το όνομά σας").fill("Ελένη Μανιάτη");
  await window.getByLabel("E-mail").fill("eleni@mani.example");
  await window.getByLabel("Κωδικός").fill(password);
}

test("what is missing or wrong is named in the form", async () => {
  await window.goto(link);
  await window.locator("input[name=name]:focus").waitFor();
  await photograph(window, "setup");
  await fill();
  await window.getByLabel("Κωδικός").fill("short");
  await window.getByRole("button", { name: "Δημιουργία" }).click();
  await window.getByText("Τουλάχιστον 10 χαρακτήρες.").waitFor();
  await window.getByLabel("Κωδικός").fill(password);
  await window.getByLabel("Βασικό νόμισμα").fill("QQQ");
  await window.getByRole("button", { name: "Δημιουργία" }).click();
  await window.locator("input[name=baseCurrency][aria-invalid=true]:focus").waitFor();
});

test("the link makes the business and its owner, who is signed in at once", async () => {
  await window.getByLabel("Βασικό νόμισμα").fill("eur");
  await window.getByRole("button", { name: "Δημιουργία" }).click();
  await window.getByRole("heading", { name: "Καμία επαφή ακόμη" }).waitFor();
  await window.locator(".person").getByText(business).waitFor();
  assert.equal(new URL(window.url()).pathname, "/contacts", "the token is out of the address");
  await photograph(window, "empty");
});

test("the first contact is added, and the business keeps accounts in its currency", async () => {
  await window.getByRole("link", { name: "Προσθήκη της πρώτης επαφής" }).click();
  await window.getByLabel("Επωνυμία").fill("Πρώτος Πελάτης ΑΕ");
  await window.getByRole("button", { name: "Αποθήκευση" }).click();
  await window.getByRole("heading", { name: "Πρώτος Πελάτης ΑΕ", level: 1 }).waitFor();
  await window.getByRole("button", { name: "Νέα πληρωμή" }).click();
  await openDialog(window).getByText("EUR").first().waitFor();
  await openDialog(window).getByLabel("Ποσό", { exact: true }).fill("12,5");
  await openDialog(window).getByRole("button", { name: "Καταχώριση πληρωμής" }).click();
  await window.locator(".balance .net .amount", { hasText: "-12,50 €" }).waitFor();
});

test("the link works once", async () => {
  await window.getByRole("button", { name: "Αποσύνδεση" }).click();
  await window.getByRole("heading", { name: "Σύνδεση" }).waitFor();
  await window.goto(link);
  await fill();
  await window.getByRole("button", { name: "Δημιουργία" }).click();
  await window.getByText("Ο σύνδεσμος είναι λάθος, έληξε ή έχει ήδη χρησιμοποιηθεί.").waitFor();
  await speak(window, "en");
  await window.getByRole("heading", { name: "Set up Kartela" }).waitFor();
});

test("the page never complained", () => {
  assert.deepEqual(complaints, []);
});
