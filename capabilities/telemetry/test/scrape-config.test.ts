import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { HttpReply, KubeObject } from '@plinth/kernel';
import {
  builtinTestResources,
  ControlPlane,
  draft,
  EventWriter,
  MemoryClient,
  resourceOf,
  seededRandom,
} from '@plinth/kernel/testing';
import { scrapeConfigErrors } from '../src/scrape/scrape-config-errors.ts';
import {
  isScrapeConfig,
  type ScrapeConfig,
  type ScrapeConfigSpec,
  scrapeConfigKind,
  scrapeConfigs,
} from '../src/scrape/scrape-config-kind.ts';
import { scrapeController } from '../src/scrape/scrape-controller.ts';
import { targetLists } from '../src/scrape/target-lists.ts';
import { ScrapeWorld } from './scrape-world.ts';

const minute = 60_000;
const secrets = { group: '', resource: 'secrets' };
const configMaps = { group: '', resource: 'configmaps' };
const name = { namespace: 'shop', name: 'test' };

let world: ScrapeWorld;
let client: MemoryClient;
let plane: ControlPlane;
const errors: unknown[] = [];

beforeEach(async () => {
  world = new ScrapeWorld();
  const random = seededRandom(1);
  const resources = [...builtinTestResources, resourceOf(scrapeConfigKind)];
  client = new MemoryClient({ clock: world.clock, random, resources });
  await client.create({ group: '', resource: 'namespaces' }, draft('v1', 'Namespace', { name: 'shop' }));
  plane = new ControlPlane({
    client,
    clock: world.clock,
    random,
    recorder: new EventWriter({ client, clock: world.clock, component: 'test' }),
    onError: (_controller, _key, error) => errors.push(error),
  });
  plane.add(
    scrapeController({ scraper: world.scraper, clock: world.clock, openHttp: world.openHttp, reach: 'any' }),
  );
  plane.start();
});

afterEach(async () => {
  await plane.stop();
  await world.close();
  assert.deepEqual(errors.splice(0), []);
  assert.deepEqual(world.faults, []);
});

async function create(spec: ScrapeConfigSpec): Promise<void> {
  await client.create(scrapeConfigs, draft('monitoring.coreos.com/v1alpha1', 'ScrapeConfig', name, { spec }));
}

async function createSecret(data: Readonly<Record<string, string>>): Promise<void> {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const fields = { data: Object.fromEntries(encoded) };
  await client.create(secrets, draft('v1', 'Secret', { namespace: 'shop', name: 'keys' }, fields));
}

function stored(): ScrapeConfig {
  const object: KubeObject | undefined = client.get(scrapeConfigs, name);
  assert.ok(object && isScrapeConfig(object));
  return object;
}

function ready(): string {
  const condition = stored().status?.conditions?.find(({ type }) => type === 'Ready');
  return `${condition?.status} ${condition?.reason}: ${condition?.message}`;
}

function bodyOf(reply: HttpReply | undefined): unknown {
  assert.equal(typeof reply?.body, 'string');
  return JSON.parse(String(reply?.body));
}

test('the status tells what targets are at', async () => {
  let text = 'a 1\n';
  const address = await world.serveText(() => text);
  await create({ staticConfigs: [{ targets: [address] }] });
  await world.clock.advance(0);
  assert.deepEqual(stored().status?.targets, { total: 1, up: 0, dropped: 0 });
  assert.equal(ready(), 'Unknown Waiting: not all targets have been scraped yet');
  await world.clock.advance(2 * minute);
  assert.deepEqual(stored().status?.targets, { total: 1, up: 1, dropped: 0 });
  assert.equal(ready(), 'True Scraped: all targets are scraped');
  const { commits } = client;
  await world.clock.advance(2 * minute);
  assert.equal(client.commits, commits, 'nothing new, nothing written');
  text = '{';
  await world.clock.advance(2 * minute);
  assert.deepEqual(stored().status?.targets, { total: 1, up: 0, dropped: 0 });
  assert.match(
    ready(),
    /^False TargetsDown: 1 of 1 targets are down: http:\/\/127.0.0.1:\d+\/metrics: line 1/,
  );
  await client.delete(scrapeConfigs, name);
  await world.clock.advance(minute);
  assert.deepEqual(world.scraper.pools, []);
});

test('targets that relabeling drops are counted, and what is no target is told', async () => {
  await create({
    staticConfigs: [{ targets: ['drop:80', 'http://wrong'] }],
    relabelings: [{ sourceLabels: ['__address__'], regex: 'drop:.*', action: 'drop' }],
  });
  await world.clock.advance(minute);
  assert.deepEqual(stored().status?.targets, { total: 0, up: 0, dropped: 1 });
  assert.equal(ready(), 'False TargetInvalid: "http://wrong" is not a valid hostname');
});

