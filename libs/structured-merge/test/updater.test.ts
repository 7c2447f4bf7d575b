import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  conflictsToString,
  excludeFilter,
  FieldSet,
  fieldElement,
  identityConverter,
  type JsonValue,
  type Managers,
  setToFieldsV1,
  Updater,
} from '../src/index.ts';
import { sample, World } from './sample-schema.ts';

describe('apply', () => {
  it('reports the fields that others own and leaves all as it was', () => {
    const world = new World();
    world.apply('one', { name: 'a', data: { x: '1' } });
    const { live, managers, updater } = world;
    const config = sample({ name: 'b', data: { x: '2' } });
    const result = updater.apply({ live, config, version: 'v1', managers, manager: 'two', force: false });
    assert.ok(result.kind === 'conflict');
    assert.equal(conflictsToString(result.conflicts), 'conflicts with "one":\n- .name\n- .data.x');
    assert.deepEqual([...managers.keys()], ['one']);
  });

  it('takes fields over with force', () => {
    const world = new World();
    world.apply('one', { name: 'a', replicas: 1 });
    world.apply('two', { name: 'b' }, true);
    assert.deepEqual(world.live.value, { name: 'b', replicas: 1 });
    assert.deepEqual(world.owned(), { one: { 'f:replicas': {} }, two: { 'f:name': {} } });
  });

  it('shares a field on which both agree, until the last owner drops it', () => {
    const world = new World();
    world.apply('one', { name: 'a', set: ['x'] });
    world.apply('two', { name: 'a', set: ['x'] });
    world.apply('one', {});
    assert.deepEqual(world.live.value, { name: 'a', set: ['x'] });
    world.apply('two', {});
    assert.equal(world.live.value, null);
    assert.equal(world.managers.size, 0);
  });

  it('removes only what it applied itself', () => {
    const world = new World();
    world.apply('one', { data: { a: '1', b: '2' }, ports: [{ port: 1 }, { port: 2 }] });
    world.update('other', {
      data: { a: '1', b: '2', c: '3' },
      ports: [{ port: 1 }, { port: 2 }, { port: 3 }],
    });
    world.apply('one', { data: { a: '1' }, ports: [{ port: 2 }] });
    assert.deepEqual(world.live.value, { data: { a: '1', c: '3' }, ports: [{ port: 2 }, { port: 3 }] });
  });

  it('removes a list item with the fields that others added to it, unless they own the item', () => {
    const world = new World();
    world.apply('one', { name: 'n', ports: [{ port: 1 }, { port: 2 }] });
    world.update('guest', { name: 'n', ports: [{ port: 1, name: 'x' }, { port: 2 }] });
    world.apply('two', { ports: [{ port: 2, name: 'y' }] });
    world.apply('one', { name: 'n' });
    assert.deepEqual(world.live.value, { name: 'n', ports: [{ port: 2, name: 'y' }] });
    assert.deepEqual([...world.managers.keys()].sort(), ['one', 'two']);
  });

  it('says that nothing changed and returns the live object', () => {
    const world = new World();
    assert.ok(world.apply('one', { replicas: 2 }));
    const { live } = world;
    assert.ok(!world.apply('two', { replicas: 2.0 }));
    assert.equal(world.live, live);
  });

  it('refuses a configuration that does not fit its type', () => {
    const { live, managers, updater } = new World();
    const config = sample({ set: ['a', 'a'] });
    const result = updater.apply({ live, config, version: 'v1', managers, manager: 'one', force: true });
    assert.ok(result.kind === 'invalid');
    assert.equal(result.errors[0]?.path, '.set');
  });
});

describe('update', () => {
  it('owns what it adds and changes, with the structs it creates', () => {
    const world = new World();
    world.update('one', { name: 'a', data: { x: '1' } });
    world.update('two', { name: 'b', data: { x: '1', y: '2' } });
    assert.deepEqual(world.owned(), {
      one: { 'f:data': { '.': {}, 'f:x': {} } },
      two: { 'f:data': { 'f:y': {} }, 'f:name': {} },
    });
  });

  it('takes removed fields from all managers', () => {
    const world = new World();
    world.apply('one', { name: 'a', replicas: 1 });
    world.update('two', { replicas: 1 });
    assert.deepEqual(world.owned(), { one: { 'f:replicas': {} } });
  });

  it('owns duplicate items as a whole', () => {
    const world = new World();
    world.update('one', { set: ['a', 'b', 'b'] });
    assert.deepEqual(world.owned(), { one: { 'f:set': { '.': {}, 'v:"a"': {}, 'v:"b"': {} } } });
  });
});

