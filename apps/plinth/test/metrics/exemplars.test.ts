import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Labels } from '@plinth/prometheus-model';
import type { WriteSeries } from '@plinth/remote-write';
import { telemetryCapability } from '@plinth/telemetry';
import { at, type HttpsClient } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { api, ask, remoteWrite, secondsNow, seriesOf, written } from './metrics-client.ts';

describe('exemplars', () => {
  let server: TestServer;
  const now = secondsNow();
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  const traced = (name: string, trace: string, timestampMs = now - 500): WriteSeries => ({
    ...seriesOf(name, { job: 'a' }, [[now, 1]]),
    exemplars: [{ labels: Labels.of({ trace_id: trace }), value: 0.25, timestampMs }],
  });

  /** Traces of the exemplars that a query finds, by series. */
  async function tracesOf(client: HttpsClient, query: string, root = ''): Promise<unknown> {
    const answer = await ask(client, '/query_exemplars', { query }, root);
    equal(answer.status, 200, answer.text);
    return at(answer.json, 'data');
  }

  for (const version of ['1.0', '2.0'] as const) {
    test(`by remote write ${version}`, async () => {
      const name = `written_${version.replace('.', '_')}`;
      const answer = await remoteWrite(server.admin, [traced(name, 'abc')], { version });
      equal(answer.status, 204, answer.text);
      if (version === '2.0') equal(answer.headers['x-prometheus-remote-write-exemplars-written'], '1');
      const expected = {
        seriesLabels: { __name__: name, job: 'a' },
        exemplars: [{ labels: { trace_id: 'abc' }, value: '0.25', timestamp: (now - 500) / 1000 }],
      };
      deepEqual(await tracesOf(server.admin, `rate(${name}[5m]) > 0`), [expected]);
      const form = await server.admin.send('POST', api('/query_exemplars'), {
        body: Buffer.from(`query=${name}&start=${(now - 500) / 1000}&end=${now / 1000}`),
        contentType: 'application/x-www-form-urlencoded',
      });
      deepEqual(at(form.json, 'data'), [expected]);
      const later = await ask(server.admin, '/query_exemplars', { query: name, start: String(now / 1000) });
      deepEqual(at(later.json, 'data'), []);
    });
  }

  test('an exemplar without a time is of its sample; one that comes too late refuses nothing', async () => {
    await written(server.admin, [traced('timeless', 'one', 0)]);
    await written(server.admin, [traced('timeless', 'two', now - 1_000)]);
    const [found] = (await tracesOf(server.admin, 'timeless')) as {
      readonly exemplars: readonly unknown[];
    }[];
    deepEqual(found?.exemplars, [{ labels: { trace_id: 'one' }, value: '0.25', timestamp: now / 1000 }]);
  });

  test('by OTLP: of the bucket that they are in', async () => {
    const nanos = (ms: number): string => `${ms}000000`;
    const exemplar = (value: number, trace: string): object => ({
      timeUnixNano: nanos(now),
      asDouble: value,
      traceId: trace.repeat(32),
      spanId: trace.repeat(16),
      filteredAttributes: [{ key: 'user', value: { stringValue: 'u' } }],
    });
    const point = {
      startTimeUnixNano: nanos(now - 60_000),
      timeUnixNano: nanos(now),
      count: '2',
      sum: 3,
      bucketCounts: ['1', '1'],
      explicitBounds: [1],
      exemplars: [exemplar(2, 'b'), exemplar(0.5, 'a')],
    };
    const histogram = { aggregationTemporality: 2, dataPoints: [point] };
    const scopeMetrics = [{ metrics: [{ name: 'took', unit: 's', histogram }] }];
    const body = { resourceMetrics: [{ resource: { attributes: [] }, scopeMetrics }] };
    equal((await server.admin.send('POST', '/otlp/v1/metrics', { body })).status, 200);
    const found = (trace: string, value: string): object => ({
      labels: { user: 'u', span_id: trace.repeat(16), trace_id: trace.repeat(32) },
      value,
      timestamp: now / 1000,
    });
    deepEqual(await tracesOf(server.admin, 'took_seconds_bucket'), [
      { seriesLabels: { __name__: 'took_seconds_bucket', le: '+Inf' }, exemplars: [found('b', '2')] },
      { seriesLabels: { __name__: 'took_seconds_bucket', le: '1' }, exemplars: [found('a', '0.5')] },
    ]);
  });

  test('those of a tenant are seen by no other', async () => {
    const { uid } = await makeTenant(server, 'shop', {});
    const client = await tenantClient(server, uid);
    const root = '/clusters/shop';
    await written(client, [traced('secret', 'abc')], { root });
    equal(((await tracesOf(client, 'secret', root)) as unknown[]).length, 1);
    deepEqual(await tracesOf(server.admin, 'secret'), []);
    client.close();
  });

  test('they survive the program', async () => {
    await written(server.admin, [traced('kept', 'abc')]);
    const before = await tracesOf(server.admin, 'kept');
    server = await server.restart();
    deepEqual(await tracesOf(server.admin, 'kept'), before);
  });
});
