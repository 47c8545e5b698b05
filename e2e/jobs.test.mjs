// The price list, recurring invoices, reminders, background jobs and exchange rates in the
// page, against a server here that speaks as the European Central Bank does.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { barriers, english, greek, launch, openDialog, overflow, person, phone, photograph, speak } from "./browser.mjs";
import { start, stop } from "./server.mjs";

const folder = mkdtempSync(join(tmpdir(), "kartela-jobs-"));
const complaints = [];
const today = new Date().toISOString().slice(0, 10);
let bank;
let server;
let browser;
let window; // the owner's, in English

before(async () => {
  bank = createServer((request, response) => {
    response.setHeader("content-type", "text/xml");
    response.end(request.url.endsWith("/eurofxref-daily.xml") ? daily : recent);
  });
  await new Promise((listening) => bank.listen(0, "127.0.0.1", listening));
  process.env.KARTELA_RATES = "ecb";
  process.env.KARTELA_RATES_URL = `http://127.0.0.1:${bank.address().port}/stats/eurofxref`;
  server = await start(process.env.KARTELA_COMMAND.split(" "), folder, ["Page", "Owner"]);
  browser = await launch();
  window = await person(browser, complaints, english, { colorScheme: "light" });
  await enter(window);
  await speak(window, "en");
});

after(async () => {
  await browser?.close();
  await stop(server.process);
  bank.close();
  rmSync(folder, { recursive: true, force: true });
});

const daily = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject>
	<gesmes:Sender>
		<gesmes:name>European Central Bank</gesmes:name>
	</gesmes:Sender>
	<Cube>
		<Cube time='${today}'>
			<Cube currency='USD' rate='1.25'/>
			<Cube currency='JPY' rate='171.94'/>
		</Cube>
	</Cube>
