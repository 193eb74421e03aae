// A Koa application that names the route that served a request in X-Route: node koa_app.js list|serve.
'use strict';

const Koa = require('koa');
const Router = require('@koa/router');

const router = new Router();
const paths = [
  '/', '/users/me', '/users/:id', '/users/:id/edit', '/int/:id(\\d+)', '/opt/:id?', '/deep/(.*)', '/x/:name.json',
  '/near/:a-:b', '/multi/:rest+', '/many/:rest*', '/ext/:name{.:format}?',
];
for (const path of paths) {
  router.get(path, (context) => {
    context.set('X-Route', context._matchedRoute);
    context.body = '';
  });
}
router.post('/users/:id', (context) => {
  context.set('X-Route', context._matchedRoute);
  context.body = '';
});

if (process.argv[2] === 'list') {
  for (const layer of router.stack) console.log(layer.methods.join('|'), layer.path);
} else {
  const server = new Koa().use(router.routes()).listen(0, '127.0.0.1', () => {
    console.log('listening on', server.address().port);
  });
}
