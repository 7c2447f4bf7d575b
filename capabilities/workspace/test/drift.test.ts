import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type Client,
  type Kernel,
  parsePlan,
  plans,
  startKernel,
  systemClock,
  systemRandom,
} from '@plinth/kernel';
import { type Drift, draft, drifts, isDrift } from '@plinth/kernel/testing';
import { workspaceCapability, workspaces } from '../src/index.ts';
import { HttpsClient } from './https-client.ts';
import { until } from './waiting.ts';

const configMaps = { group: '', resource: 'configmaps' };
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

let home: string;
let kernel: Kernel;
let client: Client;
let https: HttpsClient;
const faults: unknown[] = [];

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'plinth-drift-'));
  kernel = await startKernel({
    dataDirectory: join(home, 'data'),
    port: 0,
    host: '127.0.0.1',
    version: 'test',
    capabilities: [workspaceCapability],
    clock: systemClock,
    random: systemRandom,
    onFault: (what, error) => faults.push([what, error]),
  });
  client = kernel.client('test');
  https = new HttpsClient(kernel.url, kernel.kubeconfigPath);
});

after(async () => {
  await kernel.close();
  await rm(home, { recursive: true, force: true });
});

const path = (name: string) => `/api/v1/namespaces/default/configmaps/${name}`;

function value(name: string): unknown {
  const data = client.get(configMaps, { namespace: 'default', name })?.['data'];
  return (data as { key?: string } | undefined)?.key;
}

/** The Drift of a ConfigMap. */
function driftOf(name: string): Drift | undefined {
  return client
    .list(drifts)
    .filter(isDrift)
    .find(({ spec }) => spec.target.name === name);
}

function reason(name: string, type: string): string | undefined {
  return driftOf(name)?.status?.conditions?.find((condition) => condition.type === type)?.reason;
}

