// Documents of every type: written, issued, found in their list, decided, invoiced, credited;
// how they are numbered, and books that are closed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, signIn as tokenOf } from "./api.mjs";
import { barriers, english, greek, launch, net, openDialog, overflow, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

let browser;
let window; // the owner's, in English
let token;
const complaints = [];
const at = (path) => new URL(path, page).href;
const firm = "Αρχείο Παραστατικών ΕΕ";
let contact;

before(async () => {
  token = await tokenOf();
  const query = "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }";
  contact = (await ask(query, { input: { company: firm, isClient: true, isSupplier: true } }, token)).createContact.contact.id;
  browser = await launch();
  window = await person(browser, complaints, english, { colorScheme: "light" });
  await signIn(window, owner);
  await speak(window, "en");
});

after(async () => {
  await browser?.close();
});

// begin opens the editor of a type on the contact's card.
async function begin(type) {
  await window.goto(at(`/contacts/${contact}`));
  await window.locator("summary", { hasText: "New …" }).click();
  await window.locator("details.menu[open]").getByRole("button", { name: type, exact: true }).click();
  return openDialog(window);
}

const fill = async (editor, n, title, quantity, price) => {
  const line = editor.getByRole("group", { name: `Line ${n}` });
  await line.getByLabel("Description").fill(title);
  await line.getByLabel("Quantity").fill(quantity);
  await line.getByLabel("Unit price").fill(price);
};

const confirm = async (name) => {
  await window.locator("dialog[open] button[type=submit]").getByText(name, { exact: true }).last().click(); // not the button that asks
};

test("an estimate is written with a discount and an allowance, and its totals follow", async () => {
  const editor = await begin("Estimate");
  await fill(editor, 1, "Study", "2", "100");
  await editor.getByRole("group", { name: "Line 1" }).getByLabel("Discount %").fill("10");
  await editor.getByRole("button", { name: "Add allowance" }).click();
  const allowance = editor.getByRole("group", { name: "Allowance 1" });
  await allowance.getByLabel("Allowance 1", { exact: true }).fill("Spring");
  await allowance.getByLabel("Size").fill("50");
  await editor.locator(".livetotals").getByText("€111.60").waitFor(); // 180 less half, and 24 %
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "estimate-editor");
  await editor.getByRole("button", { name: "Issue", exact: true }).click();
  await window.locator(".sheet").getByText("Spring 50 %").waitFor();
  await openDialog(window).getByText("EST-", { exact: false }).first().waitFor();
});

test("it is accepted and invoiced, and the invoice is credited", async () => {
  await openDialog(window).getByRole("button", { name: "Accepted by the client" }).click();
  await openDialog(window).getByLabel("What the client said").fill("Go ahead");
  await confirm("Accepted by the client");
  await window.getByText("Go ahead", { exact: false }).waitFor();
  await openDialog(window).getByRole("button", { name: "Invoice it" }).click();
  await openDialog(window).getByRole("heading", { name: "Draft invoice" }).waitFor();
  await openDialog(window).getByText("Made from").waitFor();
  await openDialog(window).getByRole("button", { name: "Issue", exact: true }).click();
  await confirm("Issue");
  await openDialog(window).getByRole("button", { name: "Credit it" }).click();
  await openDialog(window).getByRole("heading", { name: "Credit note" }).waitFor();
  await openDialog(window).getByRole("button", { name: "Issue", exact: true }).click();
  await confirm("Issue");
  await openDialog(window).getByRole("heading", { name: /^CN-/ }).waitFor();
  await photograph(window, "credit-note");
  await window.goto(at(`/contacts/${contact}`));
  await net(window, "€0.00");
});

