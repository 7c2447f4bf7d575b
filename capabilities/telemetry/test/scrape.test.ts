import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ScrapeWorld } from './scrape-world.ts';

let world: ScrapeWorld;
const minute = 60_000;

beforeEach(() => {
  world = new ScrapeWorld();
});

afterEach(async () => {
  await world.close();
  assert.deepEqual(world.faults, []);
});

test('a target is scraped once an interval, and what is noted about it is what Prometheus notes', async () => {
  const seen: unknown[] = [];
  const address = await world.serve((request, response) => {
    const { accept, 'user-agent': agent, 'x-prometheus-scrape-timeout-seconds': timeout } = request.headers;
    seen.push([request.url, agent, timeout, accept?.split(',', 1)[0]]);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end('# HELP a Some help.\n# TYPE a counter\na{x="1"} 3\nb 2 1000\n');
  });
  world.scrape({
    staticConfigs: [{ targets: [address], labels: { zone: 'eu' } }],
    params: { module: ['one', 'two'] },
  });
  assert.equal(world.loop.health, 'unknown');
  await world.clock.advance(minute);
  const times = world.samples.map(({ timestampMs }) => timestampMs);
  assert.equal(new Set(times).size, 2, 'b has a time of its own, all others have that of the scrape');
  assert.ok(times.includes(1000));
  assert.deepEqual(seen, [
    [
      '/metrics?module=one&module=two',
      'Plinth/test',
      '10',
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6',
    ],
  ]);
  assert.equal(world.loop.health, 'up');
  assert.equal(
    world.loop.target.labels.toString(),
    `{instance="${address}", job="scrapeConfig/shop/test", zone="eu"}`,
  );
  assert.deepEqual(world.metadata.get('a'), { type: 'counter', help: 'Some help.', unit: '' });
  const written = world.samples.map(({ labels, value }) => [labels[1], value]);
  assert.deepEqual(written, [
    ['a', 3],
    ['b', 2],
    ['up', 1],
    ['scrape_duration_seconds', 0],
    ['scrape_samples_scraped', 2],
    ['scrape_samples_post_metric_relabeling', 2],
    ['scrape_series_added', 2],
  ]);
  world.samples.length = 0;
  await world.clock.advance(3 * minute);
  assert.equal(world.samples.filter(({ labels }) => labels[1] === 'up').length, 3);
  assert.equal(world.samples.findLast(({ labels }) => labels[1] === 'scrape_series_added')?.value, 0);
});

test('targets of one pool are scraped at different times of the interval', async () => {
  const address = await world.serveText(() => 'a 1\n');
  const targets = Array.from({ length: 20 }, (_, i) => ({ targets: [address], labels: { i: String(i) } }));
  world.scrape({ staticConfigs: targets });
  await world.clock.advance(minute);
  const times = world.samples
    .filter(({ labels }) => labels[1] === 'up')
    .map(({ timestampMs }) => timestampMs);
  assert.equal(times.length, 20);
  assert.ok(new Set(times).size > 15);
});

test('a series that is gone ends; all end when the target fails, and they begin again', async () => {
  let text = 'a 1\nb 2\nc 3 1000\n';
  const address = await world.serveText(() => text);
  world.scrape({ staticConfigs: [{ targets: [address] }] });
  await world.clock.advance(minute);
  assert.deepEqual(world.taken(), { a: 1, b: 2, c: 3 });
  text = 'a 1\n';
  await world.clock.advance(minute);
  assert.deepEqual(world.taken(), { a: 1, b: 'stale' }, 'what has a time of its own does not end');
  text = 'a 1\nd 4\nthis is no metric\n';
  await world.clock.advance(minute);
  assert.equal(world.loop.health, 'down');
  assert.match(world.loop.lastError, /^line 3, column/);
  assert.deepEqual(world.taken(), { a: 'stale' }, 'nothing of a scrape that fails is kept');
  await world.clock.advance(minute);
  assert.deepEqual(world.taken(), {}, 'once');
  text = 'a 1\n';
  await world.clock.advance(minute);
  assert.deepEqual(world.taken(), { a: 1 });
  assert.equal(world.loop.lastError, '');
});

