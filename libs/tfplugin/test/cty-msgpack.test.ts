import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CtyType,
  type CtyValue,
  Decimal,
  decodeMsgpack,
  encodeMsgpack,
  equalValues,
  TypedValue,
  unknownValue,
  ValueError,
} from '@plinth/tfplugin';
import fc from 'fast-check';

function hex(value: CtyValue, type: CtyType): string {
  return Buffer.from(encodeMsgpack(value, type)).toString('hex');
}

function fromHex(bytes: string, type: CtyType): CtyValue {
  return decodeMsgpack(Buffer.from(bytes, 'hex'), type);
}

test('values have the bytes that go-cty gives them', () => {
  const cases: readonly [CtyValue, CtyType, string][] = [
    [null, 'string', 'c0'],
    ['hi', 'string', 'a26869'],
    [true, 'bool', 'c3'],
    [unknownValue, 'string', 'd40000'],
    [unknownValue, 'dynamic', 'd40000'],
    [1, 'number', '01'],
    [-1, 'number', 'ff'],
    [300, 'number', 'cd012c'],
    [Number.POSITIVE_INFINITY, 'number', 'cb7ff0000000000000'],
    [0.1, 'number', 'a3302e31'],
    [new Decimal('18446744073709551616'), 'number', 'b43138343436373434303733373039353531363136'],
    [['a', null], ['list', 'string'], '92a161c0'],
    [[], ['set', 'string'], '90'],
    [{ b: 1, a: 2 }, ['map', 'number'], '82a16201a16102'],
    [{ b: 1 }, ['object', { b: 'number', a: 'string' }], '82a161c0a16201'],
    [['a', 1], ['tuple', ['string', 'number']], '92a16101'],
    [new TypedValue('string', 'x'), 'dynamic', '92c40822737472696e6722a178'],
    [new TypedValue('bool', null), 'dynamic', '92c40622626f6f6c22c0'],
  ];
  for (const [value, type, bytes] of cases) {
    assert.equal(hex(value, type), bytes, JSON.stringify(type));
    assert.ok(equalValues(fromHex(bytes, type), value, type), bytes);
  }
});

test('what else go-cty writes is read: refined unknowns, doubles, 64-bit integers, types as text', () => {
  // An unknown that is not null, and one that begins with "ab".
  assert.equal(fromHex('c7030c8101c2', 'string'), unknownValue);
  assert.equal(fromHex('c7070c8201c202a26162', 'string'), unknownValue);
  assert.equal(fromHex('cb3fe0000000000000', 'number'), 0.5);
  assert.deepEqual(
    fromHex('cb3fb999999999999a', 'number'),
    new Decimal('0.1000000000000000055511151231257827021181583404541015625'),
  );
  assert.deepEqual(fromHex('cfffffffffffffffff', 'number'), new Decimal('18446744073709551615'));
  assert.deepEqual(fromHex('d38000000000000000', 'number'), new Decimal('-9223372036854775808'));
  assert.equal(fromHex('d3ffffffffffffffff', 'number'), -1);
  assert.deepEqual(fromHex('92a822737472696e6722a178', 'dynamic'), new TypedValue('string', 'x'));
});

