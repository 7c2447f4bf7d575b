import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileSchema, type JSONSchemaProps } from '../src/index.ts';

const text: JSONSchemaProps = { type: 'string' };

function defaulted<T>(schema: JSONSchemaProps, value: T): T {
  compileSchema(schema).applyDefaults(value);
  return value;
}

describe('applyDefaults', () => {
  const object = (properties: Record<string, JSONSchemaProps>): JSONSchemaProps => ({
    type: 'object',
    properties,
  });

  test('fills in what is absent, below other defaults too', () => {
    const schema = object({
      a: { ...text, default: 'x' },
      b: { ...object({ c: { type: 'integer', default: 1 } }), default: {} },
      d: object({ e: { ...text, default: 'y' } }),
    });
    assert.deepEqual(defaulted(schema, {}), { a: 'x', b: { c: 1 } });
    assert.deepEqual(defaulted(schema, { a: '', b: { c: 0 }, d: {} }), { a: '', b: { c: 0 }, d: { e: 'y' } });
  });

  test('reaches into lists and maps', () => {
    const item = object({ a: { ...text, default: 'x' } });
    const schema = object({
      list: { type: 'array', items: item },
      map: { type: 'object', additionalProperties: item },
    });
    assert.deepEqual(defaulted(schema, { list: [{}, { a: 'y' }], map: { k: {} } }), {
      list: [{ a: 'x' }, { a: 'y' }],
      map: { k: { a: 'x' } },
    });
  });

  test('null is defaulted or dropped unless it is allowed', () => {
    const schema = object({
      a: { ...text, default: 'x' },
      b: text,
      c: { ...text, nullable: true, default: 'x' },
      d: { ...text, nullable: true },
      e: { ...object({ f: { ...text, default: 'x' } }), default: {} },
      list: { type: 'array', items: { ...text, default: 'x' } },
      bare: { type: 'array', items: text },
      map: { type: 'object', additionalProperties: text },
    });
    const value = {
      a: null,
      b: null,
      c: null,
      d: null,
      e: null,
      list: [null],
      bare: [null],
      map: { k: null, l: 'm' },
      unknown: null,
    };
    assert.deepEqual(defaulted(schema, value), {
      a: 'x',
      c: null,
      d: null,
      e: { f: 'x' },
      list: ['x'],
      bare: [null],
      map: { l: 'm' },
      unknown: null,
    });
  });

  test('gives every object its own copy', () => {
    const schema = object({
      a: { type: 'object', default: { list: [1] }, 'x-kubernetes-preserve-unknown-fields': true },
    });
    const [one, two] = [defaulted(schema, {}), defaulted(schema, {})];
    assert.deepEqual(one, two);
    assert.notEqual(Reflect.get(Object(one), 'a'), Reflect.get(Object(two), 'a'));
  });

  test('a property called __proto__ becomes an own key', () => {
    // Computed, the key is a property like any other.
    const schema = object({ ['__proto__']: { type: 'object', default: { a: 1 } } });
    const value = defaulted(schema, {});
    assert.deepEqual(Object.keys(value), ['__proto__']);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });
});

describe('prune', () => {
  const schema: JSONSchemaProps = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          containers: { type: 'array', items: { type: 'object', properties: { name: text } } },
          map: { type: 'object', additionalProperties: { type: 'object', properties: { a: text } } },
          loose: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            properties: { strict: { type: 'object', properties: { a: text } } },
          },
          looseList: {
            type: 'array',
            'x-kubernetes-preserve-unknown-fields': true,
            items: { type: 'object', properties: { strict: { type: 'object', properties: { a: text } } } },
          },
          open: { type: 'object', additionalProperties: true },
          bare: { type: 'object' },
          template: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            properties: { spec: { type: 'object', properties: { a: text } } },
          },
        },
      },
    },
  };
  const compiled = compileSchema(schema);
  const cases: readonly (readonly [string, object, object, readonly string[]])[] = [
    [
      'fields of list items',
      { containers: [{ name: 'a', foo: 1 }] },
      { containers: [{ name: 'a' }] },
      ['spec.containers[0].foo'],
    ],
    ['fields of map values', { map: { k: { a: '', b: 1 } } }, { map: { k: { a: '' } } }, ['spec.map.k.b']],
    [
      'preserved fields stay, declared ones below are pruned',
      { loose: { x: { y: 1 }, strict: { a: '', b: 1 } } },
      { loose: { x: { y: 1 }, strict: { a: '' } } },
      ['spec.loose.strict.b'],
    ],
    [
      'items of preserving lists',
      { looseList: [{ x: 1, strict: { b: 1 } }] },
      { looseList: [{ x: 1, strict: {} }] },
      ['spec.looseList[0].strict.b'],
    ],
    [
      'additionalProperties: true keeps scalars and empties objects',
      { open: { a: 1, b: { c: 1 } } },
      { open: { a: 1, b: {} } },
      ['spec.open.b.c'],
    ],
    ['objects of unsaid contents', { bare: { a: 1 } }, { bare: {} }, ['spec.bare.a']],
    [
      'embedded resources keep type and metadata',
      { template: { apiVersion: 'v1', kind: 'A', metadata: { x: 1 }, spec: { b: 1 }, c: 1 } },
      { template: { apiVersion: 'v1', kind: 'A', metadata: { x: 1 }, spec: {} } },
      ['spec.template.c', 'spec.template.spec.b'],
    ],
    [
      'keys of Object.prototype are unknown',
      { constructor: 1, toString: 2 },
      {},
      ['spec.constructor', 'spec.toString'],
    ],
  ];
  for (const [title, spec, left, unknown] of cases) {
    test(title, () => {
      const value = { apiVersion: 'a/v1', kind: 'K', metadata: { name: 'n', x: 1 }, spec };
      assert.deepEqual(compiled.unknownFields(value), unknown);
      const reported: string[] = [];
      compiled.prune(value, (path) => reported.push(path));
      assert.deepEqual(reported.sort(), unknown);
      assert.deepEqual(value, { apiVersion: 'a/v1', kind: 'K', metadata: { name: 'n', x: 1 }, spec: left });
    });
  }

  test('outside resources, apiVersion and metadata are fields like others', () => {
    const value = { apiVersion: 'v1', a: '' };
    compileSchema({ type: 'object', properties: { a: text } }, { isResourceRoot: false }).prune(value);
    assert.deepEqual(value, { a: '' });
  });
});
