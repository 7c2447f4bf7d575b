import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draft } from '../../control/draft.ts';
import { StatusError } from '../../model/status-error.ts';
import { plans } from '../../plan/plan-kind.ts';
import { drifts } from '../drift-kind.ts';
import { conditionOf } from '../drift-status.ts';
import { configMaps, DriftBench, declarations, reportOf } from './drift-bench.ts';

const minute = 60_000;
const place = (name: string) => ({ namespace: 'default', name });

test('policy report: drift is shown with its values, nothing else is touched, and the same again writes nothing', async () => {
  const bench = await DriftBench.make();
  await bench.configMap('one', 'forged');
  await bench.declare('one', 'report');
  bench.start();
  await bench.settle();
  const { metadata, spec, status } = bench.drift;
  assert.deepEqual(status?.differences, [{ path: 'data.key', declared: '"right"', observed: '"forged"' }]);
  assert.deepEqual(spec.declaredBy, { apiVersion: 'example.dev/v1', kind: 'Declaration', name: 'one' });
  assert.equal(metadata.ownerReferences?.[0]?.kind, 'Declaration', 'it goes with what declares');
  assert.equal(bench.value('one'), 'forged');
  assert.deepEqual(bench.events(), ['DriftDetected']);
  const { commits } = bench.client;
  await bench.settle(5 * minute);
  assert.equal(bench.client.commits, commits);
  await bench.change('one', 'right');
  await bench.settle();
  assert.deepEqual(bench.reasons, { Drifted: 'AsDeclared' });
  assert.deepEqual(bench.events(), ['DriftDetected', 'DriftGone']);
  await bench.settle(11 * minute);
  assert.deepEqual(bench.drifts, [], 'what is over is cleared up');
  assert.deepEqual(bench.errors, []);
});

test('policy correct: put right at once, held back after three times, and let go when the window is over', async () => {
  const bench = await DriftBench.make();
  await bench.configMap('one', 'right');
  await bench.declare('one', 'correct');
  bench.start();
  await bench.settle();
  for (const value of ['a', 'b', 'c']) {
    await bench.change('one', value);
    await bench.settle(1_000);
    assert.equal(bench.value('one'), 'right');
  }
  await bench.change('one', 'd');
  await bench.settle(minute);
  assert.equal(bench.value('one'), 'd');
  assert.deepEqual(bench.reasons, { Drifted: 'FieldsDiffer', Corrected: 'HeldBack' });
  assert.match(
    conditionOf(bench.drift.status, 'Corrected')?.message ?? '',
    /corrected 3 times within 600 s .* at 2026-/,
  );
  assert.ok(bench.events().includes('DriftHeldBack'));
  await bench.plane.stop();
  bench.plane.start();
  await bench.settle(minute);
  assert.equal(bench.value('one'), 'd', 'a restart does not forget');
  await bench.settle(10 * minute);
  assert.equal(bench.value('one'), 'right');
  assert.deepEqual(bench.reasons, { Drifted: 'Corrected', Corrected: 'Corrected' });
  assert.deepEqual(bench.errors, []);
});

test('a target that is deleted again and again uses its limit up as well, for its Drift outlives it', async () => {
  const bench = await DriftBench.make();
  await bench.declare('one', 'correct');
  bench.start();
  await bench.settle();
  for (let i = 0; i < 3; i++) {
    assert.equal(bench.value('one'), 'right');
    await bench.client.delete(configMaps, place('one'));
    await bench.settle(1_000);
  }
  assert.equal(bench.value('one'), undefined);
  assert.deepEqual(bench.reasons, { Drifted: 'Missing', Corrected: 'HeldBack' });
  await bench.client.delete(drifts, place(bench.drift.metadata.name));
  await bench.settle(2 * minute);
  assert.equal(bench.value('one'), 'right', 'who deletes the Drift lets it be corrected at the next look');
});

test('a reporter corrects no more than so many targets a minute, also after a restart', async () => {
  const bench = await DriftBench.make();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const limits = { perMinute: 2 };
  const found = await Promise.all(names.map((name) => bench.declare(name, 'correct')));
  const reporter = bench.reporter(bench.client, limits);
  const states = await Promise.all(
    found.map(async (one) => (await reportOf(reporter, bench.client, one)).state),
  );
  assert.deepEqual(states, ['Corrected', 'Corrected', 'HeldBack', 'HeldBack', 'HeldBack']);
  const fresh = bench.reporter(bench.client, limits);
  const [, , third] = found;
  assert.ok(third);
  const held = await reportOf(fresh, bench.client, third);
  assert.deepEqual([held.state, held.requeueAfterMs], ['HeldBack', minute]);
  await bench.clock.advance(minute);
  assert.equal((await reportOf(fresh, bench.client, third)).state, 'Corrected');
});

