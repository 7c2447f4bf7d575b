import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFloatShort, quote } from '@plinth/go-format';
import { goNumber } from '../src/go-number.ts';
import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  formatFieldError,
  invalidValue,
  notSupported,
  requiredValue,
  tooLong,
  tooMany,
  typeInvalid,
} from '../src/index.ts';

const cases: readonly (readonly [FieldError, string])[] = [
  [requiredValue('spec.replicas', ''), 'spec.replicas: Required value'],
  [requiredValue('spec.a', 'must be set'), 'spec.a: Required value: must be set'],
  [invalidValue('spec.a', 'x"y', 'bad'), 'spec.a: Invalid value: "x\\"y": bad'],
  [invalidValue('spec.a', 3, 'bad'), 'spec.a: Invalid value: 3: bad'],
  [invalidValue('spec.a', { b: [1] }, 'bad'), 'spec.a: Invalid value: {"b":[1]}: bad'],
  [invalidValue('', '', 'bad'), '<nil>: Invalid value: "": bad'],
  [typeInvalid('spec.a', 'string', 'detail'), 'spec.a: Invalid value: "string": detail'],
  [notSupported('spec.a', 'x', ['a', 'b']), 'spec.a: Unsupported value: "x": supported values: "a", "b"'],
  [notSupported('spec.a', null, ['a']), 'spec.a: Unsupported value: null: supported values: "a"'],
  [duplicateValue('spec.a[1]', { name: 'x' }), 'spec.a[1]: Duplicate value: {"name":"x"}'],
  [forbiddenValue('spec.a', 'not here'), 'spec.a: Forbidden: not here'],
  [tooLong('spec.a', 63), 'spec.a: Too long: may not be more than 63 bytes'],
  [tooLong('spec.a', 1), 'spec.a: Too long: may not be more than 1 byte'],
  [tooMany('spec.a', 5, 3), 'spec.a: Too many: 5: must have at most 3 items'],
  [tooMany('spec.a', 2, 1), 'spec.a: Too many: 2: must have at most 1 item'],
  [{ type: 'FieldValueNotFound', field: 'a', badValue: 'x', detail: '' }, 'a: Not found: "x"'],
];

for (const [error, expected] of cases) {
  test(`prints ${expected}`, () => assert.equal(formatFieldError(error), expected));
}

test('quotes and prints numbers as Go does', () => {
  assert.equal(quote('a\u0001\n\t\\é€😀\u200b'), '"a\\x01\\n\\t\\\\é€😀\\u200b"');
  const numbers: readonly (readonly [number, string])[] = [
    [1, '1'],
    [1_000_000, '1000000'],
    [9_007_199_254_740_991, '9007199254740991'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [0.00001, '1e-05'],
    [0.0001, '0.0001'],
  ];
  for (const [value, expected] of numbers) assert.equal(goNumber(value), expected);
  assert.equal(formatFloatShort(1_000_000), '1e+06');
  assert.equal(formatFloatShort(100_000), '100000');
  assert.equal(formatFloatShort(1_234_567.5), '1.2345675e+06');
  assert.equal(formatFloatShort(0), '0');
});