test('a target that goes away ends its series and reports; one that is stopped does not', async () => {
  const address = await world.serveText(() => 'a 1\n');
  world.scrape({ staticConfigs: [{ targets: [address] }] });
  await world.clock.advance(minute);
  const upAt = world.samples.at(-1)?.timestampMs ?? Number.NaN;
  world.samples.length = 0;
  world.scraper.remove('scrapeConfig/shop/test');
  await world.clock.advance(1);
  assert.equal(world.samples.length, 6);
  assert.ok(world.samples.every(({ value, timestampMs }) => value === 'stale' && timestampMs > upAt));
  await world.clock.advance(minute);
  assert.equal(world.samples.length, 6);
  world.scrape({ staticConfigs: [{ targets: [address] }] });
  await world.clock.advance(minute);
  world.samples.length = 0;
  await world.scraper.stop();
  await world.clock.advance(minute);
  assert.deepEqual(world.samples, []);
});

test('a change of the configuration goes on with the targets that stay, and ends what is not wanted any more', async () => {
  const address = await world.serveText(() => 'a 1\nb 2\n');
  world.scrape({ staticConfigs: [{ targets: [address] }] });
  await world.clock.advance(minute);
  const before = world.loop;
  world.taken();
  world.scrape({
    staticConfigs: [{ targets: [address] }],
    metricRelabelings: [{ sourceLabels: ['__name__'], regex: 'b', action: 'drop' }],
  });
  assert.equal(world.loop, before);
  await world.clock.advance(minute);
  assert.deepEqual(world.taken(), { a: 1, b: 'stale' });
});

test('labels of the target come before those that it exposes, unless these are honored', async () => {
  const text = 'a{job="own",exported_job="older",zone="x"} 1\n';
  const address = await world.serveText(() => text);
  const staticConfigs = [{ targets: [address], labels: { zone: 'eu' } }];
  const labelsOf = () =>
    Object.fromEntries(
      (
        world.samples.find(({ labels, value }) => labels[1] === 'a' && value !== 'stale')?.labels ?? []
      ).flatMap((one, i, all) => (i % 2 === 0 && one !== 'instance' ? [[one, all[i + 1]]] : [])),
    );
  world.scrape({ staticConfigs, jobName: 'shop $1' });
  await world.clock.advance(minute);
  assert.deepEqual(labelsOf(), {
    __name__: 'a',
    exported_exported_job: 'own',
    exported_job: 'older',
    exported_zone: 'x',
    job: 'shop $1',
    zone: 'eu',
  });
  world.samples.length = 0;
  world.scrape({ staticConfigs, honorLabels: true });
  await world.clock.advance(minute);
  assert.deepEqual(labelsOf(), { __name__: 'a', exported_job: 'older', job: 'own', zone: 'x' });
});

test('limits fail the whole scrape, in the words of Prometheus', async () => {
  const address = await world.serveText(() => 'a{name="value"} 1\nb 2\nc 3\n');
  const staticConfigs = [{ targets: [address] }];
  const cases = [
    [{ sampleLimit: 2 }, 'sample limit exceeded', 3, 3],
    [{ labelLimit: 3 }, 'label_limit exceeded (metric: a, number of labels: 4, limit: 3)', 1, 0],
    [
      { labelNameLengthLimit: 7 },
      'label_name_length_limit exceeded (metric: a, label name: __name__, length: 8, limit: 7)',
      1,
      0,
    ],
    [
      { labelValueLengthLimit: 21 },
      `label_value_length_limit exceeded (metric: a, label name: job, value: "scrapeConfig/shop/test", length: 22, limit: 21)`,
      1,
      0,
    ],
    [{ bodySizeLimit: '26B' }, 'body size limit exceeded', 0, 0],
    [
      { metricRelabelings: [{ action: 'labeldrop' as const, regex: '__name__' }] },
      'missing metric name (__name__ label)',
      1,
      0,
    ],
    [{ sampleLimit: 3, labelLimit: 4, bodySizeLimit: '27B' }, '', 3, 3],
  ] as const;
  for (const [spec, error, scraped, kept] of cases) {
    world.scrape({
      staticConfigs,
      ...spec,
      metricRelabelings: [...(('metricRelabelings' in spec && spec.metricRelabelings) || [])],
    });
    world.samples.length = 0;
    await world.clock.advance(minute);
    assert.equal(world.loop.lastError, error);
    const { up, ...reports } = world.taken(true);
    assert.equal(up, error === '' ? 1 : 0);
    assert.equal(reports['scrape_samples_scraped'], scraped, error);
    assert.equal(reports['scrape_samples_post_metric_relabeling'], kept, error);
  }
});

