import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeWriteRequest, WireError } from '../src/index.ts';
import { type Field, label, message } from './message-writer.ts';
import { RecordedRequest } from './recorded-request.ts';

const staleBits = 0x7ff0000000000002n;

function decoded(...fields: readonly Field[]): RecordedRequest {
  const recorded = new RecordedRequest();
  decodeWriteRequest(message(...fields), recorded);
  return recorded;
}

function decodedSeries(...fields: readonly Field[]): RecordedRequest['all'][number] {
  const [series] = decoded([1, { message: fields }]).all;
  assert.ok(series);
  return series;
}

test('samples: values of all kinds, marks of staleness by their bits, zero and negative timestamps', () => {
  const { samples } = decodedSeries(
    label('__name__', 'm'),
    [
      2,
      {
        message: [
          [1, { double: 1.5 }],
          [2, { varint: 1_700_000_000_123 }],
        ],
      },
    ],
    [
      2,
      {
        message: [
          [2, { varint: -5 }],
          [1, { double: -0 }],
        ],
      },
    ],
    [2, { message: [] }],
    [
      2,
      {
        message: [
          [1, { bits: staleBits }],
          [2, { varint: 7 }],
        ],
      },
    ],
    [
      2,
      {
        message: [
          [1, { bits: 0x7ff8000000000001n }],
          [2, { varint: 8 }],
        ],
      },
    ],
    [
      2,
      {
        message: [
          [1, { double: Infinity }],
          [2, { varint: String(2n ** 53n) }],
        ],
      },
    ],
  );
  assert.deepEqual(
    samples.map(({ timestampMs, value }) => [timestampMs, value]),
    [
      [1_700_000_000_123, 1.5],
      [-5, -0],
      [0, 0],
      [7, 'stale'],
      [8, NaN],
      [2 ** 53, Infinity],
    ],
  );
});

test('labels are found wherever they stand in the series, long ones and odd ones too', () => {
  const long = 'v'.repeat(200);
  const { labels, samples } = decodedSeries(
    [2, { message: [[1, { double: 1 }]] }],
    label('b', 'ü'),
    [
      1,
      {
        message: [
          [2, { text: 'value first' }],
          [1, { text: 'c' }],
        ],
      },
    ],
    [
      1,
      {
        message: [
          [1, { text: 'overwritten' }],
          [1, { text: 'd' }],
          [2, { text: long }],
          [9, { text: 'unknown' }],
        ],
      },
    ],
    label('a', ''),
    label('__name__', 'm'),
  );
  assert.equal(labels, `{__name__="m", b="ü", c="value first", d="${long}"}`);
  assert.equal(samples.length, 1);
});

test('tags may take more bytes than they need', () => {
  const recorded = new RecordedRequest();
  // Field 1 as 8a 00 instead of 0a, twice: a series, and the label a="b" in it.
  const inner = [0x8a, 0x00, 6, 0x0a, 1, 0x61, 0x12, 1, 0x62];
  decodeWriteRequest(Uint8Array.of(0x8a, 0x00, inner.length, ...inner), recorded);
  assert.equal(recorded.all[0]?.labels, '{a="b"}');
});

test('integer histograms become float ones', () => {
  const { histograms } = decodedSeries([
    4,
    {
      message: [
        [1, { varint: 21 }],
        [3, { double: 18.4 }],
        [4, { sint: 1 }],
        [5, { double: 0.001 }],
        [6, { varint: 2 }],
        [
          8,
          {
            message: [
              [1, { sint: -3 }],
              [2, { varint: 2 }],
            ],
          },
        ],
        [9, { packedSint: [3, -1] }],
        [11, { message: [[2, { varint: 2 }]] }],
        [
          11,
          {
            message: [
              [1, { sint: 1 }],
              [2, { varint: 2 }],
            ],
          },
        ],
        [12, { packedSint: [2, 1] }],
        [12, { sint: -2 }],
        [12, { sint: 4 }],
        [14, { varint: 2 }],
        [15, { varint: 1000 }],
      ],
    },
  ]);
  assert.deepEqual(histograms, [
    {
      timestampMs: 1000,
      startTimestampMs: 0,
      isStale: false,
      fields: {
        counterResetHint: 'not-reset',
        schema: 1,
        zeroThreshold: 0.001,
        zeroCount: 2,
        count: 21,
        sum: 18.4,
        positiveSpans: [
          { offset: 0, length: 2 },
          { offset: 1, length: 2 },
        ],
        negativeSpans: [{ offset: -3, length: 2 }],
        positiveBuckets: [2, 3, 1, 5],
        negativeBuckets: [3, 2],
        customValues: [],
      },
    },
  ]);
});

