import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CtyType,
  type CtyValue,
  Decimal,
  equalValues,
  isWhollyKnown,
  parseCtyJson,
  parseCtyType,
  TypedValue,
  unknownValue,
  ValueError,
} from '@plinth/tfplugin';
import fc from 'fast-check';
import { exactNumber, parseNumber, printNumber } from '../src/cty-number.ts';

test('numbers are read by their decimal digits', () => {
  const cases: readonly [string, number | string | undefined][] = [
    ['0', 0],
    ['-0', 0],
    ['007.500', 7.5],
    ['1e3', 1000],
    ['1.5e-7', 1.5e-7],
    ['9007199254740993', '9007199254740993'],
    ['0.10000000000000000555', '0.10000000000000000555'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['1e999999', undefined],
    ['', undefined],
    ['.', undefined],
    ['1.2.3', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
  ];
  for (const [text, expected] of cases) {
    const parsed = parseNumber(text);
    assert.equal(parsed instanceof Decimal ? parsed.text : parsed, expected, text);
  }
});

test('a number is what it is printed as, and a double all of its digits', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.equal(Object.is(value, -0) ? 0 : value, parseNumber(printNumber(value)));
      const exact = exactNumber(value);
      assert.equal(Number(exact instanceof Decimal ? exact.text : exact), value);
    }),
  );
});

test('values are equal whatever the order of keys and of the elements of sets', () => {
  const type: CtyType = [
    'object',
    { tags: ['map', 'string'], ports: ['set', 'number'], list: ['list', 'number'] },
  ];
  const left: CtyValue = { tags: { a: '1', b: '2' }, ports: [1, 2, 2], list: [1, 2] };
  assert.ok(equalValues(left, { list: [1, 2], ports: [2, 1], tags: { b: '2', a: '1' } }, type));
  assert.ok(!equalValues(left, { ...left, list: [2, 1] }, type));
  assert.ok(!equalValues(left, { ...left, ports: unknownValue }, type));
  assert.ok(equalValues({}, { tags: null, ports: null, list: null }, type));
  assert.ok(!equalValues('1', 1, 'dynamic'));
  assert.ok(!isWhollyKnown([{ a: new TypedValue('string', unknownValue) }]));
  assert.ok(isWhollyKnown({ a: [null, 1, new Decimal('1')] }));
});

test('types are read from their JSON, others refused', () => {
  const json: CtyType = ['object', { a: ['list', 'string'], b: ['tuple', ['bool', 'dynamic']] }, ['a']];
  assert.deepEqual(parseCtyType(json), json);
  let deep: unknown = 'string';
  for (let depth = 0; depth < 100; depth++) deep = ['list', deep];
  for (const wrong of [
    'text',
    1,
    null,
    undefined,
    [],
    ['list'],
    ['object', null],
    ['tuple', 'string'],
    deep,
  ]) {
    assert.throws(() => parseCtyType(wrong), ValueError);
  }
});

test('state is read from JSON without the loss of a digit', () => {
  const type: CtyType = [
    'object',
    { n: 'number', tags: ['map', 'string'], any: 'dynamic', gone: 'bool', set: ['set', 'number'] },
  ];
  const state =
    '{"n": 12345678901234567890.5, "tags": {"a": "b"}, "any": {"type": "number", "value": 1}, "more": 1, "set": [1]}';
  assert.deepEqual(parseCtyJson(state, type), {
    n: new Decimal('12345678901234567890.5'),
    tags: { a: 'b' },
    any: new TypedValue('number', 1),
    gone: null,
    set: [1],
  });
  assert.deepEqual(
    parseCtyJson('["1", true, "false", "x"]', ['tuple', ['number', 'string', 'bool', 'string']]),
    [1, 'true', false, 'x'],
  );
  assert.throws(() => parseCtyJson('{"n": "x"}', type), /^ValueError: n: the state holds no number$/);
  assert.throws(() => parseCtyJson('{"tags": []}', type), /tags: the state holds no map/);
  assert.throws(() => parseCtyJson('{', type), /the state is no JSON/);
});
