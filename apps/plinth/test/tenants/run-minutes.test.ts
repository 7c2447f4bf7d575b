import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { defineCapability, defineRun, systemClock } from '@plinth/kernel';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';

const workMs = 300;
const tenant = '/apis/plinth.dev/v1alpha1/tenants/acme';
const runsPath = '/clusters/acme/apis/plinth.dev/v1alpha1/namespaces/default/runs';
const merge = 'application/merge-patch+json';

const sample = defineCapability({
  name: 'sample',
  forTenants: true,
  kinds: [],
  open: () => ({
    runs: [
      defineRun({
        name: 'sample.work',
        version: 1,
        run: async (run) => {
          await run.step('work', () => new Promise<void>((done) => systemClock.after(workMs, done)));
        },
      }),
    ],
  }),
});

describe('run minutes of a tenant', () => {
  let server: TestServer;
  let client: HttpsClient;
  before(async () => {
    server = await startTestServer({ capabilities: [sample] });
    client = await tenantClient(server, (await makeTenant(server, 'acme')).uid);
  });
  after(async () => {
    client.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  async function start(name: string): Promise<void> {
    const made = await client.post(runsPath, { metadata: { name }, spec: { definition: 'sample.work' } });
    equal(made.status, 201, made.text);
  }

  const phase = (name: string, wanted: string): Promise<unknown> =>
    until(`run ${name} to be ${wanted}`, async () => {
      const { json } = await client.get(`${runsPath}/${name}`);
      return at(json, 'status', 'phase') === wanted ? json : undefined;
    });

  const worked = async (): Promise<number> =>
    Number(at((await client.get('/clusters/acme/usage')).json, 'month', 'runMinutes'));

  test('what steps work is counted when they end', async () => {
    equal(await worked(), 0);
    await start('first');
    await phase('first', 'Succeeded');
    const minutes = await worked();
    ok(minutes >= workMs / 60_000 && minutes < 1, `${minutes}`);
  });

  test('when they are used up runs wait, say why, and go on when there are more', async () => {
    const quotas = { runMinutes: 0.001 };
    const set = await server.admin.patch(tenant, { spec: { quotas } }, merge);
    equal(set.status, 200, set.text);
    await until('the quota to be taken over', async () => {
      const { json } = await server.admin.get(tenant);
      return at(json, 'status', 'observedGeneration') === at(set.json, 'metadata', 'generation')
        ? true
        : undefined;
    });
    await start('second');
    const run = await until('the run to say why it waits', async () => {
      const { json } = await client.get(`${runsPath}/second`);
      return at(json, 'status', 'conditions') === undefined ? undefined : json;
    });
    const [condition] = listAt(run, 'status', 'conditions');
    deepEqual(
      [at(run, 'status', 'phase'), at(condition, 'type'), at(condition, 'status'), at(condition, 'reason')],
      ['Pending', 'RunMinutesAvailable', 'False', 'QuotaExceeded'],
    );
    match(textAt(condition, 'message'), /has used 0\.0 of its 0\.001 run minutes of this month/);
    await server.admin.patch(tenant, { spec: { quotas: { runMinutes: 10 } } }, merge);
    const done = await phase('second', 'Succeeded');
    deepEqual(
      listAt(done, 'status', 'conditions').map((one) => at(one, 'type')),
      ['Complete'],
    );
  });

  test('the count survives a restart, and the status of the Tenant shows it', async () => {
    const before = await worked();
    const again = await server.restart();
    server = again;
    client.close();
    const { json } = await again.admin.get(tenant);
    client = await tenantClient(again, textAt(json, 'metadata', 'uid'));
    equal(await worked(), before);
    ok(Number(at((await again.admin.get(tenant)).json, 'status', 'usage', 'objects')) > 0);
  });
});
