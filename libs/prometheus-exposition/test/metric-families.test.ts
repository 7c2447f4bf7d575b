import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ExpositionError } from '../src/index.ts';
import { recorded, unlimited } from './recorded-exposition.ts';

type Write = (writer: BinaryWriter) => unknown;

/** Bytes of a message, written by another implementation than the one under test. */
function message(...fields: Write[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const write of fields) write(writer);
  return writer.finish();
}

const text =
  (field: number, value: string): Write =>
  (writer) =>
    writer.tag(field, WireType.LengthDelimited).string(value);
const nested =
  (field: number, ...fields: Write[]): Write =>
  (writer) =>
    writer.tag(field, WireType.LengthDelimited).bytes(message(...fields));
const double =
  (field: number, value: number): Write =>
  (writer) =>
    writer.tag(field, WireType.Bit64).double(value);
const varint =
  (field: number, value: number): Write =>
  (writer) =>
    writer.tag(field, WireType.Varint).int64(value);
const sint =
  (field: number, value: number): Write =>
  (writer) =>
    writer.tag(field, WireType.Varint).sint64(value);
const packed =
  (field: number, ...values: number[]): Write =>
  (writer) =>
    writer
      .tag(field, WireType.LengthDelimited)
      .bytes(message(...values.map((value) => (one: BinaryWriter) => one.sint64(value))));
const label = (name: string, value: string): Write => nested(1, text(1, name), text(2, value));

/** Families with their lengths before them. */
function body(...families: Uint8Array[]): Uint8Array {
  return message(...families.map((family) => (writer: BinaryWriter) => writer.bytes(family)));
}

const counter = message(
  text(1, 'requests_total'),
  text(2, 'Requests.'),
  text(5, 'requests'),
  nested(
    4,
    label('code', '200'),
    nested(
      3,
      double(1, 5),
      nested(2, label('trace_id', 'a'), double(2, 1), nested(3, varint(1, 7), varint(2, 5_000_000))),
      nested(3, varint(1, 100)),
    ),
    varint(6, 1234),
  ),
);

test('counters, gauges, untyped metrics and summaries', () => {
  const gauge = message(text(1, 'g'), varint(3, 1), nested(4, nested(2, double(1, -2.5))));
  const untyped = message(text(1, 'u'), varint(3, 3), nested(4, nested(5, double(1, 3))));
  const summary = message(
    text(1, 's'),
    varint(3, 2),
    nested(
      4,
      nested(
        4,
        varint(1, 42),
        double(2, 324.5),
        nested(3, double(1, 0.5), double(2, 1.5)),
        nested(3, double(1, 1), double(2, 9)),
      ),
    ),
  );
  const { samples, descriptions } = recorded(body(counter, gauge, untyped, summary), 'metric-families');
  assert.deepEqual(samples[0], {
    labels: '{__name__="requests_total", code="200"}',
    value: 5,
    timestampMs: 1234,
    startMs: 100_000,
    exemplars: ['{trace_id="a"} 1 7005'],
  });
  assert.deepEqual(
    samples.slice(1).map(({ labels, value }) => [labels, value]),
    [
      ['{__name__="g"}', -2.5],
      ['{__name__="u"}', 3],
      ['{__name__="s_count"}', 42],
      ['{__name__="s_sum"}', 324.5],
      ['{__name__="s", quantile="0.5"}', 1.5],
      ['{__name__="s", quantile="1.0"}', 9],
    ],
  );
  assert.deepEqual(descriptions.slice(0, 3), [
    'requests_total help Requests.',
    'requests_total unit requests',
    'requests_total type counter',
  ]);
});

const bucket = (count: number, bound: number, ...more: Write[]): Write =>
  nested(3, varint(1, count), double(2, bound), ...more);

test('classic histograms become series, with the bucket of +Inf', () => {
  const family = message(
    text(1, 'h'),
    varint(3, 4),
    nested(
      4,
      nested(
        7,
        varint(1, 3),
        double(2, 1.5),
        bucket(1, 0.5),
        bucket(2, 1, nested(3, label('id', '1'), double(2, 0.7))),
      ),
    ),
  );
  const { samples } = recorded(body(family), 'metric-families');
  assert.deepEqual(
    samples.map(({ labels, value, exemplars }) => [labels, value, ...exemplars]),
    [
      ['{__name__="h_count"}', 3],
      ['{__name__="h_sum"}', 1.5],
      ['{__name__="h_bucket", le="0.5"}', 1],
      ['{__name__="h_bucket", le="1.0"}', 2, '{id="1"} 0.7 undefined'],
      ['{__name__="h_bucket", le="+Inf"}', 3],
    ],
  );
});

function native(...more: Write[]): Uint8Array {
  return message(
    text(1, 'n'),
    varint(3, 4),
    nested(
      4,
      nested(
        7,
        varint(1, 12),
        double(2, 20),
        sint(5, 3),
        double(6, 0.001),
        varint(7, 2),
        nested(9, sint(1, -1), varint(2, 1)),
        packed(10, 3),
        nested(12, sint(1, 0), varint(2, 3)),
        packed(13, 2, -2, 5),
        bucket(5, 1),
        nested(15, varint(1, 50)),
        nested(16, label('id', 'x'), double(2, 4), nested(3, varint(1, 9))),
        nested(16, label('id', 'dropped'), double(2, 4)),
        ...more,
      ),
    ),
  );
}

test('native histograms, and their classic series when they are wanted', () => {
  const { histograms, samples } = recorded(body(native()), 'metric-families');
  assert.deepEqual(samples, []);
  assert.deepEqual(histograms, [
    {
      labels: '{__name__="n"}',
      fields: {
        counterResetHint: 'unknown',
        schema: 3,
        zeroThreshold: 0.001,
        zeroCount: 2,
        count: 12,
        sum: 20,
        // Buckets without observations are taken out.
        positiveSpans: [
          { offset: 0, length: 1 },
          { offset: 1, length: 1 },
        ],
        negativeSpans: [{ offset: -1, length: 1 }],
        positiveBuckets: [2, 5],
        negativeBuckets: [3],
        customValues: [],
      },
      startMs: 50_000,
      exemplars: ['{id="x"} 4 9000'],
    },
  ]);
  const both = recorded(body(native()), 'metric-families', { limits: unlimited, classicHistograms: 'all' });
  assert.deepEqual([both.histograms.length, both.samples.length], [1, 4]);
});

test('malformed families', () => {
  const cases: [bytes: Uint8Array, reason: RegExp][] = [
    [body(counter).subarray(0, 30), /^malformed protobuf at byte 0: a length of \d+, but 29 bytes are left$/],
    [body(message(nested(4))), /^invalid metric name: empty$/],
    [body(message(text(1, 'a'), varint(3, 9), nested(4))), /^unknown metric type for metric "a": 9$/],
    [body(message(text(1, 'a'), varint(3, 4), nested(4))), /^histogram "a" without its message$/],
    [
      body(native(nested(12, varint(2, 4_000_000_000)))),
      /^histogram: positive side: spans need 4000000003 buckets, have 3 buckets$/,
    ],
  ];
  for (const [bytes, reason] of cases) {
    assert.throws(
      () => recorded(bytes, 'metric-families'),
      (error) => error instanceof ExpositionError && error.code === 'malformed' && reason.test(error.message),
      String(reason),
    );
  }
});
