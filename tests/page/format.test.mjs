import assert from "node:assert/strict";
import { test } from "node:test";

import * as format from "../../src/admin/page/format.js";

// Narrow spaces as plain ones, to be readable here.
const plain = (text) => text.replaceAll("\u202f", " ");

function table(name, write, rows) {
  test(name, () => {
    for (const [value, expected] of rows) assert.equal(plain(write(value)), expected, `of ${value}`);
  });
}

table("a duration has two or three digits", format.duration, [
  [null, "–"], [0, "0 ms"], [0.0000012, "1.2 µs"], [0.00042, "420 µs"], [0.001, "1.0 ms"], [0.00999, "10 ms"],
  [0.0432, "43 ms"], [0.2104, "210 ms"], [0.99949, "999 ms"], [0.9996, "1.00 s"], [1.239, "1.24 s"], [12.34, "12.3 s"],
  [99.97, "100 s"], [120, "120 s"],
]);

test("a quantile below the first bound is all that is known of it", () => {
  assert.equal(plain(format.quantile(0.0025, 0.005)), "< 5 ms");
  assert.equal(plain(format.quantile(0.005, 0.005)), "5.0 ms");
  assert.equal(plain(format.quantile(0.04, 0.005)), "40 ms");
  assert.equal(format.quantile(null, 0.005), "–");
  assert.equal(plain(format.quantile(0.04, null)), "40 ms");
});

table("a bound is exact", format.bound, [
  [0.0005, "500 µs"], [0.005, "5 ms"], [0.025, "25 ms"], [0.075, "75 ms"], [1, "1 s"], [2.5, "2.5 s"], [0.3, "300 ms"],
]);

table("a rate", format.rate, [
  [null, "–"], [0, "0"], [0.001, "<0.01"], [0.05, "0.05"], [0.996, "1.0"], [4.08, "4.1"], [9.96, "10"], [123.4, "123"],
  [999.6, "1.0k"], [1234, "1.2k"], [45_678, "46k"], [999_600, "1.0M"],
]);

table("a count", format.count, [
  [null, "–"], [0, "0"], [1234, "1,234"], [99_999, "99,999"], [100_000, "100k"], [1_234_567, "1.2M"],
  [9_999_999_999, "10G"],
]);

table("a share", format.share, [
  [null, "–"], [0, "0 %"], [0.00001, "<0.01 %"], [0.0032, "0.32 %"], [0.00999, "1.0 %"], [0.0321, "3.2 %"],
  [0.5, "50 %"], [1, "100 %"],
]);

table("an attainment is not rounded up", format.attainment, [
  [null, "–"], [1, "100 %"], [0.99999, "99.99 %"], [0.9971, "99.7 %"], [0.999, "99.90 %"], [0.9, "90.0 %"], [0, "0.0 %"],
]);

table("bytes", format.bytes, [
  [0, "0 B"], [1023, "1023 B"], [2048, "2.0 KiB"], [99_000, "97 KiB"], [1_048_575, "1.0 MiB"], [5 * 2 ** 40, "5.0 TiB"],
]);

table("a span has the two largest units", format.span, [
  [0, "0 s"], [0.4, "0 s"], [59, "59 s"], [60, "1 min"], [200, "3 min 20 s"], [9000, "2 h 30 min"], [86_400, "1 d"],
  [90_000, "1 d 1 h"], [-3, "0 s"],
]);

test("a moment is told from the daemon's clock", () => {
  const now = "2026-01-31T12:00:00Z";
  const ago = (then) => plain(format.ago(then, now));
  assert.equal(ago(null), "never");
  assert.equal(ago("2026-01-31T11:59:55Z"), "now");
  assert.equal(ago("2026-01-31T12:00:01Z"), "now");
  assert.equal(ago("2026-01-31T11:59:48Z"), "12 s ago");
  assert.equal(ago("2026-01-31T11:56:01Z"), "3 min ago");
  assert.equal(ago("2026-01-29T11:00:00Z"), "2 d ago");
});

test("hidden characters are seen", () => {
  assert.equal(format.visible("/a/{id}"), "/a/{id}");
  assert.equal(format.visible("/\u202egnp.exe"), "/\\u{202e}gnp.exe");
  assert.equal(format.visible("a\u0000b\u200bc\ud800"), "a\\u{0}b\\u{200b}c\\u{d800}");
  assert.equal(format.visible("/שלום/😀/<b>"), "/שלום/😀/<b>");
});