test('racing reports of one target share one limit', async () => {
  const bench = await DriftBench.make();
  const declaration = await bench.declare('one', 'correct');
  await bench.configMap('one', 'forged');
  let calls = 0;
  const target = { apiVersion: 'v1', kind: 'ConfigMap', ...place('one') };
  const differences = [{ path: 'data.key', declared: 'right', observed: 'forged' }];
  const racing = Array.from({ length: 20 }, async () => {
    const correct = async () => calls++;
    await bench
      .reporter()
      .report({ target, declaredBy: declaration, differences, policy: 'correct', correct });
  });
  await Promise.allSettled(racing);
  assert.ok(calls <= 3, `${calls} corrections`);
  assert.ok((bench.drift.status?.corrections ?? []).length <= 3);
});

test('policy propose: one Plan for one state, another for another, none when it is gone', async () => {
  const bench = await DriftBench.make();
  await bench.configMap('one', 'forged');
  await bench.declare('one', 'propose');
  bench.start();
  await bench.settle();
  const [first] = bench.plans;
  assert.deepEqual([bench.plans.length, bench.reasons['Proposed']], [1, 'PlanProposed']);
  const spec = bench.client.get(plans, { name: first ?? '' })?.['spec'] as {
    manifests?: unknown[];
    force?: boolean;
  };
  assert.deepEqual(spec.manifests, [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: place('one'), data: { key: 'right' } },
  ]);
  await bench.settle(3 * minute);
  assert.deepEqual(bench.plans, [first], 'looking again proposes nothing');
  await bench.change('one', 'other');
  await bench.settle();
  assert.equal(bench.plans.length, 1);
  assert.notEqual(bench.plans[0], first);
  await bench.change('one', 'right');
  await bench.settle();
  assert.deepEqual(bench.plans, []);
  assert.deepEqual(bench.reasons, { Drifted: 'AsDeclared' });
});

test('policy propose: a Plan that was applied or rejected is not deleted, and one of a deleted Drift is', async () => {
  const bench = await DriftBench.make();
  await bench.configMap('one', 'forged');
  await bench.declare('one', 'propose');
  bench.start();
  await bench.settle();
  const [first = ''] = bench.plans;
  await bench.client.patch(plans, { name: first }, { status: { phase: 'Rejected' } }, 'status');
  await bench.settle(2 * minute);
  assert.deepEqual([bench.plans, bench.reasons['Proposed']], [[first], 'PlanRejected']);
  await bench.change('one', 'other');
  await bench.settle();
  assert.equal(bench.plans.length, 2);
  await bench.plane.stopController('declaration');
  await bench.client.delete(drifts, place(bench.drift.metadata.name));
  await bench.settle();
  assert.deepEqual(bench.plans, [first]);
});

test('values of Secrets appear nowhere, neither shown nor as a digest that can be guessed at', async () => {
  const bench = await DriftBench.make();
  const secrets = { group: '', resource: 'secrets' };
  const data = (value: string) => ({ password: Buffer.from(value).toString('base64') });
  await bench.client.create(secrets, draft('v1', 'Secret', place('s'), { data: data('hushhush') }));
  const observed = bench.client.get(secrets, place('s'));
  assert.ok(observed);
  const target = { apiVersion: 'v1', kind: 'Secret', ...place('s') };
  const declared = { ...observed, type: 'Opaque', data: data('intended') };
  const reporter = bench.reporter();
  const refusal = new StatusError(422, 'Invalid', `data: Invalid value: "${data('hushhush').password}"`, {
    causes: [{ reason: 'FieldValueInvalid', message: 'hushhush', field: 'data.password' }],
  });
  const correct = () => Promise.reject(refusal);
  await assert.rejects(
    reporter.report({ target, declared, observed, policy: 'correct', correct }),
    StatusError,
  );
  assert.deepEqual(bench.drift.status?.differences, [
    { path: 'data.password', sensitive: true },
    { path: 'type', declared: '"Opaque"' },
  ]);
  assert.equal(conditionOf(bench.drift.status, 'Corrected')?.message, 'Invalid at data.password');
  await bench.recorder.flush();
  const told = JSON.stringify([bench.drift, bench.client.list({ group: '', resource: 'events' })]);
  for (const value of ['hushhush', 'intended', data('hushhush').password, data('intended').password]) {
    assert.ok(!told.includes(value), value);
  }
});

