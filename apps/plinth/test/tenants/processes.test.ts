import { deepEqual, equal } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type PostgresServer, startPostgres } from '@plinth/kernel/testing';
import { at, HttpsClient } from '../harness/https-client.ts';
import { makeTenant, tenantCredentials } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';

const root = '/clusters/acme';
const maps = `${root}/api/v1/namespaces/default/configmaps`;
const tenant = '/apis/plinth.dev/v1alpha1/tenants/acme';

let postgres: PostgresServer | undefined;
let skip: string | undefined;
/** Two processes' worth of kernels on one database. */
let servers: readonly [TestServer, TestServer] | undefined;

before(async () => {
  const started = await startPostgres();
  if ('skip' in started) {
    ({ skip } = started);
    return;
  }
  postgres = started;
  const database = await started.database();
  const first = await startTestServer({ database });
  const keysDirectory = join(first.directory, 'data');
  servers = [first, await startTestServer({ database, keysDirectory })];
});
after(async () => {
  for (const server of servers ?? []) await server.close();
  await postgres?.stop();
  for (const server of servers ?? []) deepEqual(server.faults, []);
});

/** A client of the tenant at each process. */
async function clientsOf(
  uid: string,
  [first, second]: readonly [TestServer, TestServer],
): Promise<HttpsClient[]> {
  const credentials = await tenantCredentials(first, uid);
  return [first, second].map((server) => new HttpsClient(server.url, credentials));
}

function given(t: TestContext): readonly [TestServer, TestServer] | undefined {
  if (!servers) t.skip(skip ?? 'no database');
  return servers;
}

test('a tenant that is made in one process is served by all, within one quota, and goes from all', async (t) => {
  const both = given(t);
  if (!both) return;
  const [first, second] = both;
  const { uid } = await makeTenant(first, 'acme');
  const clients = await clientsOf(uid, both);
  const served = (client: HttpsClient): Promise<unknown> =>
    until('the tenant to be served', async () =>
      (await client.get(maps)).status === 200 ? true : undefined,
    );
  for (const client of clients) await served(client);
  const count = async (client: HttpsClient): Promise<number> => {
    const items = at((await client.get(`${root}/api/v1/configmaps`)).json, 'items');
    return Array.isArray(items) ? items.length : 0;
  };
  const before = await until('the namespaces to be complete', async () => {
    const counts = await Promise.all(clients.map(count));
    return counts.every((one) => one === 3) ? 3 : undefined;
  });

  await raceForTen(first, clients, before);
  // Both count the same log, whichever of them an entry came from.
  await until('both to count the same', async () => {
    const usages = await Promise.all(clients.map((client) => client.get(`${root}/usage`)));
    const [one, other] = usages.map(({ json }) => [at(json, 'auditEntries'), at(json, 'month')]);
    return isDeepStrictEqual(one, other) && Number(at(one, 0)) > 100 ? true : undefined;
  });

  for (const server of both) equal(existsSync(join(server.directory, 'data', 'audit', 'acme')), true);
  equal((await second.admin.delete(tenant)).status, 200);
  for (const server of both) {
    await until('the tenant to be gone', async () =>
      (await server.admin.get(tenant)).status === 404 ? true : undefined,
    );
    await until('its rows to be gone', () =>
      server.kernel.store.usage('acme/').objects === 0 ? true : undefined,
    );
    equal(server.kernel.store.logs.end('acme/audit'), 0);
    await until('its files to be gone', () =>
      existsSync(join(server.directory, 'data', 'audit', 'acme')) ? undefined : true,
    );
  }
  for (const client of clients) {
    equal((await client.get(maps)).status, 401, 'who belonged to it belongs nowhere');
    client.close();
  }
});

/** Writers at all processes race for the last ten objects that a quota lets in. */
async function raceForTen(first: TestServer, clients: readonly HttpsClient[], before: number): Promise<void> {
  // Each process goes by a quota once it has heard of it; what it says to a dry run shows that.
  for (const { room, status } of [
    { room: 0, status: 403 },
    { room: 10, status: 201 },
  ]) {
    const quotas = { objects: { configmaps: before + room } };
    const set = await first.admin.patch(tenant, { spec: { quotas } }, 'application/merge-patch+json');
    equal(set.status, 200, set.text);
    for (const client of clients) {
      await until('the quota to be taken over', async () => {
        const answer = await client.post(`${maps}?dryRun=All`, { metadata: { name: 'asked' } });
        return answer.status === status ? true : undefined;
      });
    }
  }
  const answers = await Promise.all(
    clients.flatMap((client, i) =>
      Array.from({ length: 50 }, (_, k) => client.post(maps, { metadata: { name: `racer-${i}-${k}` } })),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  deepEqual(
    [statuses.filter((status) => status === 201).length, statuses.filter((status) => status === 403).length],
    [10, 90],
  );
}
