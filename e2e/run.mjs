// Builds the server, starts it with a demonstration in an empty folder, and runs the tests
// of this folder against it: the page in the machine's Chromium, the protocols from Node.
//
//   node run.mjs [test file …]
//
// KARTELA_COMMAND, when set, is run in place of the server that would be built; it must
// listen where KARTELA_ADDR says and print the same lines at its start. KARTELA_CHROMIUM is
// the browser, found in the usual places when it is not set.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start, stop } from "./server.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const repository = join(here, "..");

const work = mkdtempSync(join(tmpdir(), "kartela-e2e-"));
try {
  process.exitCode = await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function main() {
  const command = process.env.KARTELA_COMMAND ?? build();
  const server = await start(command.split(" "), work, ["Page", "GraphiQL", "Owner", "Portal"]);
  const { Page, GraphiQL, Owner, Portal } = server.printed;
  try {
    return await runTests({ KARTELA_COMMAND: command, KARTELA_PAGE: Page, KARTELA_GRAPHIQL: GraphiQL, KARTELA_OWNER: Owner, KARTELA_PORTAL: Portal });
  } finally {
    await stop(server.process);
  }
}

// build makes the server and gives the command that starts it.
function build() {
  const binary = join(work, "kartela");
  execFileSync("go", ["build", "-o", binary, "./server"], { cwd: repository, stdio: "inherit" });
  return `${binary} serve --demo`;
}

async function runTests(env) {
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named : readdirSync(here).filter((name) => name.endsWith(".test.mjs")).map((name) => join(here, name));
  const tests = spawn(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files], {
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  return new Promise((resolve) => tests.once("exit", (code) => resolve(code ?? 1)));
}
