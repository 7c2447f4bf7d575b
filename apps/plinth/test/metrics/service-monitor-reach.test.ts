import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { valuesOf } from './metrics-client.ts';
import { MonitorWorld } from './service-monitor-world.ts';

const protobuf =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
/** The histogram h with two native buckets, and the classic one with le="1": 3 observations, 2 of them at most 1. */
const histogram = Buffer.from(
  'OAoBaBgEIjE6LwgDEQAAAAAAABJAGgsIAhEAAAAAAADwPygAMfyp8dJNYlA/OABiBAgAEAJoBGgB',
  'base64',
);

describe('how targets of a ServiceMonitor are reached', () => {
  let server: TestServer;
  let world: MonitorWorld;
  const asked: { url: string | undefined; authorization: string | undefined }[] = [];
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
    world = new MonitorWorld(server.admin);
    await world.namespace('shop');
    const port = await world.serve(({ url, headers: { authorization } }, response) => {
      asked.push({ url, authorization });
      if (url === '/moved') response.writeHead(302, { location: '/metrics' });
      else if (url === '/histogram') response.setHeader('content-type', protobuf);
      else response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(url === '/histogram' ? histogram : 'a 1\nb 2\nc 3\n');
    });
    await world.service('shop', 'shop', { metrics: port });
    await world.slice('shop', 'shop-2', 'shop', { metrics: port }, [{ addresses: ['127.0.0.2'] }]);
    await world.apply('Secret', 'shop', 'keys', {
      stringData: { user: 'ann', password: 'hunter2', token: 'hunter3' },
    });
  });
  after(async () => {
    world.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  const only = { action: 'keep', sourceLabels: ['__address__'], regex: '127\\.0\\.0\\.1:.*' };

  /** Scrapes the Service in a way. @returns why the last scrape of its target failed */
  async function errorOf(name: string, endpoint: object, more: object = {}): Promise<string> {
    const fields = { port: 'metrics', interval: '1s', scrapeTimeout: '1s', relabelings: [only], ...endpoint };
    await world.apply('ServiceMonitor', 'shop', name, {
      spec: { selector: { matchLabels: { app: 'shop' } }, endpoints: [fields], ...more },
    });
    const [target] = await until(`targets of ${name} to be scraped`, async () => {
      const targets = await world.targetsOf(`serviceMonitor/shop/${name}/0`);
      return targets.length > 0 && targets.every(({ health }) => health !== 'unknown') ? targets : undefined;
    });
    return target?.lastError ?? '';
  }

  const authorizationAt = (path: string): string | undefined =>
    asked.find(({ url }) => url === path)?.authorization;

  test('with credentials in each of their forms', async () => {
    const key = (of: string): object => ({ name: 'keys', key: of });
    equal(
      await errorOf('basic', {
        path: '/basic',
        basicAuth: { username: key('user'), password: key('password') },
      }),
      '',
    );
    equal(await errorOf('old', { path: '/old', bearerTokenSecret: key('token') }), '');
    equal(
      await errorOf('typed', {
        path: '/typed',
        authorization: { type: 'ApiKey', credentials: key('token') },
      }),
      '',
    );
    // Older versions of the operator wrote this for what is not set.
    equal(await errorOf('unset', { path: '/unset', bearerTokenSecret: { key: '' } }), '');
    equal(authorizationAt('/basic'), `Basic ${Buffer.from('ann:hunter2').toString('base64')}`);
    equal(authorizationAt('/old'), 'Bearer hunter3');
    equal(authorizationAt('/typed'), 'ApiKey hunter3');
    equal(authorizationAt('/unset'), undefined);
  });

  test('where they redirect to, or not', async () => {
    equal(await errorOf('followed', { path: '/moved' }), '');
    equal(
      await errorOf('stays', { path: '/moved', followRedirects: false }),
      'server returned HTTP status 302 Found',
    );
  });

  test('no further than the limits', async () => {
    equal(await errorOf('samples', {}, { sampleLimit: 2 }), 'sample limit exceeded');
    match(await errorOf('body', {}, { bodySizeLimit: '5B' }), /body size limit exceeded/);
    match(await errorOf('labels', {}, { labelLimit: 2 }), /label_limit exceeded/);
    match(
      await errorOf('targets', { relabelings: [] }, { targetLimit: 1 }),
      /^target_limit exceeded \(number of targets: 2, limit: 1\)$/,
    );
    equal((await world.targetsOf('serviceMonitor/shop/targets/0')).length, 2);
  });

  test('with classic buckets beside native ones, or without', async () => {
    const named = (job: string): object => ({
      path: '/histogram',
      relabelings: [only, { targetLabel: 'job', replacement: job }],
    });
    const count = async (query: string): Promise<string[]> =>
      Object.values(await valuesOf(server.admin, query));
    equal(await errorOf('native', named('native')), '');
    equal(await errorOf('both', named('both'), { scrapeClassicHistograms: true }), '');
    deepEqual(await count('histogram_count(h{job="native"})'), ['3']);
    deepEqual(await count('h_bucket{job="native"}'), []);
    deepEqual(await count('histogram_count(h{job="both"})'), ['3']);
    deepEqual(await count('h_bucket{job="both",le="1.0"}'), ['2']);
  });
});
