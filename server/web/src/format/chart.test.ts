import assert from "node:assert/strict";
import { test } from "node:test";
import { barFrom0, scaleFor } from "./chart.ts";

test("every value and 0 lie within the area, and marks are round", () => {
  for (const values of [[0], [1], [-3, 12], [1234.56, 99_999], [-1, -2500], [0.01, 0.02], [7e9, 1]]) {
    const scale = scaleFor(values, 100);
    for (const value of [...values, 0]) {
      const y = scale.y(value);
      assert.ok(y >= -1e-9 && y <= 100 + 1e-9, `${value} of ${values} at ${y}`);
    }
    assert.ok(scale.marks.length >= 2 && scale.marks.length <= 6, `${values}: ${scale.marks}`);
    assert.equal(scale.marks[0], scale.top);
    assert.ok(scale.marks.some((mark) => Math.abs(mark) < 1e-9), `${values}: 0 is marked`);
  }
  assert.deepEqual(scaleFor([120, -30], 100).marks, [150, 100, 50, 0, -50]);
});

test("bars stand on 0", () => {
  const scale = scaleFor([100, -100], 200);
  assert.deepEqual(barFrom0(scale, 100, 5, 10), { x: 5, y: 0, width: 10, height: 100 });
  assert.deepEqual(barFrom0(scale, -50, 5, 10), { x: 5, y: 100, width: 10, height: 50 });
  assert.equal(barFrom0(scale, 0, 5, 10).height, 0);
});
