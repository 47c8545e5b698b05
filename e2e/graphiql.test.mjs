// GraphiQL in a real browser: all of its files are the server's own, and it can do what
// the API can, subscriptions included.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { graphiql, launch, owner, person } from "./browser.mjs";

let browser;
let window;
const complaints = [];
const elsewhere = [];

before(async () => {
  browser = await launch();
  window = await person(browser, complaints);
  window.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== "data:" && host !== new URL(graphiql).host) {
      elsewhere.push(request.url());
    }
  });
  await window.goto(graphiql);
  await window.locator(".graphiql-query-editor .CodeMirror").waitFor();
});

after(async () => {
  await browser?.close();
});

// run writes an operation, waits until GraphiQL has read it (the tab bears its name), and
// runs it.
async function run(name, text) {
  const editor = window.locator(".graphiql-query-editor .CodeMirror");
  await editor.evaluate((element, value) => element.CodeMirror.setValue(value), text);
  await window.getByRole("tab", { name }).waitFor();
  await window.getByRole("button", { name: /Execute query/ }).click();
}

// answered waits for a text in what came back.
const answered = (text) =>
  window.waitForFunction((wanted) => document.querySelector(".result-window .CodeMirror")?.CodeMirror.getValue().includes(wanted), text);

test("the first tab shows how to sign in", async () => {
  const text = await window.locator(".graphiql-query-editor .CodeMirror").evaluate((element) => element.CodeMirror.getValue());
  assert.match(text, /mutation SignIn/);
});

test("the documentation of the schema opens", async () => {
  await window.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await window.getByRole("link", { name: "Query", exact: true }).click();
  await window.getByText("What can be asked.").waitFor();
});

test("a mutation signs in, and a query then answers", async () => {
  const { email, password } = owner;
  await run("Enter", `mutation Enter { signIn(input: { email: ${JSON.stringify(email)}, password: ${JSON.stringify(password)} }) { viewer { side } } }`);
  await answered('"STAFF"');
  await run("First", "query First { contacts(first: 1, filter: { role: CLIENT }) { nodes { id displayName } } }");
  await answered('"displayName"');
});

test("a subscription shows its first value", async () => {
  const result = await window.locator(".result-window .CodeMirror").evaluate((element) => element.CodeMirror.getValue());
  const { id } = JSON.parse(result).data.contacts.nodes[0];
  await run("Follow", `subscription Follow { balanceChanged(contactIds: ["${id}"]) { contactId balances { version } } }`);
  await answered('"balanceChanged"');
  await window.getByRole("button", { name: /Stop query/ }).click();
});

test("nothing came from elsewhere, and nothing was complained of", () => {
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(complaints, []);
});
