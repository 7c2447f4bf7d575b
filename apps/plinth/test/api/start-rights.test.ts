import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { defineCapability, defineRun, Type } from '@plinth/kernel';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';

const idle = (name: string) =>
  defineRun({
    name,
    version: 1,
    description: 'Does nothing.',
    input: Type.Object({}),
    run: async () => undefined,
  });
const demo = defineCapability({
  name: 'demo',
  kinds: [],
  open: () => ({ runs: [idle('demo.allowed'), idle('demo.other')] }),
});
const base = '/apis/plinth.dev/v1alpha1/namespaces/default';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

describe('the right to start a definition', () => {
  let server: TestServer;
  let starter: HttpsClient;
  let editor: HttpsClient;
  before(async () => {
    server = await startTestServer({ capabilities: [demo] });
    await server.admin.post(`${rbac}/namespaces/default/roles`, {
      metadata: { name: 'starter' },
      rules: [
        { verbs: ['*'], apiGroups: ['plinth.dev'], resources: ['runs', 'runschedules'] },
        {
          verbs: ['start'],
          apiGroups: ['plinth.dev'],
          resources: ['rundefinitions'],
          resourceNames: ['demo.allowed'],
        },
      ],
    });
    for (const [name, kind, role] of [
      ['starter', 'Role', 'starter'],
      ['editor', 'ClusterRole', 'edit'],
    ]) {
      await server.admin.post(`${rbac}/namespaces/default/rolebindings`, {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
        subjects: [{ kind: 'User', name }],
      });
    }
    starter = server.as('starter');
    editor = server.as('editor');
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  const create = (client: HttpsClient, name: string, definition: string, more = {}) =>
    client.post(`${base}/runs`, { metadata: { name }, spec: { definition, ...more } });

  test('a run is started by who may start its definition, and by nobody else', async () => {
    equal((await create(starter, 'mine', 'demo.allowed')).status, 201);
    const refused = await create(starter, 'other', 'demo.other');
    equal(refused.status, 403);
    match(
      textAt(refused.json, 'message'),
      /^runs\.plinth\.dev "other" is forbidden: User "starter" cannot start resource "rundefinitions" in API group "plinth\.dev" in the namespace "default": it takes the verb start on rundefinitions of plinth\.dev with the resourceName "demo\.other"$/,
    );
    equal((await create(server.admin, 'admins', 'demo.other')).status, 201);
    equal((await create(starter, 'typo', 'demo.none')).status, 403);
  });

  test('the role edit has the right to plan.apply alone', async () => {
    equal((await create(editor, 'edited', 'demo.allowed')).status, 403);
    const apply = await create(editor, 'applies', 'plan.apply', { input: { plan: 'none' } });
    equal(apply.status, 201, JSON.stringify(apply.json));
  });

  test('stopping takes no right to start, going on does', async () => {
    const paused = { pause: true };
    equal((await create(server.admin, 'steered', 'demo.other', paused)).status, 201);
    const patch = (spec: object) =>
      starter.send('PATCH', `${base}/runs/steered`, {
        body: JSON.stringify({ spec }),
        contentType: 'application/merge-patch+json',
      });
    equal((await patch({ pause: false })).status, 403);
    equal((await patch({ priority: 5 })).status, 403);
    equal((await patch({ decisions: [{ step: 'a', outcome: 'Done' }] })).status, 403);
    equal((await patch({ ttlSecondsAfterFinished: 1 })).status, 200);
    equal((await patch({ cancel: true })).status, 200);
  });

  test('a schedule is made and changed by who may start what it starts', async () => {
    const schedule = (client: HttpsClient, name: string, definition: string) =>
      client.post(`${base}/runschedules`, {
        metadata: { name },
        spec: { schedule: '0 0 1 1 *', template: { definition } },
      });
    equal((await schedule(starter, 'yearly', 'demo.allowed')).status, 201);
    equal((await schedule(starter, 'never', 'demo.other')).status, 403);
    equal((await schedule(server.admin, 'admins', 'demo.other')).status, 201);
    const patch = (name: string, spec: object) =>
      starter.send('PATCH', `${base}/runschedules/${name}`, {
        body: JSON.stringify({ spec }),
        contentType: 'application/merge-patch+json',
      });
    equal((await patch('yearly', { template: { definition: 'demo.other' } })).status, 403);
    equal((await patch('admins', { schedule: '0 0 2 1 *' })).status, 403);
    equal((await patch('admins', { suspend: true })).status, 200);
    equal((await patch('admins', { suspend: false })).status, 403);
  });

  test('a role of an earlier version gets the right at the next start, unless it is to be left alone', async () => {
    const before = await startTestServer();
    const role = `${rbac}/clusterroles/system:aggregate-to-edit`;
    const monitoring = `${rbac}/clusterroles/system:monitoring`;
    const own = { verbs: ['get'], apiGroups: ['example.org'], resources: ['things'] };
    const patchType = 'application/merge-patch+json';
    equal((await before.admin.patch(role, { rules: [own] }, patchType)).status, 200);
    const alone = {
      metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
      rules: [],
    };
    equal((await before.admin.patch(monitoring, alone, patchType)).status, 200);
    const after = await before.restart();
    const rules = listAt((await after.admin.get(role)).json, 'rules');
    deepEqual(rules[0], own, 'what was added stays');
    const right = rules.find((rule) => listAt(rule, 'verbs').includes('start'));
    deepEqual(at(right, 'resourceNames'), ['plan.apply']);
    const version = at((await after.admin.get(role)).json, 'metadata', 'resourceVersion');
    deepEqual(at((await after.admin.get(monitoring)).json, 'rules') ?? [], []);
    const again = await after.restart();
    const same = at((await again.admin.get(role)).json, 'metadata', 'resourceVersion');
    equal(same, version, 'what is complete is not written');
    await again.close();
  });

  test('reviews answer it', async () => {
    for (const [name, allowed] of [
      ['demo.allowed', true],
      ['demo.other', false],
    ] as const) {
      const review = await starter.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        spec: {
          resourceAttributes: {
            verb: 'start',
            group: 'plinth.dev',
            resource: 'rundefinitions',
            namespace: 'default',
            name,
          },
        },
      });
      equal(at(review.json, 'status', 'allowed'), allowed, name);
    }
  });
});
