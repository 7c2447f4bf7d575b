import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { capabilities } from '../../src/capabilities.ts';
import { at, HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { authorityOf, makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';

const acme = '/clusters/acme';
const globex = '/clusters/globex';

describe('two tenants beside the host', () => {
  let server: TestServer;
  let inAcme: HttpsClient;
  let inGlobex: HttpsClient;
  before(async () => {
    server = await startTestServer({ capabilities });
    inAcme = await tenantClient(server, (await makeTenant(server, 'acme')).uid);
    inGlobex = await tenantClient(server, (await makeTenant(server, 'globex')).uid);
  });
  after(async () => {
    inAcme.close();
    inGlobex.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  test('objects of the same name are others in each', async () => {
    const maps = '/api/v1/namespaces/default/configmaps';
    const make = async (client: HttpsClient, root: string, value: string): Promise<void> => {
      const made = await client.post(`${root}${maps}`, { metadata: { name: 'same' }, data: { value } });
      equal(made.status, 201, made.text);
    };
    await make(inAcme, acme, 'of acme');
    await make(inGlobex, globex, 'of globex');
    await make(server.admin, '', 'of the host');
    const valueOf = async (client: HttpsClient, root: string): Promise<string> =>
      textAt((await client.get(`${root}${maps}/same`)).json, 'data', 'value');
    equal(await valueOf(inAcme, acme), 'of acme');
    equal(await valueOf(inGlobex, globex), 'of globex');
    equal(await valueOf(server.admin, ''), 'of the host');
    equal((await inAcme.delete(`${acme}${maps}/same`)).status, 200);
    equal(await valueOf(inGlobex, globex), 'of globex');
  });

  test('kinds that one tenant defines are unknown to the others', async () => {
    const definition = {
      metadata: { name: 'gears.acme.test' },
      spec: {
        group: 'acme.test',
        scope: 'Namespaced',
        names: { plural: 'gears', singular: 'gear', kind: 'Gear' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    };
    const made = await inAcme.post(
      `${acme}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`,
      definition,
    );
    equal(made.status, 201, made.text);
    const groupsOf = async (client: HttpsClient, root: string): Promise<boolean> =>
      listAt((await client.get(`${root}/apis`)).json, 'groups').some(
        (one) => textAt(one, 'name') === 'acme.test',
      );
    await until('the kind to be served', async () => ((await groupsOf(inAcme, acme)) ? true : undefined));
    equal(await groupsOf(inGlobex, globex), false);
    equal(await groupsOf(server.admin, ''), false);
  });

  test('only the host serves Tenants, and capabilities that reach the machine', async () => {
    for (const plural of ['tenants', 'workspaces']) {
      equal((await inAcme.get(`${acme}/apis/plinth.dev/v1alpha1/${plural}`)).status, 404, plural);
      equal((await server.admin.get(`/apis/plinth.dev/v1alpha1/${plural}`)).status, 200, plural);
    }
  });

  test('a tenant of another is as one that does not exist, for certificates and for tokens', async () => {
    const account = { metadata: { name: 'robot' } };
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    equal((await inAcme.post(`${acme}${accounts}`, account)).status, 201);
    await inAcme.post(`${acme}/apis/rbac.authorization.k8s.io/v1/clusterrolebindings`, {
      metadata: { name: 'robot' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: 'robot' }],
    });
    const issued = await inAcme.post(`${acme}${accounts}/robot/token`, { spec: {} });
    const token = textAt(issued.json, 'status', 'token');
    const robot = new HttpsClient(server.url, { ca: authorityOf(server), token });
    const paths = [
      '/api',
      '/api/v1/namespaces',
      '/apis',
      '/version',
      '/openapi/v2',
      '/metrics',
      '/audit/checkpoint',
      '/usage',
      '/',
    ];
    try {
      equal((await robot.get(`${acme}/api/v1/namespaces`)).status, 200);
      for (const client of [inAcme, robot]) {
        for (const path of paths) {
          const missing = await client.get(`/clusters/nothing${path}`);
          for (const root of [globex, '', '/clusters/default']) {
            const answer = await client.get(`${root}${path}`);
            equal(answer.status, 404, `${root}${path}`);
            equal(answer.text, missing.text);
            deepEqual(Object.keys(answer.headers).sort(), Object.keys(missing.headers).sort());
          }
        }
      }
      for (const path of paths) equal((await server.admin.get(`${acme}${path}`)).status, 404, path);
    } finally {
      robot.close();
    }
  });

  test('who brings no credential, or a wrong one, learns nothing', async () => {
    const wrong = new HttpsClient(server.url, { ca: authorityOf(server), token: 'wrong' });
    try {
      for (const client of [server.nobody, wrong]) {
        const missing = await client.get('/clusters/nothing/api');
        equal(missing.status, 401);
        const there = await client.get(`${acme}/api`);
        equal(there.status, 401);
        equal(there.text, missing.text);
      }
    } finally {
      wrong.close();
    }
  });

  test('who asks for what is of another is entered into the audit log of their own tenant', async () => {
    await inAcme.get(`${globex}/api/v1/secrets`);
    const { text } = await inAcme.get(`${acme}/audit/events`);
    const denied = text.split('\n').filter((line) => line.includes('access.denied'));
    equal(
      denied.some((line) => line.includes('/clusters/globex/api/v1/secrets')),
      true,
    );
    const { text: others } = await inGlobex.get(`${globex}/audit/events`);
    equal(others.includes('/clusters/'), true, 'the source of its own events');
    equal(others.includes('/clusters/acme'), false);
  });

  test('each has an audit log and a key of its own', async () => {
    const keyOf = async (client: HttpsClient, root: string): Promise<string> =>
      (await client.get(`${root}/audit/verifier`)).text;
    const keys = new Set([
      await keyOf(inAcme, acme),
      await keyOf(inGlobex, globex),
      await keyOf(server.admin, ''),
    ]);
    equal(keys.size, 3);
  });

  test('names that are reserved, no labels or taken are refused', async () => {
    const path = '/apis/plinth.dev/v1alpha1/tenants';
    const status = async (name: string): Promise<number> =>
      (await server.admin.post(path, { metadata: { name } })).status;
    for (const name of ['default', 'system', 'www', 'Acme', 'a.b', '-a', 'a'.repeat(41), 'kube-system']) {
      equal(await status(name), 422, name);
    }
    const taken = await server.admin.post(path, { metadata: { name: 'acme' } });
    deepEqual([taken.status, at(taken.json, 'reason')], [409, 'AlreadyExists']);
  });

  test('all of it is there after a restart', async () => {
    const again = await server.restart();
    server = again;
    inAcme.close();
    inGlobex.close();
    const uidOf = async (name: string): Promise<string> =>
      textAt((await again.admin.get(`/apis/plinth.dev/v1alpha1/tenants/${name}`)).json, 'metadata', 'uid');
    inAcme = await tenantClient(again, await uidOf('acme'));
    inGlobex = await tenantClient(again, await uidOf('globex'));
    const value = await inGlobex.get(`${globex}/api/v1/namespaces/default/configmaps/same`);
    equal(textAt(value.json, 'data', 'value'), 'of globex');
    equal((await inAcme.get(`${acme}/apis/acme.test/v1/gears`)).status, 200);
  });
});