test('credentials come from Secrets, are used anew when they change, and stand nowhere', async () => {
  const seen: (string | undefined)[] = [];
  const address = await world.serve((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401, { 'content-type': 'text/plain' });
    response.end();
  });
  const token = { name: 'keys', key: 'token' };
  await create({ staticConfigs: [{ targets: [address] }], authorization: { credentials: token } });
  await world.clock.advance(minute);
  assert.equal(ready(), 'False CredentialsInvalid: there is no key token in Secret keys');
  assert.deepEqual(seen, []);
  await createSecret({ token: 'hunter2\n', user: 'ann', password: 'hunter3' });
  await world.clock.advance(minute);
  assert.deepEqual(seen, ['Bearer hunter2']);
  await client.patch(secrets, { namespace: 'shop', name: 'keys' }, { data: { token: 'bmV3' } });
  await world.clock.advance(minute);
  assert.deepEqual(seen, ['Bearer hunter2', 'Bearer new']);
  const key = (one: string) => ({ name: 'keys', key: one });
  await client.patch(scrapeConfigs, name, {
    spec: { authorization: null, basicAuth: { username: key('user'), password: key('password') } },
  });
  await world.clock.advance(minute);
  assert.equal(seen.at(-1), `Basic ${Buffer.from('ann:hunter3').toString('base64')}`);
  await world.clock.advance(minute);
  assert.match(ready(), /server returned HTTP status 401 Unauthorized$/);
  const everything = JSON.stringify([stored(), bodyOf(lists()['/targets']?.(new URLSearchParams()))]);
  assert.doesNotMatch(everything, /hunter|bmV3/);
});

test('keys and certificates that cannot be read are told without what stands in them', async () => {
  await createSecret({ key: 'hunter2', cert: 'hunter3' });
  await client.create(
    configMaps,
    draft('v1', 'ConfigMap', { namespace: 'shop', name: 'keys' }, { data: { cert: 'hunter4' } }),
  );
  await create({
    staticConfigs: [{ targets: ['127.0.0.1:1'] }],
    tlsConfig: {
      cert: { configMap: { name: 'keys', key: 'cert' } },
      keySecret: { name: 'keys', key: 'key' },
    },
  });
  await world.clock.advance(0);
  assert.match(ready(), /^False CredentialsInvalid: the certificates or the key for TLS cannot be read/);
  assert.doesNotMatch(ready(), /hunter/);
  await client.patch(scrapeConfigs, name, { spec: { tlsConfig: { keySecret: null } } });
  await world.clock.advance(0);
  assert.equal(ready(), 'False CredentialsInvalid: a client certificate without a key');
});

test('a controller that is stopped scrapes no more, and goes on when it is started', async () => {
  const address = await world.serveText(() => 'a 1\n');
  await create({ staticConfigs: [{ targets: [address] }] });
  await world.clock.advance(minute);
  world.samples.length = 0;
  await plane.stop();
  await world.clock.advance(2 * minute);
  assert.deepEqual(world.samples, []);
  plane.start();
  await world.clock.advance(minute);
  assert.deepEqual(world.taken(), { a: 1 });
});

function lists() {
  return targetLists(() => world.scraper.pools, 'host.example.org');
}