test('float histograms, custom buckets, and stale ones', () => {
  const { histograms } = decodedSeries(
    [
      4,
      {
        message: [
          [2, { double: 5.5 }],
          [3, { double: 1 }],
          [4, { sint: -53 }],
          [7, { double: 0.5 }],
          [11, { message: [[2, { varint: 3 }]] }],
          [13, { packedDouble: [1.5, 2] }],
          [13, { double: 2 }],
          [14, { varint: 3 }],
          [16, { packedDouble: [0.1, 1] }],
        ],
      },
    ],
    [
      4,
      {
        message: [
          [3, { bits: staleBits }],
          [15, { varint: 9 }],
        ],
      },
    ],
  );
  const [custom, stale] = histograms;
  assert.deepEqual(custom?.fields.positiveBuckets, [1.5, 2, 2]);
  assert.deepEqual(custom?.fields.customValues, [0.1, 1]);
  assert.deepEqual(
    [custom?.fields.schema, custom?.fields.count, custom?.fields.zeroCount, custom?.fields.counterResetHint],
    [-53, 5.5, 0.5, 'gauge'],
  );
  assert.deepEqual([stale?.isStale, stale?.timestampMs], [true, 9]);
});

test('exemplars and metadata', () => {
  const { all, families } = decoded(
    [
      1,
      {
        message: [
          label('__name__', 'm'),
          [3, { message: [label('trace_id', 'abc'), [2, { double: 2 }], [3, { varint: 12 }]] }],
          [3, { message: [[2, { double: 3 }]] }],
        ],
      },
    ],
    [
      3,
      {
        message: [
          [1, { varint: 1 }],
          [2, { text: 'm' }],
          [4, { text: 'Help "x"' }],
          [5, { text: 'bytes' }],
        ],
      },
    ],
    [
      3,
      {
        message: [
          [1, { varint: 99 }],
          [2, { text: 'n' }],
        ],
      },
    ],
  );
  assert.deepEqual(all[0]?.exemplars, [
    { labels: '{trace_id="abc"}', value: 2, timestampMs: 12 },
    { labels: '{}', value: 3, timestampMs: 0 },
  ]);
  assert.deepEqual(families, [
    { type: 'counter', name: 'm', help: 'Help "x"', unit: 'bytes' },
    { type: 'unknown', name: 'n', help: '', unit: '' },
  ]);
});

test('a visitor that does not want a series gets nothing of it', () => {
  const recorded = new RecordedRequest();
  const unwanted = Object.assign(recorded, { series: () => false });
  decodeWriteRequest(
    message([1, { message: [label('a', 'b'), [2, { message: [[1, { double: 1 }]] }]] }]),
    unwanted,
  );
  assert.deepEqual(recorded.all, []);
});

test('unknown fields are passed over, known ones with another wire type are malformed', () => {
  assert.equal(
    decoded([2, { text: 'source' }], [77, { varint: 1 }], [1, { message: [[60, { double: 1 }]] }]).all.length,
    1,
  );
  for (const fields of [
    [[1, { varint: 1 }]],
    [[3, { double: 1 }]],
    [[1, { message: [[2, { varint: 1 }]] }]],
    [[1, { message: [[4, { message: [[12, { double: 1 }]] }]] }]],
  ] satisfies Field[][]) {
    assert.throws(() => decoded(...fields), WireError);
  }
});

test('a 2.0 request read as 1.0 looks empty, which is why the content type alone decides', () => {
  const { all, refusals } = decoded(
    [4, { text: '' }],
    [5, { message: [[2, { message: [[1, { double: 1 }]] }]] }],
  );
  assert.deepEqual([all, refusals], [[], []]);
});
