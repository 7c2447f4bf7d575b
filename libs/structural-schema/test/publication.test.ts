import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileSchema, type JSONSchemaProps, type MergeTypeRef, objectMetaRef } from '../src/index.ts';

const text: JSONSchemaProps = { type: 'string' };

function mergeTypeOf(schema: JSONSchemaProps): MergeTypeRef | undefined {
  const { types, root } = compileSchema({ type: 'object', properties: { x: schema } }).mergeSchema();
  return types.find((type) => type.name === root)?.map?.fields?.find((field) => field.name === 'x')?.type;
}

describe('mergeSchema', () => {
  const deduced = { namedType: '__untyped_deduced_' };
  const string = { scalar: 'string' };
  const cases: readonly (readonly [string, JSONSchemaProps, object])[] = [
    ['string', text, string],
    ['bytes', { ...text, format: 'byte' }, string],
    ['string with format', { ...text, format: 'date-time' }, { scalar: 'untyped' }],
    ['integer', { type: 'integer' }, { scalar: 'numeric' }],
    ['number', { type: 'number' }, { scalar: 'numeric' }],
    ['boolean', { type: 'boolean' }, { scalar: 'boolean' }],
    ['int-or-string', { 'x-kubernetes-int-or-string': true }, { scalar: 'untyped' }],
    [
      'list',
      { type: 'array', items: text },
      { list: { elementType: string, elementRelationship: 'atomic' } },
    ],
    [
      'set',
      { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
      { list: { elementType: string, elementRelationship: 'associative' } },
    ],
    [
      'keyed list',
      {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['a'],
        items: { type: 'object', properties: { a: { ...text, default: 'x' } } },
      },
      {
        list: {
          elementType: { map: { fields: [{ name: 'a', type: string, default: 'x' }] } },
          elementRelationship: 'associative',
          keys: ['a'],
        },
      },
    ],
    ['map', { type: 'object', additionalProperties: text }, { map: { elementType: string } }],
    [
      'atomic map',
      { type: 'object', additionalProperties: text, 'x-kubernetes-map-type': 'atomic' },
      { map: { elementType: string, elementRelationship: 'atomic' } },
    ],
    ['object of unsaid contents', { type: 'object' }, { map: { elementType: deduced } }],
    ['map of anything', { type: 'object', additionalProperties: true }, { map: { elementType: deduced } }],
    [
      'preserved fields, inherited',
      {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { a: { type: 'object', properties: { b: text } } },
      },
      {
        map: {
          fields: [
            { name: 'a', type: { map: { fields: [{ name: 'b', type: string }], elementType: deduced } } },
          ],
          elementType: deduced,
        },
      },
    ],
    [
      'anything',
      { 'x-kubernetes-preserve-unknown-fields': true },
      {
        scalar: 'untyped',
        list: { elementType: { namedType: '__untyped_atomic_' }, elementRelationship: 'atomic' },
        map: { elementType: deduced },
      },
    ],
  ];
  for (const [title, schema, expected] of cases) {
    test(title, () => assert.deepEqual(mergeTypeOf(schema), expected));
  }

  test('names every type that it refers to, and is plain JSON', () => {
    const merge = compileSchema({ type: 'object', properties: { x: { type: 'object' } } }).mergeSchema();
    const json = JSON.stringify(merge);
    const names = new Set(merge.types.map((type) => type.name));
    for (const [, name = ''] of json.matchAll(/"namedType":"([^"]*)"/g)) assert.ok(names.has(name), name);
    assert.deepEqual(JSON.parse(json), merge);
  });

  test('gives resources their metadata, at the root and embedded', () => {
    const schema: JSONSchemaProps = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    };
    const fields = mergeTypeOf(schema)?.map?.fields?.map((field) => field.name);
    assert.deepEqual(fields, ['apiVersion', 'kind', 'metadata']);
    const bare = compileSchema(
      { type: 'object', properties: { a: text } },
      { isResourceRoot: false },
    ).mergeSchema();
    assert.deepEqual(
      bare.types[0]?.map?.fields?.map((field) => field.name),
      ['a'],
    );
  });
});

describe('openapi', () => {
  test('keeps descriptions, rules and extensions and drops what is no OpenAPI', () => {
    const schema = {
      type: 'object',
      description: 'A thing',
      $schema: 'http://json-schema.org/draft-07/schema#',
      '~kind': 'Object',
      properties: {
        a: { ...text, description: 'an a', pattern: '^a', nullable: false, uniqueItems: false },
        list: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        port: { 'x-kubernetes-int-or-string': true },
        ruled: { type: 'boolean', default: false, 'x-kubernetes-validations': [{ rule: 'self' }] },
      },
    };
    const { properties, ...rest } = compileSchema(schema, { isResourceRoot: false }).openapi();
    assert.deepEqual(rest, { type: 'object', description: 'A thing' });
    assert.deepEqual(properties, {
      a: { ...text, description: 'an a', pattern: '^a' },
      list: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      ruled: { type: 'boolean', default: false, 'x-kubernetes-validations': [{ rule: 'self' }] },
    });
  });

  test('refers to the standard metadata', () => {
    const schema: JSONSchemaProps = {
      type: 'object',
      properties: {
        x: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
    };
    const published = compileSchema(schema).openapi();
    for (const resource of [published, published.properties?.['x']]) {
      assert.deepEqual(resource?.properties?.['metadata']?.allOf, [{ $ref: objectMetaRef }]);
      assert.equal(resource?.properties?.['kind']?.type, 'string');
    }
    assert.deepEqual(published.properties?.['x']?.required, ['kind', 'apiVersion']);
  });
});
