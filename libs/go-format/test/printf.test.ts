import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type FormatValue, sprintf } from '../src/index.ts';

const typeOf = (value: FormatValue): string =>
  typeof value === 'bigint' ? 'int' : typeof value === 'number' ? 'float64' : typeof value;

/** Each as Go 1.22 prints it. */
const cases: readonly (readonly [format: string, values: readonly FormatValue[], printed: string])[] = [
  ['%.2f', [2.71528], '2.72'],
  ['%f', [1e21], '1000000000000000000000.000000'],
  ['%0.2f', [-3720.01], '-3720.01'],
  ['%6.1f|%-6.1f|%06.1f', [2.25, 2.25, -2.25], '   2.2|2.2   |-002.2'],
  ['%v %v %v', [1234567, 0.00001, 1e20], '1.234567e+06 1e-05 1e+20'],
  ['%.4g %.4g %.4g %.4g', [1.23456, 123450, 0.12, 0], '1.235 1.234e+05 0.12 0'],
  ['%.3g', [1000], '1e+03'],
  ['%e %E', [123456.789, 0.5], '1.234568e+05 5.000000E-01'],
  ['%g', [100000], '100000'],
  ['%+d %d %5d|%-5d|%05d', [3n, -4n, 42n, 42n, -42n], '+3 -4    42|42   |-0042'],
  ['%x %X %#x %o %b %c %q %U', [255n, 255n, 255n, 8n, 5n, 97n, 97n, 97n], "ff FF 0xff 10 101 a 'a' U+0061"],
  ['%s %q %10s|%-10s|%.2s', ['hi', 'a"b', 'hi', 'hi', 'höä'], 'hi "a\\"b"         hi|hi        |hö'],
  ['%t %v %%', [true, false], 'true false %'],
  ['%d', ['hi'], '%!d(string=hi)'],
  ['%d', [1.5], '%!d(float64=1.5)'],
  ['%s', [2.5], '%!s(float64=2.5)'],
  ['%s', [7n], '%!s(int=7)'],
  ['%d %d', [1n], '1 %!d(MISSING)'],
  ['%d', [1n, 'x'], '1%!(EXTRA string=x)'],
  ['%T %T', [1n, 'x'], 'int string'],
  ['%*d', [5n, 42n], '   42'],
  ['100%', [], '100%!(NOVERB)'],
  ['%v %f', [Number.POSITIVE_INFINITY, Number.NaN], '+Inf NaN'],
  ['%5.1f%%', [99.95], '100.0%'],
  ['%x', ['hi'], '6869'],
];

test('formats print as in Go', () => {
  for (const [format, values, printed] of cases) equal(sprintf(format, values, typeOf), printed, format);
});
