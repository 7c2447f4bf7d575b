import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { telemetryCapability } from '@plinth/telemetry';
import { type Answer, at, type HttpsClient } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { allowMetrics, ask, secondsNow, valueOf, valuesOf } from './metrics-client.ts';

const cumulative = 2;
const delta = 1;

/** A request with metrics of one service. */
const exported = (metrics: readonly object[]): object => ({
  resourceMetrics: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'shop' } },
          { key: 'service.instance.id', value: { stringValue: 'i1' } },
          { key: 'host.name', value: { stringValue: 'h' } },
        ],
      },
      scopeMetrics: [{ scope: { name: 'test' }, metrics }],
    },
  ],
});

const sum = (name: string, temporality: number, timeMs: number, value: number): object => ({
  name,
  unit: 'By',
  description: 'Bytes.',
  sum: {
    aggregationTemporality: temporality,
    isMonotonic: true,
    dataPoints: [
      {
        attributes: [{ key: 'http.method', value: { stringValue: 'GET' } }],
        startTimeUnixNano: `${timeMs - 60_000}000000`,
        timeUnixNano: `${timeMs}000000`,
        asDouble: value,
      },
    ],
  },
});

/** An export request in protobuf: one gauge of no labels, written by hand. */
function protobufGauge(name: string, timeMs: number, value: number): Buffer {
  const field = (number: number, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  const fixed = Buffer.alloc(9);
  fixed[0] = (3 << 3) | 1;
  fixed.writeBigUInt64LE(BigInt(timeMs) * 1_000_000n, 1);
  const double = Buffer.alloc(9);
  double[0] = (4 << 3) | 1;
  double.writeDoubleLE(value, 1);
  const gauge = field(1, Buffer.concat([fixed, double]));
  const metric = Buffer.concat([field(1, Buffer.from(name)), field(5, gauge)]);
  return field(1, field(2, field(2, metric)));
}

describe('metrics by OTLP', () => {
  let server: TestServer;
  const now = secondsNow();
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  const send = (
    body: unknown,
    {
      client = server.admin,
      root = '',
      ...settings
    }: { client?: HttpsClient; root?: string; contentType?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> => client.send('POST', `${root}/otlp/v1/metrics`, { body, ...settings });

  test('JSON: sums have their names, labels and metadata, resources their target_info', async () => {
    const answer = await send(exported([sum('net.io', cumulative, now, 7)]));
    deepEqual([answer.status, answer.headers['content-type'], answer.text], [200, 'application/json', '{}']);
    deepEqual(await valuesOf(server.admin, 'net_io_bytes_total', { timeMs: now }), {
      'http_method=GET&instance=i1&job=shop': '7',
    });
    deepEqual(await valuesOf(server.admin, 'target_info', { timeMs: now }), {
      'host_name=h&instance=i1&job=shop': '1',
    });
    match(
      (await ask(server.admin, '/metadata', { metric: 'net_io_bytes_total' })).text,
      /\{"type":"counter","help":"Bytes\.","unit":"bytes"\}/,
    );
  });

  test('protobuf, compressed: the answer is protobuf too', async () => {
    const body = protobufGauge('temperature', now, 21.5);
    for (const [bytes, headers] of [
      [body, {}],
      [gzipSync(body), { 'Content-Encoding': 'gzip' }],
    ] as const) {
      const answer = await send(bytes, { contentType: 'application/x-protobuf', headers });
      deepEqual(
        [answer.status, answer.headers['content-type'], answer.text],
        [200, 'application/x-protobuf', ''],
      );
    }
    equal(await valueOf(server.admin, 'temperature', { timeMs: now }), '21.5');
  });

  test('deltas are added up', async () => {
    for (const [i, value] of [5, 3, 2].entries()) {
      equal((await send(exported([sum('work.done', delta, now - 20_000 + i * 10_000, value)]))).status, 200);
    }
    const totals = await ask(server.admin, '/query', {
      query: 'work_done_bytes_total[1m]',
      time: String(now / 1000),
    });
    deepEqual(at(totals.json, 'data', 'result', 0, 'values'), [
      [now / 1000 - 20, '5'],
      [now / 1000 - 10, '8'],
      [now / 1000, '10'],
    ]);
    const again = await send(exported([sum('work.done', delta, now - 10_000, 3)]));
    equal(again.status, 200);
    equal(at(again.json, 'partialSuccess', 'rejectedDataPoints'), '1');
    match(String(at(again.json, 'partialSuccess', 'errorMessage')), /not later than the one before it/);
  });

  test('exponential histograms become native ones, others classic ones', async () => {
    const timeUnixNano = `${now}000000`;
    const exponential = {
      name: 'latency',
      exponentialHistogram: {
        aggregationTemporality: cumulative,
        dataPoints: [
          {
            timeUnixNano,
            count: '6',
            sum: 20,
            scale: 0,
            zeroCount: '1',
            positive: { offset: 0, bucketCounts: ['2', '3'] },
          },
        ],
      },
    };
    const explicit = {
      name: 'size',
      histogram: {
        aggregationTemporality: cumulative,
        dataPoints: [
          { timeUnixNano, count: '3', sum: 4, bucketCounts: ['1', '2', '0'], explicitBounds: [1, 2] },
        ],
      },
    };
    equal((await send(exported([exponential, explicit]))).text, '{}');
    equal(await valueOf(server.admin, 'histogram_count(latency)', { timeMs: now }), '6');
    equal(await valueOf(server.admin, 'histogram_fraction(0, 2, latency)', { timeMs: now }), '0.5');
    deepEqual(await valuesOf(server.admin, 'sum by (le) (size_bucket)', { timeMs: now }), {
      'le=%2BInf': '3',
      'le=1': '1',
      'le=2': '3',
    });
  });

  test('what cannot be taken is told, and the rest is kept', async () => {
    const answer = await send(
      exported([
        { name: 'no.data' },
        { ...sum('unspecified', 0, now, 1) },
        sum('kept', cumulative, now, 9),
        sum('far', cumulative, now + 3_600_000, 1),
      ]),
    );
    equal(answer.status, 200);
    const message = String(at(answer.json, 'partialSuccess', 'errorMessage'));
    for (const why of [/too far in the future/, /invalid temporality/]) match(message, why);
    ok(Number(at(answer.json, 'partialSuccess', 'rejectedDataPoints')) >= 2);
    equal(await valueOf(server.admin, 'kept_bytes_total', { timeMs: now }), '9');
  });

  test('errors are google.rpc.Status in the encoding of the request', async () => {
    const protobuf = { contentType: 'application/x-protobuf' };
    const json = async (answer: Promise<Answer>): Promise<unknown[]> => {
      const { status, headers, json: body } = await answer;
      return [status, headers['content-type'], at(body, 'code'), typeof at(body, 'message')];
    };
    deepEqual(await json(send('{"resourceMetrics": 1}')), [400, 'application/json', 3, 'string']);
    deepEqual(await json(send('{')), [400, 'application/json', 3, 'string']);
    deepEqual(await json(send('x', { contentType: 'text/plain' })), [415, 'application/json', 3, 'string']);
    const brotli = send('{}', { headers: { 'Content-Encoding': 'br' } });
    deepEqual(await json(brotli), [415, 'application/json', 3, 'string']);
    const bomb = gzipSync(Buffer.alloc(21 * 1024 * 1024, 0x20));
    ok(bomb.length < 100_000);
    deepEqual(await json(send(bomb, { headers: { 'Content-Encoding': 'gzip' } })), [
      413,
      'application/json',
      8,
      'string',
    ]);
    deepEqual(await json(send(Buffer.alloc(21 * 1024 * 1024, 0x20))), [413, 'application/json', 8, 'string']);
    const broken = send('not gzip', { headers: { 'Content-Encoding': 'gzip' } });
    deepEqual(await json(broken), [400, 'application/json', 3, 'string']);
    deepEqual(await json(server.admin.get('/otlp/v1/metrics')), [405, 'application/json', 12, 'string']);
    deepEqual(await json(server.admin.post('/otlp/v1/traces', {})), [404, 'application/json', 12, 'string']);
    equal((await send('{}', { client: server.nobody })).status, 401);
    const malformed = await send(Buffer.from([0x0a, 0x7f]), protobuf);
    equal(malformed.status, 400);
    equal(malformed.headers['content-type'], 'application/x-protobuf');
    deepEqual([...Buffer.from(malformed.text).subarray(0, 2)], [0x08, 3]);
    const forbidden = await send(Buffer.alloc(0), { ...protobuf, client: server.as('stranger') });
    deepEqual([forbidden.status, ...Buffer.from(forbidden.text).subarray(0, 2)], [403, 0x08, 7]);
    equal((await send(Buffer.alloc(0), protobuf)).status, 200);
  });

  test('the right is that to create metrics, and each tenant has its own', async () => {
    await allowMetrics(server.admin, 'exporter', ['create']);
    equal(
      (await send(exported([sum('own', cumulative, now, 1)]), { client: server.as('exporter') })).status,
      200,
    );
    const { uid } = await makeTenant(server, 'acme', {
      quotas: { capabilities: { 'telemetry.samplesPerSecond': 1 } },
    });
    const client = await tenantClient(server, uid);
    const root = '/clusters/acme';
    const many = exported(Array.from({ length: 30 }, (_, i) => sum(`m${i}`, cumulative, now, 1)));
    equal((await send(many, { client, root })).status, 200);
    const limited = await send(many, { client, root });
    deepEqual([limited.status, at(limited.json, 'code')], [429, 8]);
    ok(Number(limited.headers['retry-after']) > 0);
    deepEqual(await valuesOf(client, 'own_bytes_total', { timeMs: now, root }), {});
    equal((await send(many, { client })).status, 404);
    client.close();
  });
});
