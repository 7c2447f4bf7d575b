import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileSchema, formatFieldError, type JSONSchemaProps } from '../src/index.ts';

const intOrString: JSONSchemaProps = {
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
};

/** Validates `{spec: {x: value}}` where `schema` describes x. */
function errorsOf(schema: JSONSchemaProps, value: unknown): readonly string[] {
  const compiled = compileSchema({
    type: 'object',
    properties: { spec: { type: 'object', properties: { x: schema } } },
  });
  return compiled.validate({ spec: { x: value } }).map(formatFieldError);
}

const types: readonly (readonly [string, readonly unknown[], readonly (readonly [unknown, string])[]])[] = [
  [
    'string',
    ['', 'a'],
    [
      [1, 'integer'],
      [1.5, 'number'],
      [true, 'boolean'],
      [[], 'array'],
      [{}, 'object'],
    ],
  ],
  [
    'integer',
    [0, -1, 3.0, 2 ** 53],
    [
      ['1', 'string'],
      [1.5, 'number'],
      [1e20, 'number'],
      [true, 'boolean'],
    ],
  ],
  [
    'number',
    [0, 1.5, -2],
    [
      ['1', 'string'],
      [false, 'boolean'],
      [[], 'array'],
    ],
  ],
  [
    'boolean',
    [true, false],
    [
      ['true', 'string'],
      [0, 'integer'],
      [null, 'null'],
    ],
  ],
  [
    'array',
    [[], [1]],
    [
      ['', 'string'],
      [{}, 'object'],
      [null, 'null'],
    ],
  ],
  [
    'object',
    [{}, { a: 1 }],
    [
      [[], 'array'],
      ['', 'string'],
      [1, 'integer'],
    ],
  ],
];

describe('type', () => {
  for (const [type, good, bad] of types) {
    const schema = { type, ...(type === 'array' ? { items: intOrString } : {}) };
    test(`${type} accepts its own`, () => {
      for (const value of good) assert.deepEqual(errorsOf(schema, value), []);
    });
    for (const [value, actual] of bad) {
      test(`${type} refuses ${JSON.stringify(value)}`, () => {
        const detail = `spec.x in body must be of type ${type}: "${actual}"`;
        assert.deepEqual(errorsOf(schema, value), [`spec.x: Invalid value: "${actual}": ${detail}`]);
      });
    }
  }

  test('gives the cause type of a mismatch', () => {
    const compiled = compileSchema({ type: 'object', properties: { replicas: { type: 'integer' } } });
    assert.deepEqual(compiled.validate({ replicas: 'x' }), [
      {
        type: 'FieldValueTypeInvalid',
        field: 'replicas',
        badValue: 'string',
        detail: 'replicas in body must be of type integer: "string"',
      },
    ]);
  });

  test('nullable lets null through, and nothing else', () => {
    assert.deepEqual(errorsOf({ type: 'string', nullable: true, minLength: 1 }, null), []);
    assert.equal(errorsOf({ type: 'string', nullable: true }, 1).length, 1);
    assert.equal(errorsOf({ type: 'string' }, null).length, 1);
  });

  test('int-or-string', () => {
    for (const value of [1, 'a', '50%']) assert.deepEqual(errorsOf(intOrString, value), []);
    assert.deepEqual(errorsOf({ 'x-kubernetes-int-or-string': true }, 1.5), [
      'spec.x: Invalid value: "number": spec.x in body must be of type integer,string: "number"',
    ]);
    assert.ok(errorsOf(intOrString, true).some((text) => text.includes('must be of type integer,string')));
    const patterned = { ...intOrString, pattern: '^\\d+%$' };
    assert.deepEqual(errorsOf(patterned, 5), []);
    assert.deepEqual(errorsOf(patterned, 'x'), [
      `spec.x: Invalid value: "x": spec.x in body should match '^\\d+%$'`,
    ]);
  });
});

type Case = readonly [title: string, schema: JSONSchemaProps, value: unknown, expected: readonly string[]];

