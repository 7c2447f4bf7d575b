import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { conditionOf, item, StackBench } from './stacks.ts';
import { missingProgram, terraform } from './terraform-program.ts';

const base = '/apis/plinth.dev/v1alpha1';
const namespaced = `${base}/namespaces/default`;
const rights = readFileSync(join(import.meta.dirname, '../../../../examples/stacks/rights.yaml'), 'utf8');
const canary = 'canary-81cc3-value';

const source = `variable "password" {
  type      = string
  sensitive = true
}
resource "terraform_data" "secret" {
  input = "db \${var.password}"
}
${item('one', '"first"')}output "subnets" {
  value = ["a"]
}
`;

describe('what a page of a stack shows', { skip: missingProgram(terraform) }, () => {
  let server: TestServer;
  let viewer: HttpsClient;
  let network: StackBench;
  before(async () => {
    server = await startTestServer({ capabilities: [infraCapability] });
    for (const document of rights.split('\n---\n')) {
      const [, kind = ''] = /^kind: (\w+)$/m.exec(document) ?? [];
      const name = /^ {2}name: (\S+)$/m.exec(document)?.[1] ?? '';
      const path = `/apis/rbac.authorization.k8s.io/v1/${kind.toLowerCase()}s/${name}?fieldManager=test`;
      const contentType = 'application/apply-patch+yaml';
      const answer = await server.admin.send('PATCH', path, { contentType, body: document });
      equal(answer.status, 201, answer.text);
    }
    viewer = server.as('vera', ['stack-viewers']);
    const data = { password: Buffer.from(canary).toString('base64') };
    await server.admin.post('/api/v1/namespaces/default/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'database' },
      data,
    });
    network = new StackBench(() => server.admin, server.directory, 'network');
    network.write({ 'main.tf': source });
    const password = { name: 'password', secretKeyRef: { name: 'database', key: 'password' } };
    await network.declare({ approval: { when: 'Always' }, variables: [password] });
    const app = new StackBench(() => server.admin, server.directory, 'app');
    app.write({ 'main.tf': `variable "subnets" {}\n${item('one', '"x"')}` });
    const subnets = { name: 'subnets', stackOutputRef: { name: 'network', output: 'subnets' } };
    await app.declare({ variables: [subnets] });
    await network.reaches('WaitingForApproval');
    await app.reaches('WaitingForStack');
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  /** What a viewer reads, without anything secret in it. */
  const read = async (path: string): Promise<unknown> => {
    const answer = await viewer.get(path);
    equal(answer.status, 200, `${path}: ${answer.text}`);
    ok(!answer.text.includes(canary), path);
    return answer.json;
  };
  const changes = async (run = ''): Promise<unknown> =>
    await read(`/terraform/stacks/default/network/plan?form=changes${run === '' ? '' : `&run=${run}`}`);

  test('the list, where each stands, and which come before which', async () => {
    const stacks = listAt(await read(`${namespaced}/stacks`), 'items');
    const graph = stacks.map((one) => [
      textAt(one, 'metadata', 'name'),
      textAt(conditionOf(one, 'Ready'), 'reason'),
      at(one, 'status', 'dependencies') ?? [],
    ]);
    deepEqual(graph, [
      ['app', 'WaitingForStack', [{ name: 'network', outputs: ['subnets'] }]],
      ['network', 'WaitingForApproval', []],
    ]);
  });

  test('the plan: resources, actions and attributes, bound as its approval is', async () => {
    const plan = await changes();
    const stack = await network.read();
    for (const field of ['run', 'digest', 'revision', 'at', 'programVersion']) {
      equal(textAt(plan, field), textAt(stack, 'status', 'plan', field), field);
    }
    deepEqual(at(plan, 'policy', 'findings'), []);
    equal(textAt(plan, 'changes', 'headline'), '2 to create, 1 output');
    const resources = listAt(plan, 'changes', 'resources');
    deepEqual(
      resources.map((one) => [textAt(one, 'address'), textAt(one, 'action'), at(one, 'attributes', '0')]),
      [
        ['terraform_data.one', 'create', { path: 'input', after: '"first"', forcesReplacement: false }],
        [
          'terraform_data.secret',
          'create',
          { path: 'input', after: '(sensitive)', forcesReplacement: false },
        ],
      ],
    );
  });

  test('runs by the label of the stack, who is asked, who approved, and the log', async () => {
    const runsPath = `${namespaced}/runs?labelSelector=plinth.dev%2Fstack%3Dnetwork`;
    const [waiting] = listAt(await read(runsPath), 'items');
    equal(at(waiting, 'status', 'waitingFor', '0', 'count'), 1);
    const run = textAt(waiting, 'metadata', 'name');
    const refused = await viewer.post(`${base}/approvals`, {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Approval',
    });
    equal(refused.status, 403, 'who may look may not decide');
    await network.approve(server.as('lee', ['stack-viewers', 'stack-approvers']));
    await network.reaches('Applied');
    const decided = `spec.target.kind=Run,spec.target.name=${run}`;
    const approvals = await read(`${base}/approvals?fieldSelector=${encodeURIComponent(decided)}`);
    deepEqual(
      listAt(approvals, 'items').map((one) => textAt(one, 'spec', 'approver', 'username')),
      ['lee'],
    );
    const ended = await read(`${namespaced}/runs/${run}`);
    deepEqual(
      listAt(ended, 'status', 'steps').map((one) => textAt(one, 'name')),
      ['look', 'source', 'init', 'plan', 'tell', 'leave', 'approve', 'apply', 'clean'],
    );
    const log = await text(await viewer.open('GET', `${namespaced}/runs/${run}/log?follow=true`));
    match(log, /"step":"apply"[^\n]*Apply complete/);
    ok(!log.includes(canary));
  });

  test('the history with its plans, versions of the state and what differs, the lock, drift', async () => {
    const first = textAt(await network.read(), 'status', 'run');
    network.write({ 'main.tf': source.replace('first', 'second') });
    const waiting = await network.reaches('WaitingForApproval', first);
    await network.approve(server.as('lee', ['stack-approvers']));
    await network.reaches('Applied', first);
    const second = textAt(waiting, 'status', 'run');
    const stack = await read(network.path);
    deepEqual(
      listAt(stack, 'status', 'history').map((one) => [
        textAt(one, 'run'),
        textAt(one, 'headline'),
        textAt(one, 'outcome'),
      ]),
      [
        [second, '1 to update', 'applied'],
        [first, '2 to create, 1 output', 'applied'],
      ],
    );
    const older = await changes(first);
    deepEqual(
      [textAt(older, 'changes', 'headline'), at(older, 'policy')],
      ['2 to create, 1 output', undefined],
    );
    equal(textAt(older, 'digest'), textAt(stack, 'status', 'history', '1', 'digest'));

    const state = '/terraform/state/default/network';
    const versions = listAt(await read(`${state}/versions`), 'versions');
    deepEqual(
      versions.map((one) => textAt(one, 'by')),
      [`runs/default/${second}`, `runs/default/${first}`],
    );
    const [newest, oldest] = versions.map((one) => String(at(one, 'serial')));
    const differs = await read(`${state}/diff?from=${oldest}&to=${newest}`);
    equal(textAt(differs, 'resources', '0', 'address'), 'terraform_data.one');
    equal((await viewer.get(state)).status, 403, 'what is in a state is for others');
    await server.admin.send('LOCK', state, { body: { ID: 'held', Who: 'ada@laptop' } });
    equal(textAt(await read(`${namespaced}/terraformstates/network`), 'status', 'lock', 'who'), 'ada@laptop');
    await server.admin.send('UNLOCK', state, { body: { ID: 'held' } });

    const merge = (body: object) => ({ contentType: 'application/merge-patch+json', body });
    const asked = { metadata: { annotations: { 'plinth.dev/check-drift': 'now' } } };
    equal((await viewer.send('PATCH', network.path, merge(asked))).status, 403);
    const before = at(await network.read(), 'spec', 'requestedBy');
    equal((await server.as('lee', ['system:masters']).send('PATCH', network.path, merge(asked))).status, 200);
    const looked = await network.looksForDrift('now');
    deepEqual(at(looked, 'spec', 'requestedBy'), before, 'who asks for a look is not the author');
    deepEqual(at(looked, 'status', 'drift', 'drifted'), 0);
    equal(listAt(await read(`${namespaced}/drifts`), 'items').length, 0);
  });

  test('nobody sees any of it without the right to it', async () => {
    const stranger = server.as('stranger');
    for (const path of [
      `${namespaced}/stacks`,
      network.path,
      '/terraform/stacks/default/network/plan?form=changes',
      `${namespaced}/runs?labelSelector=plinth.dev%2Fstack%3Dnetwork`,
      '/terraform/state/default/network/versions',
      '/terraform/state/default/network/diff',
      `${namespaced}/terraformstates/network`,
      `${namespaced}/drifts`,
    ]) {
      equal((await stranger.get(path)).status, 403, path);
    }
    const wrong = await viewer.get('/terraform/stacks/default/network/plan?form=pages');
    deepEqual(
      [wrong.status, wrong.text.trim()],
      [400, 'form: expected text, markdown, json, changes, found "pages"'],
    );
  });
});
