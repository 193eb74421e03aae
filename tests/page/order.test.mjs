import assert from "node:assert/strict";
import { test } from "node:test";

import { longestRise } from "../../src/admin/page/order.js";

const rise = (places, pinned = -1) => [...longestRise(places, pinned)].sort((a, b) => a - b);

test("what is in order stays", () => {
  assert.deepEqual(rise([]), []);
  assert.deepEqual(rise([0, 1, 2]), [0, 1, 2]);
  assert.deepEqual(rise([1, 2, 3, 0]), [0, 1, 2]);
  assert.deepEqual(rise([3, 0, 1, 2]), [1, 2, 3]);
  assert.deepEqual(rise([2, 1, 0]).length, 1);
  assert.deepEqual(rise([0, -1, 1]), [0, 2], "what is new has no place");
});

test("the pinned element stays", () => {
  assert.deepEqual(rise([1, 2, 3, 0], 3), [3]);
  assert.deepEqual(rise([3, 0, 1, 2], 0), [0]);
  assert.deepEqual(rise([0, 3, 1, 2, 4], 1), [0, 1, 4]);
});
