import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, at } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';

const api = '/apis/plinth.dev/v1alpha1';
const runs = `${api}/namespaces/default/runs`;
const lead = ['system:masters', 'leads'];
let server: TestServer;
before(async () => {
  server = await startTestServer();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' } };
  await made(server.admin.post('/api/v1/namespaces', namespace));
  await made(
    server.admin.post(`${api}/changepolicies`, {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'ChangePolicy',
      metadata: { name: 'prod' },
      spec: { match: [{ namespaces: ['prod'] }], approvals: [{ groups: ['leads'], count: 1 }] },
    }),
  );
});
after(async () => {
  assert.deepEqual(server.faults, []);
  await server.close();
});

async function made(answer: Promise<Answer>): Promise<unknown> {
  const { status, text, json } = await answer;
  assert.equal(status, 201, text);
  return json;
}

async function plan(name: string, value: string): Promise<void> {
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'prod' },
    data: { value },
  };
  await made(
    server.admin.post(`${api}/plans`, {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Plan',
      metadata: { name },
      spec: { manifests: [manifest] },
    }),
  );
}

async function decide(name: string, decision: 'Approve' | 'Reject'): Promise<void> {
  const { json } = await server.admin.get(`${api}/plans/${name}`);
  await made(
    server.as('lee', lead).post(`${api}/approvals`, {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Approval',
      metadata: { generateName: `${name}-` },
      spec: { target: { kind: 'Plan', name }, digest: at(json, 'status', 'digest'), decision },
    }),
  );
}

async function start(client: TestServer['admin'], name: string, input: object): Promise<void> {
  await made(
    client.post(runs, {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Run',
      metadata: { name },
      spec: { definition: 'plan.apply', input },
    }),
  );
}

async function phaseOf(name: string, phase: string): Promise<unknown> {
  return await until(`run ${name} to be ${phase}`, async () => {
    const { json } = await server.admin.get(`${runs}/${name}`);
    const now = at(json, 'status', 'phase');
    if (now !== phase && (now === 'Failed' || now === 'Refused' || now === 'Succeeded')) {
      assert.fail(JSON.stringify(at(json, 'status')));
    }
    return now === phase ? json : undefined;
  });
}

test('a run waits for the approval, applies the plan under the rights of who started it, and ends', async () => {
  await plan('first', '1');
  await start(server.admin, 'apply-first', { plan: 'first' });
  await phaseOf('apply-first', 'Waiting');
  assert.equal((await server.admin.get('/api/v1/namespaces/prod/configmaps/settings')).status, 404);
  server = await server.restart();
  await phaseOf('apply-first', 'Waiting');
  await decide('first', 'Approve');
  const run = await phaseOf('apply-first', 'Succeeded');
  assert.equal(at(run, 'status', 'output', 'writes'), 1);
  const { json } = await server.admin.get('/api/v1/namespaces/prod/configmaps/settings');
  assert.equal(at(json, 'data', 'value'), '1');
  const { json: applied } = await server.admin.get(`${api}/plans/first`);
  assert.match(String(at(applied, 'status', 'message')), /^Applied by plinth-admin at /);
});

test('a plan that is rejected, that is not there, or that has moved ends the run with the reason', async () => {
  await plan('rejected', '2');
  await start(server.admin, 'apply-rejected', { plan: 'rejected' });
  await decide('rejected', 'Reject');
  const rejected = await phaseOf('apply-rejected', 'Failed');
  assert.equal(at(rejected, 'status', 'error', 'code'), 'PlanRejected');
  assert.match(String(at(rejected, 'status', 'error', 'message')), /Rejected by lee/);

  await start(server.admin, 'apply-nothing', { plan: 'nothing' });
  const missing = await phaseOf('apply-nothing', 'Failed');
  assert.equal(at(missing, 'status', 'error', 'code'), 'PlanNotFound');

  await plan('older', '3');
  await plan('newer', '4');
  await decide('newer', 'Approve');
  await start(server.admin, 'apply-newer', { plan: 'newer' });
  await phaseOf('apply-newer', 'Succeeded');
  await start(server.admin, 'apply-older', { plan: 'older' });
  await decide('older', 'Approve');
  const moved = await phaseOf('apply-older', 'Failed');
  assert.equal(at(moved, 'status', 'error', 'code'), 'PlanMoved');
  assert.match(String(at(moved, 'status', 'error', 'message')), /data\.value was "1" and is "4"/);
});

test('who may start runs and not apply plans, applies none by a run', async () => {
  const apiGroups = ['plinth.dev'];
  const rules = [
    { apiGroups, resources: ['runs'], verbs: ['create'] },
    { apiGroups, resources: ['rundefinitions'], resourceNames: ['plan.apply'], verbs: ['start'] },
  ];
  const group = 'rbac.authorization.k8s.io';
  const roles = `/apis/${group}/v1/namespaces/default`;
  const metadata = { name: 'starters' };
  await made(
    server.admin.post(`${roles}/roles`, { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules }),
  );
  await made(
    server.admin.post(`${roles}/rolebindings`, {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: group, kind: 'Role', name: 'starters' },
      subjects: [{ apiGroup: group, kind: 'User', name: 'sam' }],
    }),
  );
  await plan('guarded', '5');
  await decide('guarded', 'Approve');
  await start(server.as('sam'), 'apply-guarded', { plan: 'guarded' });
  const refused = await phaseOf('apply-guarded', 'Failed');
  assert.equal(at(refused, 'status', 'error', 'code'), 'Forbidden');
  assert.match(
    String(at(refused, 'status', 'error', 'message')),
    /User "sam" cannot create resource "plans\/apply"/,
  );
});

test('input that is not right is refused by its field', async () => {
  const answer = await server.admin.post(runs, {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Run',
    metadata: { name: 'bad' },
    spec: { definition: 'plan.apply', input: { waitSeconds: -1 } },
  });
  assert.equal(answer.status, 422);
  assert.match(answer.text, /spec\.input\.plan: Required value/);
  assert.match(answer.text, /spec\.input\.waitSeconds: Invalid value: -1/);
});
