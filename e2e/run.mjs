// Builds the server, starts it with a demonstration in an empty folder, and runs the tests
// of this folder against it in the machine's Chromium.
//
//   node run.mjs [test file …]
//
// KARTELA_COMMAND, when set, is run in place of the server that would be built; it must
// listen where KARTELA_ADDR says and print the same lines at its start. KARTELA_CHROMIUM is
// the browser, found in the usual places when it is not set.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const repository = join(here, "..");
const startLimit = 120_000; // milliseconds; the demonstration is written at the first start

const work = mkdtempSync(join(tmpdir(), "kartela-e2e-"));
try {
  process.exitCode = await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function main() {
  const server = await start(command());
  try {
    return await runTests(server.env);
  } finally {
    await stop(server.process);
  }
}

// command is what starts the server.
function command() {
  if (process.env.KARTELA_COMMAND) {
    return process.env.KARTELA_COMMAND.split(" ");
  }
  const binary = join(work, "kartela");
  execFileSync("go", ["build", "-o", binary, "./server"], { cwd: repository, stdio: "inherit" });
  return [binary, "serve", "--demo"];
}

async function freePort() {
  const probe = createServer();
  await new Promise((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

// start runs the server until it has printed where it is and who can sign in.
async function start([program, ...args]) {
  const child = spawn(program, args, {
    cwd: work,
    env: { ...process.env, KARTELA_ADDR: `127.0.0.1:${await freePort()}`, KARTELA_DATA: join(work, "data"), DATABASE_URL: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = [];
  const printed = {};
  const ready = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not start:\n${log.join("\n")}`)), startLimit);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${log.join("\n")}`)));
    const read = (line) => {
      log.push(line);
      const [, name, rest] = /^\s*(Page|GraphiQL|Owner|Portal)\s+(.+)$/.exec(line) ?? [];
      if (name) {
        printed[name] = rest.trim();
      }
      if (printed.Page && printed.GraphiQL && printed.Owner && printed.Portal) {
        clearTimeout(timer);
        resolve();
      }
    };
    createInterface({ input: child.stdout }).on("line", read);
    createInterface({ input: child.stderr }).on("line", read);
  });
  try {
    await ready;
  } catch (failure) {
    await stop(child);
    throw failure;
  }
  return {
    process: child,
    env: { KARTELA_PAGE: printed.Page, KARTELA_GRAPHIQL: printed.GraphiQL, KARTELA_OWNER: printed.Owner, KARTELA_PORTAL: printed.Portal },
  };
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
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
