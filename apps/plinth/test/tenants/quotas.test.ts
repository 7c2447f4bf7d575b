import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, at, type HttpsClient } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';

const root = '/clusters/acme';
const maps = `${root}/api/v1/namespaces/default/configmaps`;
const tenant = '/apis/plinth.dev/v1alpha1/tenants/acme';

describe('quotas of a tenant', () => {
  let server: TestServer;
  let client: HttpsClient;
  before(async () => {
    server = await startTestServer();
    client = await tenantClient(server, (await makeTenant(server, 'acme')).uid);
  });
  after(async () => {
    client.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  /** Sets quotas and waits until the tenant goes by them. */
  async function limit(quotas: Record<string, unknown>): Promise<void> {
    const patched = await server.admin.patch(
      tenant,
      { spec: { quotas: null } },
      'application/merge-patch+json',
    );
    equal(patched.status, 200, patched.text);
    const set = await server.admin.patch(tenant, { spec: { quotas } }, 'application/merge-patch+json');
    equal(set.status, 200, set.text);
    const generation = at(set.json, 'metadata', 'generation');
    await until('the quotas to be taken over', async () => {
      const { json } = await server.admin.get(tenant);
      return at(json, 'status', 'observedGeneration') === generation ? true : undefined;
    });
  }

  const make = (name: string, data: string, query = ''): Promise<Answer> =>
    client.post(`${maps}${query}`, { metadata: { name }, data: { data } });

  async function count(): Promise<number> {
    const { json } = await client.get(`${root}/api/v1/configmaps?limit=500`);
    const items = at(json, 'items');
    return Array.isArray(items) ? items.length : -1;
  }

  test('a hundred racing creators do not exceed it', async () => {
    // What every namespace begins with counts as well.
    const before = await until('the namespaces to be complete', async () =>
      (await count()) === 3 ? 3 : undefined,
    );
    await limit({ objects: { configmaps: before + 10 } });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => make(`racer-${i}`, 'x')));
    const made = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status === 403);
    deepEqual([made.length, refused.length], [10, 90]);
    equal(await count(), before + 10);
    const used = before + 10;
    const message = `exceeded quota: tenant acme, requested: configmaps=1, used: configmaps=${used}, limited: configmaps=${used}`;
    ok(String(at(refused.at(-1)?.json, 'message')).endsWith(message), refused.at(-1)?.text);
    equal(at(refused.at(-1)?.json, 'details', 'causes', 0, 'reason'), 'QuotaExceeded');
  });

  test('a dry run obeys, too', async () => {
    const answer = await make('rehearsed', 'x', '?dryRun=All');
    deepEqual([answer.status, at(answer.json, 'reason')], [403, 'Forbidden']);
  });

  test('a quota below the use refuses what is new, and nothing else', async () => {
    await limit({ objects: { configmaps: 1 }, storedBytes: 1 });
    equal((await make('one-more', 'x')).status, 403);
    const path = `${maps}/${await aRacer()}`;
    const merge = 'application/merge-patch+json';
    equal((await client.patch(path, { data: { data: 'longer than before' } }, merge)).status, 403);
    equal((await client.patch(path, { data: { data: null } }, merge)).status, 200, 'less than before');
    equal((await client.delete(path)).status, 200);
    // A deletion that has to wait makes the object larger, by the time at which it began.
    const kept = `${maps}/${await aRacer()}`;
    await limit({});
    await client.patch(kept, { metadata: { finalizers: ['acme.test/kept'] } }, merge);
    await limit({ storedBytes: 1 });
    equal((await client.delete(`${kept}?dryRun=All`)).status, 200);
    const marked = await client.delete(kept);
    deepEqual([marked.status, at(marked.json, 'metadata', 'finalizers')], [200, ['acme.test/kept']]);
    equal((await client.patch(kept, { metadata: { finalizers: null } }, merge)).status, 200);
    equal((await client.get(kept)).status, 404);
  });

  test('all that is stored is bounded by its number and its size', async () => {
    const usage = await client.get(`${root}/usage`);
    const objects = Number(at(usage.json, 'objects'));
    const bytes = Number(at(usage.json, 'storedBytes'));
    await limit({ objects: { '*': objects + 1 } });
    equal((await make('within', 'x')).status, 201);
    const beyond = await make('beyond', 'x');
    equal(beyond.status, 403);
    match(beyond.text, /requested: \*=1/);
    await limit({ storedBytes: bytes + 5_000 });
    equal((await make('small', 'x')).status, 201);
    const large = await make('large', 'x'.repeat(10_000));
    equal(large.status, 403);
    match(large.text, /limited: storedBytes=\d+/);
  });

  test('a plan is held to it as a whole: what it deletes makes room for the rest', async () => {
    const before = Number(at((await client.get(`${root}/usage`)).json, 'byResource', 'configmaps'));
    await limit({ objects: { configmaps: before + 1 } });
    const manifests = ['planned-a', 'planned-b'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
    }));
    const plan = async (name: string, deletes: unknown[]): Promise<Answer> =>
      await client.post(`${root}/apis/plinth.dev/v1alpha1/plans`, {
        metadata: { name },
        spec: { manifests, ...(deletes.length > 0 ? { delete: deletes } : {}) },
      });
    const refused = await plan('too-much', []);
    deepEqual([refused.status, at(refused.json, 'status', 'phase')], [201, 'Failed'], refused.text);
    match(refused.text, /exceeded quota: tenant acme, requested: configmaps=2/);
    const gone = { apiVersion: 'v1', kind: 'ConfigMap', name: await aRacer(), namespace: 'default' };
    const fitting = await plan('fitting', [gone]);
    equal(at(fitting.json, 'status', 'phase'), 'Approved', fitting.text);
    const path = `${root}/apis/plinth.dev/v1alpha1/plans/fitting/apply`;
    const digest = at(fitting.json, 'status', 'digest');
    const body = { apiVersion: 'plinth.dev/v1alpha1', kind: 'PlanApplication', digest };
    const applied = await client.post(path, body);
    equal(applied.status, 201, applied.text);
    equal(Number(at((await client.get(`${root}/usage`)).json, 'byResource', 'configmaps')), before + 1);
  });

  test('what it uses is among the metrics of the host, and not of the tenant', async () => {
    const { text } = await server.admin.get('/metrics');
    match(text, /^plinth_tenant_objects\{tenant="acme"\} \d+$/m);
    match(text, /^plinth_tenants 1$/m);
    equal((await client.get(`${root}/metrics`)).status, 404);
  });

  test('requests beyond the rate are told when to come again', async () => {
    await limit({ requestsPerSecond: 0.5, requestBurst: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.get(maps)));
    const refused = answers.filter(({ status }) => status === 429);
    ok(refused.length >= 10, `${refused.length}`);
    const [first] = refused;
    equal(first?.headers['retry-after'], '2');
    deepEqual([at(first?.json, 'kind'), at(first?.json, 'reason')], ['Status', 'TooManyRequests']);
    equal((await server.admin.get('/api/v1/namespaces')).status, 200, 'the host is not concerned');
    await limit({});
    equal((await client.get(maps)).status, 200);
  });

  test('quotas that make no sense are refused by field', async () => {
    const bad = async (quotas: unknown): Promise<string> => {
      const { status, text } = await server.admin.patch(
        tenant,
        { spec: { quotas } },
        'application/merge-patch+json',
      );
      equal(status, 422, text);
      return text;
    };
    match(await bad({ objects: { 'Not A Name': 1 } }), /must be a plural with its group/);
    match(await bad({ objects: { configmaps: -1 } }), /spec.quotas.objects/);
    match(await bad({ requestBurst: 5 }), /needs requestsPerSecond/);
    match(await bad({ requestsPerSecond: 0 }), /spec.quotas.requestsPerSecond/);
  });

  async function aRacer(): Promise<string> {
    const { json } = await client.get(maps);
    const items = at(json, 'items');
    const names = Array.isArray(items) ? items.map((item) => String(at(item, 'metadata', 'name'))) : [];
    return names.find((name) => name.startsWith('racer-')) ?? '';
  }
});
