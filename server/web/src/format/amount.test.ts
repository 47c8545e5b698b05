import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDecimal, formatMoney, fromUnits, parseDecimal, scaleOf, sign, toUnits } from "./amount.ts";

// Intl puts no-break spaces between numbers and symbols.
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

test("money is written as people of the locale do", () => {
  const cases: [amount: string, currency: string, locale: string, want: string][] = [
    ["1234.50", "EUR", "en-GB", "€1,234.50"],
    ["1234.50", "EUR", "el-GR", "1.234,50 €"],
    ["-0.50", "EUR", "en-GB", "-€0.50"],
    ["-1234.05", "EUR", "el-GR", "-1.234,05 €"],
    ["0.00", "EUR", "en-GB", "€0.00"],
    ["1235", "JPY", "en-GB", "JP¥1,235"],
    ["1.234", "KWD", "en-GB", "KWD 1.234"],
    ["1234", "EUR", "el-GR", "1.234 €"],
  ];
  for (const [amount, currency, locale, want] of cases) {
    assert.equal(plain(formatMoney({ amount, currency }, locale)), want, `${amount} ${currency} ${locale}`);
  }
});

test("no digit of a large amount is lost", () => {
  // Beyond 2^53 a floating-point number cannot hold the units.
  assert.equal(formatMoney({ amount: "90071992547409931.07", currency: "EUR" }, "en-GB"), "€90,071,992,547,409,931.07");
});

test("what is no decimal is refused, not shown as something else", () => {
  for (const amount of ["", "1e3", "1,5", "NaN", "--1"]) {
    assert.throws(() => formatMoney({ amount, currency: "EUR" }, "en-GB"), RangeError, amount);
  }
});

test("quantities lose the zeros at their end", () => {
  assert.equal(formatDecimal("2.5000", "en-GB"), "2.5");
  assert.equal(formatDecimal("1200.0000", "el-GR"), "1.200");
  assert.equal(formatDecimal("-0.125", "el-GR"), "-0,125");
  assert.equal(formatDecimal("12.4", "en-GB", 2), "12.40");
  assert.equal(formatDecimal("12.40500", "en-GB", 2), "12.405");
});

test("typed numbers are understood with either separator", () => {
  const cases: [typed: string, locale: string, want: string | null][] = [
    ["12", "en-GB", "12"],
    ["12.5", "en-GB", "12.5"],
    ["12,5", "en-GB", "12.5"],
    ["12,5", "el-GR", "12.5"],
    ["12.5", "el-GR", "12.5"],
    ["1.234", "el-GR", "1234"],
    ["1.234", "en-GB", "1.234"],
    ["1,234", "en-GB", "1234"],
    ["1,234", "el-GR", "1.234"],
    ["0,125", "en-GB", "0.125"],
    ["1.234,50", "en-GB", "1234.50"],
    ["1,234.50", "el-GR", "1234.50"],
    ["1.234.567", "el-GR", "1234567"],
    ["1 234 567,8", "el-GR", "1234567.8"],
    [" -3,20 ", "el-GR", "-3.20"],
    ["007.50", "en-GB", "7.50"],
    [",5", "el-GR", "0.5"],
    ["", "en-GB", null],
    ["12a", "en-GB", null],
    ["1.2.3", "en-GB", null],
    ["1,23,456.7", "en-GB", null],
    ["1.234,5.6", "en-GB", null],
    ["5.", "en-GB", null],
    ["1e3", "en-GB", null],
  ];
  for (const [typed, locale, want] of cases) {
    assert.equal(parseDecimal(typed, locale), want, `${typed} in ${locale}`);
  }
});

test("units and decimals are each other's inverse", () => {
  for (const [text, scale, units] of [
    ["12.34", 2, 1234n],
    ["-0.05", 2, -5n],
    ["0.00", 2, 0n],
    ["1235", 0, 1235n],
    ["0.001", 3, 1n],
    ["90071992547409931.07", 2, 9007199254740993107n],
  ] as const) {
    assert.equal(toUnits(text, scale), units, text);
    assert.equal(fromUnits(units, scale), text);
  }
  assert.equal(toUnits("12.5", 2), 1250n);
  assert.equal(toUnits("12.500", 2), 1250n);
  assert.equal(toUnits("12.505", 2), null, "half a cent does not exist");
});

test("the sign of a decimal", () => {
  assert.deepEqual(["-0.01", "-0.00", "0", "0.10"].map(sign), [-1, 0, 0, 1]);
});

test("the decimals of a currency", () => {
  assert.deepEqual(["EUR", "JPY", "KWD", "not a code"].map(scaleOf), [2, 0, 3, 2]);
});
