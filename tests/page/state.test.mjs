import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULTS, parse, serialized } from "../../src/admin/page/state.js";

test("the default is an empty fragment", () => {
  assert.equal(serialized(DEFAULTS), "");
  assert.deepEqual(parse(""), DEFAULTS);
  assert.deepEqual(parse("#"), DEFAULTS);
});

test("a state comes back from its fragment", () => {
  const states = [
    { window: "15m" },
    { sort: "p95", descending: true },
    { sort: "label", descending: false },
    { sort: "rate", descending: false },
    { filter: "a&b=c #\u202e", status: "5xx", open: "/<script>{id}", idle: true },
    { open: "" },
  ];
  for (const changes of states) {
    const state = { ...DEFAULTS, ...changes };
    assert.deepEqual(parse(`#${serialized(state)}`), state);
  }
});

test("what is unknown becomes the default", () => {
  assert.deepEqual(parse("#window=2h&sort=-constructor&status=9xx&idle=yes&x=y"), DEFAULTS);
});
