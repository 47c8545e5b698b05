// The tax registries in the page, against servers here that speak as VIES and AADE do.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { barriers, english, greek, launch, openDialog, overflow, person, phone, photograph, speak } from "./browser.mjs";
import { start, stop } from "./server.mjs";

const folder = mkdtempSync(join(tmpdir(), "kartela-registry-"));
const complaints = [];
const asked = []; // what the registries were asked, in turn
let registries;
let server;
let browser;
let window; // the owner's, in English

const valid = { number: "811111111", proof: "WAPIAAAAWE2E0001" };
const invalid = "822222222";
const down = "833333333";
const afm = "094014201";

before(async () => {
  registries = createServer(answer);
  await new Promise((listening) => registries.listen(0, "127.0.0.1", listening));
  const base = `http://127.0.0.1:${registries.address().port}`;
  process.env.KARTELA_VIES_URL = `${base}/vies`;
  process.env.KARTELA_AADE_URL = `${base}/aade`;
  server = await start(process.env.KARTELA_COMMAND.split(" "), folder, ["Page", "Owner"]);
  browser = await launch();
  window = await person(browser, complaints, english, { colorScheme: "light" });
  await enter(window);
  await speak(window, "en");
});

after(async () => {
  await browser?.close();
  await stop(server.process);
  registries.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (path) => new URL(path, server.printed.Page).href;

async function enter(other) {
  const [email, password] = server.printed.Owner.split(" / ");
  await other.goto(at("/"));
  await other.locator("input[name=email]").fill(email);
  await other.locator("input[name=password]").fill(password);
  await other.locator("form button[type=submit]").click();
  await other.locator(".person").waitFor();
}

async function answer(request, response) {
  let body = "";
  for await (const part of request) {
    body += part;
  }
  if (request.url === "/aade") {
    asked.push(`AADE ${/<ns3:afm_called_for>(\d+)</.exec(body)[1]}`);
    response.setHeader("content-type", "application/soap+xml; charset=utf-8");
    response.end(aade(body));
    return;
  }
  const { countryCode, vatNumber } = JSON.parse(body);
  asked.push(`VIES ${countryCode}${vatNumber}`);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(vies(countryCode, vatNumber)));
}

function vies(countryCode, vatNumber) {
  if (vatNumber === down) {
    return { actionSucceed: false, errorWrappers: [{ error: "MS_UNAVAILABLE" }] };
  }
  const known = vatNumber !== invalid;
  return {
    countryCode,
    vatNumber,
    requestDate: "2026-11-24T10:00:00.000Z",
    valid: known,
    requestIdentifier: valid.proof,
    name: known ? "Ölmühle Süd GmbH" : "---",
    address: known ? "Hafenstraße 5\n20457 Hamburg" : "---",
  };
}

// aade answers as the registry does: padded values, empty ones as nil.
function aade(body) {
  const refused = !body.includes("<ns1:Password>right</ns1:Password>");
  const nil = (name) => `<${name} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`;
  const error = refused ? "<error_code>RG_WS_PUBLIC_TOKEN_USERNAME_NOT_AUTHENTICATED</error_code><error_descr>Λάθος κωδικοί</error_descr>" : nil("error_code") + nil("error_descr");
  const basic = refused
    ? nil("afm")
    : `<afm>${afm}  </afm><doy>1159</doy><doy_descr>ΦΑΕ  ΑΘΗΝΩΝ </doy_descr><deactivation_flag>1</deactivation_flag>
       <onomasia>ΕΛΑΙΟΥΡΓΙΑ   ΑΘΗΝΩΝ ΑΝΩΝΥΜΗ ΕΤΑΙΡΕΙΑ  </onomasia><commer_title>ΕΛΑΙΑ</commer_title><legal_status_descr>ΑΕ</legal_status_descr>
       <postal_address>ΕΡΜΟΥ</postal_address><postal_address_no>10</postal_address_no><postal_zip_code>10563</postal_zip_code>
       <postal_area_description>ΑΘΗΝΑ</postal_area_description><regist_date>1999-03-01</regist_date>${nil("stop_date")}`;
  return `<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Body>
    <srvc:rgWsPublic2AfmMethodResponse xmlns:srvc="http://rgwspublic2/RgWsPublic2Service" xmlns="http://rgwspublic2/RgWsPublic2"><srvc:result>
    <rg_ws_public2_result_rtType><call_seq_id>40000001</call_seq_id><error_rec>${error}</error_rec><basic_rec>${basic}</basic_rec>
    <firm_act_tab><item><firm_act_descr>ΠΑΡΑΓΩΓΗ ΕΛΑΙΟΛΑΔΟΥ</firm_act_descr><firm_act_kind>1</firm_act_kind></item></firm_act_tab>
    </rg_ws_public2_result_rtType></srvc:result></srvc:rgWsPublic2AfmMethodResponse></env:Body></env:Envelope>`;
}

const lookup = () => window.locator(".lookup");
const look = async (number) => {
  await window.locator("input[name=vatNumber]").fill(number);
  await lookup().getByRole("button", { name: "Look up the number" }).click();
};
// picture takes the page with the look-up, which is below what a window shows.
async function picture(other, name) {
  const size = other.viewportSize();
  await other.setViewportSize({ ...size, height: 1500 });
  await photograph(other, name);
  await other.setViewportSize(size);
}

const verdict = (status) => lookup().locator(`[data-status=${status}]`);

test("a valid number fills the form of a new contact, with the proof of the answer", async () => {
  await window.goto(at("/contacts/new"));
  await look(`DE ${valid.number}`);
  await verdict("VALID").getByText("The registry knows this number").waitFor();
  await verdict("VALID").getByText(valid.proof).waitFor();
  await picture(window, "lookup");
  await lookup().getByRole("button", { name: "Take into the form" }).click();
  assert.equal(await window.locator("input[name=company]").inputValue(), "Ölmühle Süd GmbH");
  await window.locator("main form").getByRole("button", { name: "Save", exact: true }).click();
  await window.getByRole("heading", { name: "Ölmühle Süd GmbH", level: 1 }).waitFor();
  assert.deepEqual(asked, [`VIES DE${valid.number}`]);
});

test("a number that the registry does not know, and a registry that does not answer, are not the same", async () => {
  await window.goto(at("/contacts/new"));
  await look(`DE${invalid}`);
  await verdict("INVALID").getByText("Not a valid number, says the registry").waitFor();
  assert.equal(await lookup().getByRole("button", { name: "Take into the form" }).count(), 0);
  await picture(window, "lookup-invalid");

  await look(`DE${down}`);
  await verdict("UNAVAILABLE").getByText("The registry did not answer").waitFor();
  await verdict("UNAVAILABLE").getByText("You can save all the same").waitFor();
  await verdict("UNAVAILABLE").getByText("MS_UNAVAILABLE").first().waitFor();
  await verdict("UNAVAILABLE").getByText("Worth another try from").waitFor();
  assert.equal(await lookup().getByText("Not a valid number").count(), 0);
  await picture(window, "lookup-unavailable");

  await window.locator("input[name=company]").fill("Zur Zeit Unbekannt KG");
  await window.locator("main form").getByRole("button", { name: "Save", exact: true }).click();
  await window.getByRole("heading", { name: "Zur Zeit Unbekannt KG", level: 1 }).waitFor();
});

test("a number that cannot be one is asked of nobody", async () => {
  const before = asked.length;
  await window.goto(at("/contacts/new"));
  await look("094014202");
  await lookup().locator(".notice.bad").waitFor();
  await look("DE12");
  await lookup().locator(".notice.bad").waitFor();
  assert.equal(asked.length, before);
});

test("an answer of today is given again, and asked anew on request", async () => {
  const before = asked.length;
  await look(`DE${valid.number}`);
  await verdict("VALID").waitFor();
  assert.equal(asked.length, before);
  await verdict("VALID").getByRole("button", { name: "Ask again now" }).click();
  await verdict("VALID").getByRole("button", { name: "Ask again now" }).waitFor({ state: "detached" });
  await verdict("VALID").waitFor();
  assert.equal(asked.length, before + 1);
});

test("a Greek number is asked at VIES as long as there are no codes for AADE, and the page says so", async () => {
  await look(afm);
  await verdict("VALID").getByText(`EL ${afm} · VIES`).waitFor();
  await verdict("VALID").getByText("AADE cannot be asked yet").waitFor();
  assert.equal(asked.at(-1), `VIES EL${afm}`);
});

test("the codes for AADE are kept, and the password is never shown again", async () => {
  await window.goto(at("/settings/registries"));
  await window.getByLabel("User name").fill("eleni");
  await window.getByLabel("Password", { exact: true }).fill("wrong");
  await window.getByLabel("AFM on whose behalf you ask").fill("123456789");
  await window.getByRole("button", { name: "Save", exact: true }).click();
  await window.locator("input[name=aadeCalledBy][aria-invalid=true]:focus").waitFor();
  await window.getByLabel("AFM on whose behalf you ask").fill("");
  await window.getByLabel("Check clients of other EU states every night").check();
  await window.getByRole("button", { name: "Save", exact: true }).click();
  await window.getByText("Saved", { exact: true }).waitFor();
  await window.reload();
  await window.getByText("A password is kept.").waitFor();
  assert.equal(await window.getByLabel("Password", { exact: true }).inputValue(), "");
  assert.equal(await window.getByLabel("User name").inputValue(), "eleni");
  assert.equal(await window.getByLabel("Check clients of other EU states every night").isChecked(), true);
  await photograph(window, "registries");
});

test("codes that AADE refuses are told as such, and the right ones give what only AADE knows", async () => {
  await window.goto(at("/contacts/new"));
  await look(afm);
  await lookup().locator(".notice").waitFor();
  assert.ok(asked.includes(`AADE ${afm}`));

  await window.goto(at("/settings/registries"));
  await window.getByLabel("Password", { exact: true }).fill("right");
  await window.getByRole("button", { name: "Save", exact: true }).click();
  await window.getByText("Saved", { exact: true }).waitFor();
  await window.goto(at("/contacts/new"));
  await look(afm);
  await verdict("VALID").getByText(`EL ${afm} · AADE`).waitFor();
  await lookup().getByText("ΠΑΡΑΓΩΓΗ ΕΛΑΙΟΛΑΔΟΥ").waitFor();
  await lookup().getByText("1159 ΦΑΕ ΑΘΗΝΩΝ").waitFor();
  await lookup().getByRole("button", { name: "Take into the form" }).click();
  assert.equal(await window.locator("input[name=taxOffice]").inputValue(), "1159");
  await window.locator("input[name=company]").fill("Ελαιουργία Αθηνών");
  await window.locator("main form").getByRole("button", { name: "Save", exact: true }).click();
  await window.getByRole("heading", { name: "Ελαιουργία Αθηνών", level: 1 }).waitFor();
});

test("a contact is refreshed field by field, and the proof is kept with it", async () => {
  await window.getByRole("button", { name: "Refresh from the registry" }).click();
  const dialog = openDialog(window);
  const company = dialog.locator(".differences li").filter({ hasText: "Company" });
  await company.locator("del").getByText("Ελαιουργία Αθηνών").waitFor();
  await company.locator("ins").getByText("ΕΛΑΙΟΥΡΓΙΑ ΑΘΗΝΩΝ ΑΝΩΝΥΜΗ ΕΤΑΙΡΕΙΑ").waitFor();
  assert.equal(await company.getByRole("checkbox").isChecked(), false, "what replaces a value is taken on request only");
  await photograph(window, "registry-refresh");
  await company.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Take over" }).click();
  await window.getByRole("heading", { name: "ΕΛΑΙΟΥΡΓΙΑ ΑΘΗΝΩΝ ΑΝΩΝΥΜΗ ΕΤΑΙΡΕΙΑ", level: 1 }).waitFor();
  await window.goto(`${window.url().split("?")[0]}?view=registry`);
  await window.locator("li").filter({ hasText: `AADE · EL ${afm}` }).getByText("40000001").first().waitFor();
});

test("a server without a key for secrets says so and takes no password", async () => {
  const other = await person(browser, complaints, english);
  await enter(other);
  await speak(other, "en");
  await other.route("**/graphql", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('"secretsAvailable":true', '"secretsAvailable":false') });
  });
  await other.goto(at("/settings/registries"));
  await other.getByText("This server has no key to keep secrets").waitFor();
  assert.equal(await other.getByLabel("Password", { exact: true }).count(), 0);
  await other.context().close();
});

