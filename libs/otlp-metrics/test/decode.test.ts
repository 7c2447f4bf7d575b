import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeExportRequest, negotiateExport, OtlpError, type ResourceMetrics } from '../src/index.ts';
import { exampleJson, exampleProtobuf } from './example-request.ts';

function decodeJson(value: unknown): ResourceMetrics[] {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return decodeExportRequest(body, { contentType: 'application/json', contentEncoding: undefined });
}

function decodeProtobuf(body: Uint8Array): ResourceMetrics[] {
  return decodeExportRequest(body, { contentType: 'application/x-protobuf', contentEncoding: undefined });
}

function refusalOf(decode: () => unknown): string {
  try {
    decode();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof OtlpError)) throw error;
    return `${error.status} ${error.message}`;
  }
}

test('protobuf and JSON of one request are the same', () => {
  assert.deepEqual(decodeJson(exampleJson), decodeProtobuf(exampleProtobuf));
});

test('what the request holds', () => {
  const [resource] = decodeProtobuf(exampleProtobuf);
  assert.ok(resource);
  assert.deepEqual(resource.attributes.get('list'), [-9007199254740993n, true, 1.5, undefined]);
  assert.deepEqual(
    resource.attributes.get('map'),
    new Map<string, unknown>([
      ['b', Uint8Array.of(1, 255)],
      ['a', '<x>'],
    ]),
  );
  const [queue, requests, latency, size, rpc] = resource.scopes[0]?.metrics ?? [];
  // Nanoseconds are rounded down, not to the nearest millisecond.
  assert.deepEqual(queue?.data?.points[0], {
    attributes: new Map([['queue.name', 'a']]),
    startTimeMs: 0,
    timeMs: 1_700_000_000_123,
    isRecorded: true,
    value: -7,
    exemplars: [],
  });
  assert.deepEqual(
    requests?.data?.points.map(({ isRecorded }) => isRecorded),
    [true, false],
  );
  assert.ok(latency?.data?.type === 'histogram');
  assert.deepEqual(latency.data.points[0]?.bucketCounts, [1, 2, 3]);
  assert.ok(size?.data?.type === 'exponential');
  assert.deepEqual(size.data.points[0]?.positive, { offset: -1, bucketCounts: [3, 0, 300] });
  assert.equal(size.data.temporality, 'delta');
  assert.ok(rpc?.data?.type === 'summary');
});

test('nanoseconds become milliseconds without loss', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (nanos) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(nanos);
      const point = Buffer.concat([Uint8Array.of(0x19), bytes]);
      const nested = [0x0a, 0x2a, 0x12, 0x12, 0x0a].reduce(
        (inner, tag) => Buffer.concat([Uint8Array.of(tag, inner.length), inner]),
        point,
      );
      const timeMs = decodeProtobuf(nested)[0]?.scopes[0]?.metrics[0]?.data?.points[0]?.timeMs;
      assert.equal(timeMs, Number(nanos / 1_000_000n));
    }),
  );
});

test('JSON: null members are absent, special doubles are texts, names with underscores are not known', () => {
  const gauge = (point: object) => ({
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'a', gauge: { dataPoints: [point] } }] }] }],
  });
  const valueOf = (point: object): unknown =>
    decodeJson(gauge(point))[0]?.scopes[0]?.metrics[0]?.data?.points[0];
  assert.partialDeepStrictEqual(valueOf({ asDouble: '-Infinity', attributes: null }), { value: -Infinity });
  assert.partialDeepStrictEqual(valueOf({ asDouble: 'NaN', time_unix_nano: 7, timeUnixNano: 5e6 }), {
    value: NaN,
    timeMs: 5,
  });
  assert.partialDeepStrictEqual(valueOf({ asDouble: '1e3' }), { value: 1000 });
  assert.deepEqual(decodeJson('{"resource_metrics": [1]}'), []);
});