test("a file is kept with a document", async () => {
  await window.goto(at(`/documents?search=${encodeURIComponent(firm)}&type=CREDIT_NOTE`));
  await window.locator("table.rows tbody tr a").first().click();
  await openDialog(window).locator("input[type=file]").setInputFiles({ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
  await openDialog(window).getByRole("link", { name: "note.txt" }).waitFor();
});

test("a bill with an expense category is put on the supplier's side", async () => {
  await window.goto(at("/settings/documents"));
  await window.getByRole("button", { name: "New expense category" }).click();
  await openDialog(window).getByLabel("Name").fill("Rent of offices");
  await confirm("Save");
  await window.getByText("Rent of offices", { exact: true }).first().waitFor();
  const editor = await begin("Bill");
  await fill(editor, 1, "June", "1", "500");
  await editor.getByLabel("Expense category").selectOption({ label: "Rent of offices" });
  await editor.getByLabel("Supplier’s number", { exact: false }).fill("ΤΔΑ-77");
  await editor.getByRole("button", { name: "Issue", exact: true }).click();
  await openDialog(window).getByRole("heading", { name: /^BILL-/ }).waitFor();
  await window.goto(at(`/contacts/${contact}`));
  await net(window, "€620.00");
});

test("a line is taken from the price list; a price in another currency is to be typed", async () => {
  const create = "mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }";
  for (const [title, currency] of [["Σχεδίαση λογοτύπου", "EUR"], ["Logo abroad", "USD"]]) {
    await ask(create, { input: { title, unitPrice: "350.5", currency, unit: "item", taxes: [{ rate: "13" }] } }, token);
  }
  const editor = await begin("Estimate");
  const pick = async (search, title) => {
    await editor.getByRole("button", { name: "From the price list" }).click();
    await openDialog(window).getByRole("searchbox", { name: "Search" }).fill(search);
    await openDialog(window).getByRole("button", { name: title }).click();
  };
  await pick("σχεδιαση", "Σχεδίαση λογοτύπου");
  const line = (n) => window.getByRole("group", { name: `Line ${n}` });
  assert.equal(await line(1).getByLabel("Description").inputValue(), "Σχεδίαση λογοτύπου");
  assert.equal(await line(1).getByLabel("Unit price").inputValue(), "350.5");
  assert.equal(await line(1).getByLabel("VAT").inputValue(), "13");
  await pick("abroad", "Logo abroad");
  assert.equal(await line(2).getByLabel("Unit price").inputValue(), "");
  await line(2).getByLabel("Unit price").fill("100");
  await photograph(window, "editor-price-list");
  await window.getByRole("button", { name: "Save draft" }).click();
  await openDialog(window).getByRole("button", { name: "Edit", exact: true }).waitFor();
  await openDialog(window).getByText("€509.07").first().waitFor(); // (350.50 + 100) × 1.13, rounded
});

test("a draft takes another currency, language, terms, option and project", async () => {
  const project = "mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }";
  await ask(project, { input: { contactId: contact, name: "Rebranding", billing: "NON_BILLABLE" } }, token);
  const category = "mutation ($input: CreateTrackingCategoryInput!) { createTrackingCategory(input: $input) { category { id } } }";
  await ask(category, { input: { title: "Region", sales: true, options: [{ title: "North" }, { title: "South" }] } }, token);
  const first = await begin("Estimate");
  await fill(first, 1, "Study", "1", "100");
  await first.getByRole("button", { name: "Save draft" }).click();
  await openDialog(window).getByText("€124.00").first().waitFor();
  await openDialog(window).getByRole("button", { name: "Edit", exact: true }).click();
  const editor = openDialog(window);
  await editor.getByLabel("Currency").fill("USD");
  await editor.getByLabel("Exchange rate", { exact: false }).fill("0.9");
  await editor.getByLabel("Project", { exact: true }).selectOption({ label: "Rebranding" });
  await editor.getByText("Language, terms and more").click();
  await editor.getByLabel("Language of documents").selectOption("de");
  await editor.getByLabel("Printed terms").fill("Zahlbar sofort");
  await editor.getByLabel("Region").selectOption({ label: "South" });
  await editor.locator(".livetotals[aria-busy=false]").getByText("US$124.00").waitFor();
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "invoice-editor-more");
  await editor.getByRole("button", { name: "Save draft" }).click();
  await openDialog(window).getByText("US$124.00").first().waitFor();
  await openDialog(window).getByText("Zahlbar sofort").waitFor();
  await openDialog(window).getByRole("button", { name: "Edit", exact: true }).click();
  assert.equal(await editor.getByLabel("Exchange rate", { exact: false }).inputValue(), "0.9");
  assert.equal(await editor.getByLabel("Project", { exact: true }).locator("option:checked").textContent(), "Rebranding");
  await editor.getByText("Language, terms and more").click();
  assert.equal(await editor.getByLabel("Language of documents").inputValue(), "de");
  assert.equal(await editor.getByLabel("Region").locator("option:checked").textContent(), "South");
});

test("the list narrows by type, state and text, and sums what it shows", async () => {
  await window.goto(at("/documents"));
  await window.getByRole("navigation", { name: "Type" }).getByRole("link", { name: "Bills" }).click();
  await window.getByRole("searchbox", { name: "Search" }).fill("77");
  await window.waitForURL((url) => url.searchParams.get("type") === "BILL" && url.searchParams.get("search") === "77");
  await window.getByRole("status").filter({ hasText: "1 document" }).waitFor();
  await window.locator("table.sums").getByText("€620.00").first().waitFor();
  await window.getByLabel("State").selectOption({ label: "Draft" });
  await window.getByText("No document matches.").waitFor();
  await window.goto(at("/documents"));
  await window.locator("table.rows tbody tr").first().waitFor();
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "documents");
});

