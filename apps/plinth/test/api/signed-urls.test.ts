import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type CapabilityContext, defineCapability, type HttpProtocol, SignedUrls } from '@plinth/kernel';
import { at, textAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';

/** A protocol that takes letters: `POST /post/box/{name}` answers with a URL that one letter of the sender is put to. */
function postProtocol({ keys, clock }: CapabilityContext, letters: string[]): HttpProtocol {
  const urls = new SignedUrls(() => keys.all('letters'), clock);
  return {
    prefix: '/post',
    group: 'post.test',
    endpoints: [
      {
        methods: ['POST'],
        path: '/post/box/{name}',
        access: { verb: 'get', resource: 'boxes' },
        bodyBytesMax: 100,
        handle({ parameters, user, body }) {
          const path = `/post/box/${parameters['name'] ?? ''}/letter`;
          const lifetimeMs = Number(body.toString() || 60_000);
          return text(200, urls.sign({ method: 'PUT', path, user, lifetimeMs, facts: { stamp: 'blue' } }));
        },
      },
      {
        methods: ['PUT'],
        path: '/post/box/{name}/letter',
        access: { verb: 'create', resource: 'letters' },
        grant: (request) => urls.read(request),
        bodyBytesMax: 100,
        async handle({ parameters, user, facts, query, body, enter }) {
          await enter('post', { letter: body.length });
          letters.push(
            [parameters['name'], user.username, facts['stamp'], query.size, body.toString()].join(' '),
          );
          return text(200, 'posted');
        },
      },
      {
        methods: ['GET'],
        path: '/post/open',
        access: 'known',
        bodyBytesMax: 0,
        handle: () => text(200, 'hello'),
      },
    ],
    refuse: ({ code, message }) => text(code, message),
  };
}

function text(status: number, body: string) {
  return { status, contentType: 'text/plain', body };
}

describe('URLs that are given to a user', () => {
  const letters: string[] = [];
  const post = defineCapability({
    name: 'post',
    kinds: [],
    forTenants: true,
    open: (context) => ({ protocols: [postProtocol(context, letters)] }),
  });
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [post] });
    await allow('ann', ['boxes', 'letters']);
    await allow('bob', ['boxes']);
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  async function allow(user: string, resources: readonly string[]): Promise<void> {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const rules = [{ apiGroups: ['post.test'], resources, verbs: ['get', 'create'] }];
    await server.admin.post(`${rbac}/clusterroles`, { metadata: { name: user }, rules });
    await server.admin.post(`${rbac}/clusterrolebindings`, {
      metadata: { name: user },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
      subjects: [{ kind: 'User', name: user }],
    });
  }

  async function urlOf(user: string, lifetimeMs = 60_000): Promise<string> {
    const { status, text: url } = await server
      .as(user)
      .send('POST', '/post/box/north', { body: String(lifetimeMs), contentType: 'text/plain' });
    equal(status, 200, url);
    return url;
  }

  const put = async (path: string, client = server.nobody, headers = {}): Promise<number> => {
    const sent = { body: 'dear', contentType: 'text/plain', headers };
    return (await client.send('PUT', path, sent)).status;
  };

  test('let who has no credential do that one thing, in the name of that user', async () => {
    const from = server.kernel.store.logs.end('default/audit');
    equal(await put(await urlOf('ann')), 200);
    // Parameters that were not signed, and who the sender would like to be, count for nothing.
    equal(await put(`${await urlOf('ann')}&stamp=red`, server.nobody, { 'Impersonate-User': 'root' }), 200);
    deepEqual(letters.splice(0), ['north ann blue 0 dear', 'north ann blue 0 dear']);
    const entries = await server.kernel.store.logs.read('default/audit', from, 100);
    const acted = entries
      .map((entry) => ({ value: JSON.parse(entry.value) as unknown, opening: entry.opening }))
      .filter(({ value }) => at(value, 'type') === 'dev.plinth.object.acted');
    equal(acted.length, 2);
    for (const { value, opening } of acted) {
      equal(textAt(value, 'subject'), '/post/box/north/letter');
      ok(opening?.includes('ann'), opening);
    }
  });

  test('ask for the rights of the user when they are used', async () => {
    const refused = await server.nobody.send('PUT', await urlOf('bob'), { body: 'dear' });
    equal(refused.status, 403);
    ok(refused.text.includes('User "bob" cannot create resource "letters"'), refused.text);
    const url = await urlOf('ann');
    const binding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/ann';
    equal((await server.admin.delete(binding)).status, 200);
    equal(await put(url), 403);
    await allow('ann', ['boxes', 'letters']);
    deepEqual(letters, []);
  });

  test('that are forged, have ended, or are for something else are none', async () => {
    const url = await urlOf('ann');
    const stale = await urlOf('ann', 0);
    const others = [
      '/post/box/north/letter',
      stale,
      url.slice(0, -3),
      url.replace('north', 'south'),
      `${url}&${url.split('?')[1]}`,
      url.replace('/letter?', '?'),
    ];
    for (const other of others) {
      equal(await put(other), 401, other);
      // Neither does a right of one's own open the path.
      equal(await put(other, server.as('ann')), other.includes('/letter') ? 404 : 405, other);
    }
    equal((await server.nobody.get(url)).status, 401);
    deepEqual(letters, []);
  });

  test('are of one virtual cluster', async () => {
    const acme = await tenantClient(server, (await makeTenant(server, 'acme')).uid);
    const bolt = await tenantClient(server, (await makeTenant(server, 'bolt')).uid);
    const { text: own } = await acme.send('POST', '/clusters/acme/post/box/north', { body: '60000' });
    equal(await put(`/clusters/acme${own}`), 200);
    letters.length = 0;
    equal(await put(own), 401);
    equal(await put(`/clusters/bolt${own}`), 401);
    equal(await put(`/clusters/nothing${own}`), 401);
    equal(await put(`/clusters/bolt${own}`, bolt), 404);
    equal(await put(`/clusters/acme${await urlOf('ann')}`), 401);
    deepEqual(letters, []);
    acme.close();
    bolt.close();
  });

  test('nobody is let in where everybody who is known is', async () => {
    equal((await server.as('stranger').get('/post/open')).text, 'hello');
    equal((await server.nobody.get('/post/open')).status, 401);
  });
});
