import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { at, listAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { ask, valuesOf } from './metrics-client.ts';
import { MonitorWorld } from './service-monitor-world.ts';

describe('a ServiceMonitor', () => {
  let server: TestServer;
  let world: MonitorWorld;
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
    world = new MonitorWorld(server.admin);
  });
  after(async () => {
    world.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  const fast = { interval: '1s', scrapeTimeout: '1s' };
  const selecting = (app: string, endpoint: object, more: object = {}): object => ({
    spec: { selector: { matchLabels: { app } }, endpoints: [{ ...fast, ...endpoint }], ...more },
  });

  test('scrapes the endpoints of its Services, and ends what is gone', async () => {
    await world.namespace('shop');
    const port = await world.expose('orders_total{kind="book",job="own"} 7\n');
    await world.service('shop', 'shop', { web: 1, metrics: port });
    await world.apply('ServiceMonitor', 'shop', 'shop', selecting('shop', { port: 'metrics' }));
    const pool = 'serviceMonitor/shop/shop/0';
    const [target] = await world.scraped(pool, 1);
    const labels = {
      instance: `127.0.0.1:${port}`,
      job: 'shop',
      namespace: 'shop',
      service: 'shop',
      endpoint: 'metrics',
    };
    deepEqual(target?.labels, labels);
    equal(target?.lastError, '');
    equal(target?.scrapeUrl, `http://127.0.0.1:${port}/metrics`);
    equal(target?.discoveredLabels['job'], pool);
    equal(target?.discoveredLabels['__meta_kubernetes_endpointslice_name'], 'shop-1');
    ok((await world.pools()).includes(pool));
    match(await world.ready('shop', 'shop', 'Scraped'), /^True: all targets are scraped$/);
    const { json } = await server.admin.get(world.path('ServiceMonitor', 'shop', 'shop'));
    deepEqual(at(json, 'status', 'targets'), { total: 1, up: 1, dropped: 0 });
    const stored = Object.entries(await valuesOf(server.admin, 'orders_total'));
    deepEqual(
      stored.map(([one, value]) => [Object.fromEntries(new URLSearchParams(one)), value]),
      [[{ ...labels, kind: 'book', exported_job: 'own' }, '7']],
    );

    // The endpoint goes: its series end at once, not five minutes later.
    await world.slice('shop', 'shop-1', 'shop', { metrics: port }, []);
    await until('the series to end', async () => {
      const values = await valuesOf(server.admin, '{namespace="shop"}');
      return Object.keys(values).length === 0 ? true : undefined;
    });
    match(
      await world.ready('shop', 'shop', 'NoTargets'),
      /^False: no EndpointSlice with endpoints has the label kubernetes.io\/service-name of a selected Service: shop\/shop$/,
    );
    await world.slice('shop', 'shop-1', 'shop', { metrics: port });
    await world.scraped(pool, 1);
    await world.remove('ServiceMonitor', 'shop', 'shop');
    await until('the pool to be gone', async () => ((await world.pools()).includes(pool) ? undefined : true));
    await until('the series to end', async () => {
      const values = await valuesOf(server.admin, '{namespace="shop"}');
      return Object.keys(values).length === 0 ? true : undefined;
    });
  });

  test('labels: jobLabel, targetLabels, honorLabels and relabelings', async () => {
    await world.namespace('labels');
    const port = await world.expose('a{job="own",zone="x"} 1\ndebug 1\n');
    await world.service(
      'labels',
      'one',
      { metrics: port },
      {
        app: 'labelled',
        'app.kubernetes.io/name': 'checkout',
        'team-name': 'red',
      },
    );
    await world.service('labels', 'two', { metrics: port }, { app: 'labelled' });
    await world.apply(
      'ServiceMonitor',
      'labels',
      'all',
      selecting(
        'labelled',
        {
          port: 'metrics',
          honorLabels: true,
          path: '/probe',
          params: { module: ['a', 'b'] },
          relabelings: [
            {
              sourceLabels: ['__meta_kubernetes_namespace', '__meta_kubernetes_service_name', 'job'],
              separator: '/',
              targetLabel: 'origin',
            },
            { sourceLabels: ['__tmp_prometheus_job_name'], targetLabel: 'pool' },
            { sourceLabels: ['__meta_kubernetes_endpoint_ready'], targetLabel: 'ready' },
            { action: 'labeldrop', regex: 'service' },
          ],
          metricRelabelings: [{ sourceLabels: ['__name__'], regex: 'debug', action: 'drop' }],
        },
        { jobLabel: 'app.kubernetes.io/name', targetLabels: ['team-name', 'absent'], podTargetLabels: ['x'] },
      ),
    );
    const pool = 'serviceMonitor/labels/all/0';
    const targets = await world.scraped(pool, 2);
    const common = {
      endpoint: 'metrics',
      instance: `127.0.0.1:${port}`,
      namespace: 'labels',
      pool,
      ready: 'true',
    };
    deepEqual(
      targets.map(({ labels }) => labels).toSorted((a, b) => ((a['job'] ?? '') < (b['job'] ?? '') ? -1 : 1)),
      [
        { ...common, job: 'checkout', origin: 'labels/one/checkout', team_name: 'red' },
        { ...common, job: 'two', origin: 'labels/two/two' },
      ],
    );
    equal(targets[0]?.scrapeUrl, `http://127.0.0.1:${port}/probe?module=a&module=b`);
    const found = Object.keys(await valuesOf(server.admin, 'a{namespace="labels"}'));
    deepEqual(
      found.map((one) => new URLSearchParams(one).get('job')),
      ['own', 'own'],
    );
    deepEqual(await valuesOf(server.admin, 'debug{namespace="labels"}'), {});
  });

  test('ports: by name, by number, by the name the Service gives, several, and all', async () => {
    await world.namespace('ports');
    const [a, b] = [await world.expose('a 1\n'), await world.expose('b 1\n')];
    await world.apply('Service', 'ports', 'dual', {
      metadata: { labels: { app: 'dual' } },
      spec: {
        ports: [
          { name: 'web', port: 80, targetPort: 'http-web' },
          { name: 'admin', port: 81, targetPort: b },
        ],
      },
    });
    await world.slice('ports', 'dual-1', 'dual', { web: a, admin: b });
    await world.apply('ServiceMonitor', 'ports', 'dual', {
      spec: {
        selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['dual', 'other'] }] },
        endpoints: [
          { ...fast, port: 'web' },
          { ...fast, port: 'admin' },
          { ...fast, targetPort: b },
          { ...fast, targetPort: 'http-web' },
          { ...fast, port: 'web|adm.n' },
          { ...fast },
          { ...fast, port: 'absent' },
        ],
      },
    });
    const expected = [[a], [b], [b], [a], [a, b], [a, b], []];
    for (const [i, ports] of expected.entries()) {
      const targets = await world.scraped(`serviceMonitor/ports/dual/${i}`, ports.length);
      deepEqual(
        targets.map(({ scrapeUrl }) => new URL(scrapeUrl).port).toSorted(),
        ports.map(String).toSorted(),
        `endpoint ${i}`,
      );
    }
    const endpoints = await Promise.all(
      expected.map(
        async (_, i) => (await world.targetsOf(`serviceMonitor/ports/dual/${i}`))[0]?.labels['endpoint'],
      ),
    );
    deepEqual(endpoints, ['web', 'admin', String(b), 'http-web', 'web|adm.n', undefined, undefined]);
    // Fewer endpoints: the pools of those that went are gone.
    await world.apply('ServiceMonitor', 'ports', 'dual', selecting('dual', { port: 'absent' }));
    await until('pools to be gone', async () => {
      const pools = (await world.pools()).filter((pool) => String(pool).startsWith('serviceMonitor/ports/'));
      return pools.length === 1 ? true : undefined;
    });
    match(
      await world.ready('ports', 'dual', 'NoTargets'),
      new RegExp(
        `^False: no port of the endpoints of ports/dual is meant by spec.endpoints: there are admin \\(${b}\\), web \\(${a}\\)$`,
      ),
    );
  });

  test('several slices, Endpoints, endpoints that are not ready, and nodes and pods', async () => {
    await world.namespace('slices');
    const ports = [await world.expose('a 1\n'), await world.expose('a 2\n'), await world.expose('a 3\n')];
    const [first = 0, second = 0, third = 0] = ports;
    await world.service('slices', 'many', { metrics: first });
    await world.slice('slices', 'many-2', 'many', { metrics: second }, [
      {
        addresses: ['127.0.0.1'],
        conditions: { ready: false, serving: true, terminating: true },
        nodeName: 'n1',
        zone: 'west',
        targetRef: { kind: 'Pod', name: 'many-abc', namespace: 'slices' },
      },
    ]);
    await world.apply('Endpoints', 'slices', 'many', {
      subsets: [
        {
          notReadyAddresses: [{ ip: '127.0.0.1', targetRef: { kind: 'Node', name: 'n2' } }],
          ports: [{ name: 'metrics', port: third }],
        },
      ],
    });
    await world.apply('ServiceMonitor', 'slices', 'many', selecting('many', { port: 'metrics' }));
    const targets = await world.scraped('serviceMonitor/slices/many/0', 3);
    const by = (port: number) => targets.find(({ scrapeUrl }) => new URL(scrapeUrl).port === String(port));
    equal(by(first)?.discoveredLabels['__meta_kubernetes_endpointslice_endpoint_conditions_ready'], 'true');
    deepEqual(
      Object.entries(by(second)?.discoveredLabels ?? {}).filter(([name]) =>
        /_(ready|serving|terminating|zone|node_name|target_kind|pod_name)$/.test(name),
      ),
      Object.entries({
        __meta_kubernetes_endpoint_address_target_kind: 'Pod',
        __meta_kubernetes_endpoint_node_name: 'n1',
        __meta_kubernetes_endpoint_ready: 'false',
        __meta_kubernetes_endpointslice_address_target_kind: 'Pod',
        __meta_kubernetes_endpointslice_endpoint_conditions_ready: 'false',
        __meta_kubernetes_endpointslice_endpoint_conditions_serving: 'true',
        __meta_kubernetes_endpointslice_endpoint_conditions_terminating: 'true',
        __meta_kubernetes_endpointslice_endpoint_node_name: 'n1',
        __meta_kubernetes_endpointslice_endpoint_zone: 'west',
        __meta_kubernetes_pod_name: 'many-abc',
      }),
    );
    equal(by(second)?.labels['pod'], 'many-abc');
    equal(by(third)?.labels['node'], 'n2');
    equal(by(third)?.discoveredLabels['__meta_kubernetes_endpoint_ready'], 'false');
  });

  test('one role, when the ServiceMonitor says so; and what is not ready can be left out', async () => {
    await world.namespace('roles');
    const [first, second] = [await world.expose('a 1\n'), await world.expose('a 2\n')];
    await world.service('roles', 'many', { metrics: first });
    const waiting = [{ addresses: ['127.0.0.1'], conditions: { ready: false } }];
    await world.slice('roles', 'many-2', 'many', { metrics: second }, waiting);
    await world.apply('ServiceMonitor', 'roles', 'many', selecting('many', { port: 'metrics' }));
    const pool = 'serviceMonitor/roles/many/0';
    await world.scraped(pool, 2);
    const keepReady = {
      sourceLabels: ['__meta_kubernetes_endpointslice_endpoint_conditions_ready'],
      regex: 'true',
      action: 'keep',
    };
    await world.apply(
      'ServiceMonitor',
      'roles',
      'many',
      selecting(
        'many',
        { port: 'metrics', relabelings: [keepReady] },
        { serviceDiscoveryRole: 'EndpointSlice' },
      ),
    );
    const [only] = await world.scraped(pool, 1);
    equal(
      Object.keys(only?.discoveredLabels ?? {}).some((name) => name.includes('kubernetes_endpoint_')),
      false,
    );
    const dropped = async (): Promise<number> => {
      const { json } = await ask(server.admin, '/targets', { state: 'dropped', scrapePool: pool });
      return listAt(json, 'data', 'droppedTargets').length;
    };
    equal(await dropped(), 1);
    // A target that stays is scraped on by the loop that it has.
    const before = (await world.targetsOf(pool))[0]?.lastScrape;
    await world.remove('EndpointSlice', 'roles', 'many-2');
    await until('the slice to be gone', async () => ((await dropped()) === 0 ? true : undefined));
    const [still] = await world.targetsOf(pool);
    equal(still?.health, 'up');
    ok((still?.lastScrape ?? '') >= (before ?? 'z'));
  });

  test('namespaces: its own, those that are named, and any', async () => {
    const port = await world.expose('a 1\n');
    for (const name of ['east', 'west', 'north']) {
      await world.namespace(name);
      await world.service(name, 'probe', { metrics: port });
    }
    const places = async (pool: string, count: number): Promise<readonly (string | undefined)[]> =>
      (await world.scraped(pool, count)).map(({ labels }) => labels['namespace']).toSorted();
    const endpoint = { port: 'metrics' };
    await world.apply('ServiceMonitor', 'east', 'own', selecting('probe', endpoint));
    await world.apply(
      'ServiceMonitor',
      'east',
      'named',
      selecting('probe', endpoint, { namespaceSelector: { matchNames: ['west', 'absent', 'east'] } }),
    );
    await world.apply(
      'ServiceMonitor',
      'east',
      'any',
      selecting('probe', endpoint, { namespaceSelector: { any: true } }),
    );
    deepEqual(await places('serviceMonitor/east/own/0', 1), ['east']);
    deepEqual(await places('serviceMonitor/east/named/0', 2), ['east', 'west']);
    deepEqual(await places('serviceMonitor/east/any/0', 3), ['east', 'north', 'west']);
    // A Service that is labelled otherwise leaves, one that comes is found.
    await world.apply('Service', 'north', 'probe', {
      metadata: { labels: { app: 'other' } },
      spec: { ports: [{ name: 'metrics', port: 80 }] },
    });
    deepEqual(await places('serviceMonitor/east/any/0', 2), ['east', 'west']);
    await world.remove('Service', 'west', 'probe');
    deepEqual(await places('serviceMonitor/east/any/0', 1), ['east']);
    await world.apply(
      'ServiceMonitor',
      'north',
      'none',
      selecting('nobody', endpoint, { namespaceSelector: { matchNames: ['north', 'west'] } }),
    );
    equal(
      await world.ready('north', 'none', 'NoTargets'),
      'False: no Service in the namespaces north, west has labels that match spec.selector',
    );
    await world.service('north', 'late', { metrics: port }, { app: 'nobody' });
    deepEqual(await places('serviceMonitor/north/none/0', 1), ['north']);
  });

  test('a Service of type ExternalName has no endpoints of its own', async () => {
    await world.namespace('outside');
    const port = await world.expose('a 1\n');
    await world.apply('Service', 'outside', 'mirror', {
      metadata: { labels: { app: 'mirror' } },
      spec: {
        type: 'ExternalName',
        externalName: 'mirror.example.org',
        ports: [{ name: 'metrics', port: 80 }],
      },
    });
    await world.apply('ServiceMonitor', 'outside', 'mirror', selecting('mirror', { port: 'metrics' }));
    match(
      await world.ready('outside', 'mirror', 'NoTargets'),
      /ExternalName have no endpoints of their own; list the host in an EndpointSlice with addressType FQDN/,
    );
    await world.apply('EndpointSlice', 'outside', 'mirror-1', {
      metadata: { labels: { 'kubernetes.io/service-name': 'mirror' } },
      addressType: 'FQDN',
      endpoints: [{ addresses: ['nobody.invalid'] }],
      ports: [{ name: 'metrics', port }],
    });
    const [target] = await world.scraped('serviceMonitor/outside/mirror/0', 1);
    equal(target?.scrapeUrl, `http://nobody.invalid:${port}/metrics`);
    match(target?.lastError ?? '', /nobody\.invalid/);
  });

  test('ScrapeConfigs and ServiceMonitors share what targets there may be', async () => {
    const port = await world.expose('a 1\n');
    await world.namespace('both');
    await world.service('both', 'one', { metrics: port });
    await world.apply('ServiceMonitor', 'both', 'one', selecting('one', { port: 'metrics' }));
    await world.apply('ScrapeConfig', 'both', 'one', {
      spec: {
        staticConfigs: [{ targets: [`127.0.0.1:${port}`] }],
        scrapeInterval: '1s',
        scrapeTimeout: '1s',
      },
    });
    await world.scraped('serviceMonitor/both/one/0', 1);
    await world.scraped('scrapeConfig/both/one', 1);
  });
});
