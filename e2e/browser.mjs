// The browser of the tests, and what a person does with the page.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const page = process.env.KARTELA_PAGE;
export const graphiql = process.env.KARTELA_GRAPHIQL;

const screenshots = new URL("../server/web/screenshots/", import.meta.url).pathname;
const patience = 15_000; // milliseconds until something that must appear has not

// account reads "e-mail / password" as the server prints it.
function account(printed) {
  const [email, password] = printed.split(" / ");
  return { email, password };
}

export const owner = account(process.env.KARTELA_OWNER);
export const portalCustomer = account(process.env.KARTELA_PORTAL);

export async function launch() {
  const places = [process.env.KARTELA_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = places.find((path) => path && existsSync(path));
  if (!executablePath) {
    throw new Error("No Chromium found: install it, or say where it is in KARTELA_CHROMIUM.");
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox", // needed as root, as in a container; the pages are our own
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export const desktop = { viewport: { width: 1180, height: 820 } };
export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
export const english = { locale: "en-GB" };
export const greek = { locale: "el-GR" };

// person opens a window of its own: nothing is shared with the others. What the page
// complains of is collected in complaints.
export async function person(browser, complaints, ...options) {
  const context = await browser.newContext(Object.assign({}, desktop, english, ...options));
  context.setDefaultTimeout(patience);
  const window = await context.newPage();
  window.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`${message.type()} at ${window.url()}: ${message.text()}`);
    }
  });
  window.on("pageerror", (error) => complaints.push(`exception at ${window.url()}: ${error.stack}`));
  return window;
}

export async function signIn(window, { email, password }) {
  await window.goto(page);
  await window.locator("input[name=email]").fill(email);
  await window.locator("input[name=password]").fill(password);
  await window.locator("form button[type=submit]").click();
  await window.locator(".person").waitFor();
}

// speak chooses the language of the page by its switch.
export async function speak(window, language) {
  await window.getByRole("button", { name: { en: "EN English", el: "ΕΛ Ελληνικά" }[language], exact: true }).click();
  await window.locator(`html[lang=${language}]`).waitFor();
}

// net waits until a balance card shows this net amount.
export const net = (window, amount) => window.locator(".balance .net .amount", { hasText: amount }).waitFor();

// figure waits until a balance card shows an amount beside its name.
export const figure = (window, name, amount) =>
  window
    .locator(".balance dl > div")
    .filter({ has: window.getByText(name, { exact: true }) })
    .filter({ hasText: amount })
    .first()
    .waitFor();

// openDialog is the dialog on top.
export const openDialog = (window) => window.locator("dialog[open]").last();

// photograph waits until nothing still lights up, then takes what the window shows from the
// top of the page.
export async function photograph(window, name) {
  await window.evaluate(async () => {
    scrollTo(0, 0);
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})));
  });
  await window.screenshot({ path: `${screenshots}${name}.png` });
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// barriers are what keeps people out of what the window shows now, of those kinds that axe
// calls serious or critical.
export async function barriers(window) {
  await window.evaluate(async () => {
    await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))); // colours in between are no colours
  });
  await window.evaluate(axe);
  const { violations } = await window.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`));
}

// overflow is by how many pixels the page is wider than its window.
export const overflow = (window) =>
  window.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth);

// spills are the cards that are wider than the column they stand in.
export const spills = (window) =>
  window.evaluate(() => {
    const edge = (element) => element.getBoundingClientRect().right - parseFloat(getComputedStyle(element).paddingRight);
    const main = edge(document.querySelector("main"));
    return [...document.querySelectorAll("main .card")].filter((card) => card.getBoundingClientRect().right > main + 0.5).map((card) => card.className);
  });
