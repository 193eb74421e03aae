// Node's fetch (undici) as the client. The argument is the URL of the proxy; each check says "ok NAME" or throws.
"use strict";
const assert = require("assert");
const crypto = require("crypto");

const base = process.argv[2];
const pattern = Buffer.alloc(1_000_000, "0123456789abcdef");
const md5 = crypto.createHash("md5").update(pattern).digest("hex");

async function json(path, options) {
  const response = await fetch(base + path, options);
  assert.strictEqual(response.status, 200);
  return response.json();
}

async function* pieces() {
  for (let at = 0; at < pattern.length; at += 10_007) yield pattern.subarray(at, at + 10_007);
}

const checks = {
  async "a hundred at once"() {
    const seen = await Promise.all(Array.from({ length: 100 }, (_, i) => json(`/echo?i=${i}`)));
    seen.forEach(({ target }, i) => assert.strictEqual(target, `/echo?i=${i}`));
  },
  async "one after the other"() {
    for (let i = 0; i < 200; ++i) assert.strictEqual((await json(`/echo?i=${i}`)).target, `/echo?i=${i}`);
  },
  async "an upload with a length"() {
    const seen = await json("/echo", { method: "POST", body: pattern });
    assert.deepStrictEqual([seen.md5, seen.framing], [md5, "length"]);
  },
  async "an upload in chunks"() {
    const seen = await json("/echo", { method: "PUT", body: pieces(), duplex: "half" });
    assert.deepStrictEqual([seen.md5, seen.framing], [md5, "chunked"]);
  },
  async "a streamed answer"() {
    const text = await (await fetch(base + "/stream/5000")).text();
    assert.strictEqual(text.split("\n").length, 5001);
  },
  async "a compressed answer"() {
    assert.strictEqual(await (await fetch(base + "/gzip")).text(), "compressed");
  },
  async "a HEAD and what follows it"() {
    const response = await fetch(base + "/echo", { method: "HEAD" });
    assert.strictEqual(await response.text(), "");
    await json("/echo");
  },
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    await check();
    console.log(`ok ${name}`);
  }
})();
