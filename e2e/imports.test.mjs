// Bringing contacts in: the steps of an import, from its file to its undoing, as a person
// takes them in the page.
import assert from "node:assert/strict";
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { barriers, english, greek, launch, openDialog, overflow, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

let browser;
let window; // the owner's, in English
const complaints = [];
const story = {}; // what one chapter leaves for the next

before(async () => {
  browser = await launch();
  window = await person(browser, complaints, english, { colorScheme: "light" });
  await signIn(window, owner);
  await speak(window, "en");
});

after(async () => {
  await browser?.close();
});

const at = (path) => new URL(path, page).href;

const begin = async () => {
  await window.goto(at("/contacts/import"));
  await window.locator("main input[type=file]").waitFor();
};

const choose = (name, content, mimeType = "text/csv") =>
  window.locator("main input[type=file]").setInputFiles({ name, mimeType, buffer: Buffer.isBuffer(content) ? content : Buffer.from(content) });

const state = (text, options) => window.locator(".head .tag", { hasText: new RegExp(`^${text}$`) }).waitFor(options);
const press = (name) => window.locator("main").getByRole("button", { name, exact: true }).click();
const counts = () => window.locator("main .figures dd").allTextContents();
const rows = () => window.locator("section .rows tbody tr");

// windows1253 encodes what the tests write of Greek.
function windows1253(text) {
  const odd = { Ά: 0xa2, "’": 0x92 };
  return Buffer.from([...text].map((c) => odd[c] ?? (c.codePointAt(0) < 0x80 ? c.codePointAt(0) : c.codePointAt(0) - 0x2d0)));
}

const table = [
  "Πελατολόγιο 2026;;;;",
  ";;;;",
  "Επωνυμία;ΑΦΜ;E-mail;Χρώμα;Πόλη",
  "Εισαγωγική Μηλιά ΑΕ;;milia@eisagogi.example;κόκκινο;Βόλος",
  "Εισαγωγική Συκιά ΟΕ;;sykia@eisagogi.example;πράσινο;Κύμη",
  "Εισαγωγική Λεμονιά ΕΠΕ;;no address at all;κίτρινο;Πόρος",
  ";;;κανένα;Πάτρα",
].join("\r\n");

test("a table in old Greek is understood, with its title above the header, and each column can be corrected", async () => {
  await begin();
  await photograph(window, "import-file");
  await choose("πελάτες.csv", windows1253(table));
  await window.getByRole("heading", { name: "πελάτες.csv", level: 1 }).waitFor();
  story.path = new URL(window.url()).pathname;
  await state("Waits for its columns");
  assert.equal(await window.getByLabel("Encoding").inputValue(), "WINDOWS_1253");
  assert.equal(await window.getByLabel("Between cells").inputValue(), ";");
  assert.equal(await window.getByLabel("Row of the header").inputValue(), "3");
  assert.equal(await window.getByLabel("Επωνυμία", { exact: true }).inputValue(), "company");
  assert.equal(await window.getByLabel("Χρώμα", { exact: true }).inputValue(), "");
  assert.ok((await window.locator(".preview .tag", { hasText: "guessed" }).count()) >= 4, "what was guessed is said to be");
  await window.locator(".preview tbody tr").first().getByText("Εισαγωγική Μηλιά ΑΕ").waitFor();
  await photograph(window, "import-columns");

  await window.getByLabel("Χρώμα", { exact: true }).selectOption("note");
  await window.getByLabel("Suppliers", { exact: true }).check();
  await window.locator(".mapping [aria-busy=false]").waitFor();
  await window.reload();
  await window.locator(".preview").waitFor();
  assert.equal(await window.getByLabel("Χρώμα", { exact: true }).inputValue(), "note", "a correction is kept at once");
  assert.equal(await window.getByLabel("Suppliers", { exact: true }).isChecked(), true);
});

test("another way of reading the file guesses its columns anew", async () => {
  await window.getByLabel("Between cells").selectOption(",");
  await window.getByLabel("Επωνυμία", { exact: true }).waitFor({ state: "detached" });
  await window.getByLabel("Between cells").selectOption(";");
  await window.getByLabel("Επωνυμία", { exact: true }).waitFor();
  assert.equal(await window.getByLabel("Επωνυμία", { exact: true }).inputValue(), "company");
  await window.locator(".mapping [aria-busy=false]").waitFor();
});

test("the check says for every row what would happen, and imports nothing", async () => {
  await press("Check the file");
  await state("Checked");
  await window.getByText("Nothing was imported yet.").waitFor();
  assert.deepEqual(await counts(), ["2", "0", "0", "2"]);
  await rows().nth(3).waitFor();
  await photograph(window, "import-check");
  await window.getByRole("link", { name: "Rejected (2)" }).click();
  await window.waitForURL((url) => url.searchParams.get("outcome") === "error");
  await rows().filter({ hasText: "New" }).first().waitFor({ state: "detached" });
  await rows().nth(1).waitFor();
  assert.deepEqual(await rows().locator("td:first-child").allTextContents(), ["6", "7"], "the lines of the file");
  await rows().first().getByText("Εισαγωγική Λεμονιά ΕΠΕ").waitFor();
  assert.notEqual((await rows().first().locator("td.wide").textContent()).trim(), "", "why it was rejected");
  assert.deepEqual(await found("εισαγωγικη"), []);
});

// found are the names of the contacts that a search finds.
async function found(search) {
  const other = await window.context().newPage();
  await other.goto(at(`/contacts?search=${encodeURIComponent(search)}`));
  await other.locator("tbody tr, .empty").first().waitFor();
  const names = await other.locator("tbody th a").allTextContents();
  await other.close();
  return names.map((name) => name.trim()).sort();
}

test("an import that was left is found again, where it stood", async () => {
  await begin();
  const line = window.locator("li", { has: window.getByRole("link", { name: "πελάτες.csv" }) }).first();
  await line.getByText("Checked").waitFor();
  await line.getByRole("link").click();
  await window.waitForURL(`**${story.path}`);
  await state("Checked");
});

test("the import runs, and its rows lead to the contacts", async () => {
  await press("Import 2 contacts");
  await state("Imported");
  assert.deepEqual(await counts(), ["2", "0", "0", "2"]);
  await photograph(window, "import-done");
  await rows().getByRole("link", { name: "Εισαγωγική Συκιά ΟΕ" }).click();
  await window.getByRole("heading", { name: "Εισαγωγική Συκιά ΟΕ", level: 1 }).waitFor();
  await window.locator("main .tags").first().getByText("Supplier").waitFor();
  assert.deepEqual(await found("εισαγωγικη"), ["Εισαγωγική Μηλιά ΑΕ", "Εισαγωγική Συκιά ΟΕ"]);
});

test("the rejected rows are downloaded with their reasons, corrected and imported", async () => {
  await window.goto(at(story.path));
  await state("Imported");
  const [download] = await Promise.all([window.waitForEvent("download"), window.getByRole("link", { name: "Download the rejected rows" }).click()]);
  const text = readFileSync(await download.path(), "utf8");
  assert.match(text, /Εισαγωγική Λεμονιά ΕΠΕ/);
  assert.doesNotMatch(text, /Εισαγωγική Μηλιά ΑΕ/);
  await begin();
  await choose("corrected.csv", text.replace("no address at all", "lemonia@eisagogi.example"));
  await state("Waits for its columns");
  await press("Check the file");
  await state("Checked");
  assert.deepEqual(await counts(), ["1", "0", "0", "1"]);
  await press("Import 1 contact");
  await state("Imported");
  assert.equal((await found("εισαγωγικη")).length, 3);
});

test("the same file again changes nothing", async () => {
  await begin();
  await choose("πελάτες.csv", windows1253(table));
  await state("Waits for its columns");
  await press("Check the file");
  await state("Checked");
  const [created, updated] = await counts();
  assert.deepEqual([created, updated], ["0", "0"]);
  await window.getByText("There is nothing to import").waitFor();
});

test("an import is taken back", async () => {
  await window.goto(at(story.path));
  await press("Take the import back");
  await openDialog(window).getByText("Take back the import of πελάτες.csv?").waitFor();
  await openDialog(window).getByRole("button", { name: "Take the import back" }).click();
  await state("Taken back");
  assert.deepEqual(await found("εισαγωγικη"), ["Εισαγωγική Λεμονιά ΕΠΕ"]);
});

test("a known export goes straight to its check, and the row that is no contact is named with its line", async () => {
  await begin();
  await window.locator("main input[type=file]").setInputFiles(fileURLToPath(new URL("contacts.csv", import.meta.url)));
  await state("Checked");
  await window.locator(".mapping").getByText("Read as: Google Contacts").waitFor();
  assert.equal(await window.locator(".mapping").getAttribute("open"), null, "the columns are folded away");
  const bad = rows().filter({ hasText: "Rejected" });
  await bad.waitFor();
  assert.equal(await bad.locator("td").first().textContent(), "5", "the line on which the bad row begins");
  assert.deepEqual(await counts(), ["2", "0", "1", "1"]);
  await press("Import 2 contacts");
  await state("Imported");
  assert.deepEqual(await found("δοκιμαστικη εισαγωγη"), ["Δοκιμαστική Εισαγωγή ΑΕ"]);
});

test("an exported workbook is known, and changes nothing when it comes back", async () => {
  const bytes = await window.evaluate(async () => {
    const answer = await fetch(`/contacts/export?format=xlsx&search=${encodeURIComponent("δοκιμαστικη")}`);
    return [...new Uint8Array(await answer.arrayBuffer())];
  });
  await begin();
  await choose("contacts.xlsx", Buffer.from(bytes), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  await state("Checked");
  await window.locator(".mapping").getByText("Read as: Kartela").waitFor();
  assert.deepEqual(await counts(), ["0", "0", "1", "0"]);
});

test("a file that is none, or too large, is refused, and another can be chosen", async () => {
  await begin();
  const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==", "base64");
  await choose("contacts.csv", picture);
  await window.locator("[role=alert] p").waitFor();
  await photograph(window, "import-refused");

  const folder = mkdtempSync(join(tmpdir(), "kartela-large-"));
  try {
    const large = join(folder, "large.csv");
    const descriptor = openSync(large, "w");
    ftruncateSync(descriptor, 2 ** 26 + 1);
    closeSync(descriptor);
    await window.locator("main input[type=file]").setInputFiles(large);
    await window.getByText("The file is over 64 MB.").waitFor();
  } finally {
    rmSync(folder, { recursive: true });
  }
  await choose("again.csv", "Company\nΞανά ΑΕ\n");
  await state("Waits for its columns");
});

test("a large import shows how far it is, is stopped, goes on, and is taken back", async () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `Μαζική Επιχείρηση ${i},mass.${i}@eisagogi.example`);
  await begin();
  await choose("large.csv", `Company,E-mail\n${lines.join("\n")}\n`);
  await state("Waits for its columns");
  await press("Check the file");
  await window.locator("progress[value]").waitFor();
  await window.getByText(/ of 60,000 rows$/).waitFor();
  await window.locator(".figures dd", { hasText: "60,000" }).first().waitFor({ timeout: 120_000 });
  await state("Checked");
  await press("Import 60,000 contacts");
  await window.getByText(/^[1-9][\d,]* of 60,000 rows$/).waitFor();
  await photograph(window, "import-running");
  const made = async () => Number((await counts())[0].replaceAll(",", ""));
  await press("Stop");
  await state("Stopped");
  const before = await made();
  assert.ok(before > 0 && before < 60_000, `${before} were made`);
  await press("Go on with the import");
  await openDialog(window).getByRole("button", { name: "Go on with the import" }).click();
  await window.locator("progress[value]").waitFor();
  await press("Stop");
  await state("Stopped");
  assert.ok((await made()) >= before, "what was made stays");
  await press("Take the import back");
  await openDialog(window).getByRole("button", { name: "Take the import back" }).click();
  await state("Taken back", { timeout: 120_000 });
  assert.deepEqual(await found("μαζικη επιχειρηση"), []);
});

