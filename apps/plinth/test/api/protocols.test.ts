import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { defineCapability, type HttpProtocol, StatusError } from '@plinth/kernel';
import type { HttpsClient } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';

/** A protocol that keeps words: `PUT` and `GET /words/v1/word/{name}`, `POST /words/v1/search`. */
function wordsProtocol(tenant: string): HttpProtocol {
  const words = new Map<string, string>();
  const path = '/words/v1/word/{name}';
  return {
    prefix: '/words',
    group: 'words.test',
    endpoints: [
      {
        methods: ['PUT'],
        path,
        access: { verb: 'update', resource: 'words' },
        bodyBytesMax: 16,
        handle({ parameters, body }) {
          words.set(parameters['name'] ?? '', body.toString());
          return { status: 204, contentType: 'text/plain', body: '' };
        },
      },
      {
        methods: ['GET'],
        path,
        access: { verb: 'get', resource: 'words' },
        bodyBytesMax: 0,
        handle({ parameters }) {
          const word = words.get(parameters['name'] ?? '');
          if (word === undefined) throw new StatusError(404, 'NotFound', 'no such word');
          return { status: 200, contentType: 'text/plain', headers: { 'X-Tenant': tenant }, body: word };
        },
      },
      {
        methods: ['GET', 'POST'],
        path: '/words/v1/search',
        access: { verb: 'get', resource: 'words' },
        bodyBytesMax: 1_000,
        handle: ({ body, query, user }) => ({
          status: 200,
          contentType: 'application/json',
          body: JSON.stringify([query.get('q') ?? body.toString(), user.username]),
        }),
      },
      {
        methods: ['POST'],
        path: '/words/v1/closed',
        access: { verb: 'create', resource: 'words' },
        bodyBytesMax: 2 ** 30,
        admit() {
          throw new StatusError(429, 'TooManyRequests', 'no more words');
        },
        handle() {
          throw new Error('nobody is let in here');
        },
      },
    ],
    refuse: ({ code, message }) => ({
      status: code,
      contentType: 'text/x-words',
      body: `no: ${message}`,
    }),
  };
}

describe('protocols of capabilities', () => {
  const words = defineCapability({
    name: 'words',
    kinds: [],
    forTenants: true,
    open: ({ tenant }) => ({ protocols: [wordsProtocol(tenant)] }),
  });
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [words] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  /** Lets somebody do something with words. */
  async function allow(user: string, verbs: readonly string[]): Promise<void> {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const rules = [{ apiGroups: ['words.test'], resources: ['words'], verbs }];
    await server.admin.post(`${rbac}/clusterroles`, { metadata: { name: user }, rules });
    await server.admin.post(`${rbac}/clusterrolebindings`, {
      metadata: { name: user },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
      subjects: [{ kind: 'User', name: user }],
    });
  }
  const put = (client: HttpsClient, body: string, root = ''): ReturnType<HttpsClient['send']> =>
    client.send('PUT', `${root}/words/v1/word/a%2Fb`, { body, contentType: 'text/plain' });

  test('requests reach their endpoint with what stands in the path', async () => {
    equal((await put(server.admin, 'first')).status, 204);
    const answer = await server.admin.get('/words/v1/word/a%2Fb');
    deepEqual([answer.status, answer.text, answer.headers['x-tenant']], [200, 'first', 'default']);
    const posted = await server.admin.send('POST', '/words/v1/search', {
      body: 'x=1',
      contentType: 'application/x-www-form-urlencoded',
    });
    deepEqual(posted.json, ['x=1', 'plinth-admin']);
  });

  test('rights are those to resources of its group: reading with POST is reading', async () => {
    await allow('word-reader', ['get']);
    const reader = server.as('word-reader');
    equal((await reader.send('POST', '/words/v1/search', { body: 'q' })).status, 200);
    const refused = await put(reader, 'second');
    deepEqual([refused.status, refused.headers['content-type']], [403, 'text/x-words']);
    equal(
      refused.text,
      'no: words.words.test is forbidden: User "word-reader" cannot update resource "words" in API group "words.test" at the cluster scope',
    );
    equal((await server.as('stranger').get('/words/v1/word/a')).status, 403);
    equal((await server.nobody.get('/words/v1/word/a')).status, 401);
  });

  test('refusals are said as the protocol says them', async () => {
    const cases = [
      ['GET', '/words/v1/word/none', 404, 'no: no such word'],
      ['DELETE', '/words/v1/word/none', 405, undefined],
      ['GET', '/words/v1/other', 404, undefined],
      ['GET', '/words', 404, undefined],
      ['PUT', '/words/v1/word/long', 413, undefined],
      ['GET', '/words/v1/word/%E0%A4%A', 404, undefined],
    ] as const;
    for (const [method, path, status, text] of cases) {
      const body = method === 'PUT' ? { body: 'x'.repeat(17), contentType: 'text/plain' } : {};
      const answer = await server.admin.send(method, path, body);
      deepEqual(
        [answer.status, answer.headers['content-type']],
        [status, 'text/x-words'],
        `${method} ${path}`,
      );
      if (text) equal(answer.text, text);
    }
  });

  test('who is not admitted is refused before the body has come', async () => {
    for (const [length, connection] of [
      [1_000, 'keep-alive'],
      [2_000_000, 'close'],
    ] as const) {
      const headers = { 'Content-Length': length };
      const answer = await server.admin.open('POST', '/words/v1/closed', { headers });
      deepEqual([answer.statusCode, answer.headers.connection], [429, connection]);
      answer.destroy();
    }
    equal((await server.as('stranger').send('POST', '/words/v1/closed', { body: 'x' })).status, 403);
  });

  test('a token may be sent as the password of Basic credentials', async () => {
    const requested = await server.admin.post('/api/v1/namespaces/default/serviceaccounts/default/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    const { token } = (requested.json as { status: { token: string } }).status;
    await allow('system:serviceaccount:default:default', ['get']);
    const basic = (password: string): Record<string, string> => ({
      Authorization: `Basic ${Buffer.from(`anything:${password}`).toString('base64')}`,
    });
    const answer = await server.nobody.get('/words/v1/search?q=1', basic(token));
    deepEqual([answer.status, answer.json], [200, ['1', 'system:serviceaccount:default:default']]);
    equal((await server.nobody.get('/words/v1/search?q=1', basic('wrong'))).status, 401);
  });

  test('each tenant has its own, and nobody sees that of another', async () => {
    const { uid } = await makeTenant(server, 'acme');
    const own = await tenantClient(server, uid);
    equal((await put(own, 'of acme', '/clusters/acme')).status, 204);
    equal((await own.get('/clusters/acme/words/v1/word/a%2Fb')).headers['x-tenant'], 'acme');
    const absent = await own.get('/clusters/nothing/words/v1/word/a');
    for (const path of ['/words/v1/word/a', '/words', '/words/v1/search']) {
      const answer = await own.get(path);
      deepEqual([answer.status, answer.text], [404, absent.text]);
      const byHost = await server.admin.get(`/clusters/acme${path}`);
      deepEqual([byHost.status, byHost.text], [404, absent.text]);
    }
    own.close();
  });
});
