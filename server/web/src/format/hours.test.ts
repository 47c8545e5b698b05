import assert from "node:assert/strict";
import { test } from "node:test";
import { formatClock, formatHours, parseHours } from "./hours.ts";

test("durations are read as people write them", () => {
  const read: Record<string, number | null> = {
    "": 0, "1:30": 5400, "0:05": 300, "1.5": 5400, "1,25": 4500, ",5": 1800, "2": 7200, "2h": 7200, "90m": 5400, "90λ": 5400, " 3 ω": 10800,
    "1:60": null, "-1": null, "x": null, "1:2:3": null, ".": null, "1.": null,
  };
  for (const [text, seconds] of Object.entries(read)) {
    assert.equal(parseHours(text), seconds, text);
  }
});

test("durations are written in hours and minutes", () => {
  assert.equal(formatHours(5400), "1:30");
  assert.equal(formatHours(59), "0:01");
  assert.equal(formatHours(3599), "1:00");
  assert.equal(formatHours(0), "0:00");
  assert.equal(formatClock(3729), "1:02:09");
  assert.equal(formatClock(-1), "0:00:00");
});
