import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, dataOf, refusalOf, type Values } from './api-asking.ts';

const two =
  'label_replace(vector(42), "foo", "bar", "", "") or label_replace(vector(3.1415), "dings", "bums", "", "")';
const steps: Values = [
  ['start', '0'],
  ['end', '2'],
  ['step', '1'],
];

describe('instant queries', () => {
  const at = (query: string, ...more: Values): Values => [['query', query], ...more];

  test('the time is seconds with a fraction or RFC 3339; else it is now', async () => {
    const cases = [
      ['123.4', '[123.400,"2"]'],
      ['1970-01-01T00:02:03Z', '[123,"2"]'],
      ['1970-01-01T01:02:03+01:00', '[123,"2"]'],
      ['2015-06-03T13:21:58.555Z', '[1433337718.555,"2"]'],
      ['1543578564.705', '[1543578564.705,"2"]'],
      ['1582468023986', '[1582468023986,"2"]'],
      ['-1.5', '[-1.500,"2"]'],
      ['-0.001', '[-0.001,"2"]'],
      ['1e3', '[1000,"2"]'],
      ['', '[6000,"2"]'],
    ];
    for (const [time = '', result] of cases) {
      const { body } = await ask('query', at('2', ['time', time]));
      equal(body, `{"status":"success","data":{"resultType":"scalar","result":${result}}}`);
    }
    for (const time of ['abc', '30s', '2015-06-03', '2015-02-30T00:00:00Z', '2015-06-03t13:21:58z']) {
      const why = `invalid time value for 'time': cannot parse ${JSON.stringify(time)} to a valid timestamp`;
      equal(
        await refusalOf('query', at('2', ['time', time])),
        `400 bad_data: invalid parameter "time": ${why}`,
      );
    }
  });

  test('a limit cuts vectors, with a warning, and nothing else', async () => {
    const limited = await ask('query', at(two, ['time', '123.4'], ['limit', '1']));
    equal(
      limited.body,
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"foo":"bar"},"value":[123.400,"42"]}]},"warnings":["results truncated due to limit"]}',
    );
    for (const limit of ['0', '2', '3', '']) {
      const { json } = await ask('query', at(two, ['limit', limit]));
      equal('warnings' in json, false, limit);
    }
    equal('warnings' in (await ask('query', at('2', ['limit', '1']))).json, false);
  });

  test('a bad limit is refused', async () => {
    const refused = (limit: string): Promise<string> => refusalOf('query', at('2', ['limit', limit]));
    const prefix = '400 bad_data: invalid parameter "limit":';
    equal(await refused('-1'), `${prefix} limit must be non-negative`);
    equal(await refused('x'), `${prefix} strconv.Atoi: parsing "x": invalid syntax`);
    equal(await refused('1.5'), `${prefix} strconv.Atoi: parsing "1.5": invalid syntax`);
    const large = '99999999999999999999';
    equal(await refused(large), `${prefix} strconv.Atoi: parsing "${large}": value out of range`);
  });

  test('values are texts, also those that are no numbers', async () => {
    const { body } = await ask('query', at('special', ['time', '0']));
    for (const value of ['"NaN"', '"+Inf"', '"1e-07"', '"1e+21"']) ok(body.includes(value), value);
    const negative = await ask('query', at('-special{is="inf"}', ['time', '0']));
    ok(negative.body.includes('"-Inf"'));
    deepEqual(await dataOf('query', at('"a\\"b"', ['time', '1'])), {
      resultType: 'string',
      result: [1, 'a"b'],
    });
    deepEqual(await dataOf('query', at('ended', ['time', '130'])), { resultType: 'vector', result: [] });
    deepEqual(await dataOf('query', at('bottomk(2, notExists)')), { resultType: 'vector', result: [] });
  });

  test('a range vector gives its samples as they are', async () => {
    deepEqual(await dataOf('query', at('test_metric1{foo="bar"}[2m]', ['time', '120'])), {
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'test_metric1', foo: 'bar' },
          values: [
            [60, '100'],
            [120, '200'],
          ],
        },
      ],
    });
  });

  test('histograms have their buckets', async () => {
    const histogram = {
      count: '10',
      sum: '18.4',
      buckets: [
        [1, '-1', '-0.5', '5'],
        [3, '-0.001', '0.001', '2'],
        [0, '0.5', '1', '1'],
        [0, '1', '2', '2'],
      ],
    };
    deepEqual(await dataOf('query', at('native', ['time', '60'])), {
      resultType: 'vector',
      result: [{ metric: { __name__: 'native' }, histogram: [60, histogram] }],
    });
    deepEqual(await dataOf('query', at('mixed[3m]', ['time', '120'])), {
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'mixed' },
          values: [
            [0, '1'],
            [120, '3'],
          ],
          histograms: [[60, { count: '1', sum: '1', buckets: [[0, '0.5', '1', '1']] }]],
        },
      ],
    });
  });

  test('what is no PromQL is refused with where it is wrong', async () => {
    equal(
      await refusalOf('query', at('invalid][query')),
      '400 bad_data: invalid parameter "query": 1:8: parse error: unexpected right bracket \']\'',
    );
    equal(
      await refusalOf('query', at('')),
      '400 bad_data: invalid parameter "query": unknown position: parse error: no expression found in input',
    );
    equal(
      await refusalOf('query', at('sum(1)')),
      '400 bad_data: invalid parameter "query": 1:5: parse error: expected type instant vector in aggregation expression, got scalar',
    );
  });

  test('an expression as deep as a text can be is evaluated or refused, never a fault', async () => {
    for (const deep of [
      `${'('.repeat(50_000)}1${')'.repeat(50_000)}`,
      `${'-'.repeat(90_000)}1`,
      `1${'+1'.repeat(40_000)}`,
      `${'abs('.repeat(20_000)}up${')'.repeat(20_000)}`,
      `${'sum('.repeat(20_000)}up${')'.repeat(20_000)}`,
    ]) {
      const { status } = await ask('query', at(deep));
      ok(status === 200 || status === 400 || status === 422, `${deep.slice(0, 10)}: ${status}`);
    }
  });

  test('what fails in the evaluation is an execution error', async () => {
    const duplicate = await refusalOf(
      'query',
      at('test_metric2 * on() group_left test_metric3', ['time', '60']),
    );
    ok(
      duplicate.startsWith('422 execution: found duplicate series for the match group {} on the right'),
      duplicate,
    );
    equal(
      await refusalOf('query', at('test_metric1', ['time', '60']), { samplesMax: 1 }),
      '422 execution: query processing would load too many samples into memory in query execution',
    );
  });

  test('a query that takes too long or that nobody waits for is given up', async () => {
    for (const timeout of ['0', '-1', '1ms', '0.0001']) {
      const refused = await refusalOf('query', at('sum(test_metric1)', ['timeout', timeout]));
      equal(refused, '503 timeout: query timed out in expression evaluation');
    }
    equal((await ask('query', at('1', ['timeout', '10s']))).status, 200);
    equal(
      await refusalOf('query', at('1', ['timeout', 'soon'])),
      '400 bad_data: invalid parameter "timeout": cannot parse "soon" to a valid duration',
    );
    equal(
      await refusalOf('query', at('test_metric1'), { isCanceled: () => true }),
      '499 canceled: query was canceled in expression evaluation',
    );
  });

  test('the lookback can be changed', async () => {
    const late = (...more: Values): Values => at('test_metric1', ['time', '6400'], ...more);
    const count = (data: unknown): number => (data as { result: unknown[] }).result.length;
    equal(count(await dataOf('query', late())), 0);
    equal(count(await dataOf('query', late(['lookback_delta', '7m']))), 2);
    equal(count(await dataOf('query', late(['lookback_delta', '420']))), 2);
    equal(
      await refusalOf('query', late(['lookback_delta', 'x'])),
      '400 bad_data: error parsing lookback delta duration: cannot parse "x" to a valid duration',
    );
  });

  test('statistics come when they are asked for', async () => {
    const stats = async (value: string): Promise<Record<string, unknown>> =>
      (await ask('query', at('test_metric1', ['time', '60'], ['stats', value]))).json;
    const of = ({ data }: Record<string, unknown>): unknown => (data as { stats?: unknown }).stats;
    equal(of(await stats('')), undefined);
    deepEqual(of(await stats('true')), {
      timings: { evalTotalTime: 0.003, execTotalTime: 0.003 },
      samples: { totalQueryableSamples: 2, peakSamples: 2 },
    });
    const all = of(await stats('all')) as { samples: Record<string, unknown> };
    deepEqual(all.samples['totalQueryableSamplesPerStep'], [[60, 2]]);
    const deprecated = await stats('1');
    ok(of(deprecated));
    deepEqual(deprecated['warnings'], [
      'value "1" for parameter "stats" is deprecated and will be rejected in the next major release, use "true" or "all"',
    ]);
  });

  test('annotations come as warnings and infos, ten of a kind', async () => {
    const { json } = await ask('query', at('rate(test_metric1[5m])', ['time', '300']));
    deepEqual(json['infos'], [
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "test_metric1" (1:6)',
    ]);
    const many = Array.from({ length: 12 }, (_, i) => `quantile(${i + 2}, test_metric1)`).join(' + ');
    const { json: more } = await ask('query', at(many, ['time', '300']));
    const warnings = more['warnings'] as string[];
    deepEqual([warnings.length, warnings[10]], [11, '2 more warning annotations omitted']);
  });
});

