// A WebSocket backend on Node's "ws": sends back what it gets, and closes with 4321 when it is told "close". A client
// that asks for /refused is answered 401.
"use strict";
const http = require("http");
const { WebSocketServer } = require("ws");

const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered].pop() });
sockets.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => {
    if (!isBinary && data.toString() === "close") socket.close(4321, "as you wish");
    else socket.send(data, { binary: isBinary });
  });
});

const server = http.createServer((request, response) => response.end("no socket\n"));
server.on("upgrade", (request, socket, head) => {
  if (request.url === "/refused") {
    socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 4\r\n\r\nnope");
  } else {
    sockets.handleUpgrade(request, socket, head, (accepted) => sockets.emit("connection", accepted, request));
  }
});
server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
