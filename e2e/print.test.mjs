// What is printed and handed out: the business and its logo, statements as PDF and workbook.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { deflateSync, crc32 } from "node:zlib";
import { ask, signIn as tokenOf } from "./api.mjs";
import { barriers, english, greek, launch, openDialog, overflow, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

let browser;
let window; // the owner's, in English
let token;
let contact;
const complaints = [];

// picture is a PNG of one colour.
function picture(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  const row = Buffer.alloc(1 + 3 * width, 0x66);
  row[0] = 0;
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.concat(Array(height).fill(row)))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

before(async () => {
  token = await tokenOf();
  const made = await ask(
    "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }",
    { input: { company: "Εκτυπώσεις ΑΕ", isClient: true } },
    token,
  );
  contact = made.createContact.contact.id;
  browser = await launch();
  window = await person(browser, complaints, english, { colorScheme: "light" });
  await signIn(window, owner);
  await speak(window, "en");
});

after(async () => {
  await browser?.close();
});

test("a logo is chosen, shown, printed, and removed", async () => {
  await window.goto(new URL("/settings/business", page).href);
  await window.getByText("Documents are printed without a logo.").waitFor();
  await window.getByLabel("Choose a logo").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: picture(120, 40) });
  const logo = window.getByRole("img", { name: /^Logo of / });
  await logo.waitFor();
  assert.deepEqual(await logo.evaluate((i) => [i.naturalWidth, i.naturalHeight]), [120, 40]);
  await photograph(window, "business");
  await window.getByLabel("Choose a logo").setInputFiles({ name: "wide.png", mimeType: "image/png", buffer: picture(2001, 1) });
  await window.getByText("at most 2000 pixels a side").waitFor();
  await logo.waitFor(); // the one before stays
  await window.getByRole("button", { name: "Remove the logo" }).click();
  await window.getByText("Documents are printed without a logo.").waitFor();
});

test("the details of the business are changed, and what is wrong is told at its field", async () => {
  await window.goto(new URL("/settings/business", page).href);
  const phoneNumber = window.getByLabel("Telephone");
  await phoneNumber.fill("+30 210 1234567");
  await window.getByLabel("Time zone").fill("Europe/Nowhere");
  await window.getByRole("button", { name: "Save" }).first().click();
  await window.locator(".field", { has: window.getByLabel("Time zone") }).locator(".fault").waitFor();
  await window.getByLabel("Time zone").fill("Europe/Athens");
  await window.getByRole("button", { name: "Save" }).first().click();
  await window.getByRole("status").getByText("Saved").waitFor();
  await window.reload();
  assert.equal(await phoneNumber.inputValue(), "+30 210 1234567");
});

test("a statement is looked at as it is printed, in another language, and taken along", async () => {
  await window.goto(new URL(`/contacts/${contact}?view=statement&from=2026-01-01`, page).href);
  await window.getByRole("button", { name: "Print" }).click();
  const dialog = await openDialog(window);
  const frame = dialog.locator("iframe");
  const first = await frame.getAttribute("src");
  assert.match(first, /\/statement\/pdf\?side=CLIENT&from=2026-01-01&inline=1$/);
  await dialog.getByLabel("Language").selectOption("el");
  await window.waitForFunction(() => document.querySelector("iframe").src.includes("language=el"));
  assert.deepEqual(await barriers(window), []);
  const saving = window.waitForEvent("download");
  await dialog.getByRole("link", { name: "Download" }).click();
  const saved = await saving;
  assert.match(saved.suggestedFilename(), /^statement-.*\.pdf$/);
  assert.equal(readFileSync(await saved.path()).subarray(0, 5).toString(), "%PDF-");
  await window.keyboard.press("Escape");
  const book = window.waitForEvent("download");
  await window.getByRole("link", { name: "Excel" }).click();
  assert.match((await book).suggestedFilename(), /^statement-.*\.xlsx$/);
});

test("a document is looked at as it is printed, and handed out by a link that is revoked", async () => {
  const made = await ask(
    'mutation ($c: ID!) { createDocument(input: { type: INVOICE, contactId: $c, lines: [{ title: "Μελέτη", unitPrice: "100" }] }) { document { id } } }',
    { c: contact },
    token,
  );
  const id = made.createDocument.document.id;
  await ask("mutation ($id: ID!) { issueDocument(input: { id: $id }) { document { number } } }", { id }, token);
  await window.goto(new URL(`/contacts/${contact}?view=documents&document=${id}`, page).href);
  await openDialog(window).getByRole("button", { name: "Print" }).click();
  assert.equal(await openDialog(window).locator("iframe").getAttribute("src"), `/documents/${id}/pdf?inline=1`);
  await window.keyboard.press("Escape");
  await openDialog(window).getByRole("button", { name: "Links" }).click();
  await openDialog(window).getByText("There is no link yet.").waitFor();
  await openDialog(window).getByRole("button", { name: "Make a link" }).click();
  const address = await openDialog(window).getByLabel("Address").inputValue();
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "links");
  assert.match(await (await fetch(address)).text(), /<h1>/);
  const reader = await fetch(`${address}/pdf`);
  assert.equal(reader.status, 200);
  assert.equal(Buffer.from(await reader.arrayBuffer()).subarray(0, 5).toString(), "%PDF-");
  await openDialog(window).getByRole("button", { name: "Revoke" }).click();
  await openDialog(window).getByText("revoked", { exact: false }).waitFor();
  assert.equal((await fetch(address)).status, 404);
});

test("the settings of the business hold no barriers, on a phone in Greek too", async () => {
  for (const [name, options] of [
    ["business-phone", [phone, greek, { colorScheme: "dark" }]],
    ["business-desktop", [english, { colorScheme: "light" }]],
  ]) {
    const other = await person(browser, complaints, ...options);
    await signIn(other, owner);
    await other.goto(new URL("/settings/business", page).href);
    await other.locator("form").first().waitFor();
    assert.deepEqual(await barriers(other), []);
    assert.equal(await overflow(other), 0);
    assert.deepEqual(await spills(other), []);
    if (name === "business-phone") {
      await photograph(other, name);
    }
    await other.context().close();
  }
});

test("nothing was complained of", () => assert.deepEqual(complaints, []));
