import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FloatHistogram, Labels } from '@plinth/prometheus-model';
import {
  ChunkedFrames,
  compressSnappy,
  decodeChunkedReadResponse,
  decodeReadResponse,
  decompressSnappy,
  encodeReadRequest,
  encodeWriteRequest,
  labelsOfRanges,
  type ReadResponseType,
  readRequestHeaders,
  type WriteSeries,
  writeRequestHeaders,
} from '../src/index.ts';
import { PrometheusServer, prometheusSkip } from './prometheus-server.ts';
import { RecordedRequest } from './recorded-request.ts';

const histogram = new FloatHistogram({
  counterResetHint: 'unknown',
  schema: 1,
  zeroThreshold: 0.001,
  zeroCount: 2,
  count: 12,
  sum: 20,
  positiveSpans: [
    { offset: 0, length: 2 },
    { offset: 1, length: 1 },
  ],
  negativeSpans: [{ offset: -1, length: 1 }],
  positiveBuckets: [2, 1, 5],
  negativeBuckets: [2],
  customValues: [],
});

function seriesUntil(nowMs: number): WriteSeries[] {
  const values = [1, -0.5, 1e300, Infinity];
  return [
    {
      labels: Labels.of({ __name__: 'float', job: 'ümläut "q" \\ \n' }),
      samples: [
        ...values.map((value, i) => ({ timestampMs: nowMs - 60_000 + i * 1000, value })),
        { timestampMs: nowMs, value: NaN, isStale: true },
      ],
    },
    { labels: Labels.of({ __name__: 'native' }), histograms: [{ timestampMs: nowMs, histogram }] },
  ];
}

async function read(server: PrometheusServer, nowMs: number, type: ReadResponseType): Promise<Response> {
  const query = {
    startMs: nowMs - 3_600_000,
    endMs: nowMs,
    matchers: [{ name: '__name__', operator: '=~' as const, value: 'float|native' }],
  };
  const response = await fetch(`${server.url}/api/v1/read`, {
    method: 'POST',
    headers: readRequestHeaders,
    body: new Uint8Array(compressSnappy(encodeReadRequest([query], [type]))),
  });
  assert.equal(response.status, 200);
  return response;
}

test('a real Prometheus takes what we write, and what it has is read again', {
  skip: prometheusSkip,
  timeout: 60_000,
}, async () => {
  await using server = await PrometheusServer.start();
  const nowMs = Math.floor(performance.timeOrigin + performance.now());
  const series = seriesUntil(nowMs);
  const written = await fetch(`${server.url}/api/v1/write`, {
    method: 'POST',
    headers: writeRequestHeaders('1.0'),
    body: new Uint8Array(compressSnappy(encodeWriteRequest(series))),
  });
  assert.deepEqual([written.status, await written.text()], [204, '']);

  const samples = new RecordedRequest();
  const response = await read(server, nowMs, 'samples');
  const body = new Uint8Array(await response.arrayBuffer());
  decodeReadResponse(decompressSnappy(body, 1_000_000), () => samples);
  assert.deepEqual(
    samples.all.map(({ labels, samples: found }) => [
      labels,
      found.map(({ timestampMs, value }) => [timestampMs, value]),
    ]),
    series.map(({ labels, samples: sent }) => [
      labels.toString(),
      (sent ?? []).map(({ timestampMs, value, isStale }) => [
        timestampMs,
        isStale === true ? 'stale' : value,
      ]),
    ]),
  );
  // Prometheus 2 leaves float histograms out of this form of answer.
  const asked = await fetch(`${server.url}/api/v1/query?query=native&time=${nowMs / 1000}`);
  const answer: {
    data: { result: { histogram: [number, { count: string; sum: string; buckets: unknown[] }] }[] };
  } = JSON.parse(await asked.text());
  const [, shown] = answer.data.result[0]?.histogram ?? assert.fail();
  assert.deepEqual(shown, {
    count: '12',
    sum: '20',
    buckets: [
      [1, '-0.7071067811865475', '-0.5', '2'],
      [3, '-0.001', '0.001', '2'],
      [0, '0.7071067811865475', '1', '2'],
      [0, '1', '1.414213562373095', '1'],
      [0, '2', '2.82842712474619', '5'],
    ],
  });

  const streamed: unknown[] = [];
  const frames = new ChunkedFrames(1_000_000);
  const visitor = {
    series: (query: number, bytes: Uint8Array, ranges: Int32Array, count: number) =>
      streamed.push([query, labelsOfRanges(bytes, ranges, count).toString()]) > 0,
    chunk: (encoding: string, data: Uint8Array, startMs: number, endMs: number) =>
      streamed.push([encoding, data.length > 0, startMs, endMs]),
  };
  const stream = await read(server, nowMs, 'streamed_xor_chunks');
  for (const message of frames.push(new Uint8Array(await stream.arrayBuffer())))
    decodeChunkedReadResponse(message, visitor);
  frames.finish();
  assert.deepEqual(streamed, [
    [0, series[0]?.labels.toString()],
    ['xor', true, nowMs - 60_000, nowMs],
    [0, '{__name__="native"}'],
    ['float_histogram', true, nowMs, nowMs],
  ]);
});