test('with more targets than their limit none is scraped', async () => {
  let asked = 0;
  const address = await world.serve((_request, response) => {
    asked++;
    response.end();
  });
  world.scrape({
    staticConfigs: [{ targets: [address], labels: { a: '1' } }, { targets: [address] }],
    targetLimit: 1,
  });
  await world.clock.advance(minute);
  for (const pool of world.scraper.pools) {
    for (const { lastError } of pool.loops) {
      assert.equal(lastError, 'target_limit exceeded (number of targets: 2, limit: 1)');
    }
  }
  assert.equal(asked, 0);
  assert.equal(world.taken(true)['up'], 0);
});

test('targets beyond what a virtual cluster may have are left out, and it is told', async () => {
  const address = await world.serveText(() => 'a 1\n');
  world.targetsMax = 2;
  world.scrape({
    staticConfigs: [1, 2, 3, 3].map((i) => ({ targets: [address], labels: { i: String(i) } })),
  });
  await world.clock.advance(minute);
  const [pool] = world.scraper.pools;
  assert.deepEqual(
    pool?.loops.map(({ target, health }) => [target.labels.get('i'), health]),
    [
      ['1', 'up'],
      ['2', 'up'],
    ],
  );
  assert.deepEqual(pool?.failures, ['2 targets are left out: there may not be so many altogether']);
});

test('a series that stands twice counts once, and it is told', async () => {
  const address = await world.serveText(() => 'a 1\na 2\nb 1 1000\nb 2 2000\n');
  world.scrape({ staticConfigs: [{ targets: [address] }] });
  await world.clock.advance(minute);
  const values = world.samples.filter(({ labels }) => labels[1] === 'a' || labels[1] === 'b');
  assert.deepEqual(
    values.map(({ value }) => value),
    [1, 1, 2],
  );
  assert.equal(world.loop.health, 'up');
  assert.deepEqual(world.loop.lastWarnings, [
    'Error on ingesting samples with different value but same timestamp (num_dropped=1)',
  ]);
  assert.equal(world.taken(true)['scrape_samples_post_metric_relabeling'], 4);
});

test('times of the target do not count when they are not honored, nor when they are far ahead', async () => {
  const ahead = Date.UTC(2026, 0, 1, 1);
  const address = await world.serveText(() => `a 1 1000\nb 1 ${ahead}\n`);
  const staticConfigs = [{ targets: [address] }];
  world.scrape({ staticConfigs });
  await world.clock.advance(minute);
  assert.deepEqual(world.taken(), { a: 1 });
  assert.deepEqual(world.loop.lastWarnings, [
    'Error on ingesting samples that are too far into the future (num_dropped=1)',
  ]);
  world.scrape({ staticConfigs, honorTimestamps: false });
  await world.clock.advance(minute);
  assert.deepEqual(world.taken(), { a: 1, b: 1 });
});

