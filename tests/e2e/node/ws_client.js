// Node's "ws" as the client of an echoing WebSocket backend. The argument is the URL.
"use strict";
const assert = require("assert");
const { once } = require("events");
const WebSocket = require("ws");

(async () => {
  const socket = new WebSocket(process.argv[2], ["chat"]);
  await once(socket, "open");
  assert.strictEqual(socket.protocol, "chat");
  const large = Buffer.alloc(3_000_000, "abcdefg");
  for (const sent of [Buffer.from("hello"), Buffer.alloc(0), large]) {
    socket.send(sent);
    const [received] = await once(socket, "message");
    assert.ok(received.equals(sent));
  }
  socket.ping("are you there");
  const [answer] = await once(socket, "pong");
  assert.strictEqual(answer.toString(), "are you there");
  socket.close(4000, "done");
  const [code] = await once(socket, "close");
  console.log(`closed with ${code}`);
})();