const invalid = (shown: string, rest: string) => [
  `spec.x: Invalid value: ${shown}: spec.x in body should ${rest}`,
];
const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const real = { type: 'number' } as const;
const list = { type: 'array', items: whole } as const;
const record = { type: 'object', additionalProperties: whole } as const;

const keywords: readonly Case[] = [
  ['maximum', { ...whole, maximum: 5 }, 6, invalid('6', 'be less than or equal to 5')],
  ['maximum met', { ...whole, maximum: 5 }, 5, []],
  ['exclusive maximum', { ...whole, maximum: 5, exclusiveMaximum: true }, 5, invalid('5', 'be less than 5')],
  ['minimum', { ...whole, minimum: 1 }, 0, invalid('0', 'be greater than or equal to 1')],
  [
    'exclusive minimum',
    { ...real, minimum: 0, exclusiveMinimum: true },
    0,
    invalid('0', 'be greater than 0'),
  ],
  [
    'float bounds print as floats',
    { ...real, maximum: 1e6 },
    1e6 + 0.5,
    invalid('1.0000005e+06', 'be less than or equal to 1e+06'),
  ],
  ['multipleOf', { ...whole, multipleOf: 5 }, 12, invalid('12', 'be a multiple of 5')],
  ['multipleOf met by a fraction', { ...real, multipleOf: 0.1 }, 0.3, []],
  [
    'int32',
    { ...whole, format: 'int32' },
    2 ** 31,
    ['spec.x: Invalid value: 2147483648: Checked value must be of type integer with format int32 in spec.x'],
  ],
  ['int32 met', { ...whole, format: 'int32' }, 2 ** 31 - 1, []],
  ['int64', { ...whole, format: 'int64' }, 2 ** 40, []],
  [
    'float',
    { ...real, format: 'float' },
    1e39,
    ['spec.x: Invalid value: 1e+39: Checked value must be of type number with format float in spec.x'],
  ],
  ['maxLength', { ...text, maxLength: 2 }, 'abc', ['spec.x: Too long: may not be more than 2 bytes']],
  ['maxLength counts characters', { ...text, maxLength: 2 }, '😀😀', []],
  ['minLength', { ...text, minLength: 2 }, 'a', invalid('"a"', 'be at least 2 chars long')],
  [
    'minLength counts characters',
    { ...text, minLength: 2 },
    '😀',
    invalid('"😀"', 'be at least 2 chars long'),
  ],
  ['pattern', { ...text, pattern: '^[a-z]+$' }, 'A', invalid('"A"', `match '^[a-z]+$'`)],
  ['pattern is found anywhere', { ...text, pattern: 'b' }, 'abc', []],
  [
    'length fails before pattern',
    { ...text, maxLength: 1, pattern: 'z' },
    'ab',
    ['spec.x: Too long: may not be more than 1 byte'],
  ],
  [
    'format',
    { ...text, format: 'date-time' },
    'soon',
    ['spec.x: Invalid value: "soon": spec.x in body must be of type date-time: "soon"'],
  ],
  ['unknown format', { ...text, format: 'quantity' }, 'x', []],
  [
    'enum',
    { ...text, enum: ['a', 'b'] },
    'c',
    ['spec.x: Unsupported value: "c": supported values: "a", "b"'],
  ],
  [
    'enum of numbers',
    { ...whole, enum: [1, 2] },
    3,
    ['spec.x: Unsupported value: 3: supported values: "1", "2"'],
  ],
  ['enum of objects', { ...record, enum: [{ a: 1 }] }, { a: 1 }, []],
  ['minItems', { ...list, minItems: 1 }, [], invalid('0', 'have at least 1 items')],
  ['maxItems', { ...list, maxItems: 1 }, [1, 2], ['spec.x: Too many: 2: must have at most 1 item']],
  [
    'items',
    list,
    [1, 'a'],
    ['spec.x[1]: Invalid value: "string": spec.x[1] in body must be of type integer: "string"'],
  ],
  ['minProperties', { ...record, minProperties: 1 }, {}, invalid('0', 'have at least 1 properties')],
  [
    'maxProperties',
    { ...record, maxProperties: 1 },
    { a: 1, b: 2 },
    ['spec.x: Too many: 2: must have at most 1 item'],
  ],
  [
    'additionalProperties',
    record,
    { a: 'b' },
    ['spec.x.a: Invalid value: "string": spec.x.a in body must be of type integer: "string"'],
  ],
  [
    'additionalProperties false',
    { type: 'object', additionalProperties: false },
    { a: 1 },
    ['spec.x: Invalid value: "a": spec.x.a in body is a forbidden property'],
  ],
  ['required', { type: 'object', required: ['a'] }, {}, ['spec.x.a: Required value']],
  ['required is met by null', { type: 'object', required: ['a'] }, { a: null }, []],
  [
    'keys of Object.prototype are not declared',
    { type: 'object', required: ['constructor'] },
    {},
    ['spec.x.constructor: Required value'],
  ],
];

