import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExpositionError, type ExpositionFormat } from '../src/index.ts';
import { openMetricsCases, prometheusTextCases } from './ported-cases.ts';
import { recorded, unlimited } from './recorded-exposition.ts';

function faultOf(body: Uint8Array, format: ExpositionFormat, limits = unlimited): string {
  try {
    recorded(body, format, { limits });
    return '';
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error;
    return error.message;
  }
}

for (const [format, cases] of [
  ['prometheus-text', prometheusTextCases],
  ['openmetrics', openMetricsCases],
] as const) {
  test(`${format}: ${cases.length} bodies of Prometheus' own tests have the same faults`, () => {
    for (const [body, expected] of cases) {
      const found = faultOf(Buffer.from(body, 'latin1'), format).replace(/^line \d+, column \d+: /, '');
      assert.equal(found.slice(0, expected.length || undefined), expected, JSON.stringify(body));
    }
  });
}

test('a fault has its line and column', () => {
  assert.equal(
    faultOf(Buffer.from('a 1\nb{c="d"e} 2\n'), 'prometheus-text'),
    'line 2, column 9: expected equal',
  );
  assert.equal(
    faultOf(Buffer.from('a 1\nb 2 x\n'), 'prometheus-text'),
    'line 2, column 5: expected timestamp or new record',
  );
  assert.equal(
    faultOf(Buffer.from('a 1\nbc{d="ü"} e\n# EOF\n'), 'openmetrics'),
    'line 2, column 11: invalid number "e"',
  );
  assert.equal(
    faultOf(Buffer.from('a 1\nb 2\nc{d="\xff"} 1\n', 'latin1'), 'prometheus-text'),
    'line 3, column 6: invalid UTF-8',
  );
});

test('limits', () => {
  const body = Buffer.from('a{b="c",d="efg"} 1\na 2\n');
  assert.equal(faultOf(body, 'prometheus-text'), '');
  for (const [limits, expected] of [
    [{ bodySizeBytes: 22 }, 'body size limit exceeded: 23 bytes, at most 22'],
    [{ samples: 1 }, 'line 2, column 1: more than 1 samples'],
    [{ labels: 1 }, 'line 1, column 9: more than 1 labels'],
    [{ labelNameLength: 0 }, 'line 1, column 3: a label name of 1 characters, at most 0 are allowed'],
    [{ labelValueLength: 2 }, 'line 1, column 9: a label value of 3 characters, at most 2 are allowed'],
  ] as const) {
    assert.equal(faultOf(body, 'prometheus-text', { ...unlimited, ...limits }), expected);
  }
});

test('bodies of chance and damaged ones are read or refused, and nothing else', () => {
  const part = fc.constantFrom(
    'a',
    '{',
    '}',
    '"',
    ',',
    '=',
    ' ',
    '\n',
    '\\',
    '1',
    '# ',
    'TYPE ',
    'HELP ',
    'counter',
    '# EOF\n',
    'ü',
    '\t',
    ':',
  );
  const formats = ['prometheus-text', 'openmetrics', 'metric-families'] as const;
  fc.assert(
    fc.property(
      fc.oneof(fc.array(part, { maxLength: 40 }), fc.array(fc.string())),
      fc.constantFrom(...formats),
      (parts, format) => {
        faultOf(Buffer.from(parts.join('')), format);
      },
    ),
    { numRuns: 2000 },
  );
});
