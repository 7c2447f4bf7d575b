import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  type WriteRequestVisitor,
  type WriteSeries,
} from '../src/index.ts';
import { arbitrarySeries } from './arbitrary-series.ts';
import { RecordedRequest, type RecordedSeries } from './recorded-request.ts';

type Decode = (bytes: Uint8Array, visitor: WriteRequestVisitor) => void;

function expected(series: readonly WriteSeries[], hasStart: boolean): RecordedSeries[] {
  return series.map(({ labels, samples, histograms, exemplars }) => ({
    labels: labels.toString(),
    samples: (samples ?? []).map(({ timestampMs, value, isStale, startTimestampMs }) => ({
      timestampMs,
      value: isStale === true ? 'stale' : value,
      startTimestampMs: hasStart ? (startTimestampMs ?? 0) : 0,
    })),
    histograms: (histograms ?? []).map(({ timestampMs, histogram, isStale, startTimestampMs }) => ({
      timestampMs,
      fields: isStale === true ? { ...histogram.fields, sum: NaN } : histogram.fields,
      isStale: isStale === true,
      startTimestampMs: hasStart ? (startTimestampMs ?? 0) : 0,
    })),
    exemplars: (exemplars ?? []).map((exemplar) => ({ ...exemplar, labels: exemplar.labels.toString() })),
  }));
}

const versions: [name: string, encode: (series: WriteSeries[]) => Uint8Array, decode: Decode][] = [
  ['1.0', encodeWriteRequest, decodeWriteRequest],
  ['2.0', encodeWriteRequestV2, decodeWriteRequestV2],
];

for (const [version, encode, decode] of versions) {
  test(`${version}: what is encoded is decoded again`, () => {
    fc.assert(
      fc.property(arbitrarySeries, (series) => {
        const recorded = new RecordedRequest();
        decode(decompressSnappy(compressSnappy(encode(series)), 1_000_000), recorded);
        assert.deepEqual(recorded.all, expected(series, version === '2.0'));
        assert.deepEqual(recorded.refusals, []);
      }),
    );
  });

  test(`${version}: requests that are cut off or damaged are read, or refused with an offset, and nothing else`, () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(arbitrarySeries, damage, fc.nat(), (series, flips, cut) => {
        const bytes = encode(series);
        for (const [at, value] of flips) bytes[at % Math.max(1, bytes.length)] = value;
        const damaged = bytes.subarray(0, bytes.length - (cut % 3 === 0 ? cut % (bytes.length + 1) : 0));
        try {
          decode(damaged, new RecordedRequest());
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          assert.ok(error.offset >= 0 && error.offset <= damaged.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test(`${version}: bytes of chance are read, or refused with an offset, and nothing else`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode(bytes, new RecordedRequest());
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
}

test('snappy: bytes of chance and damaged blocks are read or refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.nat({ max: 255 }), (bytes, at, value) => {
      const block = new Uint8Array(compressSnappy(bytes));
      assert.deepEqual(new Uint8Array(decompressSnappy(block, 300)), bytes);
      block[at % block.length] = value;
      for (const input of [block, bytes]) {
        try {
          decompressSnappy(input, 10_000);
        } catch (error) {
          if (!(error instanceof SnappyError)) throw error;
        }
      }
    }),
  );
});
