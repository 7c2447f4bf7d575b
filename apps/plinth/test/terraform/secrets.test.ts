import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { applyPlan, decide, grant, makePlan, makePolicy, phaseIs } from '../harness/plan-world.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { writeState } from './states.ts';

const path = '/terraform/state/default/web';
const canary = 'canary-7c1e9a';
/** Spec: RFC 8878, section 3.1.1. */
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** A state with a secret that is marked, a copy of it that is not, and one in an output. */
function secretState(serial: number): string {
  const secret = `${canary}-${serial}`;
  return JSON.stringify({
    version: 4,
    terraform_version: '1.11.4',
    serial,
    lineage: 'one',
    outputs: { key: { value: secret, type: 'string', sensitive: true } },
    resources: [
      {
        mode: 'managed',
        type: 'x_database',
        name: 'main',
        provider: 'provider["example.com/x/x"]',
        instances: [
          {
            schema_version: 0,
            attributes: { admin: secret, url: `db://root:${secret}@host`, size: serial },
            sensitive_attributes: [[{ type: 'get_attr', value: 'admin' }]],
          },
        ],
      },
    ],
  });
}

describe('what is in states', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [infraCapability] });
    await writeState(server.admin, path, secretState(1));
    await writeState(server.admin, path, secretState(2));
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  test('is there after a restart, and in no file as it is', async () => {
    server = await server.restart();
    equal((await server.admin.get(path)).text, secretState(2));
    equal((await server.admin.get(`${path}?serial=1`)).text, secretState(1));
    const stored = await server.storedText();
    ok(stored.includes('TerraformState'), 'the files of the store were looked at');
    ok(!stored.includes(canary));
    // What is compressed shows no texts either: it has to be sealed as well.
    const { logs } = server.kernel.store;
    const [contents = ''] = logs.names().filter((name) => name.endsWith('/contents'));
    const [entry] = await logs.read(contents, 0, 1);
    const kept = Buffer.from(entry?.value ?? '', 'base64');
    ok(kept.length > 100 && kept.indexOf(zstdMagic) < 0);
  });

  test('is in no object, no difference, no metric and no entry of the audit log; reads are in that log', async () => {
    const from = server.kernel.store.logs.end('default/audit');
    equal((await server.admin.get(path)).status, 200);
    const entries = await server.kernel.store.logs.read('default/audit', from, 10);
    const [read] = entries.map(({ value }) => JSON.parse(value) as unknown);
    deepEqual(
      ['type', 'subject'].map((field) => at(read, field)),
      ['dev.plinth.object.acted', path],
    );
    deepEqual(
      ['action', 'resource', 'serial'].map((field) => at(read, 'data', field)),
      ['read', 'terraformstates/content.infra.plinth.dev', 2],
    );
    const all = await server.kernel.store.logs.read('default/audit', 0, 10_000);
    const answers = await Promise.all(
      [
        '/apis/plinth.dev/v1alpha1/terraformstates',
        '/api/v1/events',
        `${path}/versions`,
        `${path}/diff`,
        '/metrics',
      ].map(async (one) => await server.admin.get(one)),
    );
    deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    const texts = [...answers.map(({ text }) => text), ...all.map((entry) => JSON.stringify(entry))];
    deepEqual(
      texts.filter((text) => text.includes(canary)),
      [],
    );
    const values = listAt(answers[3]?.json, 'resources', '0', 'values');
    deepEqual(
      values.map((one) => [textAt(one, 'path'), textAt(one, 'after')]),
      [
        ['admin', '(sensitive)'],
        ['size', '2'],
        ['url', '(sensitive)'],
      ],
    );
  });

  test('goes back by a plan that somebody else approves, and the plan shows what differs', async () => {
    await makePolicy(server, 'rollbacks', { apiGroups: ['plinth.dev'], kinds: ['TerraformRollback'] });
    for (const group of ['makers', 'leads']) await grant(server, group, 'cluster-admin');
    const [maker, lead] = [server.as('mia', ['makers']), server.as('leo', ['leads'])];
    const rollback = {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'TerraformRollback',
      metadata: { name: 'back', namespace: 'default' },
      spec: { state: 'web', toSerial: 1, ifSerial: 2 },
    };
    const rollbacks = '/apis/plinth.dev/v1alpha1/namespaces/default/terraformrollbacks';
    match((await maker.post(rollbacks, rollback)).text, /lets only a plan do this/);
    await makePlan(maker, 'back', { manifests: [rollback] });
    const { json, text } = await server.admin.get('/apis/plinth.dev/v1alpha1/plans/back');
    ok(!text.includes(canary));
    const [section] = listAt(json, 'status', 'sections');
    match(
      textAt(section, 'summary'),
      /^default\/web goes back from serial 2 to 1 of .*: 1 resource differs$/,
    );
    deepEqual(at(section, 'lines'), [
      '~ x_database.main',
      '    admin: (sensitive) -> (sensitive)',
      '    size: 2 -> 1',
      '    url: (sensitive) -> (sensitive)',
      '~ output key: (sensitive) -> (sensitive)',
    ]);
    equal((await applyPlan(maker, 'back')).status, 409);
    equal((await decide(lead, server.admin, 'back')).status, 201);
    equal((await applyPlan(maker, 'back')).status, 201);
    await phaseIs(server, 'back', 'Applied');
    await until('the version', async () => {
      const { json: state } = await server.admin.get(path);
      return at(state, 'serial') === 3 ? true : undefined;
    });
    equal((await server.admin.get(path)).text, secretState(1).replace('"serial":1', '"serial":3'));
  });

  test('of a tenant is not that of another, and goes with the tenant', async () => {
    const clients = await Promise.all(
      ['acme', 'bolt'].map(async (name) => {
        const { uid } = await makeTenant(server, name);
        return await tenantClient(server, uid);
      }),
    );
    const [acme, bolt] = clients;
    if (!acme || !bolt) throw new Error('there are two');
    await writeState(acme, `/clusters/acme${path}`, secretState(1));
    equal((await acme.get(`/clusters/acme${path}`)).text, secretState(1));
    equal((await bolt.get(`/clusters/acme${path}`)).status, 404);
    equal((await acme.get(path)).status, 404);
    equal((await bolt.get(`/clusters/bolt${path}`)).text, 'no state has been written to it\n');
    equal((await server.admin.delete('/apis/plinth.dev/v1alpha1/tenants/acme')).status, 200);
    await until('the tenant to be gone', () =>
      server.kernel.store.logs.names().some((name) => name.startsWith('acme/')) ? undefined : true,
    );
    for (const client of clients) client.close();
  });

  test('goes for good when the state is deleted', async () => {
    const logs = (): string[] => server.kernel.store.logs.names().filter((name) => name.includes('/infra/'));
    equal(logs().length, 2);
    const object = '/apis/plinth.dev/v1alpha1/namespaces/default/terraformstates/web';
    equal((await server.admin.delete(object)).status, 200);
    await until('its versions to be gone', () => (logs().length === 0 ? true : undefined));
    await until('the object to be gone', async () =>
      (await server.admin.get(object)).status === 404 ? true : undefined,
    );
    equal((await server.admin.get(path)).status, 404);
  });
});
