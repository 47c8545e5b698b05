// The server under test: how it is started, what it prints, how it is stopped.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const startLimit = 120_000; // milliseconds; the demonstration is written at the first start

async function freePort() {
  const probe = createServer();
  await new Promise((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

// start runs the command in the folder, with its data there, until it has printed a line
// for every one of the names, such as "Page". It gives the process and the lines by name.
export async function start([program, ...args], folder, names, settings = {}) {
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, KARTELA_ADDR: `127.0.0.1:${await freePort()}`, KARTELA_DATA: `${folder}/data`, DATABASE_URL: "", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = [];
  const printed = {};
  const ready = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not start:\n${log.join("\n")}`)), startLimit);
    child.once("error", (failure) => {
      clearTimeout(timer);
      reject(failure);
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}:\n${log.join("\n")}`));
    });
    const read = (line) => {
      log.push(line);
      const [, name, rest] = /^\s*([A-Z]\w+)\s+(.+)$/.exec(line) ?? [];
      if (names.includes(name)) {
        printed[name] = rest.trim();
      }
      if (names.every((wanted) => printed[wanted])) {
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
  return { process: child, printed };
}

export async function stop(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}