describe('versions and filters', () => {
  const managedBy = (entries: Readonly<Record<string, string>>): Managers =>
    new Map(
      Object.entries(entries).map(([id, apiVersion]) => [
        id,
        { fieldSet: FieldSet.of([fieldElement('name')]), apiVersion, applied: false },
      ]),
    );

  it('drops managers of versions that are gone, and passes other failures on', () => {
    class Gone extends Error {}
    const updater = new Updater({
      converter: {
        convert: (object, version) => {
          if (version === 'old') throw new Gone(version);
          if (version === 'broken') throw new RangeError(version);
          return object;
        },
        isMissingVersion: (error) => error instanceof Gone,
      },
    });
    const live = sample({ name: 'a' });
    const object = sample({ name: 'a', replicas: 1 });
    const request = { live, object, version: 'v1', manager: 'me' };
    const result = updater.update({ ...request, managers: managedBy({ past: 'old', present: 'v2' }) });
    assert.ok(result.kind === 'updated');
    assert.deepEqual([...result.managers.keys()], ['present', 'me']);
    assert.throws(() => updater.update({ ...request, managers: managedBy({ bad: 'broken' }) }), RangeError);
  });

  it('neither owns nor contests ignored fields, but applies them', () => {
    const ignored = excludeFilter(FieldSet.of([fieldElement('child')]));
    const updater = new Updater({ converter: identityConverter, ignoreFilters: new Map([['v1', ignored]]) });
    const live = sample({ name: 'a', child: { name: 'x' } });
    const config = sample({ replicas: 1, child: { name: 'y' } });
    const managers: Managers = new Map([
      [
        'other',
        {
          fieldSet: FieldSet.of([fieldElement('child'), fieldElement('name')]),
          apiVersion: 'v1',
          applied: true,
        },
      ],
    ]);
    const result = updater.apply({ live, config, version: 'v1', managers, manager: 'me', force: false });
    assert.ok(result.kind === 'applied');
    assert.deepEqual(result.object.value, { name: 'a', replicas: 1, child: { name: 'y' } });
    const mine = result.managers.get('me');
    assert.ok(mine !== undefined);
    assert.deepEqual(setToFieldsV1(mine.fieldSet), { 'f:replicas': {} });
  });
});

/** A leaf that one manager sets; different leaves never touch each other. */
type Leaf =
  | { readonly kind: 'data' | 'selector'; readonly key: string }
  | { readonly kind: 'set'; readonly key: string }
  | { readonly kind: 'port'; readonly port: number };

const LEAVES: readonly Leaf[] = [
  ...['a', 'b', 'c', 'd'].map((key): Leaf => ({ kind: 'data', key })),
  ...['a', 'b'].map((key): Leaf => ({ kind: 'selector', key })),
  ...['p', 'q', 'r'].map((key): Leaf => ({ kind: 'set', key })),
  ...[1, 2, 3].map((port): Leaf => ({ kind: 'port', port })),
];

function configOf(leaves: readonly Leaf[]): JsonValue {
  const members = (kind: Leaf['kind']): JsonValue =>
    Object.fromEntries(
      leaves.flatMap((l) => (l.kind === kind && 'key' in l ? [[l.key, `${kind}-${l.key}`]] : [])),
    );
  const set = leaves.flatMap((l) => (l.kind === 'set' ? [l.key] : []));
  const ports = leaves.flatMap((l) => (l.kind === 'port' ? [{ port: l.port, name: `port-${l.port}` }] : []));
  const parts = { data: members('data'), selector: members('selector'), set, ports };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part ?? {}).length > 0));
}

/** The order of items depends on who came first, so it is not compared. */
function unordered(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => JSON.stringify(item)).sort();
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unordered(member)]));
}

/** For each leaf the manager that applies it. */
const assignmentArb = fc.array(fc.constantFrom('m1', 'm2', 'm3', 'nobody'), {
  minLength: LEAVES.length,
  maxLength: LEAVES.length,
});

function leavesOf(assignment: readonly string[], manager: string): readonly Leaf[] {
  return LEAVES.filter((_, i) => assignment[i] === manager);
}

describe('properties of apply', () => {
  it('disjoint configurations in any order give one object and one ownership', () => {
    const orderArb = fc.shuffledSubarray(['m1', 'm2', 'm3'], { minLength: 3 });
    fc.assert(
      fc.property(assignmentArb, orderArb, orderArb, (assignment, first, second) => {
        const [a, b] = [first, second].map((order) => {
          const world = new World();
          for (const manager of order) world.apply(manager, configOf(leavesOf(assignment, manager)));
          return { object: unordered(world.live.value ?? {}), owned: world.owned() };
        });
        assert.deepEqual(a, b);
        assert.deepEqual(a?.object, unordered(configOf(LEAVES.filter((_, i) => assignment[i] !== 'nobody'))));
      }),
    );
  });

  it('applying twice is applying once, and applying nothing takes everything back', () => {
    fc.assert(
      fc.property(assignmentArb, fc.constantFrom('m1', 'm2', 'm3'), (assignment, manager) => {
        const world = new World();
        const others = ['m1', 'm2', 'm3'].filter((other) => other !== manager);
        for (const other of others) world.apply(other, configOf(leavesOf(assignment, other)));
        const before = { value: world.live.value, owned: world.owned() };
        const config = configOf(leavesOf(assignment, manager));
        world.apply(manager, config);
        const once = { live: world.live, owned: world.owned() };
        assert.ok(!world.apply(manager, config));
        assert.equal(world.live, once.live);
        assert.deepEqual(world.owned(), once.owned);
        world.apply(manager, {});
        assert.deepEqual(world.live.value ?? {}, before.value ?? {});
        assert.deepEqual(world.owned(), before.owned);
      }),
    );
  });

  it('no call changes its inputs, and after a forced apply the configuration holds', () => {
    const freeze = (value: JsonValue): JsonValue => {
      if (value !== null && typeof value === 'object') Object.values(Object.freeze(value)).forEach(freeze);
      return value;
    };
    const configArb = fc.subarray([...LEAVES], { minLength: 1 }).map((leaves) => freeze(configOf(leaves)));
    const stepArb = fc.tuple(fc.constantFrom('apply', 'update'), fc.constantFrom('m1', 'm2'), configArb);
    fc.assert(
      fc.property(fc.array(stepArb, { maxLength: 6 }), (steps) => {
        const world = new World();
        for (const [verb, manager, config] of steps) {
          if (verb === 'update') world.update(manager, config);
          else world.apply(manager, config, true);
          freeze(world.live.value);
          assert.ok(verb === 'update' || !world.apply(manager, config));
        }
      }),
    );
  });
});
