import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { at, textAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';

const tenants = '/apis/plinth.dev/v1alpha1/tenants';
const path = `${tenants}/acme`;
const mark = 'a mark that nobody else would write';

/** Gives the tenant one of everything: objects, a kind, a finished run, an audit log, changes of objects. */
async function fill(server: TestServer, uid: string): Promise<void> {
  const client = await tenantClient(server, uid);
  const root = '/clusters/acme';
  const maps = `${root}/api/v1/namespaces/default/configmaps`;
  for (let i = 0; i < 30; i++) {
    const made = await client.post(maps, { metadata: { name: `map-${i}` }, data: { mark } });
    equal(made.status, 201, made.text);
  }
  for (let i = 0; i < 10; i++) {
    await client.patch(`${maps}/map-${i}`, { data: { more: mark } }, 'application/merge-patch+json');
  }
  for (let i = 10; i < 15; i++) await client.delete(`${maps}/map-${i}`);
  const secret = await client.post(`${root}/api/v1/namespaces/default/secrets`, {
    metadata: { name: 'sealed' },
    stringData: { mark },
  });
  equal(secret.status, 201, secret.text);
  const run = await client.post(`${root}/apis/plinth.dev/v1alpha1/namespaces/default/runs`, {
    metadata: { name: 'waiting' },
    spec: { definition: 'unknown', input: { mark } },
  });
  equal(run.status, 201, run.text);
  client.close();
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What is left of the tenant in the data directory of a server that is stopped. */
function leftIn(data: string): string[] {
  const database = new DatabaseSync(join(data, 'store', 'store.db'), { readOnly: true });
  const rows = database.prepare("SELECT key FROM log WHERE key LIKE 'acme/%'").all().map(String);
  const logs = database.prepare("SELECT name FROM logs WHERE name LIKE 'acme/%'").all().map(String);
  const entries = database
    .prepare("SELECT id FROM entries WHERE value LIKE '%/clusters/acme%'")
    .all()
    .map(String);
  database.close();
  const files = filesBelow(data);
  const named = files.filter((file) => file.slice(data.length).includes('acme'));
  const marked = files.filter((file) => readFileSync(file).includes(mark));
  return [...rows, ...logs, ...entries, ...named, ...marked];
}

describe('the deletion of a tenant', () => {
  test('removes every row, entry and file of it, says how many, and leaves others alone', async () => {
    const server = await startTestServer();
    const data = join(server.directory, 'data');
    try {
      const { uid } = await makeTenant(server, 'acme');
      await makeTenant(server, 'globex');
      await fill(server, uid);
      const objects = server.kernel.store.usage('acme/').objects;
      const globex = server.kernel.store.usage('globex/');
      ok(objects > 40 && server.kernel.store.logs.end('acme/audit') > 40);
      const deleted = await server.admin.delete(path);
      equal(deleted.status, 200, deleted.text);
      await until('the tenant to be gone', async () =>
        (await server.admin.get(path)).status === 404 ? true : undefined,
      );
      deepEqual(server.kernel.store.usage('acme/'), { objects: 0, bytes: 0 });
      deepEqual(server.kernel.store.usage('globex/'), globex);
      const { json } = await until('the event', async () => {
        const events = await server.admin.get(
          '/api/v1/namespaces/default/events?fieldSelector=reason%3DContentsRemoved',
        );
        return at(events.json, 'items', 0) === undefined ? undefined : events;
      });
      const message = textAt(json, 'items', 0, 'message');
      const [, told] =
        /^removed (\d+) objects, \d+ entries of the audit log and \d+ files of tenant acme$/.exec(message) ??
        [];
      ok(Number(told) >= objects, message);
      const again = await server.restart();
      equal((await again.admin.get(path)).status, 404);
      await again.kernel.close();
      deepEqual(leftIn(data), []);
      deepEqual(again.faults, []);
    } finally {
      await server.close();
    }
  });

  test('goes on where it was when the process stops in the middle', async () => {
    const server = await startTestServer();
    const data = join(server.directory, 'data');
    try {
      const { uid } = await makeTenant(server, 'acme');
      await fill(server, uid);
      equal((await server.admin.delete(path)).status, 200);
      const again = await server.restart();
      await until('the tenant to be gone', async () =>
        (await again.admin.get(path)).status === 404 ? true : undefined,
      );
      await again.kernel.close();
      deepEqual(leftIn(data), []);
      deepEqual([...server.faults, ...again.faults], []);
    } finally {
      await server.close();
    }
  });

  test('a policy of Retain refuses it', async () => {
    const server = await startTestServer();
    try {
      await makeTenant(server, 'acme', { deletionPolicy: 'Retain' });
      const refused = await server.admin.delete(path);
      equal(refused.status, 403);
      ok(refused.text.includes('deletionPolicy is Retain'), refused.text);
      equal(
        (await server.admin.get('/clusters/acme/api')).status,
        404,
        'the host is a stranger in it, as ever',
      );
      const merge = 'application/merge-patch+json';
      await server.admin.patch(path, { spec: { deletionPolicy: 'Delete' } }, merge);
      equal((await server.admin.delete(path)).status, 200);
    } finally {
      await server.close();
    }
  });
});

test('a tenant that cannot be started says why, and is served once the cause is gone', async () => {
  const server = await startTestServer();
  try {
    const place = join(server.directory, 'data', 'audit', 'acme');
    writeFileSync(place, 'in the way');
    equal((await server.admin.post(tenants, { metadata: { name: 'acme' } })).status, 201);
    const { json } = await until('the reason', async () => {
      const found = await server.admin.get(path);
      return at(found.json, 'status', 'phase') === 'Failed' ? found : undefined;
    });
    ok(textAt(json, 'status', 'conditions', 0, 'message').includes(place), JSON.stringify(json));
    equal((await server.nobody.get('/clusters/acme/api')).status, 401);
    rmSync(place);
    // Any change of it is a reason to try again.
    await server.admin.patch(path, { spec: { displayName: 'Acme' } }, 'application/merge-patch+json');
    await until('the tenant to be served', async () =>
      at((await server.admin.get(path)).json, 'status', 'phase') === 'Ready' ? true : undefined,
    );
    ok(server.faults.every((fault) => fault.startsWith('starting tenant acme')));
  } finally {
    await server.close();
  }
});
