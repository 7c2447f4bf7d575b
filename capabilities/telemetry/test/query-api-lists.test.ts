import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Engine } from '@plinth/promql';
import { QueryApi } from '../src/prometheus/query-api.ts';
import { ask, dataOf, refusalOf, tickingClock, type Values } from './api-asking.ts';
import { MemoryMetrics } from './memory-metrics.ts';

describe('labels and series', () => {
  const matching = (...texts: string[]): Values => texts.map((text) => ['match[]', text]);

  test('names of labels', async () => {
    deepEqual(await dataOf('labels'), ['__name__', 'dup', 'foo', 'host.name', 'is', 'junk\n{},=:  chars']);
    deepEqual(await dataOf('labels', matching('test_metric2', 'special')), ['__name__', 'foo', 'is']);
    deepEqual(
      await dataOf('labels', [
        ['start', '100000'],
        ['end', '100001'],
      ]),
      [],
    );
    const { json } = await ask('labels', [['limit', '2']]);
    deepEqual([json['data'], json['warnings']], [['__name__', 'dup'], ['results truncated due to limit']]);
    equal('warnings' in (await ask('labels', [['limit', '6']])).json, false);
  });

  test('values of a label, whose name may be written with escapes', async () => {
    deepEqual(await dataOf('label_values', [], { name: 'foo' }), ['bar', 'boo']);
    deepEqual(
      await dataOf('label_values', matching('test_metric2', 'test_metric4{dup=""}'), { name: 'foo' }),
      ['boo'],
    );
    deepEqual(await dataOf('label_values', [], { name: 'host.name' }), ['localhost']);
    deepEqual(await dataOf('label_values', [], { name: 'U__host_2e_name' }), ['localhost']);
    const junk = 'U__junk_a__7b__7d__2c__3d__3a__20__20_chars';
    deepEqual(await dataOf('label_values', [], { name: junk }), ['bar']);
    deepEqual(
      await dataOf('label_values', [], { name: 'U______name____' }),
      await dataOf('label_values', [], { name: '__name__' }),
    );
    deepEqual(await dataOf('label_values', [], { name: 'not!!!allowed' }), []);
    equal(await refusalOf('label_values', [], { name: '' }), '400 bad_data: invalid label name: ""');
    equal(
      await refusalOf('label_values', [], { name: 'a\ud800' }),
      String.raw`400 bad_data: invalid label name: "a\ud800"`,
    );
  });

  test('series, each once and in order', async () => {
    const name = 'test_metric4';
    deepEqual(await dataOf('series', matching('test_metric4{foo=~".+o$"}', 'test_metric4{dup=~"^1"}')), [
      { __name__: name, dup: '1', foo: 'bar' },
      { __name__: name, dup: '1', foo: 'boo' },
      { __name__: name, foo: 'boo' },
    ]);
    deepEqual(await dataOf('series', matching('test_metric1{foo=~".+o"}', 'none')), [
      { __name__: 'test_metric1', foo: 'boo' },
    ]);
    const found = async (start: string, end: string): Promise<number> =>
      ((await dataOf('series', [...matching('test_metric2'), ['start', start], ['end', end]])) as unknown[])
        .length;
    deepEqual(
      [
        await found('-2', '-1'),
        await found('100000', '100001'),
        await found('-1', '100000'),
        await found('1', '100'),
      ],
      [0, 0, 1, 1],
    );
    const { json } = await ask('series', [...matching('test_metric1'), ['limit', '1']]);
    deepEqual(
      [(json['data'] as unknown[]).length, json['warnings']],
      [1, ['results truncated due to limit']],
    );
  });

  test('the first and the last instant of Go stand for all of time', async () => {
    const all: Values = [
      ['start', '-292273086-05-16T16:47:06Z'],
      ['end', '292277025-08-18T07:12:54.999999999Z'],
    ];
    deepEqual(await dataOf('labels', all), await dataOf('labels'));
    deepEqual(await dataOf('series', [...matching('test_metric2'), ...all]), [
      { __name__: 'test_metric2', foo: 'boo' },
    ]);
  });

  test('bad matchers and times are refused', async () => {
    equal(await refusalOf('series'), '400 bad_data: no match[] parameter provided');
    const empty = 'match[] must contain at least one non-empty matcher';
    equal(
      await refusalOf('series', matching('{foo=""}')),
      `400 bad_data: invalid parameter "match[]": ${empty}`,
    );
    equal(await refusalOf('labels', matching('{foo=""}')), `400 bad_data: ${empty}`);
    equal(
      await refusalOf('label_values', matching('{foo=~".*"}'), { name: 'foo' }),
      `400 bad_data: ${empty}`,
    );
    const range = await refusalOf('series', matching('up[5m]'));
    ok(range.startsWith('400 bad_data: invalid parameter "match[]": 1:3: parse error: unexpected'), range);
    ok((await refusalOf('labels', matching('{a=~"("}'))).startsWith('400 bad_data: '));
    for (const question of ['labels', 'series'] as const) {
      equal(
        await refusalOf(question, [...matching('up'), ['start', 'x']]),
        '400 bad_data: invalid parameter "start": invalid time value for \'start\': cannot parse "x" to a valid timestamp',
      );
    }
  });
});

