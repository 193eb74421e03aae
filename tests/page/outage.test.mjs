import assert from "node:assert/strict";
import { test } from "node:test";

import { outageText, titleOf } from "../../src/admin/page/outage.js";

const plain = (text) => text.replaceAll("\u202f", " ");
const backend = { address: "http://app:5000", up: false, error: "connect_failed: Connection refused", failed_for: 12.4 };

test("an outage has a reason and a length", () => {
  assert.equal(plain(outageText(backend)), "The backend is down: http://app:5000: Connection refused, for 12 s.");
  assert.equal(plain(outageText({ ...backend, error: "status 503" })), "The backend is down: http://app:5000: status 503, for 12 s.");
  assert.equal(outageText({ ...backend, error: null, failed_for: null }), "The backend is down: http://app:5000.");
});

test("a backend that answers or was not asked yet has no outage", () => {
  for (const up of [true, null]) assert.equal(outageText({ ...backend, up, error: null, failed_for: null }), null);
});

test("the title has the numbers, and says that the backend is down", () => {
  const service = { rate: 12, error_share: 0.25 };
  assert.equal(plain(titleOf({ service, backend: { up: true } })), "12/s, 25 % errors – wayside");
  assert.equal(plain(titleOf({ service, backend })), "Backend down – 12/s, 25 % errors – wayside");
});
