import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkStructural, formatFieldError, hasValidationRules, unknownSchemaFields } from '../src/index.ts';

/** Checks `{spec: {x: schema}}` with paths from x on, so that the expected texts stay short. */
function violations(schema: unknown): readonly string[] {
  const root = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { x: schema } } },
  };
  return texts(root).map((text) => text.replace('schema.properties[spec].properties[x]', 'x'));
}

function texts(root: unknown): readonly string[] {
  return checkStructural(root, 'schema').map(formatFieldError);
}

const text = { type: 'string' };
const object = { type: 'object', properties: { a: text } };
const preserve = { 'x-kubernetes-preserve-unknown-fields': true };
const setOf = (items: object) => ({ type: 'array', 'x-kubernetes-list-type': 'set', items });
const mapOf = (keys: readonly string[], items: unknown) => ({
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items,
});
const keyRule = 'this property is in x-kubernetes-list-map-keys, so it';
const intOrString = [{ type: 'integer' }, { type: 'string' }];

const accepted: readonly (readonly [string, object])[] = [
  ['int-or-string by itself', { 'x-kubernetes-int-or-string': true }],
  ['int-or-string with anyOf', { 'x-kubernetes-int-or-string': true, anyOf: intOrString }],
  [
    'int-or-string with allOf',
    { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: intOrString }, { pattern: '^a' }] },
  ],
  ['anything', preserve],
  ['properties with additionalProperties: true', { ...object, additionalProperties: true }],
  ['an embedded resource', { type: 'object', 'x-kubernetes-embedded-resource': true, ...preserve }],
  ['a keyed list', mapOf(['a'], { ...object, required: ['a'] })],
  [
    'a keyed list with defaulted key',
    mapOf(['a'], { type: 'object', properties: { a: { ...text, default: 'x' } } }),
  ],
  ['a set of atomic objects', setOf({ ...object, 'x-kubernetes-map-type': 'atomic' })],
  [
    'restrictions in junctors',
    {
      ...object,
      anyOf: [{ required: ['a'] }, { properties: { a: { minLength: 1 } } }],
      not: { required: ['b'] },
    },
  ],
  ['a valid default', { ...object, default: { a: 'x' } }],
  ['a rule', { ...text, 'x-kubernetes-validations': [{ rule: 'self != ""', message: 'no' }] }],
  [
    'metadata below an embedded resource',
    {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      ...preserve,
      properties: { metadata: { type: 'object', ...preserve } },
    },
  ],
];

describe('accepts', () => {
  for (const [title, schema] of accepted) test(title, () => assert.deepEqual(violations(schema), []));
});