describe('range queries', () => {
  const over = (query: string, ...more: Values): Values => [['query', query], ...more];

  test('series come in order of their labels, scalars as one without any', async () => {
    const points = (value: string): unknown => [
      [0, value],
      [1, value],
      [2, value],
    ];
    deepEqual(await dataOf('query_range', over(two, ...steps)), {
      resultType: 'matrix',
      result: [
        { metric: { dings: 'bums' }, values: points('3.1415') },
        { metric: { foo: 'bar' }, values: points('42') },
      ],
    });
    deepEqual(await dataOf('query_range', over('time()', ...steps)), {
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [0, '0'],
            [1, '1'],
            [2, '2'],
          ],
        },
      ],
    });
    const empty = await dataOf('query_range', over('bottomk(2, notExists)', ...steps));
    deepEqual(empty, { resultType: 'matrix', result: [] });
  });

  test('a limit cuts series, with a warning', async () => {
    const { json } = await ask('query_range', over(two, ...steps, ['limit', '1']));
    const { result } = json['data'] as { result: { metric: unknown }[] };
    deepEqual(
      result.map(({ metric }) => metric),
      [{ dings: 'bums' }],
    );
    deepEqual(json['warnings'], ['results truncated due to limit']);
    const negative = await refusalOf('query_range', over(two, ...steps, ['limit', '-1']));
    equal(negative, '400 bad_data: invalid parameter "limit": limit must be non-negative');
  });

  test('what is missing or wrong is named', async () => {
    const cases: readonly [start: string, end: string, step: string, text: string][] = [
      ['', '2', '1', '"start": cannot parse "" to a valid timestamp'],
      ['0', '', '1', '"end": cannot parse "" to a valid timestamp'],
      ['0', '2', '', '"step": cannot parse "" to a valid duration'],
      ['0', '2', 'abc', '"step": cannot parse "abc" to a valid duration'],
      [
        '1',
        '2',
        '0',
        '"step": zero or negative query resolution step widths are not accepted. Try a positive integer',
      ],
      [
        '1',
        '2',
        '-5',
        '"step": zero or negative query resolution step widths are not accepted. Try a positive integer',
      ],
      ['2', '1', '1', '"end": end timestamp must not be before start time'],
      ['148966367200.372', '1489667272.372', '1', '"end": end timestamp must not be before start time'],
      [
        '0',
        '1',
        '148966367200.372',
        '"step": cannot parse "148966367200.372" to a valid duration. It overflows int64',
      ],
      [
        '0',
        '1',
        '-148966367200.372',
        '"step": cannot parse "-148966367200.372" to a valid duration. It overflows int64',
      ],
    ];
    for (const [start, end, step, text] of cases) {
      const refused = await refusalOf(
        'query_range',
        over('time()', ['start', start], ['end', end], ['step', step]),
      );
      equal(refused, `400 bad_data: invalid parameter ${text}`);
    }
  });

  test('steps are durations, at most 11,000 of them', async () => {
    const ask11k = (end: string, step: string): ReturnType<typeof ask> =>
      ask('query_range', over('1', ['start', '0'], ['end', end], ['step', step]));
    equal((await ask11k('11000', '1s')).status, 200);
    equal((await ask11k('11000.5', '1')).status, 200);
    equal((await ask11k('1h', '1m')).status, 400);
    const { status, json } = await ask11k('11001', '1');
    deepEqual(
      [status, json['error']],
      [
        400,
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      ],
    );
  });

  test('range vectors and texts are refused', async () => {
    equal(
      await refusalOf('query_range', over('test_metric1[5m]', ...steps)),
      '400 bad_data: invalid parameter "query": invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    );
    equal(
      await refusalOf('query_range', over('"a"', ...steps)),
      '400 bad_data: invalid parameter "query": invalid expression type "string" for range query, must be Scalar or instant Vector',
    );
  });
});
