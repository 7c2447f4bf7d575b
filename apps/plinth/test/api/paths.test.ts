import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { at, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { configMap, configMaps } from '../harness/widgets.ts';

describe('paths, methods and headers', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await server.admin.post(configMaps(), configMap('a'));
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  const unknown = [
    '/nothing',
    '/api/v2',
    '/api/v1/nothings',
    '/api/v1/namespaces/default/nothings',
    '/api/v1/namespaces/default/configmaps/a/nothing',
    '/api/v1/namespaces/default/configmaps/a/status',
    '/api/v1/namespaces/default/configmaps/a/b/c/d',
    '/api/v1/configmaps/a',
    '/api/v1/namespaces/default/namespaces/default',
    '/apis/nobody.example.com',
    '/apis/nobody.example.com/v1',
    '/apis/rbac.authorization.k8s.io/v1beta1/roles',
    '/apis/rbac.authorization.k8s.io/v1/namespaces/default/clusterroles',
    '/openapi/v3/apis/nobody.example.com/v1',
    '/openapi/v4',
    '/api/v1/namespaces/default/configmaps/%zz',
    '/api/v1/namespaces/default/configmaps/%c3%28',
    '/readyz/nothing',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/../../etc/passwd',
  ];
  for (const path of unknown) {
    test(`${path} is not found`, async () => {
      const { status, json } = await server.admin.get(path);
      equal(status, 404);
      equal(at(json, 'kind'), 'Status');
      equal(at(json, 'reason'), 'NotFound');
    });
  }

  const notAllowed = [
    ['POST', '/api'],
    ['DELETE', '/version'],
    ['PUT', '/api/v1/namespaces/default/configmaps'],
    ['PATCH', '/api/v1/namespaces/default/configmaps'],
    ['POST', '/api/v1/namespaces/default/configmaps/a'],
    ['GET', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
    ['DELETE', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
    ['OPTIONS', '/api/v1/namespaces/default/configmaps'],
    ['TRACE', '/api/v1/namespaces/default/configmaps/a'],
  ] as const;
  for (const [method, path] of notAllowed) {
    test(`${method} ${path} is not allowed`, async () => {
      const { status, json } = await server.admin.send(method, path);
      equal(status, 405);
      equal(at(json, 'reason'), 'MethodNotAllowed');
    });
  }

  test('a media type that nobody produces is refused with those that are', async () => {
    for (const path of [configMaps(), `${configMaps()}/a`, `${configMaps()}?watch=true`]) {
      const { status, json } = await server.admin.get(path, { Accept: 'application/xml' });
      equal(status, 406, path);
      match(textAt(json, 'message'), /application\/json;as=Table/);
    }
  });

  test('HEAD answers as GET does, without a body', async () => {
    const { status, text, headers } = await server.admin.send('HEAD', `${configMaps()}/a`);
    equal(status, 200);
    equal(text, '');
    ok(Number(headers['content-length']) > 0);
  });

  test('a flood of headers is cut off', async () => {
    const flood = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`x-${i}`, 'y'.repeat(1000)]));
    const { status } = await server.admin.get(configMaps(), flood);
    equal(status, 431);
    equal((await server.admin.get('/livez')).status, 200);
  });

  test('credentials that are nonsense are no credentials', async () => {
    for (const Authorization of [
      'Bearer',
      'Bearer ',
      'Bearer a.b.c',
      'Basic YTpi',
      'Bearer \u00e4',
    ] as const) {
      const { status, headers } = await server.nobody.get(configMaps(), { Authorization });
      equal(status, 401, Authorization);
      ok(headers['www-authenticate']);
    }
  });

  test('without credentials only health is answered', async () => {
    for (const path of ['/livez', '/readyz', '/healthz', '/readyz/store', '/livez?verbose']) {
      equal((await server.nobody.get(path)).status, 200, path);
    }
    for (const path of [
      '/',
      '/api',
      '/apis',
      '/version',
      '/metrics',
      '/openapi/v3',
      '/openapi/v2',
      '/nothing',
    ]) {
      equal((await server.nobody.get(path)).status, 401, path);
    }
  });

  test('clients that stop in the middle of a request harm nobody', async () => {
    const { port } = new URL(server.url);
    const starts = [
      'POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"a":',
      'GET /api HTTP/1.1\r\nHost: x\r\nX-Long: ',
      'GET /api HTTP/1.1\r\n',
      '\x16\x03\x01nonsense',
      'GET / HTTP/9.9\r\n\r\n',
      'POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ];
    const sockets = await Promise.all(
      Array.from({ length: 48 }, async (_, i) => {
        const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
        socket.on('error', () => {
          // The server may close a connection at which nonsense arrived.
        });
        await once(socket, 'secureConnect');
        socket.write(starts[i % starts.length] ?? '');
        return socket;
      }),
    );
    const startedAt = performance.now();
    equal((await server.admin.get(configMaps())).status, 200);
    ok(performance.now() - startedAt < 2_000, 'others are served while they hang');
    for (const socket of sockets) socket.destroy();
    equal((await server.admin.post(configMaps(), configMap('still-there'))).status, 201);
  });
});
