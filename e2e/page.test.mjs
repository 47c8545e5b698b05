// The page in a real browser against a real server: what a business and its customer do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { barriers, desktop, english, figure, greek, launch, net, openDialog, overflow, spills, owner, page, person, phone, photograph, portalCustomer, signIn, speak } from "./browser.mjs";

const company = "Ναυτιλιακή Σαρωνικού";
const customer = { email: "maria.saronikou@example.test", password: "a long enough password" };

let browser;
let staff; // the owner's window, English, light, wide
let client; // the customer's window, Greek, dark, narrow
const complaints = [];
const story = {}; // what one chapter leaves for the next

// parts is the navigation of a contact's card.
const parts = (who) => who.getByRole("navigation", { name: "Parts of the card" });

before(async () => {
  browser = await launch();
  staff = await person(browser, complaints, { colorScheme: "light" });
});

after(async () => {
  await browser?.close();
});

test("a wrong password is refused in the reader's language", async () => {
  await staff.goto(page);
  await staff.getByLabel("E-mail").waitFor();
  await photograph(staff, "sign-in");
  await staff.getByLabel("E-mail").fill(owner.email);
  await staff.getByLabel("Password").fill("not the password");
  await staff.getByRole("button", { name: "Sign in" }).click();
  await staff.getByText("The e-mail address or the password is wrong.").waitFor();
  await speak(staff, "el");
  await staff.getByLabel("Κωδικός").fill("άλλος λάθος κωδικός");
  await staff.getByRole("button", { name: "Σύνδεση" }).click();
  await staff.getByText("Το e-mail ή ο κωδικός είναι λάθος.").waitFor();
  await speak(staff, "en");
});

test("empty and malformed fields are named, and the first of them gets the focus", async () => {
  await staff.goto(page);
  await staff.getByLabel("E-mail").fill("nobody");
  await staff.getByRole("button", { name: "Sign in" }).click();
  await staff.getByText("This is not an e-mail address.").waitFor();
  await staff.getByText("This is needed.").waitFor();
  await staff.locator("input[name=email]:focus[aria-invalid=true]").waitFor();
});