test('the lists of the API', async () => {
  const address = await world.serveText(
    () => '# HELP a Some help.\n# TYPE a counter\na 1\n# TYPE b gauge\nb 1\n',
  );
  const [, port] = address.split(':');
  const answer = (path: string, query = '') => bodyOf(lists()[path]?.(new URLSearchParams(query)));
  assert.deepEqual(answer('/targets'), {
    status: 'success',
    data: { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} },
  });
  await create({
    staticConfigs: [{ targets: [address, 'drop:80'], labels: { zone: 'eu' } }],
    relabelings: [{ sourceLabels: ['__address__'], regex: 'drop:.*', action: 'drop' }],
    scrapeInterval: '30s',
  });
  await world.clock.advance(minute);
  const pool = 'scrapeConfig/shop/test';
  const common = {
    __metrics_path__: '/metrics',
    __scheme__: 'http',
    __scrape_interval__: '30s',
    __scrape_timeout__: '10s',
    job: pool,
    zone: 'eu',
  };
  const active = {
    discoveredLabels: { __address__: address, ...common },
    labels: { instance: address, job: pool, zone: 'eu' },
    scrapePool: pool,
    scrapeUrl: `http://${address}/metrics`,
    globalUrl: `http://host.example.org:${port}/metrics`,
    lastError: '',
    lastScrape: new Date(world.loop.lastScrapeMs ?? 0).toISOString(),
    lastScrapeDuration: 0,
    health: 'up',
    scrapeInterval: '30s',
    scrapeTimeout: '10s',
  };
  const dropped = { discoveredLabels: { __address__: 'drop:80', ...common }, scrapePool: pool };
  const counts = { [pool]: 1 };
  const targets = (query: string) => (answer('/targets', query) as { data: unknown }).data;
  assert.deepEqual(targets(''), {
    activeTargets: [active],
    droppedTargets: [dropped],
    droppedTargetCounts: counts,
  });
  assert.deepEqual(targets('state=active'), {
    activeTargets: [active],
    droppedTargets: [],
    droppedTargetCounts: null,
  });
  assert.deepEqual(targets('state=dropped&scrapePool=other'), {
    activeTargets: [],
    droppedTargets: [],
    droppedTargetCounts: counts,
  });
  assert.deepEqual(answer('/scrape_pools'), { status: 'success', data: { scrapePools: [pool] } });
});

test('what targets say of their metrics', async () => {
  const text = '# HELP a Some help.\n# TYPE a counter\na 1\n# TYPE b gauge\nb 1\n';
  const address = await world.serveText(() => text);
  await create({ staticConfigs: [{ targets: [address], labels: { zone: 'eu' } }] });
  await world.clock.advance(minute);
  const answer = (query: string) => bodyOf(lists()['/targets/metadata']?.(new URLSearchParams(query)));
  const target = { instance: address, job: 'scrapeConfig/shop/test', zone: 'eu' };
  assert.deepEqual(answer('match_target={zone="eu"}'), {
    status: 'success',
    data: [
      { target, metric: 'a', type: 'counter', help: 'Some help.', unit: '' },
      { target, metric: 'b', type: 'gauge', help: '', unit: '' },
    ],
  });
  assert.deepEqual(answer('metric=a'), {
    status: 'success',
    data: [{ target, type: 'counter', help: 'Some help.', unit: '' }],
  });
  for (const query of ['match_target={zone="us"}', 'limit=0', 'metric=c']) {
    assert.deepEqual(answer(query), { status: 'success', data: [] });
  }
  assert.deepEqual(answer('limit=x'), {
    status: 'error',
    errorType: 'bad_data',
    error: 'limit must be a number',
  });
  assert.match(JSON.stringify(answer('match_target={')), /invalid parameter \\"match_target\\"/);
});

test('what could not work is refused when it is written', () => {
  const refused: readonly (readonly [spec: ScrapeConfigSpec, field: string, detail: RegExp])[] = [
    [{ relabelings: [{ action: 'replace' }] }, 'spec.relabelings[0]', /requires 'target_label' value$/],
    [
      { metricRelabelings: [{ regex: '(', action: 'drop' }] },
      'spec.metricRelabelings[0]',
      /missing closing \)/,
    ],
    [{ basicAuth: {}, authorization: {} }, 'spec.authorization', /at most one of/],
    [{ authorization: { type: 'Basic' } }, 'spec.authorization.type', /use "basic_auth" instead/],
    [{ scrapeInterval: '5s', scrapeTimeout: '6s' }, 'spec.scrapeTimeout', /greater than scrape interval/],
    [{ scrapeInterval: '10ms' }, 'spec.scrapeInterval', /must not be less than 1000 ms/],
    [
      { staticConfigs: [{ targets: ['a'], labels: { '': 'x' } }] },
      'spec.staticConfigs[0].labels',
      /not a valid label name/,
    ],
    [{ httpSDConfigs: [{ url: 'http://a:secret@b/' }] }, 'spec.httpSDConfigs[0].url', /belong into a Secret/],
    [{ bodySizeLimit: '1..2MB' }, 'spec.bodySizeLimit', /is no size/],
  ];
  for (const [spec, field, detail] of refused) {
    const [error, ...more] = scrapeConfigErrors(spec);
    assert.deepEqual([error?.field, more], [field, []]);
    assert.match(error?.detail ?? '', detail);
    assert.doesNotMatch(JSON.stringify(error), /secret@/);
  }
  for (const spec of [{}, { scrapeInterval: '0' }, { scrapeInterval: '5s' }, { bodySizeLimit: '1.5GiB' }]) {
    assert.deepEqual(scrapeConfigErrors(spec), []);
  }
});
