// Node's http module as the client, for what fetch does not show. The argument is the URL of the proxy; each check says
// "ok NAME" or throws.
"use strict";
const assert = require("assert");
const http = require("http");
const { once } = require("events");

const base = process.argv[2];
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

async function body(response) {
  let text = "";
  for await (const data of response.setEncoding("utf8")) text += data;
  return text;
}

const checks = {
  async "one connection for many requests"() {
    const ports = new Set();
    for (let i = 0; i < 50; ++i) {
      const request = http.request(base + "/echo", { agent }).end();
      const [response] = await once(request, "response");
      ports.add(request.socket.localPort);
      await body(response);
    }
    assert.strictEqual(ports.size, 1);
  },
  async "a body that waits for 100 Continue"() {
    const headers = { Expect: "100-continue", "Content-Length": 5 };
    const request = http.request(base + "/echo", { agent, method: "POST", headers });
    request.flushHeaders();
    await once(request, "continue");
    request.end("hello");
    const [response] = await once(request, "response");
    assert.strictEqual(JSON.parse(await body(response)).length, 5);
  },
  async "early hints"() {
    const request = http.request(base + "/hints", { agent }).end();
    const [hints] = await once(request, "information");
    assert.strictEqual(hints.statusCode, 103);
    assert.strictEqual(hints.headers.link, "</style.css>; rel=preload; as=style");
    const [response] = await once(request, "response");
    assert.strictEqual(await body(response), "hinted");
  },
  async "a body with trailers"() {
    const request = http.request(base + "/trailers", { agent, headers: { TE: "trailers" } }).end();
    const [response] = await once(request, "response");
    assert.strictEqual(await body(response), "body");
    assert.deepStrictEqual({ ...response.trailers }, { "x-checksum": "abc" });
  },
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    await check();
    console.log(`ok ${name}`);
  }
  agent.destroy();
})();