test("the owner signs in with the keyboard alone and sees where the focus is", async () => {
  await staff.goto(page);
  await staff.locator("input[name=email]:focus").waitFor();
  await staff.keyboard.type(owner.email);
  await staff.keyboard.press("Tab");
  await staff.keyboard.type(owner.password);
  await staff.keyboard.press("Tab");
  assert.notEqual(await staff.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none", "the button's focus is not to be seen");
  await staff.keyboard.press("Enter");
  await staff.getByRole("heading", { name: "Contacts", level: 1 }).waitFor();
  await staff.waitForURL("**/contacts");

  await staff.reload();
  await staff.locator("tbody tr").first().waitFor();
  await staff.keyboard.press("Tab");
  await staff.locator(".skip:focus").waitFor();
  await staff.keyboard.press("Enter");
  await staff.locator("main:focus").waitFor();
});

test("contacts are listed with live balances, searched without accents, and the search is in the address", async () => {
  await staff.locator(".connection.live").waitFor();
  await photograph(staff, "contacts");
  const name = await staff.locator("tbody tr a").first().textContent();
  await staff.getByRole("searchbox", { name: "Search" }).fill(name.normalize("NFD").replace(/\p{M}/gu, "").toUpperCase());
  await staff.waitForURL((url) => url.searchParams.has("search"));
  await staff.locator("tbody tr a").getByText(name, { exact: true }).first().waitFor();
  await staff.getByRole("link", { name: "Suppliers" }).click();
  await staff.waitForURL((url) => url.searchParams.get("role") === "SUPPLIER" && url.searchParams.has("search"));
  await staff.goto(new URL("/contacts?search=no-such-contact-anywhere", page).href);
  await staff.getByText("No contact matches.").waitFor();
  assert.equal(await staff.getByRole("searchbox", { name: "Search" }).inputValue(), "no-such-contact-anywhere");
  await staff.getByRole("link", { name: "Clear the search" }).click();
  await staff.locator("tbody tr").first().waitFor();
});

test("more contacts follow on request, none twice", async () => {
  const links = staff.locator(".contacts tbody tr a.cover");
  await links.nth(24).waitFor();
  await staff.getByRole("button", { name: "Show more" }).click();
  await links.nth(25).waitFor();
  const addresses = await links.evaluateAll((all) => all.map((a) => a.href));
  assert.equal(new Set(addresses).size, addresses.length);
});

test("a contact is created, as a prospect", async () => {
  await staff.getByRole("link", { name: "Add contact" }).click();
  const form = staff.locator("main form");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("Give a first name, a last name or a company.").waitFor();
  await form.getByLabel("Company").fill(company);
  await form.getByLabel("E-mail", { exact: true }).fill(customer.email);
  await form.getByLabel("Client", { exact: true }).uncheck();
  await form.getByRole("button", { name: "Save" }).click();
  await staff.getByRole("heading", { name: company, level: 1 }).waitFor();
  await staff.getByText("Nothing was ever posted.").waitFor();
  await staff.locator("h1 + .tags").getByText("Prospect").waitFor();
  story.contact = new URL(staff.url()).pathname;
});

test("the contact is made a client", async () => {
  await staff.goto(new URL(story.contact, page).href);
  await staff.getByRole("button", { name: "Make client" }).click();
  await staff.locator("h1 + .tags").getByText("Client").waitFor();
  await staff.getByRole("button", { name: "Make client" }).waitFor({ state: "detached" });
});

test("an invoice is written with live totals, issued, and moves the balance", async () => {
  await staff.getByRole("button", { name: "New invoice" }).click();
  const dialog = openDialog(staff);
  await fillLine(dialog, 1, "Consulting", "2", "100", "24");
  await dialog.getByRole("button", { name: "Add line" }).click();
  await fillLine(dialog, 2, "Books", "1", "50,00", "13");
  await dialog.locator(".totals").getByText("€304.50").waitFor();
  await dialog.getByRole("button", { name: "Save draft" }).click();

  const draft = openDialog(staff);
  await draft.getByRole("heading", { name: "Draft invoice" }).waitFor();
  await draft.getByRole("button", { name: "Issue" }).click();
  await openDialog(staff).getByText("It gets the next number").waitFor();
  await openDialog(staff).getByRole("button", { name: "Issue" }).click();
  await draft.getByText("Unpaid").waitFor();
  story.number = await draft.getByRole("heading", { level: 2 }).first().textContent();
  assert.match(story.number, /\d/);
  await photograph(staff, "invoice");
  await staff.keyboard.press("Escape");
  await net(staff, "€304.50");
  await figure(staff, "Outstanding", "€304.50");
});

async function fillLine(dialog, n, title, quantity, price, rate) {
  const line = dialog.getByRole("group", { name: `Line ${n}` });
  await line.getByLabel("Description").fill(title);
  await line.getByLabel("Quantity").fill(quantity);
  await line.getByLabel("Unit price").fill(price);
  await line.getByLabel("VAT").selectOption(rate);
}

test("a field that the server refuses is marked in the form", async () => {
  await staff.getByRole("button", { name: "New invoice" }).click();
  const dialog = openDialog(staff);
  await fillLine(dialog, 1, "Nothing", "0", "10", "24");
  await dialog.getByRole("button", { name: "Save draft" }).click();
  await dialog.locator("input[name='lines.0.quantity'][aria-invalid=true]").waitFor();
  await staff.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

test("a person of the contact is invited and accepts on a phone, in Greek and in the dark", async () => {
  await staff.getByRole("link", { name: "Portal access" }).click();
  await staff.locator("main").getByLabel("E-mail").fill(customer.email);
  await staff.getByRole("button", { name: "Invite" }).click();
  const link = await staff.getByLabel(`Link for ${customer.email}`).inputValue();

  client = await person(browser, complaints, phone, greek, { colorScheme: "dark" });
  const { pathname, search } = new URL(link);
  await client.goto(new URL(pathname + search, page).href);
  await client.getByRole("heading", { name: "Καλώς ήρθατε" }).waitFor();
  await client.getByLabel("Το όνομά σας").fill("Μαρία");
  await client.getByLabel("Κωδικός").fill("short");
  await client.getByRole("button", { name: "Άνοιγμα της καρτέλας μου" }).click();
  await client.locator("input[name=password][aria-invalid=true]").waitFor();
  await client.getByLabel("Κωδικός").fill(customer.password);
  await client.getByRole("button", { name: "Άνοιγμα της καρτέλας μου" }).click();
  await client.getByRole("heading", { name: company, level: 1 }).waitFor();
  await speak(client, "el");
  await client.locator(".connection.live").waitFor();
  await net(client, "304,50 €");
});

test("a payment moves the portal's balance while it is being looked at, without a reload", async () => {
  await client.evaluate(() => (window.neverReloaded = true));
  await staff.getByRole("button", { name: "Record payment" }).click();
  const dialog = openDialog(staff);
  await dialog.getByLabel("Amount", { exact: true }).fill("200");
  await dialog.locator(".part").getByText("€200.00").waitFor();
  await photograph(staff, "record-payment");
  await dialog.getByRole("button", { name: "Record payment" }).click();
  await net(client, "104,50 €");
  await client.locator(".balance .net .moved").waitFor();
  await client.getByRole("status").filter({ hasText: "104,50" }).waitFor();
  await client.locator("tbody tr").getByText("Εν μέρει").waitFor();
  assert.equal(await client.evaluate(() => window.neverReloaded), true);
  await net(staff, "€104.50");
  await photograph(client, "portal-phone-dark-el");
});

test("what is paid beyond all invoices stays as credit", async () => {
  await staff.getByRole("button", { name: "Record payment" }).click();
  const dialog = openDialog(staff);
  await dialog.getByRole("button", { name: "All that is owed" }).click();
  assert.equal(await dialog.getByLabel("Amount", { exact: true }).inputValue(), "104.50");
  await dialog.getByLabel("Amount", { exact: true }).fill("150");
  await dialog.getByText("Stays as credit").locator("..").getByText("€45.50").waitFor();
  await dialog.getByRole("button", { name: "Record payment" }).click();
  await net(staff, "-€45.50");
  await figure(staff, "Credit", "€45.50");
  await net(client, "-45,50 €");
  await figure(client, "Πίστωσή σας", "45,50 €");
});

test("the statement's lines add up to the balance, for both", async () => {
  await staff.getByRole("link", { name: "Statement" }).click();
  await staff.locator(".statement .closing", { hasText: "-€45.50" }).waitFor();
  const cents = (text) => Number(text.replace(/[^\d-]/g, "") || 0);
  const column = async (n) => (await staff.locator(`.statement tbody tr:not(.edge) > :nth-child(${n})`).allTextContents()).map(cents);
  const charges = (await column(3)).reduce((a, b) => a + b, 0);
  const credits = (await column(4)).reduce((a, b) => a + b, 0);
  assert.deepEqual([charges, credits], [30450, 35000]);
  assert.equal(charges - credits, cents(await staff.locator(".balance .net .amount").textContent()));
  await photograph(staff, "statement");

  await client.getByRole("link", { name: "Κινήσεις" }).click();
  await client.locator(".statement .closing", { hasText: "-45,50 €" }).waitFor();
});

test("the customer reads the invoice", async () => {
  await client.getByRole("link", { name: "Τιμολόγια" }).click();
  await client.getByRole("link", { name: story.number }).click();
  await client.getByRole("heading", { name: `Τιμολόγιο ${story.number}` }).waitFor();
  await client.locator(".totals").getByText("304,50 €").waitFor();
  await client.locator(".head .tags").getByText("Εξοφλημένο").waitFor();
  story.invoice = new URL(client.url()).pathname;
});

test("a lost connection is said, comes back by itself, and nothing is missed", async () => {
  const window = await person(browser, []);
  const sockets = [];
  let refuse = false;
  await window.routeWebSocket(/graphql$/, (socket) => {
    if (refuse) {
      socket.close({ code: 1012, reason: "restarting" });
      return;
    }
    socket.connectToServer();
    sockets.push(socket);
  });
  await signIn(window, owner);
  await speak(window, "en");
  await window.goto(new URL(story.contact, page).href);
  await net(window, "-€45.50");
  await window.locator(".connection.live").waitFor();

  refuse = true;
  await Promise.all(sockets.splice(0).map((socket) => socket.close({ code: 1012, reason: "restarting" })));
  await window.locator(".connection.reconnecting").waitFor();
  await parts(staff).getByRole("link", { name: "Payments" }).click();
  await staff.locator("li.payment").filter({ hasText: "150.00" }).getByRole("button", { name: "Void" }).click();
  await openDialog(staff).getByRole("button", { name: "Void" }).click();
  await net(staff, "€104.50");

  refuse = false;
  await window.locator(".connection.live").waitFor();
  await net(window, "€104.50");
  await window.context().close();
});

test("nothing is wider than a phone, in either language", async () => {
  const wide = [];
  const look = async (window, where, ready) => {
    await window.goto(new URL(where, page).href);
    await window.locator(ready).first().waitFor();
    if ((await overflow(window)) > 0 || (await spills(window)).length > 0) {
      wide.push(`${await window.evaluate(() => document.documentElement.lang)} ${where}: ${await spills(window)}`);
    }
  };
  const window = await person(browser, complaints, phone, { colorScheme: "light" });
  await look(window, "/", "form");
  await signIn(window, owner);
  for (const language of ["en", "el"]) {
    await speak(window, language);
    await look(window, "/contacts", "tbody tr");
    if (language === "el") {
      await photograph(window, "contacts-phone-el");
    }
    await look(window, story.contact, ".balance");
    if (language === "el") {
      await photograph(window, "contact-phone-el");
    }
    await look(window, `${story.contact}?view=payments`, "li.payment");
    await look(window, `${story.contact}?view=statement`, ".statement");
    await look(window, `${story.contact}?view=notes`, "main form");
    await look(window, `${story.contact}?view=portal`, "main form");
    await look(window, "/contacts?search=μελτεμι", "tbody tr");
    await window.locator("tbody a.cover").first().click();
    await window.locator(".balance").waitFor();
    await look(window, `${new URL(window.url()).pathname}?view=statement`, ".statement tbody tr + tr");
  }
  for (const language of ["el", "en"]) {
    await speak(client, language);
    await look(client, "/portal", ".balance");
    await look(client, "/portal?view=payments", "ul.plain li");
    await look(client, "/portal?view=statement", ".statement");
    await look(client, story.invoice, ".sheet");
  }
  assert.deepEqual(wide, []);
  await window.context().close();
});

test("the portal in the dark, wide", async () => {
  const window = await person(browser, complaints, desktop, english, { colorScheme: "dark" });
  await signIn(window, portalCustomer);
  await speak(window, "en");
  await window.locator(".balance").first().waitFor();
  await window.locator("tbody tr").first().waitFor();
  await photograph(window, "portal-dark");
  await window.goto(new URL("/contacts", page).href);
  await window.getByRole("heading", { name: "Nothing here" }).waitFor();
  await window.goto(new URL("/portal/invoices/018f0000-0000-7000-8000-000000000000", page).href);
  await window.getByRole("alert").waitFor();
  await window.getByRole("button", { name: "Sign out" }).click();
  await window.getByRole("heading", { name: "Sign in" }).waitFor();
  await window.context().close();
});

// What the readers of axe's rules call serious or critical is none of ours.
for (const { who, options, language } of [
  { who: "in English, light and wide", options: [desktop, english, { colorScheme: "light" }], language: "en" },
  { who: "in Greek, dark and on a phone", options: [phone, greek, { colorScheme: "dark" }], language: "el" },
]) {
  test(`no screen has barriers, ${who}`, async () => {
    const window = await person(browser, complaints, ...options);
    const found = [];
    const look = async (where, ready) => {
      await window.goto(new URL(where, page).href);
      await window.locator(ready).first().waitFor();
      found.push(...(await barriers(window)).map((barrier) => `${where}: ${barrier}`));
    };
    const open = async (name, ready) => {
      await window.getByRole("button", { name: name[language], exact: true }).click();
      await openDialog(window).locator(ready).first().waitFor();
      found.push(...(await barriers(window)).map((barrier) => `${name.en}: ${barrier}`));
      await window.keyboard.press("Escape");
      await window.locator("dialog[open]").waitFor({ state: "detached" });
    };
    await look("/setup?token=x", "form");
    await look("/portal/accept?token=x", "form");
    await look("/", "form");
    await signIn(window, owner);
    await speak(window, language);
    await look("/contacts", "tbody tr");
    await look(`${story.contact}?view=payments`, "li.payment");
    await look(`${story.contact}?view=statement`, ".statement");
    await look(`${story.contact}?view=notes`, "main form");
    await look(`${story.contact}?view=portal`, "main form");
    await look(`${story.contact}?view=documents`, "tbody tr");
    await open({ en: "New invoice", el: "Νέο τιμολόγιο" }, ".line");
    await open({ en: "Record payment", el: "Νέα πληρωμή" }, ".settlement");
    await window.locator("tbody tr a").first().click();
    await openDialog(window).locator(".sheet").waitFor();
    found.push(...(await barriers(window)));
    await look("/nowhere", ".empty");
    await window.context().close();

    const buyer = await person(browser, complaints, ...options);
    await signIn(buyer, portalCustomer);
    await speak(buyer, language);
    for (const [view, ready] of Object.entries({ invoices: "tbody tr", payments: "ul.plain li", statement: ".statement" })) {
      await buyer.goto(new URL(`/portal?view=${view}`, page).href);
      await buyer.locator(ready).first().waitFor();
      found.push(...(await barriers(buyer)).map((barrier) => `portal, ${view}: ${barrier}`));
    }
    await buyer.goto(new URL("/portal", page).href);
    await buyer.locator("tbody tr a").first().click();
    await buyer.locator(".sheet").waitFor();
    found.push(...(await barriers(buyer)).map((barrier) => `portal, an invoice: ${barrier}`));
    await buyer.context().close();
    assert.deepEqual(found, []);
  });
}

test("the card of a customer of two years", async () => {
  const window = await person(browser, complaints, { colorScheme: "light" });
  await signIn(window, owner);
  await speak(window, "en");
  await window.goto(new URL("/contacts?search=μελτεμι", page).href);
  await window.locator("tbody a.cover").first().click();
  await window.locator(".connection.live").waitFor();
  await window.locator(".timeline li").nth(9).waitFor();
  await window.locator("svg.plot").waitFor();
  await photograph(window, "contact");
  await parts(window).getByRole("link", { name: "Payments" }).click();
  await window.locator("li.payment").nth(4).waitFor();
  await photograph(window, "payments");
  await window.context().close();
});

test("a link into the page survives the sign-in", async () => {
  const window = await person(browser, complaints);
  await window.goto(new URL(story.contact, page).href);
  await window.getByLabel("E-mail").fill(owner.email);
  await window.getByLabel("Password").fill(owner.password);
  await window.keyboard.press("Enter");
  await window.getByRole("heading", { name: company }).waitFor();
  await window.context().close();
});

test("revoked access ends on the customer's screen at once", async () => {
  await client.goto(new URL("/portal", page).href);
  await client.locator(".connection.live").waitFor();
  await staff.getByRole("link", { name: "Portal access" }).click();
  await staff.locator("li").filter({ hasText: customer.email }).getByRole("button", { name: "Revoke" }).click();
  await openDialog(staff).getByText("Their page closes at once.").waitFor();
  await openDialog(staff).getByRole("button", { name: "Revoke" }).click();
  await staff.locator("li").filter({ hasText: customer.email }).getByText("Ended").waitFor();
  await client.getByText("Your access has ended.").waitFor();
  await client.getByRole("button", { name: "Sign in" }).waitFor();
});

test("an archived contact takes no payments until it is restored", async () => {
  await staff.locator(".head summary", { hasText: "More" }).click();
  await staff.getByRole("button", { name: "Archive" }).click();
  await openDialog(staff).getByRole("button", { name: "Archive" }).click();
  await staff.getByText("This contact is archived").waitFor();
  await staff.getByRole("button", { name: "Record payment" }).waitFor({ state: "detached" });
  await staff.getByRole("button", { name: "Restore" }).click();
  await staff.getByRole("button", { name: "Record payment" }).waitFor();
});

test("the owner signs out", async () => {
  await staff.getByRole("button", { name: "Sign out" }).click();
  await staff.getByRole("heading", { name: "Sign in" }).waitFor();
  await staff.goto(new URL(story.contact, page).href);
  await staff.getByRole("heading", { name: "Sign in" }).waitFor();
});

test("the page never complained", () => {
  assert.deepEqual(complaints, []);
});
