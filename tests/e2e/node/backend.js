// A backend on Node's own HTTP server. The first argument is how many milliseconds it keeps an idle connection.
//
//     any method, /echo    JSON: method, target, length and MD5 of the body, how it was framed
//     /stream/N            N lines, one write each: chunked
//     /trailers            a chunked body with a trailer field
//     /hints               103 Early Hints, then 200
//     /gzip                a compressed body
//     /hold                never answers; says so when the client has gone
"use strict";
const crypto = require("crypto");
const http = require("http");
const zlib = require("zlib");

function echo(request, response) {
  const hash = crypto.createHash("md5");
  let length = 0;
  request.on("data", (data) => {
    hash.update(data);
    length += data.length;
  });
  request.on("end", () => {
    const { method, url: target, headers } = request;
    const framing = headers["transfer-encoding"] ?? (headers["content-length"] === undefined ? "none" : "length");
    const seen = JSON.stringify({ method, target, length, md5: hash.digest("hex"), framing });
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(seen);
  });
}

const pages = {
  echo,
  stream(request, response, count) {
    for (let i = 0; i < Number(count); ++i) response.write(`line ${i}\n`);
    response.end();
  },
  trailers(request, response) {
    response.writeHead(200, { Trailer: "X-Checksum" });
    response.write("body");
    response.addTrailers({ "X-Checksum": "abc" });
    response.end();
  },
  hints(request, response) {
    response.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" }, () => response.end("hinted"));
  },
  gzip(request, response) {
    response.writeHead(200, { "Content-Encoding": "gzip", "Content-Type": "text/plain" });
    response.end(zlib.gzipSync("compressed"));
  },
  hold(request, response) {
    console.log("holding");
    response.on("close", () => console.log("client gone"));
  },
};

const server = http.createServer((request, response) => {
  const [, page, argument] = request.url.split("?")[0].split("/");
  pages[page](request, response, argument);
});
server.keepAliveTimeout = Number(process.argv[2] ?? 5000);
server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
