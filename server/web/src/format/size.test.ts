import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSize } from "./size.ts";

test("a size is written in the unit that fits it", () => {
  const cases: [number, string][] = [
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1 kB"],
    [1450, "1.5 kB"],
    [12_345, "12 kB"],
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [20 * 2 ** 20, "21 MB"],
    [3_200_000_000, "3.2 GB"],
  ];
  for (const [bytes, want] of cases) {
    assert.equal(formatSize(bytes, "en-GB"), want, String(bytes));
  }
  assert.equal(formatSize(1_500_000, "el-GR"), "1,5 MB");
});