describe('keywords', () => {
  for (const [title, schema, value, expected] of keywords) {
    test(title, () => assert.deepEqual(errorsOf(schema, value), expected));
  }

  test('a pattern that cannot be compiled matches nothing and says why', () => {
    const [error = ''] = errorsOf({ type: 'string', pattern: 'a(' }, 'a');
    assert.match(
      error,
      /should match 'a\(, but pattern is invalid: error parsing regexp: missing closing \)/,
    );
  });

  test('a pattern that backtracks without end elsewhere takes no time', () => {
    const started = performance.now();
    assert.equal(errorsOf({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(5000)}!`).length, 1);
    assert.ok(performance.now() - started < 2000);
  });

  test('own keys called __proto__ are validated', () => {
    const compiled = compileSchema({ type: 'object', additionalProperties: { type: 'integer' } });
    const errors = compiled.validate(JSON.parse('{"__proto__": "x"}'));
    assert.deepEqual(
      errors.map((error) => error.field),
      ['__proto__'],
    );
  });
});

describe('junctors', () => {
  const object: JSONSchemaProps = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
  };

  test('anyOf adds the errors of the alternative that came closest', () => {
    const schema = {
      ...object,
      anyOf: [{ required: ['c'] }, { required: ['d'], properties: { a: { maxLength: 1 } } }],
    };
    assert.deepEqual(errorsOf(schema, { a: 'x' }), [
      'spec.x: Invalid value: "": "spec.x" must validate at least one schema (anyOf)',
      'spec.x.d: Required value',
    ]);
    assert.deepEqual(
      errorsOf({ ...object, anyOf: [{ required: ['a'] }, { required: ['b'] }] }, { b: '' }),
      [],
    );
  });

  test('oneOf', () => {
    const schema = { ...object, oneOf: [{ required: ['a'] }, { required: ['b'] }] };
    assert.deepEqual(errorsOf(schema, { a: '' }), []);
    assert.deepEqual(errorsOf(schema, { a: '', b: '' }), [
      'spec.x: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ]);
    assert.equal(
      errorsOf(schema, {})[0],
      'spec.x: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid',
    );
  });

  test('allOf', () => {
    const schema: JSONSchemaProps = { type: 'string', allOf: [{ minLength: 2 }, { pattern: '^a' }] };
    assert.deepEqual(errorsOf(schema, 'ab'), []);
    assert.deepEqual(errorsOf(schema, 'bb'), [
      `spec.x: Invalid value: "bb": spec.x in body should match '^a'`,
      'spec.x: Invalid value: "": "spec.x" must validate all the schemas (allOf)',
    ]);
    assert.ok(errorsOf(schema, 'b').at(-1)?.endsWith('(allOf). None validated'));
  });

  test('not', () => {
    const schema: JSONSchemaProps = { type: 'string', not: { enum: ['x'] } };
    assert.deepEqual(errorsOf(schema, 'y'), []);
    assert.deepEqual(errorsOf(schema, 'x'), [
      'spec.x: Invalid value: "": "spec.x" must not validate the schema (not)',
    ]);
  });
});

describe('list types', () => {
  const set: JSONSchemaProps = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
  const byKeys = (...keys: string[]): JSONSchemaProps => ({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    items: { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer' } } },
  });

  test('a set has no item twice, and each double is told once', () => {
    assert.deepEqual(errorsOf(set, ['a', 'b']), []);
    assert.deepEqual(errorsOf(set, ['a', 'b', 'a', 'a']), ['spec.x[2]: Duplicate value: "a"']);
  });

  test('a set of objects compares by value', () => {
    const schema: JSONSchemaProps = {
      ...set,
      items: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'integer' } },
    };
    assert.deepEqual(
      errorsOf(schema, [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ]),
      ['spec.x[1]: Duplicate value: {"b":2,"a":1}'],
    );
  });

  test('a map has no key twice', () => {
    const double = [
      { name: 'a', port: 1 },
      { name: 'a', port: 2 },
    ];
    assert.deepEqual(errorsOf(byKeys('name'), double), ['spec.x[1]: Duplicate value: {"name":"a"}']);
    assert.deepEqual(errorsOf(byKeys('name', 'port'), double), []);
    assert.deepEqual(errorsOf(byKeys('name'), [{ port: 1 }, { port: 2 }]), [
      'spec.x[1]: Duplicate value: {}',
    ]);
    assert.ok(
      errorsOf(byKeys('name'), ['a']).some((error) => error.includes('must be an object for an array')),
    );
  });
});

describe('embedded resources', () => {
  const schema: JSONSchemaProps = {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
  };

  test('need apiVersion and kind', () => {
    assert.deepEqual(errorsOf(schema, {}), [
      'spec.x.apiVersion: Required value',
      'spec.x.kind: Required value',
    ]);
    assert.deepEqual(
      errorsOf(schema, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } }),
      [],
    );
  });

  test('have well-formed type and metadata', () => {
    const value = {
      apiVersion: 'a/b/c',
      kind: 'No Kind',
      metadata: { name: 'a/b', namespace: 1, labels: { a: 1 }, annotations: [] },
    };
    const fields = compileSchema({ type: 'object', properties: { x: schema } })
      .validate({ x: value })
      .map((error) => error.field);
    assert.deepEqual(fields, [
      'x.apiVersion',
      'x.kind',
      'x.metadata.name',
      'x.metadata.namespace',
      'x.metadata.labels[a]',
      'x.metadata.annotations',
    ]);
  });
});

describe('ratcheting', () => {
  const compiled = compileSchema({
    type: 'object',
    properties: {
      a: { type: 'string', maxLength: 1 },
      b: { type: 'object', properties: { c: { type: 'integer', maximum: 1 } }, required: ['d'] },
      atomic: { type: 'array', items: { type: 'string', maxLength: 1 } },
      keyed: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          properties: { name: { type: 'string' }, n: { type: 'integer', maximum: 1 } },
        },
      },
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    },
  });
  const fields = (value: unknown, old: unknown) => compiled.validate(value, old).map((error) => error.field);

  test('what did not change is not reported, what changed is', () => {
    assert.deepEqual(fields({ a: 'long', b: { c: 5 } }, { a: 'long', b: { c: 4 } }), ['b.c', 'b.d']);
    assert.deepEqual(fields({ a: 'long', b: { c: 5 } }, { a: 'long', b: { c: 5 } }), []);
    assert.deepEqual(fields({ a: 'other' }, { a: 'long' }), ['a']);
    assert.deepEqual(fields({ a: 'long' }, {}), ['a']);
  });

  test('items correlate by key in maps, and not at all in atomic lists', () => {
    const old = { keyed: [{ name: 'x', n: 9 }], atomic: ['long'] };
    assert.deepEqual(
      fields(
        {
          ...old,
          keyed: [
            { name: 'y', n: 9 },
            { name: 'x', n: 9 },
          ],
        },
        old,
      ),
      ['keyed[0].n'],
    );
    assert.deepEqual(fields({ ...old, atomic: ['long', 'a'] }, old), ['atomic[0]']);
  });

  test('duplicates ratchet as a whole', () => {
    assert.deepEqual(fields({ set: ['a', 'a'] }, { set: ['a'] }), ['set[1]']);
    assert.deepEqual(fields({ set: ['b', 'b'] }, { set: ['a', 'a'] }), []);
  });
});
