import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, systemClock } from '@plinth/kernel';
import { at, HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { readCredentials } from './server-process.ts';
import { within } from './within.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;
const core = '/api/v1/namespaces/default';
const waitMsMax = 15_000;

/** The clock of a machine whose wall time somebody sets. */
class SetClock implements Clock {
  aheadMs = 0;
  now = (): number => systemClock.now() + this.aheadMs;
  monotonic = (): number => systemClock.monotonic();
  /** What is done once a minute is done at once, so that a test sees it. */
  after = (delayMs: number, fn: () => void): (() => void) =>
    systemClock.after(delayMs === minuteMs ? 50 : delayMs, fn);
}

async function create(server: TestServer, path: string, object: object): Promise<unknown> {
  const { status, json, text } = await server.admin.post(path, object);
  assert.equal(status, 201, text);
  return json;
}

async function tokenOf(server: TestServer): Promise<string> {
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 600 },
  };
  return textAt(await create(server, `${core}/serviceaccounts/robot/token`, request), 'status', 'token');
}

/** What a request with a token is answered: 403 means that it is known who asks, 401 that it is not. */
async function statusWith(server: TestServer, token: string): Promise<number> {
  const { ca } = readCredentials(server.kernel.kubeconfigPath);
  const client = new HttpsClient(server.url, { ca, token });
  try {
    return (await client.get(`${core}/configmaps`)).status;
  } finally {
    client.close();
  }
}

function event(name: string, clock: Clock): object {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name },
    involvedObject: { kind: 'ConfigMap', name: 'x', namespace: 'default' },
    lastTimestamp: new Date(clock.now()).toISOString().replace(/\.\d+Z/, 'Z'),
    reason: 'Tested',
    message: 'for a test',
    type: 'Normal',
  };
}

async function eventNames(server: TestServer): Promise<string[]> {
  const { json } = await server.admin.get(`${core}/events`);
  return listAt(json, 'items').map((item) => textAt(item, 'metadata', 'name'));
}

test('a clock that is set back between two starts: revisions grow, ages and events make sense', async () => {
  const clock = new SetClock();
  let server = await startTestServer({ clock });
  try {
    const first = await create(server, `${core}/configmaps`, configMap('first'));
    await create(server, `${core}/events`, event('before', clock));
    clock.aheadMs = -dayMs;
    server = await server.restart();
    const second = await create(server, `${core}/configmaps`, configMap('second'));
    const [older, newer] = [first, second].map((one) => Number(textAt(one, 'metadata', 'resourceVersion')));
    assert.ok((newer ?? 0) > (older ?? 0));
    const [was, is] = [first, second].map((one) => Date.parse(textAt(one, 'metadata', 'creationTimestamp')));
    assert.ok((is ?? 0) < (was ?? 0), 'the clock was really set back');
    const table = await server.admin.get(`${core}/configmaps`, {
      Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    for (const row of listAt(table.json, 'rows'))
      assert.match(String(listAt(row, 'cells').at(-1)), /^(\d+[a-z]+|<invalid>)$/);

    await create(server, `${core}/events`, event('during', clock));
    clock.aheadMs = 0;
    server = await server.restart();
    await within(waitMsMax, 'the event of yesterday to expire', async () => {
      const names = await eventNames(server);
      return names.includes('during') ? undefined : true;
    });
    assert.ok((await eventNames(server)).includes('before'), 'an event of this hour stays');
    assert.deepEqual(server.faults, []);
  } finally {
    await server.close();
  }
});

test('a clock that is set back: credentials that were good are good, or are refused with the reason', async () => {
  const clock = new SetClock();
  let server = await startTestServer({ clock });
  try {
    await create(server, `${core}/serviceaccounts`, serviceAccount('robot'));
    const kept = readCredentials(server.kernel.kubeconfigPath);
    const token = await tokenOf(server);
    assert.equal(await statusWith(server, token), 403);

    clock.aheadMs = -2 * minuteMs;
    server = await server.restart();
    assert.equal(await statusWith(server, token), 403, 'two minutes are nothing');

    clock.aheadMs = 11 * minuteMs;
    server = await server.restart();
    assert.equal(await statusWith(server, token), 401, 'it has expired');

    clock.aheadMs = -dayMs;
    server = await server.restart();
    assert.equal(await statusWith(server, token), 401, 'a token of tomorrow');
    assert.equal(await statusWith(server, await tokenOf(server)), 403, 'one of today');
    const { json } = await server.admin.post('/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token },
    });
    assert.match(String(at(json, 'status', 'error')), /not valid yet.*clock.*set back/);

    clock.aheadMs = 0;
    server = await server.restart();
    const before = new HttpsClient(server.url, kept);
    try {
      assert.equal(
        (await before.get(`${core}/configmaps`)).status,
        200,
        'a kubeconfig from before is still trusted',
      );
    } finally {
      before.close();
    }
  } finally {
    await server.close();
  }
});

test('a clock that is set back in the middle of a deletion: the namespace goes all the same', async () => {
  const clock = new SetClock();
  let server = await startTestServer({ clock });
  try {
    await create(server, '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'going' },
    });
    const held = { ...configMap('held'), metadata: { name: 'held', finalizers: ['example.dev/hold'] } };
    await create(server, '/api/v1/namespaces/going/configmaps', held);
    assert.equal((await server.admin.delete('/api/v1/namespaces/going')).status, 200);
    clock.aheadMs = -dayMs;
    server = await server.restart();
    const release = { metadata: { finalizers: null } };
    const path = '/api/v1/namespaces/going/configmaps/held';
    await within(waitMsMax, 'the object to be deleted', async () => {
      const { json } = await server.admin.get(path);
      return at(json, 'metadata', 'deletionTimestamp') === undefined ? undefined : true;
    });
    assert.equal((await server.admin.patch(path, release, 'application/merge-patch+json')).status, 200);
    await within(waitMsMax, 'the namespace to go', async () => {
      return (await server.admin.get('/api/v1/namespaces/going')).status === 404 || undefined;
    });
    assert.deepEqual(server.faults, []);
  } finally {
    await server.close();
  }
});

function configMap(name: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
}

function serviceAccount(name: string): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
}
