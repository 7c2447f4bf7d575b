import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Labels } from '@plinth/prometheus-model';
import fc from 'fast-check';
import {
  compressSnappy,
  decodeWriteRequest,
  decodeWriteRequestV2,
  decompressSnappy,
  encodeWriteRequest,
  encodeWriteRequestV2,
  SnappyError,
  WireError,
  type WriteSeries,
} from '../src/index.ts';
import { arbitrarySeries } from './arbitrary-series.ts';
import { RecordedRequest } from './recorded-request.ts';

// The cases of prometheus/compliance 67b8327, remotewrite/receiver and remotewrite/sender, that concern the bytes of a request.

const up: WriteSeries = { labels: Labels.of({ __name__: 'up' }), samples: [{ timestampMs: 1000, value: 1 }] };

test('receiver, TestCorruptRequestBody and TestRW1ErrorHandling', () => {
  for (const [encoded, decode] of [
    [encodeWriteRequestV2([up]), decodeWriteRequestV2],
    [encodeWriteRequest([up]), decodeWriteRequest],
  ] as const) {
    for (const first of [0x30, 0xff]) {
      const body = new Uint8Array(compressSnappy(encoded));
      body[0] = first;
      assert.throws(
        () => decode(decompressSnappy(body, 1_000_000), new RecordedRequest()),
        (error) => error instanceof SnappyError || error instanceof WireError,
      );
    }
  }
});

test('receiver, TestEdgeCaseCombinations: metadata or exemplars without samples, samples of several times', () => {
  const labels = Labels.of({ __name__: 'm' });
  const recorded = new RecordedRequest();
  const request = encodeWriteRequestV2([
    { labels, metadata: { type: 'counter', help: 'Help', unit: '' } },
    { labels, exemplars: [{ labels: Labels.of({ trace_id: 'a' }), value: 1, timestampMs: 1 }] },
    { labels, samples: [3, 1, 2].map((timestampMs) => ({ timestampMs, value: timestampMs })) },
  ]);
  decodeWriteRequestV2(request, recorded);
  assert.equal(recorded.refusals.length, 2);
  assert.deepEqual(
    recorded.all.map(({ samples }) => samples.map(({ timestampMs }) => timestampMs)),
    [[3, 1, 2]],
  );
});

test('receiver, TestManySamples: ten thousand series in one request', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => ({
    labels: Labels.of({ __name__: 'many', number: String(i) }),
    samples: [{ timestampMs: i, value: i }],
  }));
  const recorded = new RecordedRequest();
  decodeWriteRequestV2(encodeWriteRequestV2(many), recorded);
  assert.deepEqual([recorded.all.length, recorded.all.at(-1)?.samples[0]?.value], [10_000, 9_999]);
});

/** The fields of a message with the numbers that have a length, read by another implementation than the one under test. */
function delimitedFields(bytes: Uint8Array): Map<number, Uint8Array[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Uint8Array[]>();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type === WireType.LengthDelimited) fields.set(field, [...(fields.get(field) ?? []), reader.bytes()]);
    else reader.skip(type, field);
  }
  return fields;
}

test('sender, TestSymbolTable: the first symbol is empty, none is there twice, references are pairs of labels in order', () => {
  fc.assert(
    fc.property(arbitrarySeries, (series) => {
      const request = delimitedFields(encodeWriteRequestV2(series));
      const symbols = (request.get(4) ?? []).map((bytes) => Buffer.from(bytes).toString());
      assert.equal(symbols[0], '');
      assert.equal(new Set(symbols).size, symbols.length);
      for (const [i, one] of (request.get(5) ?? []).entries()) {
        const packed = delimitedFields(one).get(1)?.[0] ?? new Uint8Array();
        const reader = new BinaryReader(packed);
        const texts: (string | undefined)[] = [];
        while (reader.pos < reader.len) texts.push(symbols[reader.uint32()]);
        const labels = [...(series[i]?.labels ?? [])];
        assert.deepEqual(
          texts,
          labels.flatMap(({ name, value }) => [name, value]),
        );
      }
    }),
  );
});
