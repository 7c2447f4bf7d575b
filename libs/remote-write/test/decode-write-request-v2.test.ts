import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeWriteRequestV2, WireError } from '../src/index.ts';
import { type Field, message } from './message-writer.ts';
import { RecordedRequest } from './recorded-request.ts';

const symbols: Field[] = ['', '__name__', 'up', 'job', 'api', 'trace_id', 'abc', 'Help text', 'seconds'].map(
  (text) => [4, { text }],
);
const sample: Field = [
  2,
  {
    message: [
      [1, { double: 1 }],
      [2, { varint: 1000 }],
      [3, { varint: 500 }],
    ],
  },
];

function decoded(...fields: readonly Field[]): RecordedRequest {
  const recorded = new RecordedRequest();
  decodeWriteRequestV2(message(...fields), recorded);
  return recorded;
}

test('labels through the table of symbols, samples with start timestamps', () => {
  const { all, refusals } = decoded(...symbols, [5, { message: [[1, { packed: [1, 2, 3, 4] }], sample] }]);
  assert.deepEqual(refusals, []);
  assert.equal(all[0]?.labels, '{__name__="up", job="api"}');
  assert.deepEqual(all[0]?.samples, [{ timestampMs: 1000, value: 1, startTimestampMs: 500 }]);
});

test('symbols after the series, references that are not packed, a table of more than 127 symbols', () => {
  const many: Field[] = Array.from({ length: 40_000 }, (_, i) => [4, { text: `symbol ${i}` }]);
  const { all } = decoded(
    [5, { message: [sample, [1, { varint: 1 }], [1, { varint: 200 }], [1, { packed: [3, 39_999] }]] }],
    ...symbols.slice(0, 4),
    ...many,
  );
  assert.equal(all[0]?.labels, '{__name__="symbol 196", job="symbol 39995"}');
});

test('histograms, exemplars and metadata', () => {
  const { all, families } = decoded(...symbols, [
    5,
    {
      message: [
        [1, { packed: [1, 2] }],
        [
          5,
          {
            message: [
              [1, { varint: 3 }],
              [3, { varint: 7 }],
              [4, { varint: 8 }],
            ],
          },
        ],
        [
          3,
          {
            message: [
              [2, { double: 4 }],
              [15, { varint: 10 }],
              [17, { varint: 3 }],
            ],
          },
        ],
        [
          4,
          {
            message: [
              [1, { packed: [5, 6] }],
              [2, { double: 9 }],
              [3, { varint: 11 }],
            ],
          },
        ],
      ],
    },
  ]);
  const [series] = all;
  assert.deepEqual(series?.exemplars, [{ labels: '{trace_id="abc"}', value: 9, timestampMs: 11 }]);
  assert.deepEqual(
    series?.histograms.map(({ fields, timestampMs, startTimestampMs }) => [
      fields.count,
      timestampMs,
      startTimestampMs,
    ]),
    [[4, 10, 3]],
  );
  assert.deepEqual(families, [{ type: 'histogram', name: 'up', help: 'Help text', unit: 'seconds' }]);
});

test('the metadata of a metric is handed over once', () => {
  const described: Field = [
    5,
    {
      message: [
        [1, { varint: 1 }],
        [3, { varint: 7 }],
      ],
    },
  ];
  const series: Field = [5, { message: [[1, { packed: [1, 2] }], described, sample] }];
  const other: Field = [5, { message: [[1, { packed: [1, 4] }], described, sample] }];
  const { families } = decoded(...symbols, series, other, series);
  assert.deepEqual(
    families.map(({ name }) => name),
    ['up', 'api'],
  );
});

test('a series that is at fault is refused and the others are kept', () => {
  const good: Field = [5, { message: [[1, { packed: [1, 2] }], sample] }];
  const cases: [fields: Field[], reason: string][] = [
    [[[1, { packed: [1, 2, 3] }], sample], 'parsing labels for series [1 2 3]: invalid labelRefs length 3'],
    [
      [[1, { packed: [1, 9] }], sample],
      'parsing labels for series [1 9]: labelRefs 1 (name) = 9 (value) outside of symbols table (size 9)',
    ],
    [
      [[1, { packed: [4_294_967_295, 1] }], sample],
      'parsing labels for series [4294967295 1]: labelRefs 4294967295 (name) = 1 (value) outside of symbols table (size 9)',
    ],
    [
      [[1, { packed: [1, 2] }], [5, { message: [[3, { varint: 50 }]] }], sample],
      'parsing metadata for series [1 2]: metadata help_ref 50 outside of symbols table (size 9)',
    ],
    [
      [
        [1, { packed: [1, 2] }],
        [5, { message: [[1, { varint: 1 }]] }],
      ],
      'TimeSeries must contain at least one sample or histogram for series {__name__="up"}',
    ],
    [
      [
        [1, { packed: [1, 2] }],
        [4, { message: [[1, { packed: [5, 6] }]] }],
      ],
      'TimeSeries must contain at least one sample or histogram for series {__name__="up"}',
    ],
  ];
  for (const [fields, reason] of cases) {
    const { all, refusals } = decoded(...symbols, good, [5, { message: fields }], good);
    assert.deepEqual(refusals, [reason]);
    assert.equal(all.length, 2);
  }
});

test('an exemplar that is at fault is refused, its series is kept', () => {
  const bad: Field = [4, { message: [[1, { packed: [5, 70] }]] }];
  const { all, refusals } = decoded(...symbols, [5, { message: [[1, { packed: [1, 2] }], bad, sample] }]);
  assert.deepEqual(refusals, [
    'parsing exemplar for series {__name__="up"}: labelRefs 5 (name) = 70 (value) outside of symbols table (size 9)',
  ]);
  assert.equal(all[0]?.samples.length, 1);
});

test('a 1.0 request read as 2.0 looks empty', () => {
  const { all, refusals } = decoded([1, { message: [[1, { message: [[1, { text: 'a' }]] }]] }]);
  assert.deepEqual([all, refusals], [[], []]);
});

test('known fields with another wire type and references that end within a number are malformed', () => {
  const series = (...fields: Field[]): Field => [
    5,
    { message: [[1, { packed: [1, 2] }], sample, ...fields] },
  ];
  for (const field of [
    [4, { varint: 1 }],
    [5, { double: 1 }],
    series([1, { double: 1 }]),
    // Its UTF-8 is c3 80: a number whose last byte says that another one follows.
    series([1, { text: '\u00c0' }]),
    series([5, { varint: 1 }]),
    series([3, { varint: 1 }]),
  ] satisfies Field[]) {
    assert.throws(() => decoded(...symbols, field), WireError, JSON.stringify(field));
  }
});