for (const { who, options, language } of [
  { who: "in English, light and wide", options: [english, { colorScheme: "light" }], language: "en" },
  { who: "in Greek, dark and on a phone", options: [phone, greek, { colorScheme: "dark" }], language: "el" },
]) {
  test(`no step has barriers or is too wide, ${who}`, async () => {
    const other = await person(browser, complaints, ...options);
    await signIn(other, owner);
    await speak(other, language);
    const wrong = [];
    const look = async (where, ready) => {
      if (where) {
        await other.goto(at(where));
      }
      await other.locator(ready).first().waitFor();
      wrong.push(...(await barriers(other)).map((barrier) => `${where}: ${barrier}`));
      if ((await overflow(other)) > 0 || (await spills(other)).length > 0) {
        wrong.push(`${where} is too wide: ${await spills(other)}`);
      }
    };
    await look("/contacts/import", "ul.plain li");
    await look(story.path, "section tbody tr");
    await other.goto(at("/contacts/import"));
    await other.locator("input[type=file]").setInputFiles({ name: `${language}.csv`, mimeType: "text/csv", buffer: windows1253(table) });
    await look(null, ".preview");
    if (language === "el") {
      await photograph(other, "import-columns-phone-el");
    }
    await other.locator("main button.primary").click();
    await look(null, "section tbody tr");
    if (language === "el") {
      await photograph(other, "import-check-phone-el");
    }
    assert.deepEqual(wrong, []);
    await other.context().close();
  });
}

test("the page never complained", () => {
  assert.deepEqual(complaints, []);
});
