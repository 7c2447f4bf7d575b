import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceError } from '@plinth/kernel';
import { workspaces } from '../src/kinds.ts';
import { Bench, configMap, configMaps, definitions, namespaces, secrets } from './bench.ts';

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.dev}
spec: {group: example.dev, scope: Namespaced, names: {kind: Thing, plural: things}}
`;
const thing = 'apiVersion: example.dev/v1\nkind: Thing\nmetadata: {name: first}\nspec: {size: 1}\n';

test('all manifests of a directory are applied, and the status says where each came from', async () => {
  const bench = await Bench.make({
    'b.yaml': `${configMap('two')}---\n${configMap('three')}`,
    'a/one.json': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } }),
  });
  await bench.run();
  assert.deepEqual(bench.names(configMaps), ['one', 'three', 'two']);
  const { inventory, counts, lastAppliedAt, revision, observedGeneration } = bench.workspace.status ?? {};
  assert.deepEqual(
    inventory?.map(({ name, namespace, file, line, status, ready }) => [
      name,
      namespace,
      file,
      line,
      status,
      ready,
    ]),
    [
      ['one', 'default', 'a/one.json', 1, 'applied', 'True'],
      ['two', 'default', 'b.yaml', 1, 'applied', 'True'],
      ['three', 'default', 'b.yaml', 8, 'applied', 'True'],
    ],
  );
  assert.deepEqual(counts, { objects: 3, ready: 3, failed: 0, waiting: 0, drifted: 0 });
  assert.deepEqual(
    [bench.condition('Ready').status, bench.condition('Ready').message],
    ['True', '3 objects are applied'],
  );
  assert.deepEqual(
    [bench.condition('Reconciling').status, bench.condition('Stalled').status],
    ['False', 'False'],
  );
  assert.match(lastAppliedAt ?? '', /^2026-/);
  assert.match(revision ?? '', /^sha256:/);
  assert.equal(observedGeneration, 1);
  const live = bench.client.get(configMaps, { namespace: 'default', name: 'one' });
  assert.deepEqual(
    live?.metadata.managedFields?.map(({ manager, operation }) => [manager, operation]),
    [['plinth-workspace', 'Apply']],
  );
  assert.equal(inventory?.[0]?.uid, live?.metadata.uid);
  assert.deepEqual(bench.errors, []);
});

test('reconcile twice is reconcile once: nothing is written when nothing has changed', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one'), 'b.yaml': 'kind: [broken\n' });
  await bench.run();
  const { commits } = bench.client;
  const { reads } = bench.directory;
  await bench.settle(300_000);
  assert.ok(bench.directory.reads > reads, 'it did look');
  assert.equal(bench.client.commits, commits);
  await bench.plane.stop();
  bench.plane.start();
  await bench.settle();
  assert.equal(bench.client.commits, commits, 'nor after a restart, which forgets what was applied');
});

test('a change of a file is applied, a file that goes takes its objects along', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one'), 'b.yaml': configMap('two') });
  await bench.run();
  bench.directory.put('a.yaml', configMap('one', 'changed'));
  bench.directory.put('b.yaml', undefined);
  await bench.settle(3_000);
  assert.deepEqual(bench.data('one'), { key: 'changed' });
  assert.deepEqual(bench.names(configMaps), ['one']);
  assert.deepEqual(bench.states, { one: 'applied' });
  assert.deepEqual(bench.reasons(), ['Pruned']);
});

test('a directory is read when it has come to rest, not in the middle of being written', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one'), 'b.yaml': configMap('two') });
  await bench.run();
  const { reads } = bench.directory;
  bench.directory.put('b.yaml', undefined);
  await bench.clock.advance(200);
  bench.directory.put('b.yaml', configMap('two', 'changed'));
  await bench.clock.advance(200);
  assert.equal(bench.directory.reads, reads);
  await bench.settle(3_000);
  assert.deepEqual(bench.names(configMaps), ['one', 'two']);
  assert.deepEqual(bench.data('two'), { key: 'changed' });
});

test('drift is put right at once, whether a field was changed or the object deleted', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one'), 'b.yaml': configMap('two') });
  await bench.run();
  await bench.client.patch(
    configMaps,
    { namespace: 'default', name: 'one' },
    { data: { key: 'forged', mine: 'kept' } },
  );
  await bench.client.delete(configMaps, { namespace: 'default', name: 'two' });
  await bench.settle(2_000);
  assert.deepEqual(bench.data('one'), { key: 'one', mine: 'kept' }, 'fields of others stay');
  assert.deepEqual(bench.data('two'), { key: 'one' });
  assert.deepEqual(bench.states, { one: 'corrected', two: 'corrected' });
  // Of an object that is not there its workspace tells.
  assert.deepEqual(bench.reasons(), ['DriftCorrected', 'DriftCorrected', 'DriftDetected']);
  assert.deepEqual(bench.reasons('ConfigMap'), ['DriftCorrected', 'DriftCorrected', 'DriftDetected']);
});

test('policy report: drift is named by field, not put right, and gone from the status when it is gone', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one'), 'b.yaml': configMap('two') });
  await bench.run({ drift: 'report' });
  await bench.client.patch(configMaps, { namespace: 'default', name: 'one' }, { data: { key: 'hushhush' } });
  await bench.client.delete(configMaps, { namespace: 'default', name: 'two' });
  await bench.settle(2_000);
  assert.deepEqual(bench.data('one'), { key: 'hushhush' });
  assert.deepEqual(bench.states, { one: 'drifted', two: 'drifted' });
  assert.deepEqual(
    [bench.condition('Ready').reason, bench.workspace.status?.counts?.drifted],
    ['Drifted', 2],
  );
  assert.match(bench.condition('Ready').message ?? '', /ConfigMap default\/one: drift: data\.key$/);
  assert.ok(!JSON.stringify(bench.workspace.status).includes('hushhush'));
  await bench.client.patch(configMaps, { namespace: 'default', name: 'one' }, { data: { key: 'one' } });
  await bench.settle(2_000);
  assert.equal(bench.states['one'], 'applied');
  bench.directory.put('b.yaml', configMap('two', 'new'));
  await bench.settle(3_000);
  assert.deepEqual(bench.data('two'), { key: 'new' }, 'a new declaration is applied');
});

test('policy report does not take fields from others that had them first', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one') });
  await bench.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'one', namespace: 'default' } as never,
    data: { key: 'theirs' },
  });
  await bench.run({ drift: 'report' });
  assert.deepEqual([bench.states['one'], bench.data('one')], ['failed', { key: 'theirs' }]);
  assert.match(
    bench.condition('Ready').message ?? '',
    /^a\.yaml:6:3: ConfigMap one: Apply failed with 1 conflict: conflict with "user/,
  );
});

test('a broken document is named with file, line and column; it blocks no other, and nothing is pruned meanwhile', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one'), 'b.yaml': configMap('two') });
  await bench.run();
  bench.directory.put(
    'b.yaml',
    `${configMap('three')}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: two\n`,
  );
  await bench.settle(3_000);
  assert.deepEqual(bench.names(configMaps), ['one', 'three', 'two']);
  const [problem] = bench.workspace.status?.problems ?? [];
  assert.deepEqual([problem?.file, problem?.line, problem?.column], ['b.yaml', 11, 1]);
  assert.equal(bench.condition('Ready').reason, 'ManifestInvalid');
  assert.match(bench.condition('Ready').message ?? '', /^b\.yaml:11:1: /);
  assert.equal(bench.condition('Stalled').status, 'True');
  assert.deepEqual(bench.states, { one: 'applied', three: 'applied', two: 'retained' });
  bench.directory.put('b.yaml', configMap('three'));
  await bench.settle(3_000);
  assert.deepEqual(bench.names(configMaps), ['one', 'three']);
  assert.equal(bench.condition('Ready').status, 'True');
});

test('documents without what makes an object are named, and so are objects that are declared twice', async () => {
  const bench = await Bench.make({
    'a.yaml':
      'kind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: x-\n',
    'b.yaml': `${configMap('one')}---\n${configMap('one', 'again')}`,
  });
  await bench.run();
  assert.deepEqual(
    bench.workspace.status?.problems?.map(({ file, line, message }) => `${file}:${line}: ${message}`),
    [
      'a.yaml:1: apiVersion is missing',
      'a.yaml:6: ConfigMap: metadata.name is missing: an object with generateName would be a new one each time',
      'b.yaml:8: ConfigMap one is declared twice, first at b.yaml:1',
    ],
  );
  assert.deepEqual(bench.data('one'), { key: 'one' });
});

test('what the API refuses is named with the line of the field, and tried again', async () => {
  const bench = await Bench.make({
    'a.yaml': `${configMap('bad')}invalid: 7\n`,
    'b.yaml': configMap('good'),
  });
  await bench.run();
  assert.deepEqual(bench.states, { bad: 'failed', good: 'applied' });
  const [problem] = bench.workspace.status?.problems ?? [];
  assert.deepEqual([problem?.file, problem?.line, problem?.column], ['a.yaml', 7, 1]);
  assert.match(problem?.message ?? '', /ConfigMap bad: .*invalid: Invalid value: 7: refused/);
  const { reads } = bench.directory;
  await bench.settle(60_000);
  assert.ok(bench.directory.reads > reads);
});

test('values of Secrets reach neither status nor events', async () => {
  const text =
    'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hushhush}\ninvalid: hushhush\n';
  const bench = await Bench.make({ 'a.yaml': text });
  await bench.run();
  assert.equal(bench.states['s'], 'failed');
  assert.match(bench.workspace.status?.inventory?.[0]?.message ?? '', /^Invalid at invalid$/);
  const told = JSON.stringify([bench.workspace, bench.client.list({ group: '', resource: 'events' })]);
  assert.ok(!told.includes('hushhush'));
  bench.directory.put(
    'a.yaml',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hushhush}\n',
  );
  await bench.settle(3_000);
  await bench.client.patch(
    secrets,
    { namespace: 'default', name: 's' },
    { stringData: { password: 'hushhush2' } },
  );
  await bench.client.patch(workspaces, { name: 'ws' }, { spec: { drift: 'report' } });
  await bench.settle(3_000);
  assert.ok(!JSON.stringify([bench.workspace.status, bench.reasons()]).includes('hushhush'));
});

test('definitions come first, and objects of their kinds when these are established', async () => {
  const bench = await Bench.make({ '0-thing.yaml': thing, 'z-definition.yaml': definition });
  bench.establish();
  bench.plane.add(bench.controller());
  bench.plane.start();
  await bench.create();
  await bench.clock.advance(400);
  assert.deepEqual(bench.states, { 'things.example.dev': 'applied', first: 'waiting' });
  assert.equal(bench.condition('Reconciling').status, 'True');
  assert.match(
    bench.condition('Ready').message ?? '',
    /Thing default\/first waits until kind Thing of example\.dev\/v1 is served/,
  );
  await bench.settle(3_000);
  assert.deepEqual(bench.states, { 'things.example.dev': 'applied', first: 'applied' });
  assert.deepEqual(bench.names({ group: 'example.dev', resource: 'things' }), ['first']);
  assert.equal(bench.condition('Ready').status, 'True');
});

test('objects of a kind that nobody serves wait, and are applied when it comes', async () => {
  const bench = await Bench.make({ 'a.yaml': thing, 'b.yaml': configMap('one') });
  await bench.run();
  assert.deepEqual(bench.states, { first: 'waiting', one: 'applied' });
  bench.establish();
  await bench.client.create(definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.dev' } as never,
    spec: { group: 'example.dev', scope: 'Namespaced', names: { kind: 'Thing', plural: 'things' } },
  });
  await bench.settle(2_000);
  assert.deepEqual(bench.states, { first: 'applied', one: 'applied' });
});

test('a namespace comes before what is in it, whatever the files are called', async () => {
  const bench = await Bench.make({
    'a.yaml': configMap('one', 'one', '  namespace: team\n'),
    'z.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n',
  });
  await bench.run();
  assert.deepEqual(bench.data('one', 'team'), { key: 'one' });
  assert.deepEqual(bench.states, { one: 'applied', team: 'applied' });
});

test('pruning leaves alone: protected objects, objects that became others, and everything when prune is false', async () => {
  const bench = await Bench.make({
    'a.yaml': configMap('guarded'),
    'b.yaml': configMap('remade'),
    'c.yaml': configMap('plain'),
    'd.yaml': configMap('stays'),
  });
  await bench.run();
  const name = (object: string) => ({ namespace: 'default', name: object });
  await bench.client.patch(configMaps, name('guarded'), {
    metadata: { annotations: { 'plinth.dev/prune': 'disabled' } },
  });
  await bench.plane.stop();
  await bench.client.delete(configMaps, name('remade'));
  await bench.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: name('remade') as never,
  });
  for (const file of ['a.yaml', 'b.yaml', 'c.yaml']) bench.directory.put(file, undefined);
  bench.plane.start();
  await bench.settle(5_000);
  assert.deepEqual(bench.names(configMaps), ['guarded', 'remade', 'stays']);
  assert.deepEqual(bench.states, { stays: 'applied', guarded: 'retained' });
  assert.equal(bench.condition('Ready').status, 'True');
  await bench.client.patch(configMaps, name('guarded'), {
    metadata: { annotations: { 'plinth.dev/prune': null } },
  });
  await bench.settle(2_000);
  assert.deepEqual(bench.names(configMaps), ['remade', 'stays']);
  await bench.client.patch(workspaces, { name: 'ws' }, { spec: { prune: false } });
  bench.directory.put('d.yaml', undefined);
  await bench.settle(3_000);
  assert.deepEqual([bench.names(configMaps), bench.states], [['remade', 'stays'], { stays: 'retained' }]);
});

test('a source that is suddenly empty deletes nothing', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one') });
  await bench.run();
  bench.directory.put('a.yaml', undefined);
  await bench.settle(3_000);
  assert.deepEqual(bench.names(configMaps), ['one']);
  assert.deepEqual(
    [bench.condition('Ready').reason, bench.condition('Stalled').status],
    ['PruneRefused', 'True'],
  );
});

test('a source that cannot be read changes nothing but the status, and is tried again', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one') });
  await bench.run();
  bench.directory.fault = new SourceError('SourceNotFound', 'there is no /source', 'create it');
  bench.directory.put('a.yaml', undefined);
  await bench.settle(3_000);
  assert.deepEqual(bench.names(configMaps), ['one']);
  assert.deepEqual(bench.condition('Ready'), {
    ...bench.condition('Ready'),
    status: 'False',
    reason: 'SourceNotFound',
    message: 'there is no /source; create it',
  });
  assert.deepEqual(bench.states, { one: 'applied' });
  bench.directory.fault = undefined;
  bench.directory.files.set('a.yaml', configMap('one', 'new'));
  await bench.settle(30_000);
  assert.deepEqual(bench.data('one'), { key: 'new' });
});

test('a suspended workspace leaves everything as it is, and goes on afterwards', async () => {
  const bench = await Bench.make({ 'a.yaml': configMap('one') });
  await bench.run();
  await bench.client.patch(workspaces, { name: 'ws' }, { spec: { suspend: true } });
  await bench.settle();
  bench.directory.put('a.yaml', configMap('one', 'new'));
  await bench.client.patch(configMaps, { namespace: 'default', name: 'one' }, { data: { key: 'forged' } });
  await bench.settle(300_000);
  assert.deepEqual([bench.data('one'), bench.condition('Ready').reason], [{ key: 'forged' }, 'Suspended']);
  await bench.client.patch(workspaces, { name: 'ws' }, { spec: { suspend: false } });
  await bench.settle(2_000);
  assert.deepEqual(bench.data('one'), { key: 'new' });
});

test('a deleted workspace takes its objects along, waits for their finalizers, and leaves them when prune is false', async () => {
  const bench = await Bench.make({
    'a.yaml': configMap('one'),
    'b.yaml': configMap('held', 'x', '  finalizers: [example.dev/hold]\n'),
  });
  await bench.run();
  await bench.client.delete(workspaces, { name: 'ws' });
  await bench.settle(3_000);
  assert.deepEqual(bench.names(configMaps), ['held']);
  assert.deepEqual(bench.states, { held: 'pruning' });
  assert.match(bench.workspace.status?.inventory?.[0]?.message ?? '', /waits for example\.dev\/hold/);
  await bench.client.patch(
    configMaps,
    { namespace: 'default', name: 'held' },
    { metadata: { finalizers: [] } },
  );
  await bench.settle(1_000);
  assert.deepEqual([bench.names(workspaces), bench.names(configMaps)], [[], []]);
  assert.equal(bench.directory.watchers, 0, 'its directory is watched no more');

  const keeping = await Bench.make({ 'a.yaml': configMap('one') });
  await keeping.run({ prune: false });
  await keeping.client.delete(workspaces, { name: 'ws' });
  await keeping.settle();
  assert.deepEqual([keeping.names(workspaces), keeping.names(configMaps)], [[], ['one']]);
});

test('whether the objects are ready is followed live', async () => {
  const bench = await Bench.make({ 'd.yaml': definition, 't.yaml': thing });
  bench.establish();
  await bench.run();
  const things = { group: 'example.dev', resource: 'things' };
  const ready = (status: string) =>
    bench.client.patch(
      things,
      { namespace: 'default', name: 'first' },
      { status: { conditions: [{ type: 'Ready', status, message: 'is coming up' }] } },
      'status',
    );
  await ready('False');
  await bench.settle(1_000);
  assert.deepEqual(
    [bench.condition('Ready').reason, bench.workspace.status?.counts?.ready],
    ['ObjectsNotReady', 1],
  );
  assert.match(bench.condition('Ready').message ?? '', /Thing default\/first Ready is False: is coming up/);
  await ready('True');
  await bench.settle(1_000);
  assert.equal(bench.condition('Ready').status, 'True');
});

test('namespaces of a workspace are deleted with it', async () => {
  const bench = await Bench.make({ 'z.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n' });
  await bench.run();
  await bench.client.delete(workspaces, { name: 'ws' });
  await bench.settle(1_000);
  const team = bench.client.get(namespaces, { name: 'team' });
  assert.ok(team?.metadata.deletionTimestamp, 'it waits for its namespace controller');
  assert.deepEqual(bench.states, { team: 'pruning' });
});