test('exemplars come with their samples', async () => {
  const lines = [
    '# TYPE took histogram',
    'took_bucket{le="1"} 3 # {trace_id="a",span="ü"} 0.5 1767225600.25',
    'took_bucket{le="+Inf"} 4 # {} 7',
    'took_count 4',
    'took_sum 9',
    '# EOF',
  ];
  const address = await world.serveText(
    () => `${lines.join('\n')}\n`,
    'application/openmetrics-text; version=1.0.0',
  );
  world.scrape({ staticConfigs: [{ targets: [address] }] });
  await world.clock.advance(minute);
  const found = world.samples.flatMap(({ timestampMs, exemplars = [] }) =>
    exemplars.map((one) => [one.labels, one.value, one.timestampMs - timestampMs]),
  );
  const [sample] = world.samples;
  const ownMs = Date.UTC(2026, 0, 1) + 250;
  assert.deepEqual(found, [
    [['span', 'ü', 'trace_id', 'a'], 0.5, ownMs - (sample?.timestampMs ?? 0)],
    [[], 7, 0],
  ]);
});

test('what the database does not take is told at the target, which is up', async () => {
  const address = await world.serveText(() => 'a 1\n');
  world.scrape({ staticConfigs: [{ targets: [address] }] });
  world.refusals = ['out of order sample (1): first a at 5'];
  await world.clock.advance(minute);
  assert.equal(world.loop.health, 'up');
  assert.deepEqual(world.loop.lastWarnings, ['out of order sample (1): first a at 5']);
  world.isFull = true;
  await world.clock.advance(minute);
  assert.equal(world.loop.health, 'down');
  assert.equal(world.loop.lastError, 'the quota is used up');
  world.isFull = false;
  await world.clock.advance(minute);
  assert.equal(world.loop.health, 'up');
});

test('a target that does not answer in time is down, and is asked again', async () => {
  let isSlow = true;
  const arrived = Promise.withResolvers<void>();
  const address = await world.serve((_request, response) => {
    arrived.resolve();
    response.setHeader('content-type', 'text/plain');
    if (!isSlow) response.end('a 1\n');
    else response.write('a 1\n');
  });
  world.hangs = true;
  world.scrape({ staticConfigs: [{ targets: [address] }], scrapeTimeout: '3s' });
  await world.clock.advance(world.clock.untilNext() ?? 0);
  await arrived.promise;
  await world.clock.advance(2_999);
  assert.equal(world.loop.health, 'unknown');
  await world.clock.advance(1);
  while (world.loop.health === 'unknown') await world.clock.advance(0);
  assert.equal(world.loop.lastError, `Get "http://${address}/metrics": context deadline exceeded`);
  assert.equal(world.loop.lastDurationMs, 3_000);
  isSlow = false;
  world.hangs = false;
  await world.clock.advance(minute);
  assert.equal(world.loop.health, 'up');
});

test('answers that are no exposition', async () => {
  const cases: readonly (readonly [
    status: number,
    type: string | undefined,
    body: string | Buffer,
    error: string,
  ])[] = [
    [404, 'text/plain', 'secret page', 'server returned HTTP status 404 Not Found'],
    [
      200,
      'text/html',
      '<html>',
      'received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified for target',
    ],
    [
      200,
      undefined,
      'a 1\n',
      'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target',
    ],
  ];
  let answer = cases[0];
  const address = await world.serve((_request, response) => {
    const [status = 0, type, body = ''] = answer ?? [];
    response.statusCode = status;
    if (type !== undefined) response.setHeader('content-type', type);
    response.end(body);
  });
  for (const one of cases) {
    answer = one;
    world.scrape({ staticConfigs: [{ targets: [address] }] });
    await world.clock.advance(minute);
    assert.equal(world.loop.lastError, one[3]);
  }
  world.scrape({ staticConfigs: [{ targets: [address] }], fallbackScrapeProtocol: 'PrometheusText0.0.4' });
  await world.clock.advance(minute);
  assert.equal(world.loop.health, 'up');
  assert.match(world.loop.lastWarnings[0] ?? '', /using fallback_scrape_protocol "text\/plain"$/);
});