test('what does not fit is refused with the path to it', () => {
  const rules: CtyType = [
    'object',
    { rule: ['list', ['object', { port: 'number' }]], tags: ['map', 'string'] },
  ];
  const refusals: readonly [CtyValue, string][] = [
    [{ rule: [{ port: 1 }, { port: 'x' }] }, 'rule[1].port: expected number, found string'],
    [{ tags: { 'a.b': 1 } }, 'tags["a.b"]: expected string, found number'],
    [{ roule: [] }, 'roule: the schema has no such attribute'],
    [{ rule: {} }, 'rule: expected list, found object'],
    [[], 'expected object, found a list of 0'],
  ];
  for (const [value, message] of refusals) {
    assert.throws(
      () => encodeMsgpack(value, rules),
      (error) => error instanceof ValueError && error.message === message,
    );
  }
  assert.throws(() => encodeMsgpack('x', 'dynamic'), /expected a TypedValue, found string/);
  assert.throws(() => encodeMsgpack(Number.NaN, 'number'), ValueError);
  for (const bytes of ['', '92', '81a161', 'c1', 'a2ff', '81a1610102']) {
    assert.throws(() => fromHex(bytes, ['map', 'string']), ValueError, bytes);
  }
  assert.throws(() => fromHex('80', ['object', { a: 'string' }]), /a: the attribute is missing/);
  assert.throws(() => fromHex('92c4027b7dc0', 'dynamic'), ValueError);
  assert.throws(() => fromHex('92c4017bc0', 'dynamic'), /the type of a value is no JSON/);
});

const scalarType = fc.constantFrom<CtyType>('string', 'number', 'bool');
const name = fc
  .string({ unit: 'grapheme', maxLength: 6 })
  .filter((text) => text !== '__proto__' && text.isWellFormed());
const { type: anyType } = fc.letrec<{ type: CtyType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalarType,
    fc.constant<CtyType>('dynamic'),
    fc.tuple(fc.constantFrom('list', 'set', 'map'), tie('type')),
    fc.tuple(fc.constant('tuple'), fc.array(tie('type'), { maxLength: 3 })),
    fc.tuple(fc.constant('object'), fc.dictionary(name, tie('type'), { maxKeys: 3, noNullPrototype: true })),
  ),
}));

const digits = fc.stringMatching(/^-?[1-9][0-9]{0,40}\.[0-9]{0,30}[1-9]$/).map((text) => new Decimal(text));
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  digits.filter(({ text }) => String(Number(text)) !== text),
  fc
    .bigInt({ min: 2n ** 64n, max: 2n ** 400n })
    .map((value) => decodeMsgpack(encodeMsgpack(new Decimal(String(value)), 'number'), 'number')),
);

function valueOf(type: CtyType): fc.Arbitrary<CtyValue> {
  const rare = { depthSize: 'small' } as const;
  return fc.oneof(
    rare,
    { weight: 8, arbitrary: fc.constant(type).chain(knownValueOf) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant(unknownValue) },
  );
}

function knownValueOf(type: CtyType): fc.Arbitrary<CtyValue> {
  if (type === 'string') return fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
  if (type === 'bool') return fc.boolean();
  if (type === 'number') return number;
  if (type === 'dynamic') {
    return fc
      .oneof(scalarType, fc.constant<CtyType>(['list', 'number']))
      .chain((inner) => valueOf(inner).map((value) => new TypedValue(inner, value)));
  }
  switch (type[0]) {
    case 'list':
    case 'set':
      return fc.array(valueOf(type[1]), { maxLength: 4 });
    case 'map':
      return fc.dictionary(name, valueOf(type[1]), { maxKeys: 4, noNullPrototype: true });
    case 'tuple':
      return fc.tuple(...type[1].map(valueOf));
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(type[1]).map(([key, member]) => [key, valueOf(member)])),
        {
          noNullPrototype: true,
        },
      );
  }
}

test('every value of every type comes back as it was', () => {
  const typed = anyType.chain((type) => valueOf(type).map((value) => ({ type, value })));
  fc.assert(
    fc.property(typed, ({ type, value }) => {
      const back = decodeMsgpack(encodeMsgpack(value, type), type);
      assert.ok(equalValues(back, value, type));
      assert.deepEqual(Buffer.from(encodeMsgpack(back, type)), Buffer.from(encodeMsgpack(value, type)));
    }),
    { numRuns: 1000 },
  );
});

test('no bytes do more than be refused', () => {
  fc.assert(
    fc.property(anyType, fc.uint8Array({ maxLength: 40 }), (type, bytes) => {
      try {
        decodeMsgpack(bytes, type);
      } catch (error) {
        assert.ok(error instanceof ValueError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
