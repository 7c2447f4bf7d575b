import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const log = 'default/audit';
let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(async () => {
  assert.deepEqual(server.faults, []);
  await server.close();
});

interface Entry {
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly actor: { readonly username?: string; readonly impersonatedBy?: string } | undefined;
}

/** The entries since a place, without those of the controllers. */
async function entriesSince(from: number): Promise<Entry[]> {
  const entries = await server.kernel.store.logs.read(log, from, 10_000);
  return entries
    .map(({ value, opening }) => {
      const { type, subject, data } = JSON.parse(value);
      const text = opening === undefined ? undefined : JSON.parse(opening).actor?.text;
      return { type: type.replace('dev.plinth.', ''), subject, data, actor: text && JSON.parse(text) };
    })
    .filter(({ actor, type }) => !actor?.username?.startsWith('system:') && type !== 'access.login');
}

function end(): number {
  return server.kernel.store.logs.end(log);
}

function map(name: string, more: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more };
}

test('each change is one entry, whoever makes it and however; what changes nothing is none', async () => {
  const from = end();
  const { admin } = server;
  const status = async (answer: Promise<{ status: number }>): Promise<number> => (await answer).status;
  assert.equal(await status(admin.post(configMaps, map('a'))), 201);
  assert.equal(await status(admin.post(configMaps, map('a'))), 409);
  assert.equal(await status(admin.post(`${configMaps}?dryRun=All`, map('dry'))), 201);
  assert.equal(await status(admin.put(`${configMaps}/a`, map('a', { data: { x: '1' } }))), 200);
  assert.equal(await status(admin.put(`${configMaps}/a`, map('a', { data: { x: '1' } }))), 200);
  assert.equal(await status(admin.delete(`${configMaps}/a`)), 200);
  assert.equal(await status(admin.post('/api/v1/namespaces/default/serviceaccounts/default/token', {})), 201);
  const entries = await entriesSince(from);
  assert.deepEqual(
    entries.map(({ type, subject }) => [type, subject]),
    [
      ['object.created', `${configMaps}/a`],
      ['object.updated', `${configMaps}/a`],
      ['object.deleted', `${configMaps}/a`],
      ['object.acted', '/api/v1/namespaces/default/serviceaccounts/default'],
    ],
  );
  assert.ok(entries.every(({ actor }) => actor?.username === 'plinth-admin'));
  const revisions = entries.slice(0, 3).map(({ data }) => Number(data['revision']));
  assert.deepEqual(
    revisions.toSorted((a, b) => a - b),
    revisions,
  );
});

test('changes by controllers are entered as theirs', async () => {
  const from = end();
  await server.admin.post('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'n' },
  });
  const root = await until('the root certificates of the namespace', async () => {
    const entries = await server.kernel.store.logs.read(log, from, 1_000);
    return entries.find(({ value }) => value.includes('/namespaces/n/configmaps/kube-root-ca.crt'));
  });
  assert.match(root.opening ?? '', /system:plinth/);
});

test('denials and refused credentials are entered before they are answered', async () => {
  const from = end();
  const bob = server.as('bob');
  assert.equal((await bob.get(configMaps)).status, 403);
  assert.equal((await bob.post(configMaps, map('b'))).status, 403);
  assert.equal((await server.nobody.get(configMaps)).status, 401);
  const entries = await entriesSince(from);
  assert.deepEqual(
    entries.map(({ type, subject, data }) => [type, subject, data['verb'], data['code']]),
    [
      ['access.denied', configMaps, 'GET', 403],
      ['access.denied', configMaps, 'POST', 403],
      ['access.refused', configMaps, 'GET', 401],
    ],
  );
  assert.deepEqual(
    entries.map(({ actor }) => [actor?.username, actor?.impersonatedBy]),
    [
      ['bob', 'plinth-admin'],
      ['bob', 'plinth-admin'],
      ['', undefined],
    ],
  );
});

