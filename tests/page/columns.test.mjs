import assert from "node:assert/strict";
import { test } from "node:test";

import { COLUMNS, matches, missesTarget, selected, sorted } from "../../src/admin/page/columns.js";
import { DEFAULTS } from "../../src/admin/page/state.js";

function endpoint(label, members = {}) {
  return {
    label, methods: ["GET"], requests: 1, rate: 1, peak: 1, error_share: 0, p50: 0.1, p95: 0.1, p99: 0.1, in_flight: 0,
    streams_active: 0, client_aborts: 0, slo: null, last_used: null,
    status: { "1xx": 0, "2xx": 1, "3xx": 0, "4xx": 0, "5xx": 0 }, ...members,
  };
}

const labels = (endpoints) => endpoints.map(({ label }) => label);

test("each column sorts", () => {
  const low = endpoint("b");
  const high = endpoint("a", {
    rate: 2, peak: 2, error_share: 0.5, p50: 1, p95: 1, p99: 1, in_flight: 1, last_used: "2026-01-31T12:00:00Z",
    status: { ...low.status, "4xx": 1, "5xx": 1 }, slo: { target_seconds: 1, attainment: 0.5 },
  });
  for (const { key } of COLUMNS) {
    if (key === "label") continue;
    assert.deepEqual(labels(sorted([low, high], key, true)), ["a", "b"], key);
  }
  assert.deepEqual(labels(sorted([low, high], "label", false)), ["a", "b"]);
  assert.deepEqual(labels(sorted([low, high], "rate", false)), ["b", "a"]);
});

test("what has no value comes last in both directions, and equal values are in the order of labels", () => {
  const list = [endpoint("c", { p95: null }), endpoint("b", { p95: 1 }), endpoint("d", { p95: 2 }), endpoint("a", { p95: 1 })];
  assert.deepEqual(labels(sorted(list, "p95", false)), ["a", "b", "d", "c"]);
  assert.deepEqual(labels(sorted(list, "p95", true)), ["d", "a", "b", "c"]);
});

test("the filter is for labels, methods and statuses", () => {
  const one = endpoint("/Users/{id}", { methods: ["PATCH"], status: { "1xx": 0, "2xx": 0, "3xx": 0, "4xx": 3, "5xx": 0 } });
  const found = (filter, status = "") => matches(one, { filter, status });
  assert.ok(found("users") && found(" USERS ") && found("patch") && found("") && found("", "4xx"));
  assert.ok(!found("orders") && !found("", "5xx") && !found("", "aborts") && !found("", "slo") && !found("orders", "4xx"));
  assert.ok(matches(endpoint("a", { client_aborts: 1 }), { filter: "", status: "aborts" }));
});

test("a target is missed below 99 %", () => {
  const slo = (attainment) => endpoint("a", { slo: { target_seconds: 1, attainment } });
  assert.ok(missesTarget(slo(0.98)));
  assert.ok(!missesTarget(slo(0.99)) && !missesTarget(slo(null)) && !missesTarget(endpoint("a")));
});

test("endpoints without a request are folded unless they are asked for", () => {
  const idle = (label, members) => endpoint(label, { requests: 0, rate: 0, ...members });
  const list = [endpoint("busy"), idle("idle-1"), idle("idle-2"), idle("streams", { streams_active: 1 })];
  const shown = (changes) => {
    const result = selected(list, { ...DEFAULTS, ...changes });
    return [labels(result.rows), result.idle];
  };
  assert.deepEqual(shown({}), [["busy", "streams"], 2]);
  assert.deepEqual(shown({ idle: true })[0].length, 4);
  assert.deepEqual(shown({ filter: "idle" }), [["idle-1", "idle-2"], 2]);
  assert.deepEqual(shown({ open: "idle-2" }), [["busy", "idle-2", "streams"], 2]);
});