test('an empty answer is a scrape that went well, and ends all series', async () => {
  let text = 'a 1\n';
  const address = await world.serveText(() => text);
  world.scrape({ staticConfigs: [{ targets: [address] }] });
  await world.clock.advance(minute);
  world.taken();
  text = '';
  await world.clock.advance(minute);
  assert.equal(world.loop.health, 'up');
  assert.deepEqual(world.taken(), { a: 'stale' });
});

test('gzip is asked for and taken, and a bomb stops at the limit', async () => {
  const encodings: (string | string[] | undefined)[] = [];
  let body = gzipSync('a 1\n');
  const address = await world.serve((request, response) => {
    encodings.push(request.headers['accept-encoding']);
    response.setHeader('content-type', 'text/plain');
    response.setHeader('content-encoding', 'gzip');
    response.end(body);
  });
  const staticConfigs = [{ targets: [address] }];
  world.scrape({ staticConfigs });
  await world.clock.advance(minute);
  assert.deepEqual(world.taken(), { a: 1 });
  body = gzipSync(Buffer.alloc(80 * 1024 * 1024, '#'));
  await world.clock.advance(minute);
  assert.equal(world.loop.lastError, 'body size limit exceeded');
  body = Buffer.from('no gzip at all');
  world.scrape({ staticConfigs, enableCompression: false });
  await world.clock.advance(minute);
  assert.equal(world.loop.lastError, `Get "http://${address}/metrics": incorrect header check`);
  assert.deepEqual(encodings, ['gzip', 'gzip', 'identity']);
});

test('nobody listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  server.close();
  await once(server, 'close');
  world.scrape({ staticConfigs: [{ targets: [`127.0.0.1:${port}`] }] });
  await world.clock.advance(minute);
  assert.equal(
    world.loop.lastError,
    `Get "http://127.0.0.1:${port}/metrics": dial tcp 127.0.0.1:${port}: connect: connection refused`,
  );
  assert.deepEqual(world.taken(true), {
    up: 0,
    scrape_duration_seconds: 0,
    scrape_samples_scraped: 0,
    scrape_samples_post_metric_relabeling: 0,
    scrape_series_added: 0,
  });
});

test('targets come from a list, stay while it cannot be read, and go with it', async () => {
  let list: () => [status: number, type: string, body: string];
  const target = await world.serveText(() => 'a 1\n');
  const address = await world.serve((_request, response) => {
    const [status, type, body] = list();
    response.writeHead(status, { 'content-type': type });
    response.end(body);
  });
  const url = `http://${address}/list`;
  const one = [{ targets: [target], labels: { zone: 'eu' } }];
  list = () => [200, 'application/json; charset=utf-8', JSON.stringify(one)];
  world.scrape({ httpSDConfigs: [{ url }] });
  await world.clock.advance(minute);
  assert.equal(world.loop.health, 'up');
  assert.equal(world.loop.target.discoveredLabels.get('__meta_url'), url);
  assert.equal(world.loop.target.labels.get('zone'), 'eu');
  const bad: readonly (readonly [ReturnType<typeof list>, string])[] = [
    [[500, 'application/json', '[]'], 'server returned HTTP status 500 Internal Server Error'],
    [[200, 'text/html', '[]'], 'unsupported content type "text/html"'],
    [[200, 'application/json', '[null]'], 'nil target group item found'],
    [[200, 'application/json', '{'], 'the list of targets is no JSON'],
    [
      [200, 'application/json', '[{"targets":[1]}]'],
      'item 0 of the list of targets: targets is no list of texts',
    ],
  ];
  for (const [answer, error] of bad) {
    list = () => answer;
    await world.clock.advance(minute);
    assert.deepEqual(world.scraper.pools[0]?.listErrors, [error]);
    assert.equal(world.loop.health, 'up');
  }
  world.taken();
  list = () => [200, 'application/json', '[]'];
  await world.clock.advance(minute);
  assert.deepEqual(world.scraper.pools[0]?.listErrors, []);
  assert.deepEqual(world.scraper.pools[0]?.loops, []);
  assert.deepEqual(world.taken(), { 'a{zone=eu}': 'stale' });
});
