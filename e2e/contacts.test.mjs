// Contacts in a real browser against a real server: finding, changing many, writing one, its
// card, and tracking categories.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, signIn as token } from "./api.mjs";
import { barriers, desktop, english, greek, launch, openDialog, overflow, owner, page, person, phone, photograph, signIn, speak, spills } from "./browser.mjs";

// In the names of all that these tests make: another at every run, so that they can run again
// on the same server.
const word = Date.now().toString(36);
const mark = `Ζωγράφου ${word}`;
const city = `Ξάνθη ${word}`;

let browser;
let staff; // the owner's window, English, light, wide
let key; // of a session of the owner's at the API
const complaints = [];
const made = {}; // contacts by a short name

const at = (path) => new URL(path, page).href;
const api = (query, variables) => ask(query, variables, key);

const row = (name) => staff.locator(".contacts tbody tr").filter({ has: staff.getByRole("link", { name, exact: true }) });
const dialog = () => openDialog(staff);
const button = (name, options = {}) => staff.getByRole("button", { name, exact: true, ...options });
const form = () => staff.locator("main form.contactform");

async function createContact(input) {
  const { createContact: done } = await api("mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id version } } }", { input });
  return done.contact;
}

const readContact = async (id) =>
  (
    await api(
      `query ($id: ID!) { contact(id: $id) { id version company firstName lastName profession website archivedAt isClient isSupplier restricted defaultDueDays clientType
        emails { email label primary } phones { number primary } addresses { kind line city country } defaultTaxes { kind rate } options { title } } }`,
      { id },
    )
  ).contact;

async function invoice(contactId) {
  const { createDocument } = await api("mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }", {
    input: { type: "INVOICE", contactId, lines: [{ title: "Work", quantity: "1", unitPrice: "100", taxes: [{ rate: "24" }] }] },
  });
  await api("mutation ($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }", { input: { id: createDocument.document.id } });
}

before(async () => {
  browser = await launch();
  key = await token();
  for (const [short, more] of Object.entries({ alpha: {}, beta: { isSupplier: true }, gamma: {}, invoiced: {} })) {
    const { id } = await createContact({ company: `${mark} ${short}`, isClient: true, ...more, addresses: [{ line: "Οδός 1", city, country: "GR" }] });
    made[short] = id;
  }
  await invoice(made.invoiced);
  staff = await person(browser, complaints, { colorScheme: "light" });
  await signIn(staff, owner);
  await speak(staff, "en");
});

after(async () => {
  await browser?.close();
});

test("filters are chosen together, are in the address, and come off one by one", async () => {
  await staff.goto(at("/contacts"));
  await button("Filters").click();
  const panel = staff.locator("form.filters");
  await panel.getByLabel("City").fill(`ξανθη ${word}`);
  await panel.locator(`datalist option[value='${city}']`).waitFor({ state: "attached" });
  await panel.getByLabel("City").fill(city);
  await panel.getByLabel("Overdue invoices").selectOption({ label: "With nothing overdue" });
  await panel.getByLabel("At least").fill("abc");
  await button("Apply").click();
  await panel.getByText("This is not a number.").waitFor();
  await panel.getByLabel("At least").fill("100");
  await button("Apply").click();
  await staff.waitForURL((url) => url.searchParams.get("city") === city && url.searchParams.get("overdue") === "false" && url.searchParams.get("balanceMin") === "100");
  await row(`${mark} invoiced`).waitFor();
  await row(`${mark} alpha`).waitFor({ state: "detached" });
  assert.equal(await staff.locator(".head [role=status]").textContent(), "1 contact");
  await staff.locator(".sums").getByText("€124.00").first().waitFor();
  await photograph(staff, "contacts-filters");

  await staff.reload();
  await row(`${mark} invoiced`).waitFor();
  await button("Filters (3)").waitFor();
  assert.deepEqual(await staff.locator(".chips .chip").allTextContents(), [
    `Take off the filter City: ${city}`,
    "Take off the filter With nothing overdue",
    "Take off the filter Balance (As client): ≥ 100",
  ]);
  await staff.locator(".chip").filter({ hasText: "Balance" }).click();
  await row(`${mark} alpha`).waitFor();
  await staff.goBack();
  await row(`${mark} alpha`).waitFor({ state: "detached" });
  await staff.goForward();
  await row(`${mark} alpha`).waitFor();
  await button("Clear all filters").click();
  await staff.waitForURL((url) => url.pathname === "/contacts" && url.search === "");
  await staff.locator(".chips").waitFor({ state: "detached" });
});