for (const { who, options, language } of [
  { who: "in English, light and wide", options: [english, { colorScheme: "light" }], language: "en" },
  { who: "in Greek, dark and on a phone", options: [phone, greek, { colorScheme: "dark" }], language: "el" },
]) {
  test(`no screen has barriers or is too wide, ${who}`, async () => {
    const other = await person(browser, complaints, ...options);
    await enter(other);
    await speak(other, language);
    const wrong = [];
    const check = async (what) => {
      wrong.push(...(await barriers(other)).map((barrier) => `${what}: ${barrier}`));
      if ((await overflow(other)) > 0) {
        wrong.push(`${what} is too wide`);
      }
    };
    await other.goto(at("/settings/registries"));
    await other.locator("input[name=aadeUsername]").waitFor();
    await check("settings");
    await other.goto(at("/contacts/new"));
    for (const number of [`DE${valid.number}`, `DE${invalid}`, `DE${down}`]) {
      await other.locator("input[name=vatNumber]").fill(number);
      await other.locator(".lookup > button").click();
      await other.locator(".lookup > button[aria-disabled=false]").waitFor();
      await other.locator(".lookup [data-status]").waitFor();
      await check(number);
      if (language === "el" && number.endsWith(valid.number)) {
        await picture(other, "lookup-phone-el");
      }
    }
    assert.deepEqual(wrong, []);
    await other.context().close();
  });
}

test("the page never complained", () => {
  assert.deepEqual(complaints, []);
});