/** A workspace with one ConfigMap of its name, applied. */
async function workspace(name: string, drift: string): Promise<void> {
  const source = join(home, name);
  await mkdir(source);
  const manifest = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {key: declared}\n`;
  await writeFile(join(source, 'a.yaml'), manifest);
  const spec = { source: { directory: { path: source } }, drift };
  await client.create(workspaces, draft('plinth.dev/v1alpha1', 'Workspace', { name }, { spec }));
  await until(`${name} is applied`, () => state(name)?.['status'] === 'applied');
}

/** The entry of the object in the inventory of its workspace. */
function state(name: string): Record<string, unknown> | undefined {
  const status = client.get(workspaces, { name })?.['status'] as
    | { inventory?: Record<string, unknown>[] }
    | undefined;
  return status?.inventory?.[0];
}

test('a change of somebody else becomes a Drift, is put right, and after three times held back', async () => {
  await workspace('corrected', 'correct');
  for (const [i, forged] of ['a', 'b', 'c'].entries()) {
    const answer = await https.merge(path('corrected'), { data: { key: forged } });
    assert.equal(answer.code, 200);
    await until(
      `corrected ${i + 1} times`,
      () => driftOf('corrected')?.status?.corrections?.length === i + 1,
    );
    await until(
      'put right',
      () => value('corrected') === 'declared' && reason('corrected', 'Drifted') === 'Corrected',
    );
  }
  await https.merge(path('corrected'), { data: { key: 'd' } });
  await until('held back', () => reason('corrected', 'Corrected') === 'HeldBack');
  await until('told by the workspace', () => state('corrected')?.['status'] === 'drifted');
  assert.match(
    String(state('corrected')?.['message']),
    /^drift: data\.key; Held back: it was corrected 3 times/,
  );
  assert.equal(value('corrected'), 'd');
  const rows = await https.send('GET', '/apis/plinth.dev/v1alpha1/namespaces/default/drifts', undefined, {
    accept: table,
  });
  const [row] = rows.body['rows'] as { cells: unknown[] }[];
  assert.deepEqual(row?.cells.slice(1, 5), ['ConfigMap/corrected', 'correct', 'True', 'data.key']);
  const events = client.list({ group: '', resource: 'events' }, { namespace: 'default' });
  const told = new Set(events.map((event) => event['reason']));
  for (const expected of ['DriftDetected', 'DriftCorrected', 'DriftHeldBack'])
    assert.ok(told.has(expected), expected);
});

test('policy propose: a Plan is made, and applying it puts the object right', async () => {
  await workspace('proposed', 'propose');
  await https.merge(path('proposed'), { data: { key: 'forged', mine: 'kept' } });
  await until('proposed', () => reason('proposed', 'Proposed') === 'PlanProposed');
  const name = driftOf('proposed')?.status?.plan?.name ?? '';
  const plan = parsePlan(client.get(plans, { name }));
  assert.deepEqual(plan?.status?.changes?.[0]?.fields, [
    { path: 'data.key', before: 'forged', after: 'declared' },
  ]);
  assert.equal(plan?.spec.author?.username, 'system:plinth:workspace');
  assert.equal(value('proposed'), 'forged');
  const applied = await https.send('POST', `/apis/plinth.dev/v1alpha1/plans/${name}/apply`, {});
  assert.equal(applied.code, 201, JSON.stringify(applied.body));
  await until(
    'put right',
    () => value('proposed') === 'declared' && reason('proposed', 'Drifted') === 'AsDeclared',
  );
  await until('told by the workspace', () => state('proposed')?.['status'] === 'applied');
  assert.ok(client.get(plans, { name }), 'a Plan that was applied stays');
});

test('policy propose: the Plan of a drift that is gone is withdrawn; Drift and Plan go with the workspace', async () => {
  await workspace('withdrawn', 'propose');
  await https.merge(path('withdrawn'), { data: { key: 'forged' } });
  await until('proposed', () => reason('withdrawn', 'Proposed') === 'PlanProposed');
  const name = driftOf('withdrawn')?.status?.plan?.name ?? '';
  await https.merge(path('withdrawn'), { data: { key: 'declared' } });
  await until('withdrawn', () => client.get(plans, { name }) === undefined);
  await https.merge(path('withdrawn'), { data: { key: 'again' } });
  await until('proposed again', () => reason('withdrawn', 'Proposed') === 'PlanProposed');
  const second = driftOf('withdrawn')?.status?.plan?.name ?? '';
  assert.notEqual(second, name);
  await client.delete(workspaces, { name: 'withdrawn' });
  await until(
    'gone',
    () => driftOf('withdrawn') === undefined && client.get(plans, { name: second }) === undefined,
  );
});

test('a ChangePolicy that lets nobody change it directly: the correction is refused and says so', async () => {
  await workspace('guarded', 'correct');
  const spec = { match: [{ kinds: ['ConfigMap'], operations: ['update'] }], exempt: { users: ['nobody'] } };
  const policy = {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'ChangePolicy',
    metadata: { name: 'guard' },
    spec,
  };
  await https.merge(path('guarded'), { data: { key: 'forged' } });
  await until('put right', () => value('guarded') === 'declared');
  // Forged while nothing looks, so that the policy is there first.
  await https.merge('/apis/plinth.dev/v1alpha1/workspaces/guarded', { spec: { suspend: true } });
  await https.merge(path('guarded'), { data: { key: 'forged' } });
  const made = await https.send('POST', '/apis/plinth.dev/v1alpha1/changepolicies', policy);
  assert.equal(made.code, 201, JSON.stringify(made.body));
  try {
    await https.merge('/apis/plinth.dev/v1alpha1/workspaces/guarded', { spec: { suspend: false } });
    await until('refused', () => reason('guarded', 'Corrected') === 'CorrectionFailed');
    const told = driftOf('guarded')?.status?.conditions?.find(({ type }) => type === 'Corrected')?.message;
    assert.match(told ?? '', /ChangePolicy "guard" lets only a plan do this/);
    assert.equal(value('guarded'), 'forged');
    await https.merge('/apis/plinth.dev/v1alpha1/workspaces/guarded', { spec: { drift: 'propose' } });
    await until('proposed instead', () => reason('guarded', 'Proposed') === 'PlanProposed');
  } finally {
    await https.send('DELETE', '/apis/plinth.dev/v1alpha1/changepolicies/guard');
  }
});

test('bad input: an unknown policy is refused by name, and a Drift stays about what it was made for', async () => {
  const spec = { source: { directory: { path: '/nowhere' } }, drift: 'ignore' };
  const bad = { apiVersion: 'plinth.dev/v1alpha1', kind: 'Workspace', metadata: { name: 'bad' }, spec };
  const refused = await https.send('POST', '/apis/plinth.dev/v1alpha1/workspaces', bad);
  assert.equal(refused.code, 422);
  assert.match(
    String(refused.body['message']),
    /spec\.drift: Unsupported value: "ignore": .*"report".*"propose".*"correct"/,
  );
  const { metadata } = driftOf('corrected') ?? assert.fail('there is no Drift');
  const at = `/apis/plinth.dev/v1alpha1/namespaces/default/drifts/${metadata.name}`;
  const moved = await https.merge(at, { spec: { target: { name: 'other' } } });
  assert.equal(moved.code, 422);
  assert.match(
    String(moved.body['message']),
    /spec\.target: Forbidden: a Drift stays about what it was made for/,
  );
});

test('nothing went wrong on the way', () => {
  assert.deepEqual(faults, []);
});