test("an option of a category narrows the list", async () => {
  const { trackingCategories } = await api("{ trackingCategories { title options { id title } } }");
  const category = trackingCategories[0];
  await staff.goto(at("/contacts"));
  await button("Filters").click();
  await staff.locator("fieldset").filter({ hasText: category.title }).getByLabel(category.options[0].title, { exact: true }).check();
  await button("Apply").click();
  await staff.waitForURL((url) => url.searchParams.getAll("option").join() === category.options[0].id);
  await staff.locator(".chip").filter({ hasText: `${category.title}: ${category.options[0].title}` }).waitFor();
  const { contactSummary } = await api("query ($f: ContactFilter) { contactSummary(filter: $f) { count } }", { f: { optionIds: [category.options[0].id] } });
  await staff.locator(".head [role=status]").getByText(`${contactSummary.count} contact`).waitFor();
  const shown = await staff.locator(".contacts tbody tr:has(a.cover)").count();
  assert.equal(await staff.locator(".contacts tbody tr:has(a.cover)").filter({ hasText: category.options[0].title }).count(), shown);
});

test("the heads of columns order the list, and say so", async () => {
  await staff.goto(at("/contacts"));
  const head = (name) => staff.locator(".contacts th").filter({ has: button(name) });
  await button("Balance").click();
  await staff.waitForURL((url) => url.searchParams.get("orderBy") === "BALANCE");
  await staff.locator(".contacts th[aria-sort=descending]").getByText("Balance").waitFor();
  const { contacts } = await api("{ contacts(first: 25, orderBy: BALANCE) { nodes { displayName } } }");
  await staff.locator(".contacts tbody a.cover").first().getByText(contacts.nodes[0].displayName, { exact: true }).waitFor();
  assert.deepEqual(await staff.locator(".contacts tbody a.cover").allTextContents(), contacts.nodes.map((c) => c.displayName));
  await button("Balance").click();
  await staff.locator(".contacts th[aria-sort=ascending]").getByText("Balance").waitFor();
  await button("Contact").click();
  assert.equal(await head("Contact").getAttribute("aria-sort"), "ascending");
  assert.equal(new URL(staff.url()).search, "", "by name is the order that needs no saying");
  await staff.getByLabel("Order").selectOption({ label: "Newest first" });
  await staff.waitForURL((url) => url.searchParams.get("orderBy") === "NEWEST");
});

test("many contacts are changed together, and those that are not are named with the reason", async () => {
  await staff.goto(at(`/contacts?search=${encodeURIComponent(`ζωγραφου ${word}`)}`));
  await row(`${mark} gamma`).waitFor();
  await staff.getByLabel(`Select ${mark} alpha`).check();
  await staff.getByText("1 selected").waitFor();
  assert.equal(await staff.getByLabel("Select all that are shown").evaluate((box) => box.indeterminate), true);
  await staff.getByLabel("Select all that are shown").check();
  await staff.getByText("4 selected").waitFor();
  await photograph(staff, "contacts-selected");

  await button("Make suppliers").click();
  await dialog().getByText("Make suppliers of 4 contacts?").waitFor();
  await dialog().getByRole("button", { name: "Make suppliers" }).click();
  await staff.getByText("Changed: 4.").first().waitFor();
  await row(`${mark} alpha`).getByText("Supplier").waitFor();
  assert.equal((await readContact(made.gamma)).isSupplier, true);

  await staff.getByLabel("Select all that are shown").check();
  await button("Set a category").click();
  const option = await dialog().getByLabel("Option").locator("option").nth(1).textContent();
  await dialog().getByLabel("Option").selectOption({ label: option });
  await dialog().getByRole("button", { name: "Set a category" }).click();
  await row(`${mark} beta`).locator(".tag").getByText(option).waitFor();

  await staff.getByLabel("Select all that are shown").check();
  await staff.getByLabel(`Select ${mark} alpha`).uncheck();
  await staff.getByLabel(`Select ${mark} beta`).uncheck();
  await button("Delete").click();
  await dialog().getByRole("button", { name: "Delete" }).click();
  await dialog().getByText("1 contact was left as it was.").waitFor();
  await dialog().getByText("Deleted: 1.").waitFor();
  const left = dialog().locator("tbody tr");
  assert.equal(await left.locator("th").textContent(), `${mark} invoiced`);
  assert.match(await left.locator("td").textContent(), /document/);
  await photograph(staff, "contacts-bulk");
  await dialog().locator(".actions").getByRole("button", { name: "Close" }).click();
  await row(`${mark} gamma`).waitFor({ state: "detached" });
  await staff.getByText("1 selected").waitFor();

  await staff.getByLabel("Select all that are shown").check();
  await button("Archive").click();
  await dialog().getByRole("button", { name: "Archive" }).click();
  await staff.getByText("Archived: 3.").first().waitFor();
  await staff.getByText("No contact matches.").waitFor();
  await staff.getByRole("link", { name: "Archived" }).click();
  await row(`${mark} beta`).waitFor();
  await staff.getByLabel("Select all that are shown").check();
  await button("Restore").click();
  await dialog().getByRole("button", { name: "Restore" }).click();
  await staff.getByText("Restored: 3.").first().waitFor();
  assert.equal((await readContact(made.alpha)).archivedAt, null);
});