test('of targets that not all readers of the Drift may read, fields are named and no values', async () => {
  const bench = await DriftBench.make();
  const rules = (verb: string) => [{ verbs: [verb], apiGroups: [''], resources: ['secrets'] }];
  const reporter = bench.reporter();
  const kinds = [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'r' },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', ...place('r') },
    { apiVersion: 'v1', kind: 'Namespace', name: 'r' },
  ];
  for (const target of kinds) {
    const states = { observed: { rules: rules('get') }, declared: { rules: rules('list') } };
    const correct = () => Promise.reject(new Error('rules: Invalid value: "get"'));
    await assert.rejects(reporter.report({ target, ...states, policy: 'correct', correct }), Error);
  }
  for (const { status } of bench.drifts) {
    assert.deepEqual(status?.differences, [{ path: 'rules', sensitive: true }]);
    assert.equal(conditionOf(status, 'Corrected')?.message, 'Error');
  }
  assert.equal(bench.drifts.length, 3);
});

test('differences are bounded: long values are cut, many are counted', async () => {
  const bench = await DriftBench.make();
  const differences = Array.from({ length: 80 }, (_, i) => ({
    path: `spec.f${i}`,
    observed: 'x'.repeat(10_000),
  }));
  const target = { apiVersion: 'example.dev/v1', kind: 'Stack', ...place('one') };
  await bench.reporter().report({ target, differences, policy: 'report' });
  const { status } = bench.drift;
  assert.deepEqual([status?.differences?.length, status?.differencesOmitted], [50, 30]);
  assert.match(status?.differences?.[0]?.observed ?? '', /^"x{255}… \(10002 characters\)$/);
  assert.ok(JSON.stringify(bench.drift).length < 20_000);
});

test('a correction that fails counts, is told, and its error reaches the controller', async () => {
  const bench = await DriftBench.make();
  await bench.configMap('one', 'forged');
  const target = { apiVersion: 'v1', kind: 'ConfigMap', ...place('one') };
  const differences = [{ path: 'data.key', declared: 'right', observed: 'forged' }];
  const failure = new Error('the machine is on fire');
  const report = { target, differences, policy: 'correct', correct: () => Promise.reject(failure) } as const;
  const reporter = bench.reporter();
  for (let i = 0; i < 3; i++) await assert.rejects(reporter.report(report), failure);
  assert.equal((await reporter.report(report)).state, 'HeldBack');
  await bench.recorder.flush();
  assert.deepEqual(bench.events(), ['DriftCorrectionFailed', 'DriftDetected', 'DriftHeldBack']);
});

test('a target whose namespace is not there is told in namespace default', async () => {
  const bench = await DriftBench.make();
  const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'gone', name: 'one' };
  const declared = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'gone', name: 'one' } };
  const reporter = bench.reporter();
  const outcome = await reporter.report({ target, declared, policy: 'report' });
  assert.deepEqual(
    [outcome.state, outcome.isMissing, outcome.drift?.namespace],
    ['Reported', true, 'default'],
  );
  const { commits } = bench.client;
  await reporter.report({ target, declared, policy: 'report' });
  assert.equal(bench.client.commits, commits);
  await reporter.forget({ target });
  assert.deepEqual(bench.drifts, []);
  await reporter.forget({ target });
});

test('a declaration that is made anew under its name begins afresh', async () => {
  const bench = await DriftBench.make();
  await bench.configMap('one', 'forged');
  const reporter = bench.reporter();
  await reportOf(reporter, bench.client, await bench.declare('one', 'report'));
  const [first] = bench.drifts;
  await bench.client.delete(declarations, { name: 'one' });
  await reportOf(reporter, bench.client, await bench.declare('one', 'report'));
  assert.equal(bench.drifts.length, 2, 'the first one goes with its owner');
  assert.ok(bench.drifts.some(({ metadata }) => metadata.name !== first?.metadata.name));
});