test('a flood of refused credentials is counted and does not fill the log', async () => {
  const from = end();
  await Promise.all(Array.from({ length: 1_000 }, () => server.nobody.get('/api')));
  const noted = (await entriesSince(from)).filter(({ type }) => type === 'access.refused').length;
  assert.ok(noted >= 100 && noted < 900, `${noted} entries for 1,000 refusals`);
});

test('a login is entered once, not with each request', async () => {
  const entries = await server.kernel.store.logs.read(log, 0, 10_000);
  const logins = entries.filter(({ value }) => value.includes('access.login'));
  assert.equal(logins.length, 1);
});

test('the log is for those who may read it', async () => {
  for (const path of ['checkpoint', 'verifier', 'events?from=0', 'tile/0/000', 'salts?sequence=0']) {
    assert.equal((await server.as('bob').get(`/audit/${path}`)).status, 403, path);
    assert.equal((await server.nobody.get(`/audit/${path}`)).status, 401, path);
  }
  assert.equal((await server.as('bob').post('/audit/erasures?username=bob', {})).status, 403);
});

test('bad requests are refused with the field', async () => {
  const { admin } = server;
  const said = async (path: string): Promise<string> => (await admin.get(`/audit/${path}`)).text;
  assert.match(await said('events?from=-1'), /from: Invalid value: .*whole number/);
  assert.match(await said('events?limit=x'), /limit: Invalid value/);
  assert.match(await said('salts'), /sequence: Required value/);
  assert.equal((await admin.get('/audit/salts?sequence=99999999')).status, 404);
  assert.equal((await admin.get('/audit/tile/0/x')).status, 404);
  assert.match((await admin.post('/audit/erasures', {})).text, /username: Required value/);
  assert.equal((await admin.post('/audit/checkpoint', {})).status, 405);
});

test('an erased person is nowhere in the store, and the log is as it was', async () => {
  const name = 'erasable-person-4711';
  const mallory = server.as(name);
  for (let i = 0; i < 50; i++) assert.equal((await mallory.get(configMaps)).status, 403);
  const before = await server.kernel.store.logs.read(log, 0, 10_000);
  assert.equal(before.filter(({ opening }) => opening?.includes(name)).length, 50);
  const { status, text } = await server.admin.post(`/audit/erasures?username=${name}`, {});
  assert.equal(status, 201);
  assert.deepEqual(JSON.parse(text), { erased: 50 });
  const afterwards = await server.kernel.store.logs.read(log, 0, before.length);
  assert.deepEqual(
    afterwards.map(({ value }) => value),
    before.map(({ value }) => value),
  );
  assert.equal(afterwards.filter(({ opening }) => opening?.includes(name)).length, 0);
  const stored = await server.storedText();
  assert.ok(stored.includes('dev.plinth.'), 'the entries are there');
  assert.ok(!stored.includes(name), 'the store still holds the name');
});

test('a reader follows the log over a restart and misses nothing', async () => {
  const from = end();
  const seen: string[] = [];
  const read = async (): Promise<void> => {
    const { text } = await server.admin.get(`/audit/events?from=${from + seen.length}`);
    for (const line of text.split('\n').slice(0, -1)) seen.push(JSON.parse(line).event.id);
  };
  for (let i = 0; i < 5; i++) await server.admin.post(configMaps, map(`followed-${i}`));
  await read();
  server = await server.restart();
  for (let i = 5; i < 10; i++) await server.admin.post(configMaps, map(`followed-${i}`));
  await read();
  assert.deepEqual(
    seen,
    Array.from({ length: seen.length }, (_, i) => String(from + i)),
  );
  const created = (await entriesSince(from)).filter(({ subject }) => subject.includes('/followed-'));
  assert.equal(created.length, 10);
});

test('nobody passes for a part of the control plane', async () => {
  for (const name of ['system:plinth', 'system:plinth:runs', 'system:plinth:x']) {
    const answer = await server.as(name, ['system:masters']).get(configMaps);
    assert.equal(answer.status, 403, name);
    assert.match(answer.text, /cannot be impersonated/);
  }
  assert.equal((await server.as('system:plinthish', ['system:masters']).get(configMaps)).status, 200);
});
