// An Express application that names the route that served a request in X-Route: node express_app.js 4|5 list|serve.
'use strict';

const version = process.argv[2];
const express = require(`express${version}`);
const app = express();

const common = [
  '/', '/users/me', '/users/:id', '/users/:id/edit', '/files/:name.json', '/orders/:from-:to', '/v1/:a.:b', '/Case/:x',
];
const own = {
  4: ['/int/:id(\\d+)', '/opt/:id?', '/deep/*', '/ab?cd/x', '/multi/:rest+', '/many/:rest*'],
  5: ['/opt{/:id}', '/deep/*rest', '/ext/:name{.:format}', '/mid/*a/tail'],
};

function answer(request, response) {
  response.set('X-Route', request.route.path).end();
}

for (const path of [...common, ...own[version]]) app.get(path, answer);
app.post('/users/:id', answer);

if (process.argv[3] === 'list') {
  require('express-list-routes')(app);
} else {
  const server = app.listen(0, '127.0.0.1', () => console.log('listening on', server.address().port));
}