</gesmes:Envelope>`;

const recent = `<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube><Cube time="${today}"><Cube currency="USD" rate="1.25"/><Cube currency="JPY" rate="171.94"/></Cube></Cube></gesmes:Envelope>`;

const at = (path) => new URL(path, server.printed.Page).href;

async function enter(other) {
  const [email, password] = server.printed.Owner.split(" / ");
  await other.goto(at("/"));
  await other.locator("input[name=email]").fill(email);
  await other.locator("input[name=password]").fill(password);
  await other.locator("form button[type=submit]").click();
  await other.locator(".person").waitFor();
}

const field = (name) => openDialog(window).locator(`[name="${name}"]`);
const save = () => openDialog(window).getByRole("button", { name: "Save", exact: true }).click();
const closed = () => window.locator("dialog[open]").waitFor({ state: "detached" });

test("the price list is kept and searched", async () => {
  await window.getByRole("link", { name: "Sales", exact: true }).click();
  await window.getByRole("heading", { name: "Products and services" }).waitFor();
  await window.getByRole("button", { name: "Μέλι θυμαρίσιο 950 g", exact: true }).waitFor();
  await window.getByRole("button", { name: "New product" }).click();
  await field("title").fill("Ώρα συμβούλου");
  await field("code").fill("ΣΥΜ-1");
  await field("unit").fill("ώρα");
  await field("unitPrice").fill("a lot");
  await save();
  await openDialog(window).getByText("This is not a number.").waitFor();
  await field("unitPrice").fill("80.50");
  await field("taxes").fill("24");
  await save();
  await closed();
  await window.getByRole("button", { name: "Ώρα συμβούλου", exact: true }).waitFor();
  await window.getByRole("button", { name: "New product" }).click();
  await field("title").fill("Καρέκλα");
  await field("code").fill("ΣΥΜ-1");
  await field("unitPrice").fill("120");
  await save();
  await openDialog(window).getByText("Another product has this code.").waitFor();
  await field("code").fill("ΚΑΡ");
  await save();
  await closed();
  await window.getByRole("searchbox").fill("ωρα ΣΥΜΒ");
  await window.getByRole("button", { name: "Καρέκλα", exact: true }).waitFor({ state: "detached" });
  await window.getByRole("button", { name: "Ώρα συμβούλου", exact: true }).click();
  await field("title").fill("Ώρα μηχανικού");
  await save();
  await closed();
  await window.getByText("No product matches.").waitFor();
  await window.getByRole("searchbox").fill("");
  await window.getByRole("button", { name: "Ώρα μηχανικού", exact: true }).waitFor();
  await window.getByRole("button", { name: "Archive Καρέκλα" }).click();
  await window.getByRole("button", { name: "Καρέκλα", exact: true }).waitFor({ state: "detached" });
  await window.getByRole("button", { name: "Archived", exact: true }).click();
  await window.getByRole("button", { name: "Restore Καρέκλα" }).click();
  await window.getByText("No product matches.").waitFor();
  await window.getByRole("button", { name: "Archived", exact: true }).click();
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "products");
});

test("an invoice recurs, is made in the background, is paused and resumed", async () => {
  await window.goto(at("/products"));
  await window.getByRole("link", { name: "Recurring invoices" }).click();
  await window.getByText("Nothing recurs yet").waitFor();
  await window.getByRole("button", { name: "New recurring invoice" }).click();
  await field("name").fill("Συνδρομή");
  await field("starts").fill(today);
  await field("every").fill("1");
  await field("period").selectOption("MONTH");
  await field("issue").check();
  await save();
  await closed();
  const card = window.getByRole("region", { name: "Συνδρομή" });
  await card.getByText("Every month").waitFor();
  for (let i = 0; i < 60 && !(await card.getByText("1 made").isVisible()); i++) {
    await window.reload();
    await card.waitFor();
  }
  await card.getByText("Last: INV-").waitFor();
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "recurring");
  await card.getByRole("button", { name: "Pause Συνδρομή" }).click();
  await card.getByText("Paused").waitFor();
  await card.getByRole("button", { name: "Resume Συνδρομή" }).click();
  await card.getByText("Active").waitFor();
  await card.getByRole("button", { name: "Delete Συνδρομή" }).click();
  await openDialog(window).getByRole("button", { name: "Delete", exact: true }).click();
  await openDialog(window).getByText("It has made invoices", { exact: false }).waitFor();
  await openDialog(window).getByRole("button", { name: "Cancel", exact: true }).click();
  await card.getByRole("button", { name: "Edit Συνδρομή" }).click();
  await field("name").fill("Συντήρηση");
  await save();
  await closed();
  await card.waitFor({ state: "detached" });
  await window.getByRole("region", { name: "Συντήρηση" }).waitFor();
});

test("clients who are late are to be reminded, once a stage", async () => {
  await window.goto(at("/products"));
  await window.getByRole("link", { name: "Reminders" }).click();
  const first = window.locator("li.duplicate").first();
  await first.waitFor();
  const number = (await first.getByRole("link").first().textContent()).trim();
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "reminders");
  await window.getByRole("button", { name: `Reminded ${number}` }).click();
  await window.getByRole("button", { name: `Reminded ${number}` }).waitFor({ state: "detached" });
  await window.getByRole("button", { name: "Stages" }).click();
  await field("days").fill("3, soon");
  await save();
  await openDialog(window).locator(".fault").first().waitFor();
  await field("days").fill("");
  await save();
  await closed();
  await window.getByText("Nobody is to be reminded today.").waitFor();
});

test("administrators see the jobs of the server and of the business", async () => {
  await window.goto(at("/contacts"));
  await window.getByRole("link", { name: "Settings" }).click();
  await window.getByRole("link", { name: "Background jobs" }).click();
  await window.getByText("There are no jobs.").waitFor();
  await window.getByRole("link", { name: "All", exact: true }).click();
  await window.getByText("Exchange rates").first().waitFor();
  await window.getByText("Recurring invoice", { exact: true }).first().waitFor();
  await window.getByText("Done", { exact: true }).first().waitFor();
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "jobs");
});

test("an invoice in dollars takes the bank's rate", async () => {
  await window.goto(at("/contacts"));
  await window.locator("table a.cover").first().click();
  await window.getByRole("button", { name: "New invoice" }).click();
  await field("currency").fill("USD");
  await openDialog(window).getByText("by the European Central Bank", { exact: false }).waitFor();
  await openDialog(window).getByText("0.8 on", { exact: false }).waitFor();
});

test("a phone in Greek shows it all", async () => {
  const small = await person(browser, complaints, greek, phone, { colorScheme: "dark" });
  await enter(small);
  await speak(small, "el");
  for (const [path, heading] of [
    ["/products", "Προϊόντα και υπηρεσίες"],
    ["/recurring", "Επαναλαμβανόμενα τιμολόγια"],
    ["/reminders", "Υπενθυμίσεις"],
    ["/settings/jobs?all=1", "Εργασίες παρασκηνίου"],
  ]) {
    await small.goto(at(path));
    await small.getByRole("heading", { name: heading }).waitFor();
    await small.locator("main .card, main .empty").first().waitFor();
    assert.equal(await overflow(small), 0, path);
    assert.deepEqual(await barriers(small), [], path);
    await photograph(small, `${path.replace(/^\/(settings\/)?|\?.*/g, "")}-phone-el`);
  }
  await small.context().close();
});

test("the page had nothing to complain of", () => assert.deepEqual(complaints, []));