test("a page that follows is picked by itself", async () => {
  await staff.goto(at("/contacts"));
  await staff.locator(".contacts tbody tr").nth(24).waitFor();
  await button("Show more").click();
  await staff.getByLabel("Select all of page 2").check();
  const second = await staff.locator(".contacts tbody").nth(1).locator("a.cover").count();
  await staff.getByText(`${second} selected`).waitFor();
  await button("Select none").click();
  await staff.locator(".bulk").waitFor({ state: "detached" });
});

test("the list that is shown is exported", async () => {
  await staff.goto(at(`/contacts?search=${encodeURIComponent(mark)}&city=${encodeURIComponent(city)}`));
  await row(`${mark} alpha`).waitFor();
  await staff.locator("summary", { hasText: "More" }).click();
  const address = await staff.getByRole("link", { name: "Export as CSV" }).getAttribute("href");
  const [download] = await Promise.all([staff.waitForEvent("download"), staff.getByRole("link", { name: "Export as CSV" }).click()]);
  assert.match(download.suggestedFilename(), /\.csv$/);
  const text = await staff.evaluate(async (url) => (await fetch(url)).text(), address);
  const lines = text.trim().split("\r\n");
  assert.equal(lines.length, 1 + 3);
  assert.ok(lines.some((line) => line.includes(`${mark} alpha`)));
  await staff.locator("summary", { hasText: "More" }).click();
  const excel = await staff.getByRole("link", { name: "Export as Excel" }).getAttribute("href");
  assert.equal(await staff.evaluate(async (url) => (await fetch(url)).headers.get("content-type"), excel), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
});

test("a contact is written with all its lists, by the keyboard where that is quicker", async () => {
  await staff.goto(at("/contacts/new"));
  await form().getByLabel("Company", { exact: true }).fill(`${mark} πλήρης`);
  await form().getByLabel("First name").fill("Άννα");
  await form().getByLabel("Profession").fill("Εμπόριο");
  await form().getByLabel("Your own key").fill(`e2e ${word}`);
  await form().getByLabel("Taxed as").selectOption({ label: "Domestic" });
  const email = (n) => form().getByRole("group", { name: `e-mail ${n}` });
  await email(1).getByLabel("E-mail", { exact: true }).fill("one@example.test");
  await button("Add an e-mail").click();
  await button("Add an e-mail").click();
  await email(3).locator("input[type=email]:focus").waitFor();
  await staff.keyboard.type("one@example.test");
  await form().getByRole("group", { name: "phone 1" }).getByLabel("Phone", { exact: true }).fill("+30 25410 12345");
  await button("Add an address").click();
  const address = form().getByRole("group", { name: "address 1" });
  await address.getByLabel("Street and number").fill("Βασιλίσσης Σοφίας 1");
  await address.getByLabel("City", { exact: true }).fill(city);
  await address.getByLabel("Country (2 letters)").fill("gr");
  await address.getByText("Greece").waitFor();
  await form().getByLabel("Days until due").fill("45");
  await button("Add a tax").click();
  await form().getByRole("group", { name: "tax 1" }).getByLabel("Percent").fill("24,0");
  await button("Save").click();

  // The server refuses the second e-mail that it is sent, which is the third of the form: an
  // empty one is not sent.
  await staff.locator("input[name='emails.2.email'][aria-invalid=true]:focus").waitFor();
  await email(3).getByText("in the list twice").waitFor();
  await email(3).getByLabel("E-mail", { exact: true }).fill("three@example.test");
  await photograph(staff, "contact-form");
  await button("Move e-mail 3 up").click();
  await staff.locator("button:focus[aria-label='Move e-mail 2 up']").waitFor();
  await staff.keyboard.press("Enter");
  await email(1).getByLabel("Primary").check();
  await button("Save").click();
  await staff.getByRole("heading", { name: `${mark} πλήρης`, level: 1 }).waitFor();
  made.full = new URL(staff.url()).pathname.split("/").pop();
  const contact = await readContact(made.full);
  assert.deepEqual(contact.emails, [
    { email: "three@example.test", label: "", primary: true },
    { email: "one@example.test", label: "", primary: false },
  ]);
  assert.deepEqual(contact.addresses, [{ kind: "BILLING", line: "Βασιλίσσης Σοφίας 1", city, country: "GR" }]);
  assert.equal(contact.defaultDueDays, 45);
  assert.equal(contact.clientType, "DOMESTIC");
  assert.equal(contact.defaultTaxes.length, 1);
  await staff.locator(".details").getByText("three@example.test").waitFor();
});

test("changes that are not saved are not lost by accident", async () => {
  const edit = `/contacts/${made.full}/edit`;
  await staff.goto(at(`/contacts/${made.full}`));
  await staff.getByRole("link", { name: "Edit" }).click();
  await form().getByLabel("Profession").fill("Άλλο");
  await staff.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Contacts" }).click();
  await dialog().getByText("Leave without saving?").waitFor();
  await dialog().getByRole("button", { name: "Cancel" }).click();
  assert.equal(await form().getByLabel("Profession").inputValue(), "Άλλο");
  await staff.goBack();
  await dialog().getByText("Leave without saving?").waitFor();
  assert.equal(new URL(staff.url()).pathname, edit);
  await dialog().getByRole("button", { name: "Discard the changes" }).click();
  await staff.waitForURL(`**/contacts/${made.full}`);
  await staff.locator(".details").getByText("Εμπόριο").waitFor();

  let asked = 0;
  staff.once("dialog", (native) => {
    asked++;
    void native.dismiss();
  });
  await staff.goto(at(edit));
  await form().getByLabel("Profession").click();
  await staff.keyboard.press("End");
  await staff.keyboard.type(" Άλλο"); // the browser asks only where a person did something
  await staff.reload({ timeout: 3000 }).catch(() => {});
  assert.equal(asked, 1, "the browser asks before the page is left");
  assert.equal(await form().getByLabel("Profession").inputValue(), "Εμπόριο Άλλο");
  await form().getByLabel("Profession").fill("Εμπόριο");
  await staff.getByRole("link", { name: "Cancel" }).click();
  await staff.waitForURL(`**/contacts/${made.full}`);
});

test("who saves second decides, field by field", async () => {
  await staff.goto(at(`/contacts/${made.full}/edit`));
  await form().getByLabel("Company", { exact: true }).fill(`${mark} πλήρης (mine)`);
  await form().getByLabel("Profession").fill("Mine");
  const { version } = await readContact(made.full);
  await api("mutation ($input: UpdateContactInput!) { updateContact(input: $input) { contact { id } } }", {
    input: { id: made.full, version, profession: "Theirs", website: "https://theirs.example", emails: [{ email: "theirs@example.test" }] },
  });
  await button("Save").click();
  await dialog().getByText("The contact was changed meanwhile").waitFor();
  const field = (name) => dialog().getByRole("group", { name, exact: true });
  assert.equal(await field("Web site").getByRole("radio", { name: "Take theirs" }).isChecked(), true, "what was not touched is theirs");
  assert.equal(await field("Profession").getByRole("radio", { name: "Keep mine" }).isChecked(), true);
  await field("E-mail addresses").getByText("theirs@example.test").waitFor();
  await photograph(staff, "contact-conflict");
  assert.deepEqual(await barriers(staff), []);
  await field("Profession").getByRole("radio", { name: "Take theirs" }).check();
  await dialog().getByRole("button", { name: "Save" }).click();
  await staff.getByRole("heading", { name: `${mark} πλήρης (mine)`, level: 1 }).waitFor();
  const contact = await readContact(made.full);
  assert.deepEqual(
    [contact.company, contact.profession, contact.website, contact.emails.map((e) => e.email)],
    [`${mark} πλήρης (mine)`, "Theirs", "https://theirs.example", ["theirs@example.test"]],
  );
});

test("the timeline and the history tell what changed, in words", async () => {
  await staff.goto(at(`/contacts/${made.full}`));
  const change = staff.locator(".timeline li.change").filter({ hasText: "Contact changed" }).first();
  await change.getByText("Company:").waitFor();
  await change.locator("del").getByText(`${mark} πλήρης`, { exact: true }).waitFor();
  await change.locator("ins").getByText(`${mark} πλήρης (mine)`).waitFor();
  await staff.getByRole("link", { name: "History" }).click();
  await staff.locator("li").filter({ hasText: "Contact created" }).waitFor();
  await staff.locator("li").filter({ hasText: "Contact changed" }).locator("ins").getByText("Theirs", { exact: true }).waitFor();
});

test("notes are written, changed in their place, and deleted", async () => {
  await staff.goto(at(`/contacts/${made.full}?view=notes`));
  await staff.getByLabel("New note").fill("First words");
  await button("Add note").click();
  const note = staff.locator("li").filter({ hasText: "First words" });
  await note.getByRole("button", { name: "Edit" }).click();
  await staff.locator("textarea:focus").fill("Better words");
  await button("Save").click();
  await staff.locator("li").filter({ hasText: "Better words" }).getByText("changed").waitFor();
  await staff.getByRole("link", { name: "Timeline" }).click();
  await button("Notes").click();
  await staff.waitForURL((url) => url.searchParams.get("kinds") === "NOTE");
  await staff.locator(".timeline li.note").getByText("Better words").waitFor();
  assert.equal(await staff.locator(".timeline li:not(.note)").count(), 0);
  await staff.locator(".timeline li.note").getByRole("button", { name: "Delete" }).click();
  await dialog().getByRole("button", { name: "Delete" }).click();
  await staff.getByText("Nothing of these kinds.").waitFor();
});

test("the chart of months is a table for who does not see it, and ends with the balance", async () => {
  await staff.goto(at(`/contacts/${made.invoiced}`));
  await staff.locator("svg.plot[role=img]").waitFor();
  assert.equal(await staff.locator("svg.plot rect.charges").count(), 24);
  await button("Show as a table").click();
  const rows = staff.locator(".chart tbody tr");
  assert.equal(await rows.count(), 24);
  assert.deepEqual(await rows.first().locator("td").allTextContents(), ["€124.00", "€0.00", "€124.00"]);
  await staff.locator(".timeline li.document").getByText("€124.00").waitFor();
  await staff.locator(".timeline li.document a").click();
  await dialog().locator(".sheet").waitFor();
});

test("a contact that something refers to is not deleted but archived; another is", async () => {
  await staff.goto(at(`/contacts/${made.invoiced}`));
  const menu = staff.locator(".head summary", { hasText: "More" });
  await menu.click();
  await button("Delete").click();
  await dialog().getByRole("button", { name: "Delete" }).click();
  await dialog().getByText(/document/).first().waitFor();
  await dialog().getByText("It can be archived instead").waitFor();
  await dialog().getByRole("button", { name: "Archive" }).click();
  await staff.getByText("This contact is archived").waitFor();

  await staff.goto(at(`/contacts/${made.beta}`));
  await menu.click();
  await button("Delete").click();
  await dialog().getByRole("button", { name: "Delete" }).click();
  await staff.getByRole("heading", { name: "Contacts", level: 1 }).waitFor();
  await staff.goto(at(`/contacts/${made.beta}`));
  await staff.getByRole("heading", { name: "Nothing here" }).waitFor();
});

test("a contact is restricted, and opened again", async () => {
  await staff.goto(at(`/contacts/${made.alpha}`));
  const menu = staff.locator(".head summary", { hasText: "More" });
  await menu.click();
  await button("Restrict").click();
  await dialog().getByRole("checkbox").first().check();
  await dialog().getByRole("button", { name: "Restrict" }).click();
  await staff.locator("h1 + .tags").getByText("Restricted").waitFor();
  await menu.click();
  await button("Restrict").click();
  await dialog().getByRole("checkbox", { checked: true }).first().waitFor();
  assert.equal(await dialog().getByRole("checkbox", { checked: true }).count(), 1, "who was named is ticked");
  await dialog().getByRole("button", { name: "Let everyone see it" }).click();
  await staff.locator("h1 + .tags").getByText("Restricted").waitFor({ state: "detached" });
  assert.equal((await readContact(made.alpha)).restricted, false);
});

const category = `Δοκιμαστική ${word}`;

test("tracking categories are made, changed, archived and deleted", async () => {
  await staff.getByRole("link", { name: "Settings" }).click();
  await staff.getByRole("link", { name: "Tracking categories" }).click();
  await staff.getByRole("heading", { name: "Tracking categories", level: 1 }).waitFor();
  await button("New category").click();
  await dialog().getByRole("button", { name: "Save" }).click();
  await dialog().getByText("This is needed.").waitFor();
  await dialog().getByLabel("Title").fill(category);
  await dialog().locator("input[name='options.0.title']").fill("Μεγάλη");
  await dialog().locator("input[name='options.1.title']").fill("Μικρή");
  await photograph(staff, "category-form");
  await dialog().getByRole("button", { name: "Save" }).click();
  const card = staff.getByRole("region", { name: category });
  await card.getByText("Μικρή").waitFor();

  await card.getByRole("button", { name: "Edit" }).click();
  await dialog().getByRole("button", { name: "Move Option 2 up" }).click();
  await dialog().getByRole("button", { name: "Add an option" }).click();
  await dialog().locator("input[name='options.2.title']").fill("Μεγάλη");
  await dialog().getByRole("button", { name: "Save" }).click();
  await dialog().locator("input[name='options.2.title'][aria-invalid=true]").waitFor();
  await dialog().locator("input[name='options.2.title']").fill("Μεσαία");
  await dialog().getByRole("group", { name: "Option 1", exact: true }).getByLabel("No longer offered").check();
  await dialog().getByRole("button", { name: "Save" }).click();
  await card.getByText("Μεσαία").waitFor();
  assert.deepEqual(await card.locator("ul.tags li").allTextContents(), ["Μικρή (No longer offered)", "Μεγάλη", "Μεσαία"]);
  await photograph(staff, "categories");

  await card.getByRole("button", { name: "Archive" }).click();
  await dialog().getByRole("button", { name: "Archive" }).click();
  await card.locator("h2 .tag").getByText("Archived").waitFor();
  await card.getByRole("button", { name: "Restore" }).click();
  await card.locator("h2 .tag").waitFor({ state: "detached" });
  await card.getByRole("button", { name: "Delete" }).click();
  await dialog().getByRole("button", { name: "Delete" }).click();
  await card.waitFor({ state: "detached" });

  const used = staff.locator("main section.card").first();
  await used.getByRole("button", { name: "Delete" }).click();
  await dialog().getByRole("button", { name: "Delete" }).click();
  await dialog().locator(".notice.bad").waitFor();
  await staff.keyboard.press("Escape");
});

for (const { who, options, language } of [
  { who: "in English, light and wide", options: [desktop, english, { colorScheme: "light" }], language: "en" },
  { who: "in Greek, dark and on a phone", options: [phone, greek, { colorScheme: "dark" }], language: "el" },
]) {
  test(`no screen of contacts has barriers or is too wide, ${who}`, async () => {
    const window = await person(browser, complaints, ...options);
    await signIn(window, owner);
    await speak(window, language);
    const found = [];
    const check = async (name) => {
      found.push(...(await barriers(window)).map((barrier) => `${name}: ${barrier}`));
      if ((await overflow(window)) > 0 || (await spills(window)).length > 0) {
        found.push(`${name} is too wide: ${await spills(window)}`);
      }
      if (language === "el") {
        await photograph(window, `${name}-phone-el`);
      }
    };
    const look = async (name, path, ready) => {
      await window.goto(at(path));
      await window.locator(ready).first().waitFor();
      await check(name);
    };
    await look("contacts-list", "/contacts", ".contacts tbody tr");
    await window.locator(".finder button[aria-controls=filters]").click();
    await window.locator("form.filters fieldset.options").first().waitFor();
    await check("contacts-filters");
    await window.goto(at("/contacts?city=Αθήνα&overdue=true"));
    await window.locator(".chips").waitFor();
    await window.locator(".contacts thead input").check();
    await window.locator(".bulk").waitFor();
    await check("contacts-selected");
    await look("contacts-none", "/contacts?search=no-such-contact-anywhere", ".empty");
    await look("contact-form", `/contacts/${made.full}/edit`, "form.contactform .item");
    await look("contact-timeline", `/contacts/${made.full}`, ".timeline li");
    await look("contact-history", `/contacts/${made.full}?view=history`, "ul.plain li");
    await look("contact-files", `/contacts/${made.full}?view=files`, "main");
    await look("contact-chart", `/contacts/${made.invoiced}`, "svg.plot");
    await look("categories", "/settings/categories", ".categories section");
    await window.locator(".categories section .actions button").first().click();
    await openDialog(window).locator(".item").first().waitFor();
    await check("category-form");
    assert.deepEqual(found, []);
    await window.context().close();
  });
}

test("the page never complained", () => {
  assert.deepEqual(complaints, []);
});
