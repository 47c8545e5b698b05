// Writes a .gz next to every file of a folder that shrinks, for the server to send as it
// is. The compressor is written in JavaScript and gets no time stamp, so the bytes are the
// same on every machine.
import { readdirSync, readFileSync, writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "fflate";

const folder = process.argv[2];
if (!folder) {
  throw new Error("usage: node compress.js FOLDER");
}
let plain = 0;
let packed = 0;
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) {
    continue;
  }
  const path = join(entry.parentPath, entry.name);
  if (path.endsWith(".gz")) {
    rmSync(path);
    continue;
  }
  const bytes = readFileSync(path);
  const gz = gzipSync(bytes, { level: 9, mtime: 0 });
  if (gz.length < bytes.length * 0.9) {
    writeFileSync(`${path}.gz`, gz);
  }
  plain += bytes.length;
  packed += Math.min(gz.length, bytes.length);
}
console.log(`${folder}: ${(plain / 1024).toFixed(1)} kB, ${(packed / 1024).toFixed(1)} kB as sent`);
