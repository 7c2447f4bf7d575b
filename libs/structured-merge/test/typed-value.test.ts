import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compare,
  deducedType,
  extractItems,
  FieldSet,
  fieldElement,
  type JsonValue,
  keyElement,
  merge,
  parseJson,
  reconcileFieldSetWithSchema,
  removeItems,
  resolveType,
  type Schema,
  setToFieldsV1,
  toFieldSet,
  typed,
  validate,
} from '../src/index.ts';
import { isMap } from '../src/json-value.ts';
import { must, sample, sampleSchema } from './sample-schema.ts';

function mergedSet(live: readonly string[], patch: readonly string[]): JsonValue {
  const { value } = must(merge(sample({ set: live }), sample({ set: patch })));
  assert.ok(isMap(value) && value['set'] !== undefined);
  return value['set'];
}

describe('toFieldSet', () => {
  it('mentions leaves and items, not the structs that hold them', () => {
    const object = sample({
      name: 'n',
      data: { a: '1' },
      set: ['x'],
      args: ['y'],
      ports: [{ port: 80, name: 'web' }],
      whole: { a: '1' },
      selector: {},
      child: null,
    });
    assert.deepEqual(setToFieldsV1(must(toFieldSet(object))), {
      'f:args': {},
      'f:child': {},
      'f:data': { 'f:a': {} },
      'f:name': {},
      'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} } },
      'f:selector': {},
      'f:set': { 'v:"x"': {} },
      'f:whole': {},
    });
  });

  it('takes maps apart and lists as a whole without a schema', () => {
    const set = must(toFieldSet({ type: deducedType, value: { a: { b: [1], c: {} }, d: null } }));
    assert.equal(set.toString(), '.a\n.d\n.a.b\n.a.c');
  });

  it('reports where an item cannot be identified', () => {
    const result = toFieldSet(sample({ child: { set: [{}] } }));
    assert.ok(!result.ok);
    assert.equal(result.errors[0]?.path, '.child.set');
  });
});

describe('validate', () => {
  const errorsOf = (value: JsonValue): readonly string[] =>
    validate(sample(value)).map((error) => `${error.path}: ${error.message}`);

  it('accepts null everywhere and every declared field', () => {
    assert.deepEqual(errorsOf({ name: null, replicas: 2.5, child: { set: ['a'] } }), []);
  });

  it('names the field and what was expected and found', () => {
    assert.deepEqual(errorsOf({ child: { ports: [{ port: 'x' }], name: 1, extra: 1, data: [] } }), [
      '.child.ports[port="x",protocol="TCP"].port: expected numeric, got string',
      '.child.name: expected string, got numeric',
      '.child.extra: field not declared in schema',
      '.child.data: expected map, got list',
    ]);
  });

  it('refuses duplicates unless they are allowed', () => {
    const object = sample({ ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] });
    assert.equal(validate(object).length, 1);
    assert.deepEqual(validate(object, { allowDuplicates: true }), []);
  });

  it('reports types that the schema lacks', () => {
    assert.equal(validate(typed({}, sampleSchema, 'Missing')).length, 1);
    assert.equal(validate(typed({}, { types: {} }, 'constructor')).length, 1);
  });
});

describe('compare', () => {
  it('tells added, modified and removed fields', () => {
    const from = sample({ name: 'a', replicas: 2, data: { x: '1' }, set: ['p', 'q'] });
    const to = sample({ name: 'b', replicas: 2.0, selector: { a: '1' }, set: ['q', 'r'] });
    const { added, modified, removed } = must(compare(from, to));
    assert.equal(added.toString(), '.selector\n.selector.a\n.set[="r"]');
    assert.equal(modified.toString(), '.name');
    assert.equal(removed.toString(), '.data\n.data.x\n.set[="p"]');
  });

  it('distinguishes null, empty and absent', () => {
    const change = (from: JsonValue, to: JsonValue): string => {
      const { added, modified, removed } = must(compare(sample(from), sample(to)));
      return [added, modified, removed].join('|');
    };
    assert.equal(change({ data: null }, { data: {} }), '|.data|');
    assert.equal(change({ data: null }, {}), '||.data');
    assert.equal(change({}, { data: {} }), '.data||');
    assert.equal(change({ data: {} }, { data: {} }), '||');
  });

  it('does not take inherited properties for members', () => {
    const to = { type: deducedType, value: parseJson('{"constructor":"x","__proto__":{"y":1}}') };
    const { added } = must(compare({ type: deducedType, value: {} }, to));
    assert.equal(added.toString(), '.__proto__\n.constructor\n.__proto__.y');
  });
});

