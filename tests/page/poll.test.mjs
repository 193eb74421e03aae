import assert from "node:assert/strict";
import { test } from "node:test";

import { delayAfter } from "../../src/admin/page/poll.js";

test("a failing task is repeated less often, but every ten seconds", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 50].map(delayAfter), [2000, 2000, 4000, 8000, 10_000, 10_000]);
});
