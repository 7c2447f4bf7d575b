import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import {
  allowMetrics,
  api,
  ask,
  histogramSeries,
  refusalOf,
  remoteWrite,
  secondsNow,
  seriesOf,
  valueOf,
  valuesOf,
  written,
} from './metrics-client.ts';

describe('samples by remote write', () => {
  let server: TestServer;
  const now = secondsNow();
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  for (const version of ['1.0', '2.0'] as const) {
    test(`${version}: floats, marks of staleness, histograms and metadata can be asked for`, async () => {
      const name = `requests_${version.replace('.', '_')}_total`;
      const answer = await remoteWrite(
        server.admin,
        [
          {
            ...seriesOf(name, { job: 'a' }, [
              [now - 60_000, 1],
              [now - 30_000, 3],
            ]),
            metadata: { type: 'counter', help: 'Requests.', unit: '' },
          },
          seriesOf(name, { job: 'ended' }, [
            [now - 60_000, 1],
            [now - 30_000, 'stale'],
          ]),
          seriesOf(name, { job: 'odd' }, [
            [now - 60_000, Number.NaN],
            [now - 30_000, Number.POSITIVE_INFINITY],
          ]),
          histogramSeries(`${name}_h`, now - 30_000),
        ],
        { version },
      );
      equal(answer.status, 204, answer.text);
      if (version === '2.0') {
        const { headers } = answer;
        deepEqual(
          ['samples', 'histograms', 'exemplars'].map(
            (what) => headers[`x-prometheus-remote-write-${what}-written`],
          ),
          ['6', '1', '0'],
        );
      }
      deepEqual(await valuesOf(server.admin, name, { timeMs: now }), { 'job=a': '3', 'job=odd': '+Inf' });
      deepEqual(await valuesOf(server.admin, `${name} offset 31s`, { timeMs: now }), {
        'job=a': '1',
        'job=ended': '1',
        'job=odd': 'NaN',
      });
      const shown = await ask(server.admin, '/query', { query: `${name}_h`, time: String(now / 1000) });
      ok(
        shown.text.includes(
          '{"count":"5","sum":"9.5","buckets":[[3,"-0.001","0.001","2"],[0,"0.5","1","1"],[0,"1","2","2"]]}',
        ),
        shown.text,
      );
      const metadata = await ask(server.admin, '/metadata', { metric: name });
      equal(
        metadata.text,
        `{"status":"success","data":{"${name}":[{"type":"counter","help":"Requests.","unit":""}]}}`,
      );
    });
  }

  test('the same as forms, in ranges, and as lists of series and labels', async () => {
    await written(server.admin, [seriesOf('forms', { 'a.b': 'ü' }, [[now - 10_000, 7]])]);
    const form = await server.admin.send('POST', api('/query_range'), {
      body: `query=forms&start=${now / 1000 - 20}&end=${now / 1000}&step=10`,
      contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    });
    deepEqual(form.json, {
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { __name__: 'forms', 'a.b': 'ü' },
            values: [
              [now / 1000 - 10, '7'],
              [now / 1000, '7'],
            ],
          },
        ],
      },
    });
    deepEqual((await ask(server.admin, '/series', { 'match[]': 'forms' })).json, {
      status: 'success',
      data: [{ __name__: 'forms', 'a.b': 'ü' }],
    });
    deepEqual((await ask(server.admin, '/label/U__a_2e_b/values')).json, { status: 'success', data: ['ü'] });
    deepEqual((await ask(server.admin, '/labels', { 'match[]': 'forms' })).json, {
      status: 'success',
      data: ['__name__', 'a.b'],
    });
    const status = at((await ask(server.admin, '/status/tsdb', { limit: '1' })).json, 'data');
    ok(Number(at(status, 'headStats', 'numSeries')) > 5);
    ok(
      Number(at(status, 'headStats', 'minTime')) <= now && Number(at(status, 'headStats', 'maxTime')) >= now,
    );
    equal(listAt(status, 'seriesCountByMetricName').length, 1);
    match((await ask(server.admin, '/status/buildinfo')).text, /"version":"3\.\d+\.\d+"/);
  });

  test('a token of a service account is taken as a bearer and as a password', async () => {
    const requested = await server.admin.post('/api/v1/namespaces/default/serviceaccounts/default/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    const token = textAt(requested.json, 'status', 'token');
    await allowMetrics(server.admin, 'system:serviceaccount:default:default', ['create']);
    const basic = `Basic ${Buffer.from(`prometheus:${token}`).toString('base64')}`;
    for (const [i, Authorization] of [`Bearer ${token}`, basic].entries()) {
      await written(server.nobody, [seriesOf('authorized', { way: String(i) }, [[now, i]])], {
        headers: { Authorization },
      });
      const refused = await server.nobody.get(api('/query?query=1'), { Authorization });
      equal(refused.status, 403);
      match(refusalOf(refused), /^403 forbidden: .*cannot get resource "metrics"/);
    }
    const wrong = await remoteWrite(server.nobody, [seriesOf('authorized', {}, [[now, 1]])], {
      headers: { Authorization: 'Bearer nonsense' },
    });
    equal(wrong.status, 401);
    deepEqual(await valuesOf(server.admin, 'authorized', { timeMs: now }), { 'way=0': '0', 'way=1': '1' });
  });

  test('series are deleted for a time, and can be written again', async () => {
    const samples = [
      [now - 20_000, 1],
      [now - 10_000, 2],
    ] as const;
    await written(server.admin, [
      seriesOf('doomed', { x: 'a' }, samples),
      seriesOf('doomed', { x: 'b' }, samples),
    ]);
    const remove = (parameters: Record<string, string>): ReturnType<typeof server.admin.send> =>
      server.admin.send('POST', `${api('/admin/tsdb/delete_series')}?${new URLSearchParams(parameters)}`);
    const count = 'sum by (x) (count_over_time(doomed[1m]))';
    const from = server.kernel.store.logs.end('default/audit');
    const part = { 'match[]': 'doomed{x="a"}', start: '0', end: String(now / 1000 - 15) };
    equal((await remove(part)).status, 204);
    deepEqual(await valuesOf(server.admin, count, { timeMs: now }), { 'x=a': '1', 'x=b': '2' });
    equal((await remove({ 'match[]': '{__name__="doomed"}' })).status, 204);
    deepEqual(await valuesOf(server.admin, count, { timeMs: now }), {});
    const entries = await server.kernel.store.logs.read('default/audit', from, 10);
    const acts = entries.map(({ value }) => JSON.parse(value)).filter(({ type }) => type.endsWith('acted'));
    deepEqual(
      acts.map(({ subject, data }) => [subject, data.action, data.resource, data.query]),
      [part, { 'match[]': '{__name__="doomed"}' }].map((query) => [
        api('/admin/tsdb/delete_series'),
        'delete',
        'metrics.telemetry.plinth.dev',
        new URLSearchParams(query).toString(),
      ]),
    );
    await written(server.admin, [seriesOf('doomed', { x: 'a' }, [[now, 3]])]);
    deepEqual(await valuesOf(server.admin, 'doomed', { timeMs: now }), { 'x=a': '3' });
    equal(refusalOf(await remove({})), '400 bad_data: no match[] parameter provided');
    match(
      refusalOf(await remove({ 'match[]': '123' })),
      /^400 bad_data: invalid parameter "match\[\]": 1:1: parse error/,
    );
    match(
      refusalOf(await remove({ 'match[]': 'up', start: 'xxx' })),
      /^400 bad_data: invalid parameter "start"/,
    );
  });

  test('samples survive a restart', async () => {
    await written(server.admin, [seriesOf('kept', {}, [[now - 5_000, 42]])]);
    server = await server.restart();
    equal(await valueOf(server.admin, 'kept', { timeMs: now }), '42');
    await written(server.admin, [seriesOf('kept', {}, [[now, 43]])]);
    equal(await valueOf(server.admin, 'sum_over_time(kept[1m])', { timeMs: now }), '85');
  });

  test('tenants have metrics of their own, which go with them', async () => {
    const { uid } = await makeTenant(server, 'acme');
    const own = await tenantClient(server, uid);
    const root = '/clusters/acme';
    await written(own, [seriesOf('secret', {}, [[now, 1]])], { root });
    equal(await valueOf(own, 'secret', { timeMs: now, root }), '1');
    equal(await valueOf(server.admin, 'secret', { timeMs: now }), undefined);
    deepEqual((await ask(own, '/series', { 'match[]': '{__name__=~".+"}' }, root)).json, {
      status: 'success',
      data: [{ __name__: 'secret' }],
    });
    const directory = join(server.directory, 'data', 'tenants', 'acme');
    ok(existsSync(directory), directory);
    own.close();
    equal((await server.admin.delete('/apis/plinth.dev/v1alpha1/tenants/acme')).status, 200);
    await until('the tenant to be gone', async () => {
      const { status } = await server.admin.get('/apis/plinth.dev/v1alpha1/tenants/acme');
      return status === 404 ? true : undefined;
    });
    equal(existsSync(directory), false);
    const { uid: second } = await makeTenant(server, 'acme');
    const next = await tenantClient(server, second);
    deepEqual((await ask(next, '/series', { 'match[]': '{__name__=~".+"}' }, root)).json, {
      status: 'success',
      data: [],
    });
    next.close();
  });
});