describe('merge', () => {
  it('orders a list by the patch and keeps live neighbours', () => {
    assert.deepEqual(mergedSet(['a', 'b', 'c'], ['c', 'a']), ['b', 'c', 'a']);
    assert.deepEqual(mergedSet(['a', 'b', 'c', 'x'], ['d', 'x']), ['a', 'b', 'c', 'd', 'x']);
    assert.deepEqual(mergedSet(['a', 'b'], []), ['a', 'b']);
  });

  it('replaces all duplicates of an item that the patch names', () => {
    assert.deepEqual(mergedSet(['a', 'b', 'b'], ['b']), ['a', 'b']);
    assert.deepEqual(mergedSet(['a', 'b', 'b'], ['c']), ['a', 'b', 'b', 'c']);
  });

  it('merges items by key with defaults, and replaces atomic lists and maps', () => {
    const live = sample({ ports: [{ port: 80, name: 'a' }], args: ['x'], whole: { a: '1' } });
    const patch = sample({ ports: [{ port: 80, protocol: 'TCP' }], args: ['y'], whole: { b: '2' } });
    assert.deepEqual(must(merge(live, patch)).value, {
      ports: [{ port: 80, name: 'a', protocol: 'TCP' }],
      args: ['y'],
      whole: { b: '2' },
    });
  });

  it('refuses duplicates in the patch', () => {
    const result = merge(sample({ set: ['a'] }), sample({ set: ['b', 'b'] }));
    assert.ok(!result.ok);
    assert.deepEqual(result.errors, [{ path: '.set', message: 'duplicate entries for key [="b"]' }]);
  });

  it('keeps a member named __proto__ a member', () => {
    const object = { type: deducedType, value: parseJson('{"__proto__":{"a":1}}') };
    const merged = must(merge(object, { type: deducedType, value: { b: 2 } })).value;
    assert.equal(JSON.stringify(merged), '{"__proto__":{"a":1},"b":2}');
  });
});

describe('removeItems and extractItems', () => {
  const web = keyElement({ port: 80, protocol: 'TCP' });
  const ports = fieldElement('ports');
  const object = sample({ ports: [{ port: 80, name: 'web' }, { port: 81 }], name: 'n', data: { a: '1' } });

  it('remove items and fields; what lost all becomes null', () => {
    const set = FieldSet.of([ports, web], [fieldElement('data'), fieldElement('a')]);
    assert.deepEqual(removeItems(object, set).value, { ports: [{ port: 81 }], name: 'n', data: null });
  });

  it('extract the leaves that are asked for', () => {
    const set = FieldSet.of([ports, web, fieldElement('name')], [fieldElement('data'), fieldElement('a')]);
    assert.deepEqual(extractItems(object, set).value, { ports: [{ name: 'web' }], data: { a: '1' } });
  });

  it('add the key fields on request', () => {
    const set = FieldSet.of([ports, web, fieldElement('name')]);
    assert.deepEqual(extractItems(object, set, { appendKeyFields: true }).value, {
      ports: [{ port: 80, name: 'web' }],
    });
  });
});

describe('reconcileFieldSetWithSchema', () => {
  const withSelector = (elementRelationship: 'granular' | 'atomic'): Schema => ({
    types: {
      Root: { map: { fields: [{ name: 's', type: { namedType: 'S' } }] } },
      S: { map: { fields: [{ name: 'a', type: { scalar: 'string' } }], elementRelationship } },
    },
  });
  const owned = FieldSet.of([fieldElement('s'), fieldElement('a')], [fieldElement('other')]);

  it('lets the owner of a part own what has become atomic', () => {
    const set = must(reconcileFieldSetWithSchema(owned, resolveType(withSelector('atomic'), 'Root')));
    assert.equal(set.toString(), '.other\n.s');
  });

  it('changes nothing otherwise', () => {
    assert.equal(
      must(reconcileFieldSetWithSchema(owned, resolveType(withSelector('granular'), 'Root'))),
      owned,
    );
  });
});
