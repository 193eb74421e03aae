// A backend that answers with the fields of the request, as JSON.
"use strict";
const server = require("http").createServer((request, response) => response.end(JSON.stringify(request.headers)));
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
