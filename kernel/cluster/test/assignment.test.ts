import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assign, type Candidate } from '../assignment.ts';

const unitNames = Array.from({ length: 24 }, (_, i) => `unit.${i}`);
const ids = ['a', 'b', 'c', 'd', 'e'];

const members = fc
  .uniqueArray(fc.constantFrom(...ids), { minLength: 1 })
  .chain((some) =>
    fc.tuple(...some.map((id) => fc.tuple(fc.constant(id), fc.constantFrom('all', 'low', 'high')))),
  )
  .map((list): Candidate[] =>
    list.map(([id, part]) => ({
      id,
      units: new Set(unitNames.filter((_, i) => part === 'all' || (part === 'low') === i < 10)),
    })),
  );
const owners = fc
  .array(fc.option(fc.constantFrom(...ids, 'dead')), {
    minLength: unitNames.length,
    maxLength: unitNames.length,
  })
  .map(
    (list) => new Map(list.flatMap((id, i): [string, string][] => (id === null ? [] : [[`unit.${i}`, id]]))),
  );

test('every unit that somebody can do has one owner, who can do it', () => {
  fc.assert(
    fc.property(members, owners, (all, before) => {
      const targets = assign(all, before);
      for (const unit of unitNames) {
        const able = all.filter(({ units }) => units.has(unit)).map(({ id }) => id);
        const target = targets.get(unit);
        assert.ok(able.length === 0 ? target === undefined : target !== undefined && able.includes(target));
      }
    }),
  );
});

test('the order in which members are seen changes nothing', () => {
  fc.assert(
    fc.property(members, owners, (all, before) => {
      assert.deepEqual([...assign(all.toReversed(), before)].sort(), [...assign(all, before)].sort());
    }),
  );
});

test('what was shared out stays as it is: a second look moves nothing', () => {
  fc.assert(
    fc.property(members, owners, (all, before) => {
      const targets = assign(all, before);
      assert.deepEqual([...assign(all, targets)].sort(), [...targets].sort());
    }),
  );
});

test('members that can do the same have the same number, give or take one, with as few moves as that takes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1 }), owners, (some, before) => {
      const all = some.map((id) => ({ id, units: new Set(unitNames) }));
      const targets = assign(all, before);
      const count = (of: ReadonlyMap<string, string>, id: string): number =>
        [...of.values()].filter((one) => one === id).length;
      const counts = some.map((id) => count(targets, id));
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
      const moved = unitNames.filter((unit) => {
        const owner = before.get(unit);
        return owner !== undefined && some.includes(owner) && targets.get(unit) !== owner;
      }).length;
      // No even share moves less: each gives up what it has beyond its share, the larger shares to those that have most.
      const held = some.map((id) => count(before, id)).sort((a, b) => b - a);
      const base = Math.floor(unitNames.length / some.length);
      const larger = unitNames.length % some.length;
      const least = held.reduce((sum, has, i) => sum + Math.max(0, has - base - (i < larger ? 1 : 0)), 0);
      assert.equal(moved, least);
    }),
  );
});
