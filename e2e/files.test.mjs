// Files kept with a contact: added, refused, downloaded, deleted.
import assert from "node:assert/strict";
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, signIn as tokenOf } from "./api.mjs";
import { barriers, english, greek, launch, openDialog, overflow, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

let browser;
let window; // the owner's, in English
let address; // of the contact's files
const complaints = [];

const pdf = { name: "Σύμβαση συνεργασίας.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "latin1") };
const text = { name: "σημειώσεις.txt", mimeType: "text/plain", buffer: Buffer.from("Καλημέρα\n") };
const svg = { name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') };

before(async () => {
  const created = await ask(
    "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }",
    { input: { company: "Αρχειοθήκη ΑΕ" } },
    await tokenOf(),
  );
  address = new URL(`/contacts/${created.createContact.contact.id}?view=files`, page).href;
  browser = await launch();
  window = await person(browser, complaints, english, { colorScheme: "light" });
  await signIn(window, owner);
  await speak(window, "en");
  await window.goto(address);
});

after(async () => {
  await browser?.close();
});

const kept = () => window.locator(".files li");

test("several files are added at once; one that may not be kept says why, and the others stay", async () => {
  await window.getByText("No files yet.").waitFor();
  await window.getByLabel("Add files").setInputFiles([pdf, svg, text]);
  await kept().filter({ hasText: pdf.name }).waitFor();
  await kept().filter({ hasText: text.name }).waitFor();
  const refused = window.getByRole("alert").filter({ hasText: svg.name });
  await refused.locator(".fault").waitFor();
  assert.equal(await kept().count(), 2);
  await photograph(window, "files");
  await refused.getByRole("button", { name: "Put aside" }).click();
  await refused.waitFor({ state: "detached" });
});

test("a file is dropped on the page", async () => {
  const files = await window.evaluateHandle(() => {
    const dropped = new DataTransfer();
    dropped.items.add(new File(["a,b\n1,2\n"], "dropped.csv", { type: "text/csv" }));
    return dropped;
  });
  await window.locator(".drop").dispatchEvent("dragover", { dataTransfer: files });
  await window.locator(".drop.over").waitFor();
  await window.locator(".drop").dispatchEvent("drop", { dataTransfer: files });
  await kept().filter({ hasText: "dropped.csv" }).waitFor();
  await window.locator(".drop.over").waitFor({ state: "detached" });
});

test("a file that is too large is not even sent", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kartela-large-"));
  try {
    const large = join(folder, "large.zip");
    const descriptor = openSync(large, "w");
    ftruncateSync(descriptor, 20 * 2 ** 20 + 1);
    closeSync(descriptor);
    await window.getByLabel("Add files").setInputFiles(large);
    await window.getByRole("alert").getByText("The file is over 20 MB.").waitFor();
    await window.getByRole("button", { name: "Put aside" }).click();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a file comes back as it went, under its own name", async () => {
  const [download] = await Promise.all([window.waitForEvent("download"), window.getByRole("link", { name: pdf.name }).click()]);
  assert.equal(download.suggestedFilename(), pdf.name);
  assert.deepEqual(readFileSync(await download.path()), pdf.buffer);
});

test("an upload that the network broke is tried again, and is there once", async () => {
  let broken = false;
  await window.route("**/graphql", (route) => {
    if (!broken && route.request().headers()["content-type"]?.startsWith("multipart/")) {
      broken = true;
      return route.abort("connectionreset");
    }
    return route.continue();
  });
  const quiet = complaints.length;
  await window.getByLabel("Add files").setInputFiles({ name: "again.txt", mimeType: "text/plain", buffer: Buffer.from("once\n") });
  await window.getByRole("alert").getByText("The server could not be reached.").waitFor();
  await window.getByRole("button", { name: "Try again" }).click();
  await kept().filter({ hasText: "again.txt" }).waitFor();
  assert.equal(await kept().filter({ hasText: "again.txt" }).count(), 1);
  await window.unroute("**/graphql");
  complaints.splice(quiet); // the browser's own word about the broken connection
});

for (const { who, options, language } of [
  { who: "in English, light and wide", options: [english, { colorScheme: "light" }], language: "en" },
  { who: "in Greek, dark and on a phone", options: [phone, greek, { colorScheme: "dark" }], language: "el" },
]) {
  test(`the files have no barriers and are not too wide, ${who}`, async () => {
    const other = await person(browser, complaints, ...options);
    await signIn(other, owner);
    await speak(other, language);
    await other.goto(address);
    await other.locator(".files li").first().waitFor();
    assert.deepEqual(await barriers(other), []);
    assert.equal(await overflow(other), 0);
    assert.deepEqual(await spills(other), []);
    if (language === "el") {
      await photograph(other, "files-phone-el");
    }
    await other.context().close();
  });
}

test("a file is deleted after a question", async () => {
  await kept().filter({ hasText: pdf.name }).getByRole("button", { name: "Delete" }).click();
  await openDialog(window).getByText(`Delete ${pdf.name}?`).waitFor();
  await openDialog(window).getByRole("button", { name: "Delete", exact: true }).click();
  await kept().filter({ hasText: pdf.name }).waitFor({ state: "detached" });
  await window.reload();
  await kept().first().waitFor();
  assert.equal(await kept().filter({ hasText: pdf.name }).count(), 0);
});

test("the page never complained", () => {
  assert.deepEqual(complaints, []);
});