const refused: readonly (readonly [string, object, readonly string[]])[] = [
  ['a field without type', {}, ['x.type: Required value: must not be empty for specified object fields']],
  [
    'items without type',
    { type: 'array', items: {} },
    ['x.items.type: Required value: must not be empty for specified array items'],
  ],
  ['an array without items', { type: 'array' }, ['x.items: Required value: must be specified']],
  [
    'an unknown type',
    { type: 'float' },
    [
      'x.type: Unsupported value: "float": supported values: "array", "boolean", "integer", "number", "object", "string"',
    ],
  ],
  [
    'map values without type',
    { type: 'object', additionalProperties: {} },
    ['x.additionalProperties.type: Required value: must not be empty for specified object fields'],
  ],
  [
    'properties and additionalProperties',
    { ...object, additionalProperties: text },
    ['x.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  ],
  [
    'properties and additionalProperties: false',
    { ...object, additionalProperties: false },
    ['x.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  ],
  [
    'uniqueItems',
    { type: 'array', items: text, uniqueItems: true },
    [
      'x.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
  ],
  [
    'preserve-unknown-fields: false',
    { ...text, 'x-kubernetes-preserve-unknown-fields': false },
    ['x.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
  ],
  ['id', { ...text, id: 'a' }, ['x.id: Forbidden: id is not supported']],
  ['$ref', { ...text, $ref: '#/a' }, ['x.$ref: Forbidden: $ref is not supported']],
  [
    'definitions',
    { ...text, definitions: { a: text } },
    ['x.definitions: Forbidden: definitions is not supported'],
  ],
  [
    'dependencies',
    { ...object, dependencies: { a: ['b'] } },
    ['x.dependencies: Forbidden: dependencies is not supported'],
  ],
  [
    'patternProperties',
    { ...object, patternProperties: { a: text } },
    ['x.patternProperties: Forbidden: patternProperties is not supported'],
  ],
  [
    'additionalItems',
    { type: 'array', items: text, additionalItems: true },
    ['x.additionalItems: Forbidden: additionalItems is not supported'],
  ],
  [
    'items as a list',
    { type: 'array', items: [text] },
    ['x.items: Forbidden: items must be a schema object and not an array'],
  ],
  [
    'a bad pattern',
    { ...text, pattern: 'a(' },
    [
      'x.pattern: Invalid value: "a(": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `a(`',
    ],
  ],
  [
    'int-or-string that preserves',
    { 'x-kubernetes-int-or-string': true, ...preserve },
    [
      'x.x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true',
    ],
  ],
  [
    'types in another anyOf',
    { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'string' }, { type: 'integer' }] },
    [
      'x.anyOf[0].type: Forbidden: must be empty to be structural',
      'x.anyOf[1].type: Forbidden: must be empty to be structural',
    ],
  ],
  [
    'an embedded resource without type',
    { 'x-kubernetes-embedded-resource': true, ...preserve },
    ['x.type: Required value: must be object if x-kubernetes-embedded-resource is true'],
  ],
  [
    'an embedded resource of nothing',
    { type: 'object', 'x-kubernetes-embedded-resource': true },
    [
      'x.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
  ],
  [
    'an embedded resource as a map',
    { type: 'object', 'x-kubernetes-embedded-resource': true, ...preserve, additionalProperties: true },
    ['x.additionalProperties: Forbidden: must not be used if x-kubernetes-embedded-resource is set'],
  ],
  [
    'an embedded resource with a numeric kind',
    { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { kind: { type: 'integer' } } },
    ['x.properties[kind].type: Invalid value: "integer": must be string'],
  ],
  [
    'metadata in a junctor',
    {
      type: 'object',
      properties: { metadata: { type: 'object' } },
      allOf: [{ properties: { metadata: { minProperties: 1 } } }],
    },
    ['x.allOf[0].properties[metadata]: Forbidden: must not be specified in a nested context'],
  ],
  [
    'a default of another type',
    { ...text, default: 1 },
    ['x.default: Invalid value: "integer":  in body must be of type string: "integer"'],
  ],
  [
    'a default with unknown fields',
    { ...object, default: { b: 1 } },
    ['x.default: Invalid value: {"b":1}: must not have unknown fields'],
  ],
  [
    'a default that breaks a rule below',
    { ...object, required: ['a'], default: {} },
    ['x.default.a: Required value'],
  ],
  [
    'a map type on a string',
    { ...text, 'x-kubernetes-map-type': 'atomic' },
    ['x.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified'],
  ],
  [
    'an unknown map type',
    { ...object, 'x-kubernetes-map-type': 'x' },
    ['x.x-kubernetes-map-type: Unsupported value: "x": supported values: "atomic", "granular"'],
  ],
  [
    'a list type on a string',
    { ...text, 'x-kubernetes-list-type': 'set' },
    ['x.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified'],
  ],
  [
    'an unknown list type',
    { type: 'array', items: text, 'x-kubernetes-list-type': 'x' },
    ['x.x-kubernetes-list-type: Unsupported value: "x": supported values: "atomic", "set", "map"'],
  ],
  [
    'a set of granular objects',
    setOf(object),
    [
      'x.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  [
    'a set of sets',
    setOf(setOf(text)),
    [
      'x.items.x-kubernetes-list-type: Invalid value: "set": must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  [
    'a set of nullable items',
    setOf({ ...text, nullable: true }),
    ['x.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set'],
  ],
  [
    'keys without list type',
    { type: 'array', items: text, 'x-kubernetes-list-map-keys': ['a'] },
    ['x.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty'],
  ],
  [
    'a keyed list without keys',
    mapOf([], object),
    ['x.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map'],
  ],
  [
    'a keyed list of strings',
    mapOf(['a'], text),
    [
      'x.items.type: Invalid value: "string": must be object if parent array\'s x-kubernetes-list-type is map',
    ],
  ],
  [
    'an undeclared key',
    mapOf(['b'], object),
    ['x.x-kubernetes-list-map-keys: Invalid value: ["b"]: entries must all be names of item properties'],
  ],
  [
    'a key twice',
    mapOf(['a', 'a'], { ...object, required: ['a'] }),
    ['x.x-kubernetes-list-map-keys: Invalid value: ["a","a"]: must not contain duplicate entries'],
  ],
  [
    'an optional key',
    mapOf(['a'], object),
    [
      `x.items.properties[a].default: Required value: ${keyRule} must have a default or be a required property`,
    ],
  ],
  [
    'a nullable key',
    mapOf(['a'], { type: 'object', properties: { a: { ...text, nullable: true } }, required: ['a'] }),
    [`x.items.properties[a].nullable: Forbidden: ${keyRule} cannot be nullable`],
  ],
  [
    'a key that is an object',
    mapOf(['a'], { type: 'object', properties: { a: object }, required: ['a'] }),
    [
      'x.items.properties[a].type: Invalid value: "object": must be a scalar type if parent array\'s x-kubernetes-list-type is map',
    ],
  ],
  [
    'an empty rule',
    { ...text, 'x-kubernetes-validations': [{ rule: ' ' }] },
    ['x.x-kubernetes-validations[0].rule: Required value: rule is not specified'],
  ],
  [
    'a rule of two lines without message',
    { ...text, 'x-kubernetes-validations': [{ rule: 'a\nb' }] },
    [
      'x.x-kubernetes-validations[0].message: Required value: message must be specified if rule contains line breaks',
    ],
  ],
  [
    'a rule with an unknown reason',
    { ...text, 'x-kubernetes-validations': [{ rule: 'a', reason: 'b' }] },
    [
      'x.x-kubernetes-validations[0].reason: Unsupported value: "b": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
    ],
  ],
];

describe('refuses', () => {
  for (const [title, schema, expected] of refused) {
    test(title, () => assert.deepEqual(violations(schema), expected));
  }

  const inBranches: readonly (readonly [string, unknown, string])[] = [
    ['type', 'string', 'empty'],
    ['additionalProperties', { minLength: 1 }, 'undefined'],
    ['default', 'x', 'undefined'],
    ['title', 'x', 'empty'],
    ['description', 'x', 'empty'],
    ['nullable', true, 'false'],
    ['x-kubernetes-preserve-unknown-fields', true, 'false'],
    ['x-kubernetes-embedded-resource', true, 'false'],
    ['x-kubernetes-int-or-string', true, 'false'],
    ['x-kubernetes-list-map-keys', ['a'], 'empty'],
    ['x-kubernetes-list-type', 'atomic', 'undefined'],
    ['x-kubernetes-map-type', 'atomic', 'undefined'],
    ['x-kubernetes-validations', [{ rule: 'true' }], 'empty'],
  ];
  for (const junctor of ['anyOf', 'allOf', 'oneOf', 'not']) {
    for (const [key, value, must] of inBranches) {
      test(`${key} in ${junctor}`, () => {
        const branch = { [key]: value };
        const path = junctor === 'not' ? 'x.not' : `x.${junctor}[0]`;
        const found = violations({ ...text, [junctor]: junctor === 'not' ? branch : [branch] });
        assert.equal(found[0], `${path}.${key}: Forbidden: must be ${must} to be structural`);
      });
    }
  }
});

describe('the root', () => {
  const meta = (metadata: object) => texts({ type: 'object', properties: { metadata } });

  test('is an object', () => {
    assert.deepEqual(texts({}), ['schema.type: Required value: must not be empty at the root']);
    assert.deepEqual(texts({ type: 'string' }), [
      'schema.type: Invalid value: "string": must be object at the root',
    ]);
    assert.ok(
      texts({ type: 'object', additionalProperties: true }).includes(
        'schema.additionalProperties: Forbidden: must not be used at the root',
      ),
    );
    assert.deepEqual(texts({ type: 'object', nullable: true }), [
      'schema.nullable: Forbidden: nullable cannot be true at the root',
    ]);
  });

  test('declares what its junctors restrict; deeper down Kubernetes does not ask for it', () => {
    const properties = { a: object, list: { type: 'array', items: text } };
    const restricting = (branch: object) => texts({ type: 'object', properties, anyOf: [branch] });
    assert.deepEqual(restricting({ properties: { a: { properties: { a: { minLength: 1 } } } } }), []);
    assert.deepEqual(restricting({ properties: { list: { items: { minLength: 1 } } } }), []);
    assert.deepEqual(restricting({ properties: { b: { minLength: 1 } } }), [
      'schema.properties[b]: Required value: because it is defined in schema.anyOf[0].properties[b]',
    ]);
    assert.deepEqual(restricting({ properties: { a: { not: { items: { minLength: 1 } } } } }), [
      'schema.properties[a].items: Required value: because it is defined in schema.anyOf[0].properties[a].not.items',
    ]);
    const nested = { ...object, anyOf: [{ properties: { b: { minLength: 1 } } }] };
    assert.deepEqual(violations(nested), []);
  });

  test('restricts nothing of metadata but names', () => {
    assert.deepEqual(meta({ type: 'object' }), []);
    assert.deepEqual(
      meta({ type: 'object', properties: { name: { ...text, maxLength: 5 }, generateName: text } }),
      [],
    );
    const forbidden =
      'schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified';
    assert.deepEqual(meta({ type: 'object', properties: { labels: object } }), [forbidden]);
    assert.deepEqual(meta({ type: 'object', required: ['name'] }), [forbidden]);
    assert.deepEqual(meta(text), [
      'schema.properties[metadata].type: Invalid value: "string": must be object',
    ]);
  });

  test('has no defaults in metadata', () => {
    const metadata = { type: 'object', properties: { name: { ...text, default: 'x' } } };
    assert.deepEqual(meta(metadata), [
      'schema.properties[metadata].properties[name].default: Forbidden: must not be set in top-level metadata',
    ]);
  });

  test('has little beside properties when there is a status', () => {
    const options = { hasStatusSubresource: true };
    const plain = { type: 'object', properties: { spec: object }, required: ['spec'] };
    assert.deepEqual(checkStructural(plain, 'schema', options), []);
    const [error] = checkStructural({ ...plain, not: { required: ['a'] } }, 'schema', options);
    assert.match(error?.detail ?? '', /^only \[Description Type .* are allowed at the root of the schema/);
  });
});

describe('data that is no schema', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [null, 'schema: Invalid value: null: must be a schema object'],
    [{ type: 1 }, 'schema.type: Invalid value: 1: must be a string'],
    [{ properties: [] }, 'schema.properties: Invalid value: []: must be an object of schemas'],
    [{ properties: { a: 'b' } }, 'schema.properties[a]: Invalid value: "b": must be a schema object'],
    [{ required: [1] }, 'schema.required: Invalid value: [1]: must be a list of strings'],
    [{ anyOf: {} }, 'schema.anyOf: Invalid value: {}: must be a list of schemas'],
    [{ items: [1] }, 'schema.items[0]: Invalid value: 1: must be a schema object'],
    [{ maxLength: 1.5 }, 'schema.maxLength: Invalid value: 1.5: must be an integer'],
    [{ exclusiveMinimum: 0 }, 'schema.exclusiveMinimum: Invalid value: 0: must be true or false'],
    [{ enum: 'a' }, 'schema.enum: Invalid value: "a": must be a list'],
    [{ dependencies: { a: 1 } }, 'schema.dependencies[a]: Invalid value: 1: must be a schema object'],
    [
      { 'x-kubernetes-validations': [{ rule: 1 }] },
      'schema.x-kubernetes-validations: Invalid value: [{"rule":1}]: must be a list of rules, each an object with strings',
    ],
  ];
  for (const [value, expected] of cases) {
    test(JSON.stringify(value), () => assert.deepEqual(texts(value), [expected]));
  }

  test('nesting without end', () => {
    let schema: object = text;
    for (let i = 0; i < 5000; i++) schema = { type: 'array', items: schema };
    assert.match(texts(schema)[0] ?? '', /must be nested at most 500 levels deep$/);
  });
});

test('unknownSchemaFields names keys that schemas do not have', () => {
  const schema = {
    type: 'object',
    foo: 1,
    properties: { foo: { bar: 1, items: { baz: 1 }, allOf: [{ qux: 1 }], default: { any: 1 } } },
  };
  assert.deepEqual(unknownSchemaFields(schema, 's'), [
    's.foo',
    's.properties.foo.bar',
    's.properties.foo.items.baz',
    's.properties.foo.allOf[0].qux',
  ]);
});

test('hasValidationRules lists the places of rules', () => {
  const rules = { 'x-kubernetes-validations': [{ rule: 'true' }] };
  const schema = {
    type: 'object',
    ...rules,
    properties: {
      a: { type: 'array', items: { type: 'object', additionalProperties: { ...text, ...rules } } },
    },
  };
  assert.deepEqual(hasValidationRules(schema, 's'), ['s', 's.properties[a].items.additionalProperties']);
  assert.deepEqual(hasValidationRules({ type: 'object' }), []);
});
