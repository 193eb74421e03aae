import assert from "node:assert/strict";
import { test } from "node:test";

import { description, position, quantile, total } from "../../src/admin/page/histogram.js";
import { areaPath, grouped, linePath } from "../../src/admin/page/sparkline.js";

const histogram = { le: [1, 2, 4], counts: [10, 0, 10, 5] };

test("quantiles are those of histogram_quantile()", () => {
  assert.equal(total(histogram), 25);
  assert.equal(quantile(histogram, 0.2), 0.5);
  assert.equal(quantile(histogram, 0.4), 1);
  assert.equal(quantile(histogram, 0.6), 3);
  assert.equal(quantile(histogram, 0.99), 4, "the highest bound for what lies above it");
  assert.equal(quantile({ le: [1], counts: [0, 0] }, 0.5), null);
});

test("a duration has a place on the axis of buckets", () => {
  assert.equal(position(histogram, 0), 0);
  assert.equal(position(histogram, 1), 0.25);
  assert.equal(position(histogram, 3), 0.625);
  assert.equal(position(histogram, 100), 0.75);
});

test("a distribution has a description in words", () => {
  const bound = (seconds) => `${seconds} s`;
  assert.equal(description(histogram, bound), "10 up to 1 s, 10 up to 4 s, 5 above 4 s");
  assert.equal(description({ le: [1], counts: [0, 0] }, bound), "no request");
});

test("points are grouped by their ticks, so that a group keeps its members", () => {
  const values = [3, 5, 7, 9]; // of the ticks 4 to 7
  assert.deepEqual(grouped(values, 7, 3), [[178, 4], [180, 8]]);
  assert.deepEqual(grouped([...values, 11], 8, 3), [[177, 4], [180, 9]]);
  assert.deepEqual(grouped([null, null, 2], 5, 3), [[180, 2]]);
  assert.deepEqual(grouped([null], 5, 1), [[180, null]]);
  assert.deepEqual(grouped([], 0, 3), []);
});

test("a line has a gap where there is no value, and an area has none", () => {
  const points = [[1, 0], [2, 5], [3, null], [4, 10]];
  assert.equal(linePath(points, 10), "M1 100h.01L2 50M4 0h.01");
  assert.equal(areaPath(points, 10), "M1 100L1 100L2 50L3 100L4 0L4 100Z");
  assert.equal(areaPath([], 10), "");
  assert.equal(linePath([[1, 0]], 0), "M1 100h.01", "nothing is a line at the bottom");
});
