import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ParseError, parseSeries, parseStartTimestamps, type SeriesValue } from '../src/index.ts';
import { corporaAbsent, parserCases } from './corpora.ts';

function refusal(text: string): string | undefined {
  try {
    parseSeries(text);
    return undefined;
  } catch (error) {
    if (error instanceof ParseError) return error.message;
    throw error;
  }
}

/** Values as they are written, histograms as unit tests of rules write them. */
function written(samples: readonly SeriesValue[]): readonly string[] {
  return samples.map((sample) => {
    switch (sample.kind) {
      case 'omitted':
        return '_';
      case 'stale':
        return 'stale';
      case 'float':
        return String(sample.value);
      case 'histogram':
        return sample.histogram.toDescription();
    }
  });
}

/** Messages that cannot be the same, with the reason. One that is the same after all fails the test. */
const skippedMessages: ReadonlyMap<string, string> = new Map([
  ['{} {{ schema:1}}', 'Prometheus prints the number that its parser generator gave to a token'],
]);

describe('the cases of Prometheus', { skip: corporaAbsent }, () => {
  test('all 54 series are accepted or refused as there, 10 of 11 refusals in its words', () => {
    const cases = parserCases('parse-series');
    equal(cases.length, 54);
    let same = 0;
    for (const { input, ok, error } of cases) {
      const message = refusal(input);
      equal(message === undefined, ok, input);
      if (error === undefined || message === undefined) continue;
      const isSame = message.includes(error);
      equal(isSame, !skippedMessages.has(input), `${input}: ${message}`);
      if (isSame) same++;
    }
    equal(same, 10);
  });
});

test('values repeat, grow and shrink', () => {
  const cases: readonly [text: string, samples: readonly string[]][] = [
    ['x', []],
    ['x 1 -2  .5 1e3 0755 NaN -Inf ', ['1', '-2', '0.5', '1000', '493', 'NaN', '-Infinity']],
    ['x _ _x3 stale', ['_', '_', '_', '_', 'stale']],
    ['x 7x2 1+2x2 -1-2x2 1x0', ['7', '7', '7', '1', '3', '5', '-1', '-3', '-5', '1']],
  ];
  for (const [text, samples] of cases) deepEqual(written(parseSeries(text).samples), samples);
});

test('names and labels are those of PromQL, quoted ones too', () => {
  const labels = (text: string): unknown => parseSeries(text).labels.toJSON();
  deepEqual(labels('{} 1'), {});
  deepEqual(labels('a:b{c="d",} 1'), { __name__: 'a:b', c: 'd' });
  deepEqual(labels(`{"http.requests", 'service.name'=\`x\`}\t1`), {
    __name__: 'http.requests',
    'service.name': 'x',
  });
  deepEqual(labels('sum{by="\\n"} 1'), { __name__: 'sum', by: '\n' });
});

test('histograms have all fields, repeat, and are added up', () => {
  const fields =
    'schema:1 count:3.1 sum:-0.3 z_bucket:7.1 z_bucket_w:0.05 offset:-3 buckets:[5.1 10] n_offset:5 n_buckets:[4 NaN]';
  const [full] = parseSeries(`x {{${fields} counter_reset_hint:gauge}}`).samples;
  deepEqual(full?.kind === 'histogram' && [full.hasCounterResetHint, full.histogram.fields], [
    true,
    {
      counterResetHint: 'gauge',
      schema: 1,
      zeroThreshold: 0.05,
      zeroCount: 7.1,
      count: 3.1,
      sum: -0.3,
      positiveSpans: [{ offset: -3, length: 2 }],
      negativeSpans: [{ offset: 5, length: 2 }],
      positiveBuckets: [5.1, 10],
      negativeBuckets: [4, Number.NaN],
      customValues: [],
    },
  ]);
  const counts = (text: string): unknown =>
    parseSeries(text).samples.map(
      (sample) => sample.kind === 'histogram' && sample.histogram.fields.positiveBuckets,
    );
  deepEqual(counts('x {{buckets:[5 1]}}x1 {{buckets:[1]}}'), [[5, 1], [5, 1], [1]]);
  deepEqual(counts('x {{buckets:[5 1]}}+{{buckets:[1 2]}}x2'), [
    [5, 1],
    [6, 3],
    [7, 5],
  ]);
  deepEqual(counts('x {{buckets:[5 1]}}-{{buckets:[1 0]}}x1'), [
    [5, 1],
    [4, 1],
  ]);
  equal(
    refusal('x {{schema:-53 custom_values:[1] buckets:[1 1]}}+{{buckets:[1]}}x1'),
    '1:66: parse error: cannot apply this operation on histograms with a mix of exponential and custom bucket schemas',
  );
});

test('what is wrong with values is said as Prometheus says it', () => {
  const cases: readonly [text: string, message: string][] = [
    ['x 1+1', '1:6: parse error: unexpected end of input in series values'],
    [
      'x 1x1.5',
      '1:5: parse error: invalid repetition in series values: strconv.ParseUint: parsing "1.5": invalid syntax',
    ],
    [
      'x fresh',
      '1:3: parse error: unexpected identifier "fresh" in series values, expected number or "stale"',
    ],
    ['x 1..2', '1:3: parse error: bad number syntax: "1.."'],
    [
      'x {{sum:1 2}}',
      '1:11: parse error: unexpected number "2" in histogram description, expected histogram description key, e.g. buckets:[5 10 7]',
    ],
    ['x 1x99999999', '1:5: parse error: more than 1000000 values in a series'],
  ];
  for (const [text, message] of cases) equal(refusal(text), message);
});

test('start timestamps are offsets from the samples', () => {
  const parsed = parseStartTimestamps('  delta{type="gcp"}@st   _ _x2 -30s-1mx2 -1s+500msx1 0x1 5m');
  deepEqual(parsed?.labels.toJSON(), { __name__: 'delta', type: 'gcp' });
  deepEqual(parsed?.offsetsMs, [
    undefined,
    undefined,
    undefined,
    -30_000,
    -90_000,
    -150_000,
    -1000,
    -500,
    0,
    0,
    300_000,
  ]);
  equal(parseStartTimestamps('delta{type="gcp"} 1 2'), undefined);
  throws(() => parseStartTimestamps('delta@st 5q'), {
    message:
      '1:10: parse error: invalid @st sequence: invalid ST item "5q": invalid duration "5q": unknown unit "q" in duration "5q"',
  });
  throws(() => parseStartTimestamps('delta@st _x0'), /invalid repeat count/);
});