/** What `sum by (a) (rate(x{b!="c"}[5m] offset 1m)) / on (a) group_left max_over_time(y[1h:30s] @ end())` is made of. */
const shownTree = {
  type: 'binaryExpr',
  op: '/',
  lhs: {
    type: 'aggregation',
    op: 'sum',
    expr: {
      type: 'call',
      func: { name: 'rate', argTypes: ['matrix'], variadic: 0, returnType: 'vector' },
      args: [
        {
          type: 'matrixSelector',
          name: 'x',
          range: 300_000,
          rangeExpr: null,
          offset: 60_000,
          offsetExpr: null,
          matchers: [
            { name: 'b', value: 'c', type: '!=' },
            { name: '__name__', value: 'x', type: '=' },
          ],
          timestamp: null,
          startOrEnd: null,
          anchored: false,
          smoothed: false,
        },
      ],
    },
    param: null,
    grouping: ['a'],
    without: false,
  },
  rhs: {
    type: 'call',
    func: { name: 'max_over_time', argTypes: ['matrix'], variadic: 0, returnType: 'vector' },
    args: [
      {
        type: 'subquery',
        expr: {
          type: 'vectorSelector',
          name: 'y',
          offset: 0,
          offsetExpr: null,
          matchers: [{ name: '__name__', value: 'y', type: '=' }],
          timestamp: null,
          startOrEnd: null,
          anchored: false,
          smoothed: false,
        },
        range: 3_600_000,
        rangeExpr: null,
        offset: 0,
        offsetExpr: null,
        step: 30_000,
        stepExpr: null,
        timestamp: null,
        startOrEnd: 'end',
      },
    ],
  },
  matching: {
    card: 'many-to-one',
    labels: ['a'],
    on: true,
    include: [],
    fillValues: { lhs: null, rhs: null },
  },
  bool: false,
};

describe('the other questions', () => {
  test('queries are formatted', async () => {
    equal(await dataOf('format_query', [['query', 'foo+bar']]), 'foo + bar');
    const refused = await refusalOf('format_query', [['query', 'invalid_expression/']]);
    equal(refused, '400 bad_data: invalid parameter "query": 1:20: parse error: unexpected end of input');
  });

  test('the syntax tree is shown', async () => {
    const tree = await dataOf('parse_query', [
      [
        'query',
        'sum by (a) (rate(x{b!="c"}[5m] offset 1m)) / on (a) group_left max_over_time(y[1h:30s] @ end())',
      ],
    ]);
    deepEqual(tree, shownTree);
  });

  test('the status of the database has lists of a length', async () => {
    const { seriesCountByMetricName } = (await dataOf('tsdb_status', [['limit', '2']])) as {
      seriesCountByMetricName: unknown[];
    };
    equal(seriesCountByMetricName.length, 2);
    for (const limit of ['0', '-1', 'x']) {
      equal(
        await refusalOf('tsdb_status', [['limit', limit]]),
        '400 bad_data: limit must be a positive number',
      );
    }
    equal(await refusalOf('tsdb_status', [['limit', '10001']]), '400 bad_data: limit must not exceed 10000');
  });

  test('what is our own fault is thrown', async () => {
    const broken = new MemoryMetrics([], 1);
    broken.labelNames = () => {
      throw new TypeError('broken');
    };
    const api = new QueryApi(new Engine(), tickingClock());
    await rejects(api.answer(broken, { question: 'labels', query: '', form: '', nowMs: 0 }), TypeError);
  });
});
