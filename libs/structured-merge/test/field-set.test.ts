import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  FieldSet,
  fieldElement,
  keyElement,
  type Path,
  pathsEqual,
  pathToString,
  valueElement,
} from '../src/index.ts';
import { pathArb, setArb } from './arbitrary-sets.ts';

const SEPARATOR = '\u0001';

function text(path: Path): string {
  return path.map((element) => element.text + SEPARATOR).join('');
}

/** The dumb oracle: a set is the sorted list of the texts of its paths. */
function texts(set: FieldSet): readonly string[] {
  return Array.from(set.paths(), text).sort();
}

function isBelow(path: string, other: string): boolean {
  return path !== other && path.startsWith(other);
}

const spec = fieldElement('spec');
const a: Path = [spec, fieldElement('a')];
const b: Path = [spec, fieldElement('b')];

describe('FieldSet algebra agrees with sets of strings', () => {
  const agrees = (
    actual: (x: FieldSet, y: FieldSet) => FieldSet,
    expected: (x: readonly string[], y: readonly string[]) => readonly string[],
  ): void => {
    fc.assert(
      fc.property(setArb, setArb, (x, y) => {
        assert.deepEqual(texts(actual(x, y)), [...expected(texts(x), texts(y))].sort());
      }),
    );
  };

  it('union', () =>
    agrees(
      (x, y) => x.union(y),
      (x, y) => [...new Set([...x, ...y])],
    ));
  it('intersection', () =>
    agrees(
      (x, y) => x.intersection(y),
      (x, y) => x.filter((p) => y.includes(p)),
    ));
  it('difference', () =>
    agrees(
      (x, y) => x.difference(y),
      (x, y) => x.filter((p) => !y.includes(p)),
    ));
  it('recursiveDifference', () =>
    agrees(
      (x, y) => x.recursiveDifference(y),
      (x, y) => x.filter((p) => !y.some((q) => p === q || isBelow(p, q))),
    ));
  it('leaves', () =>
    agrees(
      (x) => x.leaves(),
      (x) => x.filter((p) => !x.some((q) => isBelow(q, p))),
    ));

  it('has, size, isEmpty and equals', () => {
    fc.assert(
      fc.property(setArb, setArb, pathArb, (x, y, path) => {
        assert.equal(x.has(path), texts(x).includes(text(path)));
        assert.equal(x.size, texts(x).length);
        assert.equal(x.isEmpty, texts(x).length === 0);
        assert.equal(x.equals(y), texts(x).join() === texts(y).join());
        for (const member of x.paths()) assert.ok(x.has(member));
      }),
    );
  });

  it('gives equal sets for equal paths in any order', () => {
    fc.assert(
      fc.property(fc.array(pathArb, { maxLength: 8 }), (paths) => {
        assert.ok(FieldSet.of(...paths).equals(FieldSet.of(...paths.toReversed())));
      }),
    );
  });
});

describe('FieldSet', () => {
  it('does not own the parents of a path', () => {
    const set = FieldSet.of(a);
    assert.ok(set.has(a));
    assert.ok(!set.has([spec]));
  });

  it('leaves out the root', () => {
    assert.ok(FieldSet.of([]).isEmpty);
    assert.ok(!FieldSet.of(a).has([]));
  });

  it('returns itself when an operation changes nothing', () => {
    const set = FieldSet.of(a, b);
    assert.equal(set.union(FieldSet.of(a)), set);
    assert.equal(set.difference(FieldSet.of([spec])), set);
    assert.equal(set.intersection(FieldSet.of(a, b, [spec])), set);
  });

  it('does not change its operands', () => {
    const set = FieldSet.of(a);
    set.union(FieldSet.of(b));
    set.difference(FieldSet.of(a));
    assert.equal(set.toString(), '.spec.a');
  });
});

describe('paths', () => {
  it('print as in conflict messages', () => {
    const list = fieldElement('list');
    assert.equal(
      pathToString([spec, list, keyElement({ port: 80, name: 'a' }), fieldElement('x')]),
      '.spec.list[name="a",port=80].x',
    );
    assert.equal(pathToString([list, valueElement('q"\n\u0001')]), '.list[="q\\"\\n\\x01"]');
    assert.equal(pathToString([list, valueElement(null)]), '.list[=null]');
  });

  it('are equal whatever the order of key fields, and for 2 and 2.0', () => {
    assert.ok(pathsEqual([keyElement({ a: 1, b: 2 })], [keyElement({ b: 2.0, a: 1 })]));
    assert.ok(!pathsEqual([keyElement({ a: 1 })], [keyElement({ a: '1' })]));
  });
});
