import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatFloat,
  formatFloatShort,
  formatSampleValue,
  parseFloatGo,
  quote,
  quoteCharacter,
} from '@plinth/go-format';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../src/index.ts';

test('floats print as Go prints them', () => {
  const cases: readonly [value: number, plain: string, short: string, sample: string][] = [
    [0, '0', '0', '0'],
    [-0, '-0', '-0', '-0'],
    [1, '1', '1', '1'],
    [100_000, '100000', '100000', '100000'],
    [1e6, '1000000', '1e+06', '1000000'],
    [123_456_789, '123456789', '1.23456789e+08', '123456789'],
    [1e21, '1000000000000000000000', '1e+21', '1e+21'],
    [1.25e-7, '0.000000125', '1.25e-07', '1.25e-07'],
    [0.00012345, '0.00012345', '0.00012345', '0.00012345'],
    [-1.5e22, '-15000000000000000000000', '-1.5e+22', '-1.5e+22'],
    [Number.POSITIVE_INFINITY, '+Inf', '+Inf', '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf', '-Inf', '-Inf'],
    [Number.NaN, 'NaN', 'NaN', 'NaN'],
  ];
  for (const [value, plain, short, sample] of cases) {
    assert.deepEqual(
      [formatFloat(value), formatFloatShort(value), formatSampleValue(value)],
      [plain, short, sample],
    );
  }
});

test('what is printed reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      for (const print of [formatFloat, formatFloatShort, formatSampleValue]) {
        assert.ok(Object.is(parseFloatGo(print(value)), value), print(value));
      }
    }),
  );
});

test('numbers are read by the rules of Go', () => {
  const good: readonly [text: string, value: number][] = [
    ['1_0', 10],
    ['0x1p-2', 0.25],
    ['0x.8p1', 1],
    ['0X1P+3', 8],
    ['0x_1p1', 2],
    ['1_000.5_0', 1000.5],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['nAn', Number.NaN],
    ['1.', 1],
    ['+.5', 0.5],
    ['1e-400', 0],
  ];
  for (const [text, value] of good) assert.ok(Object.is(parseFloatGo(text), value), text);
  for (const text of ['', '.', '1e', '-nan', '0x10', '1__0', '_1', '1_e3', ' 1', 'infin', '0b1']) {
    assert.throws(() => parseFloatGo(text), {
      message: `strconv.ParseFloat: parsing "${text}": invalid syntax`,
    });
  }
  assert.throws(() => parseFloatGo('1e400'), {
    message: 'strconv.ParseFloat: parsing "1e400": value out of range',
  });
});

test('durations have their units in order, once each', () => {
  const good: readonly [text: string, ms: number][] = [
    ['0', 0],
    ['0ms', 0],
    ['1d2h', 93_600_000],
    ['1y1w1d1h1m1s1ms', 32_230_861_001],
    ['292y', 292 * 365 * 86_400_000],
  ];
  for (const [text, ms] of good) assert.equal(parseDuration(text), ms);
  const bad: readonly [text: string, message: string][] = [
    ['', 'empty duration string'],
    ['5', 'not a valid duration string: "5"'],
    ['-5m', 'not a valid duration string: "-5m"'],
    ['5m1h', 'not a valid duration string: "5m1h"'],
    ['1m1m', 'not a valid duration string: "1m1m"'],
    ['1hs', 'unknown unit "hs" in duration "1hs"'],
    ['300y', 'duration out of range'],
    ['99999999999999999999s', 'not a valid duration string: "99999999999999999999s"'],
  ];
  for (const [text, message] of bad) assert.throws(() => parseDuration(text), { message });
});

test('durations print with years and weeks only when they are whole', () => {
  const cases: readonly [ms: number, text: string][] = [
    [0, '0s'],
    [0.5, '0s'],
    [1_001, '1s1ms'],
    [90 * 86_400_000, '90d'],
    [14 * 86_400_000, '2w'],
    [365 * 86_400_000, '1y'],
    [-5_400_000, '-1h30m'],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
  fc.assert(fc.property(fc.nat(), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)));
});

test('text is quoted as Go quotes it', () => {
  assert.equal(
    quote('\u0085 \u00a0 \u00ad ☺ \u2028 \x7f \ufffd \u{e0001} é a\u0301 "\\\n'),
    '"\\u0085 \\u00a0 \\u00ad ☺ \\u2028 \\x7f \ufffd \\U000e0001 é a\u0301 \\"\\\\\\n"',
  );
  assert.deepEqual(["'", '"', 'x', '\n'].map(quoteCharacter), ["'\\''", "'\"'", "'x'", "'\\n'"]);
});
