import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { at, type HttpsClient, textAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { WatchReader } from '../harness/watch-reader.ts';
import { MonitorWorld } from './service-monitor-world.ts';

const monitor = (app: string, endpoint: object = {}, more: object = {}): object => ({
  spec: {
    selector: { matchLabels: { app } },
    endpoints: [{ port: 'metrics', interval: '1s', scrapeTimeout: '1s', ...endpoint }],
    ...more,
  },
});

describe('what a ServiceMonitor depends on', () => {
  let server: TestServer;
  let world: MonitorWorld;
  const clients: HttpsClient[] = [];
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
    world = new MonitorWorld(server.admin);
  });
  after(async () => {
    world.close();
    for (const client of clients) client.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  test('a slice that changes is followed, and targets that stay go on as they are', async () => {
    await world.namespace('moving');
    const [a, b] = [await world.expose('a 1\n'), await world.expose('a 2\n')];
    await world.service('moving', 'shop', { metrics: a });
    await world.slice('moving', 'shop-2', 'shop', { metrics: b });
    await world.apply('ServiceMonitor', 'moving', 'shop', monitor('shop'));
    const pool = 'serviceMonitor/moving/shop/0';
    const ports = async (count: number): Promise<string[]> =>
      (await world.scraped(pool, count)).map(({ scrapeUrl }) => new URL(scrapeUrl).port).toSorted();
    deepEqual(await ports(2), [a, b].map(String).toSorted());
    const c = await world.expose('a 3\n');
    await world.slice('moving', 'shop-2', 'shop', { metrics: c });
    await until('the target to move', async () => ((await ports(2)).includes(String(c)) ? true : undefined));
    deepEqual(await ports(2), [a, c].map(String).toSorted());
    // The slice is given to another Service: it is no endpoint of the first one any more.
    await world.apply('Service', 'moving', 'other', { spec: { ports: [{ name: 'metrics', port: 80 }] } });
    await world.slice('moving', 'shop-2', 'other', { metrics: c });
    deepEqual(await ports(1), [String(a)]);
    await world.remove('EndpointSlice', 'moving', 'shop-1');
    await world.ready('moving', 'shop', 'NoTargets');
    deepEqual(await world.targetsOf(pool), []);
  });

  test('of an endpoint with addresses of both families the first family counts', async () => {
    await world.namespace('families');
    const port = await world.expose('a 1\n');
    await world.service('families', 'dual', { metrics: port });
    await world.apply('EndpointSlice', 'families', 'dual-6', {
      metadata: { labels: { 'kubernetes.io/service-name': 'dual' } },
      addressType: 'IPv6',
      endpoints: [{ addresses: ['::1'] }],
      ports: [{ name: 'metrics', port }],
    });
    await world.apply('ServiceMonitor', 'families', 'dual', monitor('dual'));
    const pool = 'serviceMonitor/families/dual/0';
    const hosts = async (count: number): Promise<string[]> =>
      (await world.scraped(pool, count)).map(({ scrapeUrl }) => new URL(scrapeUrl).hostname).toSorted();
    deepEqual(await hosts(2), ['127.0.0.1', '[::1]']);
    await world.apply('Service', 'families', 'dual', {
      metadata: { labels: { app: 'dual' } },
      spec: {
        ports: [{ name: 'metrics', port: 80 }],
        ipFamilyPolicy: 'PreferDualStack',
        ipFamilies: ['IPv4', 'IPv6'],
      },
    });
    deepEqual(await hosts(1), ['127.0.0.1']);
  });

  test('a Secret is read in the namespace of the ServiceMonitor alone, and anew when it changes', async () => {
    await world.namespace('keys');
    await world.namespace('apps');
    const seen: (string | undefined)[] = [];
    const port = await world.serve((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end('a 1\n');
    });
    await world.service('apps', 'api', { metrics: port });
    await world.apply('Secret', 'apps', 'scrape', { stringData: { token: 'of-the-service' } });
    const credentials = { name: 'scrape', key: 'token' };
    await world.apply(
      'ServiceMonitor',
      'keys',
      'api',
      monitor('api', { authorization: { credentials } }, { namespaceSelector: { any: true } }),
    );
    equal(
      await world.ready('keys', 'api', 'CredentialsInvalid'),
      'False: spec.endpoints[0]: there is no key token in Secret scrape',
    );
    deepEqual(seen, []);
    await world.apply('Secret', 'keys', 'scrape', { stringData: { token: 'first' } });
    const used = (token: string): Promise<true> =>
      until(`${token} to be used`, async () => (seen.at(-1) === `Bearer ${token}` ? true : undefined));
    await used('first');
    await world.apply('Secret', 'keys', 'scrape', { stringData: { token: 'second' } });
    await used('second');
    // Without the Secret nothing is asked without credentials.
    await world.remove('Secret', 'keys', 'scrape');
    await world.ready('keys', 'api', 'CredentialsInvalid');
    deepEqual(await world.targetsOf('serviceMonitor/keys/api/0'), []);
    deepEqual(new Set(seen), new Set(['Bearer first', 'Bearer second']));
  });

  test('a tenant reaches public addresses alone, whatever slices and relabelings say, and sees its own Services', async () => {
    const { uid } = await makeTenant(server, 'red', { quotas: { capabilities: { 'telemetry.targets': 2 } } });
    const client = await tenantClient(server, uid);
    clients.push(client);
    const red = new MonitorWorld(client, '/clusters/red');
    let asked = 0;
    const port = await world.serve((_request, response) => {
      asked++;
      response.end('a 1\n');
    });
    await world.namespace('hidden');
    await world.service('hidden', 'inner', { metrics: port });
    await red.namespace('shop');
    const any = { namespaceSelector: { any: true } };
    await red.apply('ServiceMonitor', 'shop', 'inner', monitor('inner', {}, any));
    match(await red.ready('shop', 'inner', 'NoTargets'), /^False: no Service in any namespace/);
    await red.service('shop', 'inner', { metrics: port });
    const [closed] = await red.scraped('serviceMonitor/shop/inner/0', 1);
    match(closed?.lastError ?? '', /127\.0\.0\.1 has a loopback address, which is not open to tenants$/);
    const addresses = ['10.0.0.1', '192.168.0.1', '172.16.0.1'].map((address) => ({ addresses: [address] }));
    await red.slice('shop', 'inner-2', 'inner', { metrics: port }, addresses);
    const targets = await until('the quota to be used up', async () => {
      const found = await red.targetsOf('serviceMonitor/shop/inner/0');
      return found.length === 2 && found.every(({ health }) => health === 'down') ? found : undefined;
    });
    for (const { lastError } of targets) match(lastError, /which is not open to tenants$/);
    const relabelings = [{ targetLabel: '__address__', replacement: `localhost:${port}` }];
    await red.apply('ServiceMonitor', 'shop', 'inner', monitor('inner', { relabelings }));
    const [renamed] = await red.scraped('serviceMonitor/shop/inner/0', 1);
    match(renamed?.lastError ?? '', /localhost has a loopback address, which is not open to tenants$/);
    equal(asked, 0);
    red.close();
  });

  test('beyond the quota targets are left out, and the status says so', async () => {
    const { uid } = await makeTenant(server, 'small', {
      quotas: { capabilities: { 'telemetry.targets': 2 } },
    });
    const client = await tenantClient(server, uid);
    clients.push(client);
    const small = new MonitorWorld(client, '/clusters/small');
    await small.namespace('shop');
    const addresses = [1, 2, 3].map((i) => ({ addresses: [`192.0.2.${i}`] }));
    await small.apply('Service', 'shop', 'many', {
      metadata: { labels: { app: 'many' } },
      spec: { ports: [{ name: 'metrics', port: 80 }] },
    });
    // No host answers there; what counts is how many there may be.
    await small.slice('shop', 'many-1', 'many', { metrics: 9 }, addresses);
    const slow = { interval: '10m', scrapeTimeout: '1s' };
    await small.apply('ServiceMonitor', 'shop', 'many', monitor('many', slow));
    equal(
      await small.ready('shop', 'many', 'TargetInvalid'),
      'False: 1 targets are left out: there may not be so many altogether',
    );
    equal((await small.targetsOf('serviceMonitor/shop/many/0')).length, 2);
    await small.slice('shop', 'many-1', 'many', { metrics: 9 }, addresses.slice(0, 2));
    await small.ready('shop', 'many', 'Waiting');
    small.close();
  });

  test('a namespace that is removed takes its ServiceMonitors and their targets along', async () => {
    await world.namespace('leaving');
    const port = await world.expose('a 1\n');
    await world.service('leaving', 'shop', { metrics: port });
    await world.apply('ServiceMonitor', 'leaving', 'shop', monitor('shop'));
    await world.scraped('serviceMonitor/leaving/shop/0', 1);
    await server.admin.delete('/api/v1/namespaces/leaving');
    await until('the pool to be gone', async () =>
      (await world.pools()).includes('serviceMonitor/leaving/shop/0') ? undefined : true,
    );
    await until('the namespace to be gone', async () =>
      (await server.admin.get('/api/v1/namespaces/leaving')).status === 404 ? true : undefined,
    );
    const gone = await server.admin.get(world.path('EndpointSlice', 'leaving', 'shop-1'));
    equal(at(gone.json, 'code'), 404);
  });
});

test('a start among many Services does not take targets for gone before all Services are known', async (t) => {
  const first = await startTestServer({ capabilities: [telemetryCapability] });
  const before = new MonitorWorld(first.admin);
  await before.namespace('many');
  const port = await before.expose('a 1\n');
  // More than are told in one turn, in order of their names.
  for (let i = 0; i < 600; i += 100) {
    const made = Array.from({ length: 100 }, (_, k) =>
      before.apply('Service', 'many', `idle-${i + k}`, { spec: { ports: [{ port: 80 }] } }),
    );
    await Promise.all(made);
  }
  await before.service('many', 'shop', { metrics: port });
  await before.apply('ServiceMonitor', 'many', 'shop', monitor('shop'));
  await before.ready('many', 'shop', 'Scraped');
  const path = before.path('ServiceMonitor', 'many', 'shop');
  const version = textAt((await first.admin.get(path)).json, 'metadata', 'resourceVersion');
  const second = await first.restart();
  t.after(async () => {
    before.close();
    await second.close();
    deepEqual([...first.faults, ...second.faults], []);
  });
  const after = new MonitorWorld(second.admin);
  await after.scraped('serviceMonitor/many/shop/0', 1);
  const collection = path.slice(0, path.lastIndexOf('/'));
  await after.ready('many', 'shop', 'Scraped');
  const watch = await WatchReader.open(second.admin, `${collection}?resourceVersion=${version}`);
  t.after(() => watch.close());
  const reasonOf = (object: unknown): string => textAt(object, 'status', 'conditions', 0, 'reason');
  await watch.find('the targets to be scraped again', ({ object }) => reasonOf(object) === 'Scraped');
  // It waits for the first scrape of each target, as after any start.
  deepEqual(
    watch.events.map(({ object }) => reasonOf(object)).filter((reason) => reason === 'NoTargets'),
    [],
  );
});
