// A Fastify application that names the route that served a request in X-Route: node fastify_app.js list|serve.
'use strict';

const app = require('fastify')();

const paths = [
  '/', '/users', '/users/me', '/users/:id', '/users/:id/edit', '/files/*', '/opt/:id?', '/x/:file.json', '/near/:lat-:lng',
  '/at/:hour(^\\d{2})h:minute(^\\d{2})m', '/c/name::verb', '/int/:n(^\\d+$)',
];
for (const path of paths) {
  app.get(path, async (request, reply) => reply.header('X-Route', request.routeOptions.url).send(''));
}
app.post('/users', async (request, reply) => reply.header('X-Route', request.routeOptions.url).send(''));

async function main() {
  await app.ready();
  if (process.argv[2] === 'list') {
    console.log(app.printRoutes());
  } else {
    await app.listen({ host: '127.0.0.1', port: 0 });
    console.log('listening on', app.server.address().port);
  }
}

main();
