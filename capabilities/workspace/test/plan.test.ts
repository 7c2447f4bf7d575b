import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driftPolicies, healthOf, type KubeObject } from '@plinth/kernel';
import { draft, resourceOf } from '@plinth/kernel/testing';
import fc from 'fast-check';
import { readDeclared } from '../src/desired.ts';
import { parseDuration } from '../src/duration.ts';
import { entryStates, type InventoryEntry, workspaceKind } from '../src/kinds.ts';
import {
  type Observed,
  ownerAnnotation,
  type PlanInput,
  planWorkspace,
  pruneAnnotation,
} from '../src/plan.ts';

const objectName = fc.constantFrom('a', 'b', 'c', 'd');

function desiredOf(names: readonly string[]) {
  const text = names
    .map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`)
    .join('---\n');
  return readDeclared([{ path: 'f.yaml', bytes: Buffer.from(text) }], () => true).objects;
}

function live(name: string, uid: string, annotations: Record<string, string>, deleting: boolean): KubeObject {
  const gone = deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
  return draft('v1', 'ConfigMap', { name, namespace: 'default', uid, annotations, ...gone });
}

const input: fc.Arbitrary<PlanInput> = fc
  .record({
    names: fc.uniqueArray(objectName),
    known: fc.uniqueArray(
      fc.record({
        name: objectName,
        uid: fc.option(fc.constantFrom('1', '2')),
        status: fc.constantFrom(...entryStates),
      }),
      { selector: ({ name }) => name },
    ),
    world: fc.uniqueArray(
      fc.record({
        name: objectName,
        uid: fc.constantFrom('1', '2'),
        owner: fc.constantFrom('ws', 'other', ''),
        guarded: fc.boolean(),
        deleting: fc.boolean(),
        settled: fc.boolean(),
      }),
      { selector: ({ name }) => name },
    ),
    served: fc.boolean(),
    drift: fc.constantFrom(...driftPolicies),
    prune: fc.boolean(),
    complete: fc.boolean(),
    sameRevision: fc.boolean(),
  })
  .map(({ names, known, world, served, ...rest }) => {
    const observed = new Map<string, Observed>();
    for (const name of ['a', 'b', 'c', 'd']) {
      const there = world.find((object) => object.name === name);
      const annotations = {
        ...(there?.owner ? { [ownerAnnotation]: there.owner } : {}),
        ...(there?.guarded ? { [pruneAnnotation]: 'disabled' } : {}),
      };
      observed.set(`/ConfigMap/default/${name}`, {
        served,
        live: there && served ? live(name, there.uid, annotations, there.deleting) : undefined,
        settled: there?.settled === true && served,
      });
    }
    const inventory: InventoryEntry[] = known.map(({ name, uid, status }) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      name,
      ...(uid === null ? {} : { uid }),
      file: 'f.yaml',
      line: 1,
      status,
      ready: 'True',
    }));
    return { ...rest, workspace: 'ws', desired: desiredOf(names), inventory, observed };
  });

test('property: every object is seen to once, and the same input gives the same plan', () => {
  fc.assert(
    fc.property(input, (given) => {
      const steps = planWorkspace(given);
      const names = steps.map(({ entry }) => entry.name);
      const expected = new Set([
        ...given.desired.map(({ name }) => name),
        ...given.inventory.map(({ name }) => name),
      ]);
      assert.deepEqual([...names].sort(), [...expected].sort());
      assert.deepEqual(planWorkspace(given), steps);
    }),
  );
});

test('property: only what the workspace made, and left the source, is ever pruned', () => {
  fc.assert(
    fc.property(input, (given) => {
      for (const step of planWorkspace(given)) {
        if (step.action !== 'prune' || step.deleting) continue;
        const there = given.observed.get(`/ConfigMap/default/${step.entry.name}`)?.live;
        const known = given.inventory.find(({ name }) => name === step.entry.name);
        assert.ok(given.prune && given.complete, 'pruning is on, and the source was read completely');
        assert.ok(known && !given.desired.some(({ name }) => name === step.entry.name));
        assert.equal(there?.metadata.uid, step.entry.uid);
        assert.ok(known.uid === undefined || known.uid === there?.metadata.uid, 'the same object');
        assert.equal(there?.metadata.annotations?.[ownerAnnotation], 'ws');
        assert.equal(there?.metadata.annotations?.[pruneAnnotation], undefined);
      }
    }),
  );
});

test('property: with policy report nothing that was applied is written again at the same revision', () => {
  fc.assert(
    fc.property(input, (given) => {
      for (const step of planWorkspace({ ...given, drift: 'report', sameRevision: true })) {
        if (step.action !== 'apply') continue;
        const held = ['applied', 'unchanged', 'corrected', 'drifted'].includes(step.entry.status);
        assert.equal(step.mode, held ? 'report' : 'write');
        if (step.mode === 'write') assert.equal(step.force, false);
      }
    }),
  );
});

test('objects are ready by what their controllers say', () => {
  const object = (status: unknown, meta = {}) =>
    draft('v1', 'X', { name: 'x', generation: 2, ...meta }, { status });
  const condition = (type: string, status: string, message = 'm') => ({
    conditions: [{ type, status, message }],
  });
  const cases: readonly [KubeObject, string][] = [
    [object(undefined), 'True'],
    [object({ observedGeneration: 1 }), 'False'],
    [object({ observedGeneration: 2 }), 'True'],
    [object(condition('Ready', 'True')), 'True'],
    [object(condition('Ready', 'Unknown')), 'Unknown'],
    [object(condition('Available', 'False')), 'False'],
    [object(condition('Established', 'True')), 'True'],
    [object(condition('Reconciling', 'True')), 'False'],
    [object(condition('Stalled', 'True')), 'False'],
    [object(condition('Other', 'False')), 'True'],
    [object(undefined, { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'False'],
  ];
  for (const [given, ready] of cases) assert.equal(healthOf(given).ready, ready, JSON.stringify(given));
});

test('durations are read as Go writes them', () => {
  const cases: readonly [string, number | undefined][] = [
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['250ms', 250],
    ['', undefined],
    ['5', undefined],
    ['-1s', undefined],
    ['1d', undefined],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
});

test('the kind fills in its defaults and refuses sources that cannot be read', () => {
  const type = resourceOf(workspaceKind);
  const [version] = type.versions;
  assert.ok(version);
  const check = (spec: unknown): string[] => {
    const object = draft('plinth.dev/v1alpha1', 'Workspace', { name: 'w' }, { spec });
    version.schema.applyDefaults(object);
    const errors = version.schema.validate(object);
    return [
      ...errors,
      ...(errors.length === 0 ? (type.strategy.validate?.(object, undefined) ?? []) : []),
    ].map(({ field }) => field);
  };
  const git = (more: object) => ({ source: { git: { url: 'https://example.com/r.git', ...more } } });
  assert.deepEqual(check({ source: { directory: { path: '/srv' } } }), []);
  assert.deepEqual(check(git({})), []);
  const filled = draft('plinth.dev/v1alpha1', 'Workspace', { name: 'w' }, { spec: git({}) });
  version.schema.applyDefaults(filled);
  assert.deepEqual(filled['spec'], {
    source: { git: { url: 'https://example.com/r.git', ref: 'HEAD', path: '.' } },
    interval: '1m',
    prune: true,
    suspend: false,
    drift: 'correct',
    timeout: '1m',
    fieldManager: 'plinth-workspace',
  });
  const refused: readonly [unknown, string][] = [
    [{ source: {} }, 'spec.source'],
    [{ source: { directory: { path: '/srv' }, git: { url: 'https://example.com' } } }, 'spec.source'],
    [{ source: { directory: { path: 'relative' } } }, 'spec.source.directory.path'],
    [git({ url: 'https://user:secret@example.com/r.git' }), 'spec.source.git.url'],
    [git({ url: 'ssh://example.com/r.git' }), 'spec.source.git.url'],
    [git({ ref: '--upload-pack=x' }), 'spec.source.git.ref'],
    [git({ ref: 'a..b' }), 'spec.source.git.ref'],
    [git({ path: '../out' }), 'spec.source.git.path'],
    [{ source: { directory: { path: '/srv' } }, interval: 'soon' }, 'spec.interval'],
    [{ source: { directory: { path: '/srv' } }, drift: 'ignore' }, 'spec.drift'],
  ];
  for (const [spec, field] of refused) assert.deepEqual(check(spec), [field], JSON.stringify(spec));
});
