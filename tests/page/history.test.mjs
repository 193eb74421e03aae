import assert from "node:assert/strict";
import { test } from "node:test";

import { History, greatest } from "../../src/admin/page/history.js";

function points(rate) {
  return rate && { rate, errors: rate.map(() => 0), p95: rate.map((value) => value || null) };
}

function live(tick, endpoints, started = "a") {
  const known = Object.values(endpoints).find((rate) => rate !== null) ?? null;
  return {
    started,
    tick,
    service: { points: points(known) },
    endpoints: Object.entries(endpoints).map(([label, rate]) => ({ label, points: points(rate) })),
  };
}

test("answers are put together by their ticks", () => {
  const history = new History();
  assert.equal(history.since, null);
  history.merge(live(2, { a: [1, 2] }));
  assert.equal(history.since, 2);
  history.merge(live(2, { a: [] }));
  history.merge(live(4, { a: [3, 4] }));
  assert.deepEqual(history.of("a").rate, [1, 2, 3, 4]);
  assert.deepEqual(history.service.points.rate, [1, 2, 3, 4]);
  assert.equal(history.peak("a"), 4);
});

test("no points are no requests", () => {
  const history = new History();
  history.merge(live(3, { a: [1, 1, 1], b: null }));
  assert.deepEqual(history.of("b"), { rate: [0, 0, 0], errors: [0, 0, 0], p95: [null, null, null] });
  history.merge(live(4, { a: [2], b: null }));
  assert.deepEqual(history.of("b").rate, [0, 0, 0, 0]);
});

test("an endpoint that appears later had no requests before", () => {
  const history = new History();
  history.merge(live(2, { a: [1, 1] }));
  history.merge(live(3, { a: [1], b: [5] }));
  assert.deepEqual(history.of("b").rate, [0, 0, 5]);
});

test("an endpoint that is gone is forgotten", () => {
  const history = new History();
  history.merge(live(1, { a: [1], b: [1] }));
  history.merge(live(2, { a: [1] }));
  assert.equal(history.of("b"), null);
});

test("15 minutes are kept, also after a long pause", () => {
  const history = new History();
  history.merge(live(180, { a: Array(180).fill(1) }));
  history.merge(live(1000, { a: Array(180).fill(2) }));
  assert.equal(history.of("a").rate.length, 180);
  assert.equal(greatest(history.of("a").rate), 2);
  history.merge(live(1001, { a: [3] }));
  assert.equal(history.of("a").rate.length, 180);
  assert.equal(history.of("a").rate.at(-1), 3);
});

test("a restart is seen", () => {
  const history = new History();
  assert.ok(!history.isOfAnotherProcess(live(1, { a: [1] }, "a")));
  history.merge(live(7, { a: [1] }, "a"));
  assert.ok(history.isOfAnotherProcess(live(1, { a: [1] }, "b")));
  history.clear();
  history.merge(live(1, { a: [9] }, "b"));
  assert.deepEqual(history.of("a").rate, [9]);
});