test("a sequence of its own becomes the default", async () => {
  await window.goto(at("/settings/documents"));
  await window.getByRole("button", { name: "New sequence" }).click();
  const dialog = openDialog(window);
  await dialog.getByLabel("Type", { exact: true }).selectOption({ label: "Estimates" });
  await dialog.getByLabel("Name").fill("Shop");
  await dialog.getByLabel("Prefix").fill("SHOP-");
  await dialog.getByLabel("Begins anew each year").check();
  await dialog.getByLabel("Make it the default of its type").check();
  await dialog.getByText(`Numbers look like SHOP-${new Date().getFullYear()}-00001.`).waitFor();
  await confirm("Save");
  await window.getByText("Estimates Shop").first().waitFor();
  assert.deepEqual(await barriers(window), []);
  await photograph(window, "document-settings");
  const editor = await begin("Estimate");
  await fill(editor, 1, "Study", "1", "1");
  await editor.getByRole("button", { name: "Issue", exact: true }).click();
  await openDialog(window).getByRole("heading", { name: /^SHOP-\d{4}-00001$/ }).waitFor();
});

test("closed books take no document, and say so at the date", async () => {
  await window.goto(at("/settings/documents"));
  await window.getByRole("textbox", { name: "Closing date" }).fill("2001-12-31");
  await window.getByRole("button", { name: "Close the books" }).click();
  await window.getByText("The books are closed up to").waitFor();
  const editor = await begin("Estimate");
  await fill(editor, 1, "Study", "1", "1");
  await editor.getByLabel("Date", { exact: true }).fill("2001-06-01");
  await editor.getByRole("button", { name: "Save draft" }).click();
  await editor.locator(".fault", { hasText: "2001-12-31" }).waitFor();
  await window.goto(at("/settings/documents"));
  await window.getByRole("button", { name: "Open the books" }).click();
  await confirm("Open the books");
  await window.getByText("The books are open.").waitFor();
});

test("the list and the settings fit a phone, in Greek, in the dark", async () => {
  const small = await person(browser, complaints, phone, greek, { colorScheme: "dark" });
  await signIn(small, owner);
  await speak(small, "el");
  for (const path of ["/documents", "/settings/documents"]) {
    await small.goto(at(path));
    await small.locator("main .card").first().waitFor();
    assert.equal(await overflow(small), 0, path);
    assert.deepEqual(await spills(small), [], path);
    assert.deepEqual(await barriers(small), [], path);
    await photograph(small, `phone${path.replaceAll("/", "-")}`);
  }
  await small.context().close();
});

test("nothing complained", () => assert.deepEqual(complaints, []));