test('malformed JSON is refused with its path', () => {
  const metric = (members: object) => ({ resourceMetrics: [{ scopeMetrics: [{ metrics: [members] }] }] });
  const path = 'resourceMetrics[0].scopeMetrics[0].metrics[0]';
  const cases: [value: unknown, expected: string][] = [
    ['[]', '400 the request: expected an object, found a list'],
    ['null', '400 the request: expected an object, found null'],
    [{ resourceMetrics: {} }, '400 resourceMetrics: expected a list, found a object'],
    [metric({ name: 1 }), `400 ${path}.name: expected a string, found a number`],
    [
      metric({ sum: { isMonotonic: 'true' } }),
      `400 ${path}.sum.isMonotonic: expected a boolean, found "true"`,
    ],
    [
      metric({ sum: { aggregationTemporality: 'DELTA' } }),
      `400 ${path}.sum.aggregationTemporality: expected an integer, found "DELTA"`,
    ],
    [
      metric({ gauge: { dataPoints: [{ asInt: 1.5 }] } }),
      `400 ${path}.gauge.dataPoints[0].asInt: expected an integer, found a number`,
    ],
    [
      metric({ gauge: { dataPoints: [{ timeUnixNano: '18446744073709551616' }] } }),
      `400 ${path}.gauge.dataPoints[0].timeUnixNano: 18446744073709551616 has more than 64 bits`,
    ],
    [
      metric({ gauge: { dataPoints: [{ exemplars: [{ traceId: 'AQI=' }] }] } }),
      `400 ${path}.gauge.dataPoints[0].exemplars[0].traceId: expected hex digits, found "AQI="`,
    ],
  ];
  for (const [value, expected] of cases)
    assert.equal(
      refusalOf(() => decodeJson(value)),
      expected,
    );
  assert.match(
    refusalOf(() => decodeJson('{')),
    /^400 the request is no JSON: /,
  );
  assert.match(
    refusalOf(() => decodeJson('"\ud800')),
    /^400 the request is no JSON: /,
  );
});

test('attributes that are nested deeply are refused in both encodings', () => {
  let value: object = { stringValue: 'x' };
  let bytes: Buffer = Buffer.from([0x0a, 0x01, 0x78]);
  for (let depth = 0; depth < 40; depth++) {
    value = { arrayValue: { values: [value] } };
    const inner = Buffer.concat([Uint8Array.of(0x0a, bytes.length), bytes]);
    bytes = Buffer.concat([Uint8Array.of(0x2a, inner.length), inner]);
    if (bytes.length > 110) break;
  }
  for (let depth = 0; depth < 40; depth++) value = { arrayValue: { values: [value] } };
  const json = { resourceMetrics: [{ resource: { attributes: [{ key: 'a', value }] } }] };
  assert.match(
    refusalOf(() => decodeJson(json)),
    /attributes are nested too deeply$/,
  );
  assert.match(
    refusalOf(() => decodeJson('['.repeat(200_000))),
    /^400 /,
  );
});

test('damaged protobuf is read or refused, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
      fc.nat(),
      (flips, cut) => {
        const bytes = Uint8Array.from(exampleProtobuf);
        for (const [at, value] of flips) bytes[at % bytes.length] = value;
        refusalOf(() =>
          decodeProtobuf(bytes.subarray(0, bytes.length - (cut % 2 === 0 ? cut % bytes.length : 0))),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

test('content types, encodings and sizes', () => {
  assert.equal(
    negotiateExport({ contentType: 'application/json; charset=utf-8', contentEncoding: undefined }),
    'json',
  );
  const decode = (
    body: Uint8Array,
    contentType: string | undefined,
    contentEncoding: string | undefined,
    max?: number,
  ) => refusalOf(() => decodeExportRequest(body, { contentType, contentEncoding }, max));
  const zipped = gzipSync(exampleProtobuf);
  assert.equal(decode(zipped, 'application/x-protobuf', 'gzip'), 'accepted');
  assert.equal(decode(exampleProtobuf, 'application/x-protobuf', 'identity'), 'accepted');
  assert.equal(
    decode(exampleProtobuf, 'text/plain', undefined),
    '415 content type text/plain, expected application/x-protobuf or application/json',
  );
  assert.equal(
    decode(exampleProtobuf, undefined, undefined),
    '415 no content type, expected application/x-protobuf or application/json',
  );
  assert.equal(
    decode(zipped, 'application/x-protobuf', 'zstd'),
    '415 content encoding zstd, expected gzip or none',
  );
  assert.match(decode(exampleProtobuf, 'application/x-protobuf', 'gzip'), /^400 gzip: /);
  assert.match(decode(zipped.subarray(0, 50), 'application/x-protobuf', 'gzip'), /^400 gzip: /);
  const bomb = gzipSync(new Uint8Array(21 * 1024 * 1024));
  assert.equal(
    decode(bomb, 'application/x-protobuf', 'gzip'),
    '413 a request of more than 20971520 bytes after decompression',
  );
  assert.equal(
    decode(exampleProtobuf, 'application/x-protobuf', undefined, 739),
    '413 a request of more than 739 bytes after decompression',
  );
});
