import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, dayIn, formatDay, formatInstant, formatMonth } from "./day.ts";

test("a date stays the same day in every zone", () => {
  const before = process.env.TZ;
  try {
    for (const zone of ["America/Los_Angeles", "Pacific/Auckland", "UTC"]) {
      process.env.TZ = zone;
      assert.equal(formatDay("2026-03-01", "en-GB"), "1 Mar 2026", zone);
    }
  } finally {
    process.env.TZ = before;
  }
  assert.equal(formatDay("2026-03-01", "el-GR"), "1 Μαρ 2026");
});

test("an instant is written in the reader's zone", () => {
  assert.equal(formatInstant("2026-01-31T22:30:00Z", "en-GB", "Europe/Athens"), "1 Feb 2026, 00:30");
  assert.equal(formatInstant("2026-01-31T13:30:00Z", "el-GR", "Europe/Athens"), "31 Ιαν 2026, 15:30");
});

test("which day it is depends on the zone", () => {
  const instant = new Date("2026-06-30T22:30:00Z");
  assert.equal(dayIn("Europe/Athens", instant), "2026-07-01");
  assert.equal(dayIn("America/New_York", instant), "2026-06-30");
  assert.match(dayIn("Not/AZone", instant), /^2026-0(6-30|7-01)$/);
});

test("days are added over the ends of months and years, and over the change of clocks", () => {
  assert.equal(addDays("2026-12-15", 30), "2027-01-14");
  assert.equal(addDays("2028-02-28", 1), "2028-02-29");
  assert.equal(addDays("2026-03-28", 2), "2026-03-30");
});

test("a month is written as a month of its year", () => {
  assert.equal(formatMonth("2026-11-01", "en-GB"), "November 2026");
  assert.equal(formatMonth("2026-11-01", "el-GR"), "Νοέμβριος 2026");
});
