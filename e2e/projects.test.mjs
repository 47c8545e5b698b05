// Projects in the page: made, timed on two devices at once, written into a week, and billed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, signIn as tokenOf } from "./api.mjs";
import { barriers, greek, launch, openDialog, overflow, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

let browser;
let window; // the owner's, in English
let second; // the owner's too: a phone, Greek, dark
let token;
const complaints = [];
const at = (path) => new URL(path, page).href;
const client = "Μελέτες Αιγαίου ΙΚΕ";
const name = "Ιστότοπος Αιγαίου";

before(async () => {
  token = await tokenOf();
  await ask("mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }", { input: { isClient: true, company: client, defaultTaxes: [] } }, token);
  browser = await launch();
  window = await person(browser, complaints, { colorScheme: "light" });
  second = await person(browser, complaints, phone, greek, { colorScheme: "dark" });
  await signIn(window, owner);
  await speak(window, "en");
  await signIn(second, owner);
  await speak(second, "el");
});

after(async () => {
  await browser?.close();
});

test("a project is made with tasks and a member, and its faults are at their fields", async () => {
  await window.getByRole("link", { name: "Projects", exact: true }).click();
  await window.getByRole("heading", { name: "Projects", level: 1 }).waitFor();
  await window.getByRole("button", { name: "New project" }).click();
  const dialog = openDialog(window);
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Rate an hour").fill("sixty");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("This is not a number.").waitFor();
  await dialog.getByText("This is needed.").waitFor();
  await dialog.getByLabel("Rate an hour").fill("60");
  await dialog.getByLabel("Budget of hours").fill("10");
  await dialog.getByLabel("Find a client").fill("αιγαιου");
  await dialog.locator("select[name=contactId] option", { hasText: client }).waitFor({ state: "attached" });
  await dialog.getByLabel("Client", { exact: true }).selectOption({ label: client });
  await dialog.getByRole("button", { name: "Add a task" }).click();
  await dialog.locator("input[name='tasks.0.name']").fill("Σχέδιο");
  await dialog.getByRole("button", { name: "Add a task" }).click();
  await dialog.locator("input[name='tasks.1.name']").fill("Κείμενα");
  await dialog.getByRole("button", { name: "Add a member" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await window.getByRole("heading", { name, level: 1 }).waitFor();
  await window.getByText("0:00 of 10:00 h").waitFor();
  assert.deepEqual(await barriers(window), []);
});

test("a timer runs on every device, and one that starts stops the other", async () => {
  await second.goto(at("/projects"));
  await second.getByRole("heading", { name: "Έργα", level: 1 }).waitFor();
  await window.getByRole("button", { name: "Start a timer" }).last().click();
  await window.locator(".timer.running .clock").waitFor();
  await second.locator(".timer.running .clock").waitFor();
  await second.getByRole("button", { name: "Παύση" }).click();
  await window.locator(".timer.running").waitFor({ state: "detached" });
  await second.locator("button.timer").click();
  const dialog = openDialog(second);
  await dialog.getByLabel("Έργο").selectOption({ label: name });
  await dialog.getByLabel("Εργασία").selectOption({ label: "Σχέδιο" });
  await dialog.getByRole("button", { name: "Έναρξη" }).click();
  await window.locator(".timer.running", { hasText: "Σχέδιο" }).waitFor();
  assert.equal(await overflow(second), 0);
  assert.deepEqual(await barriers(second), []);
  await window.getByRole("button", { name: "Stop", exact: true }).click();
  await second.locator(".timer.running").waitFor({ state: "detached" });
});

test("time is entered on the project, and a mistake is told at the field", async () => {
  await window.getByRole("button", { name: "Enter time" }).click();
  const dialog = openDialog(window);
  await dialog.getByLabel("Duration").fill("soon");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("This is no duration").waitFor();
  await dialog.getByLabel("Duration").fill("1:20");
  await dialog.getByLabel("Task").selectOption({ label: "Κείμενα" });
  await dialog.getByLabel("What you do").fill("Αρχική σελίδα");
  await dialog.getByRole("button", { name: "Save" }).click();
  await window.getByText("1:20 of 10:00 h").waitFor();
  await window.getByText("Αρχική σελίδα").waitFor();
});

test("a week is written with the keyboard", async () => {
  await window.getByRole("link", { name: "Time", exact: true }).click();
  await window.getByRole("heading", { name: "Time sheet", level: 1 }).waitFor();
  await window.getByRole("link", { name: "The week before" }).click();
  await window.getByRole("button", { name: "Add a row" }).click();
  const dialog = openDialog(window);
  await dialog.getByLabel("Project").selectOption({ label: name });
  await dialog.getByLabel("Task").selectOption({ label: "Σχέδιο" });
  await dialog.getByRole("button", { name: "Add a row" }).click();
  const row = window.getByRole("row", { name: new RegExp(`${name}: Σχέδιο`) });
  await row.locator("input[data-day='0']").focus();
  await window.keyboard.type("1:30");
  await window.keyboard.press("Tab");
  await window.keyboard.type("90m");
  await window.keyboard.press("Enter");
  await row.locator("td").last().filter({ hasText: "3:00" }).waitFor();
  await row.locator("input[data-day='1']").fill("x");
  await row.locator("input[data-day='1']").press("Enter");
  await window.getByText("This is no duration").waitFor();
  await row.locator("input[data-day='1']").fill("2");
  await row.locator("input[data-day='1']").press("Enter");
  await row.locator("td").last().filter({ hasText: "3:30" }).waitFor();
  assert.deepEqual(await barriers(window), []);
  await second.goto(at("/time"));
  await second.getByRole("heading", { name: "Φύλλο χρόνου", level: 1 }).waitFor();
  assert.equal(await overflow(second), 0);
});

test("what is to be billed becomes a draft invoice, once", async () => {
  await window.getByRole("link", { name: "Projects", exact: true }).click();
  await window.getByLabel("Search projects").fill("ιστοτοπος");
  await window.locator(".project").filter({ hasText: name }).getByRole("link").click();
  await window.getByRole("button", { name: "Add a fee" }).click();
  await openDialog(window).getByLabel("What for").fill("Φιλοξενία");
  await openDialog(window).getByLabel("Price without VAT").fill("25.50");
  await openDialog(window).getByRole("button", { name: "Save" }).click();
  await window.getByText("Φιλοξενία").first().waitFor();
  await window.getByRole("button", { name: "Edit Φιλοξενία" }).click();
  await openDialog(window).getByLabel("Quantity").fill("2");
  await openDialog(window).getByRole("button", { name: "Save" }).click();
  await window.getByText("€51.00").first().waitFor();
  await window.getByRole("button", { name: "Edit", exact: true }).first().click();
  await openDialog(window).getByLabel("First day").fill("2026-02-01");
  await openDialog(window).getByLabel("Last day").fill("2026-01-01");
  await openDialog(window).getByRole("button", { name: "Save" }).click();
  await openDialog(window).locator(".fault").first().waitFor();
  await openDialog(window).getByLabel("Last day").fill("2026-12-31");
  await openDialog(window).getByRole("button", { name: "Save" }).click();
  await window.locator("dialog[open]").waitFor({ state: "detached" });
  await second.goto(window.url());
  await second.getByRole("heading", { name, level: 1 }).waitFor();
  assert.equal(await overflow(second), 0);
  assert.deepEqual(await spills(second), []);
  assert.deepEqual(await barriers(second), []);
  await photograph(window, "project");
  await window.getByRole("button", { name: "Bill it" }).click();
  const dialog = openDialog(window);
  await dialog.getByText("Φιλοξενία").waitFor();
  assert.deepEqual(await barriers(window), []);
  await dialog.getByRole("button", { name: "Make a draft invoice" }).click();
  await window.waitForURL("**/contacts/*document=*");
  await window.getByText(`${name}: Σχέδιο`).first().waitFor();
  await window.goBack();
  await window.getByRole("heading", { name, level: 1 }).waitFor();
  await window.getByText("0:00 h to bill").waitFor();
  await window.getByRole("button", { name: "Bill it" }).click();
  await openDialog(window).getByText("There is nothing to bill.").waitFor();
});

test("the client's card leads to the project", async () => {
  await window.keyboard.press("Escape");
  await window.getByRole("link", { name: client }).click();
  await window.getByRole("navigation", { name: "Parts of the card" }).getByRole("link", { name: "Projects" }).click();
  await window.locator(".project").filter({ hasText: name }).getByText("€0.00").waitFor();
});

test("the page complained of nothing", () => {
  assert.deepEqual(complaints, []);
});
