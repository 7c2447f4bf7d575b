import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import { systemClock } from '@plinth/kernel';
import {
  builtinTestResources,
  ControlPlane,
  draft,
  EventWriter,
  MemoryClient,
  resourceOf,
  seededRandom,
} from '@plinth/kernel/testing';
import { Labels } from '@plinth/prometheus-model';
import { compressSnappy, decompressSnappy, encodeWriteRequest, type WriteSeries } from '@plinth/remote-write';
import { openNodeHttp } from '../src/scrape/adapters/node-http.ts';
import { metricsSourceErrors } from '../src/source/metrics-source-errors.ts';
import {
  isMetricsSource,
  type MetricsSourceSpec,
  metricsSourceKind,
  metricsSources,
} from '../src/source/metrics-source-kind.ts';
import { OutsideSources } from '../src/source/outside-sources.ts';
import type { PlainSelection } from '../src/source/plain-selection.ts';
import { RemoteSource } from '../src/source/remote-source.ts';
import { sourceController } from '../src/source/source-controller.ts';
import { type MetricsDatabase, MetricsThreads } from '../src/threads/metrics-threads.ts';
import {
  type InstantSeries,
  instantQuery,
  prometheusSkip,
  startPrometheus,
  vectorOf,
} from './prometheus-program.ts';
import { ScrapeWorld } from './scrape-world.ts';
import { until } from './waiting.ts';

const minute = 60_000;
const startMs = Date.UTC(2026, 0, 1);
const never = new AbortController().signal;

let world: ScrapeWorld;
let sources: OutsideSources;

beforeEach(() => {
  world = new ScrapeWorld();
  sources = new OutsideSources();
});

afterEach(async () => {
  sources.close();
  await world.close();
});

/** An answer of remote read: its results are laid out as the series of a write are. */
function readResponse(series: readonly WriteSeries[]): Uint8Array {
  const result = encodeWriteRequest(series);
  const length: number[] = [];
  for (let rest = result.length; length.length === 0 || rest > 0; rest >>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return compressSnappy(Buffer.concat([Buffer.from([0x0a, ...length]), result]));
}

/** Serves remote read. @param questions - gets what was asked, decompressed and as text */
async function serveRead(series: () => readonly WriteSeries[], questions: string[] = []): Promise<string> {
  return await world.serve((request, response) => {
    void bodyOf(request).then((body) => {
      questions.push(Buffer.from(decompressSnappy(body, 1_000_000)).toString('latin1'));
      response.setHeader('content-encoding', 'snappy');
      response.setHeader('content-type', 'application/x-protobuf');
      response.end(readResponse(series()));
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function remoteSource(address: string, externalLabels: Readonly<Record<string, string>> = {}): RemoteSource {
  return new RemoteSource({
    url: `http://${address}/api/v1/read`,
    client: openNodeHttp({ reach: 'any' }),
    externalLabels,
    timeoutMs: 5_000,
    userAgent: 'Plinth/test',
    clock: systemClock,
  });
}

function select(...matchers: PlainSelection['matchers']): PlainSelection {
  return { matchers, startMs, endMs: startMs + minute };
}

test('series of another server come with the labels that are added, and match with them', async () => {
  const questions: string[] = [];
  const series: WriteSeries[] = [
    {
      labels: Labels.of({ __name__: 'a', job: 'x' }),
      samples: [
        { timestampMs: startMs, value: 1 },
        { timestampMs: startMs + 1, value: 0, isStale: true },
      ],
    },
    { labels: Labels.of({ __name__: 'a', cluster: 'us' }), samples: [{ timestampMs: startMs, value: 2 }] },
  ];
  const source = remoteSource(await serveRead(() => series, questions), { cluster: 'eu' });
  const found = await source.read(select(['__name__', '=', 'a'], ['cluster', '=', 'eu']));
  assert.deepEqual(
    found.map(({ labels, timestamps, values, staleAt }) => [labels, [...timestamps], [...values], staleAt]),
    [[['__name__', 'a', 'cluster', 'eu', 'job', 'x'], [startMs], [1], [startMs + 1]]],
  );
  assert.doesNotMatch(questions[0] ?? '', /cluster/, 'the server knows nothing of the label');
  const others = await source.read(select(['__name__', '=', 'a'], ['cluster', '!=', 'eu']));
  assert.deepEqual(
    others.map(({ labels }) => labels),
    [['__name__', 'a', 'cluster', 'us']],
  );
  await source.read(select(['cluster', '=~', 'e.']));
  assert.match(questions[2] ?? '', /__name__/, 'never without a matcher');
  source.close();
});

test('answers that cannot be read, and servers that refuse', async () => {
  let answer: readonly [status: number, body: Uint8Array] = [200, Buffer.from('no snappy')];
  const address = await world.serve((_request, response) => {
    const [status, body] = answer;
    response.statusCode = status;
    response.end(body);
  });
  sources.set('other', '', remoteSource(address));
  const warnings = async (): Promise<readonly string[]> => (await sources.read([select()])).warnings;
  assert.match((await warnings())[0] ?? '', /^MetricsSource other: the answer cannot be read: /);
  answer = [200, compressSnappy(Buffer.from([0x0a, 0x7f]))];
  assert.match((await warnings())[0] ?? '', /^MetricsSource other: the answer cannot be read: /);
  answer = [403, Buffer.from('secret')];
  assert.deepEqual(await warnings(), ['MetricsSource other: server returned HTTP status 403 Forbidden']);
  const canceled = AbortSignal.abort();
  assert.equal((await sources.read([select()], canceled)).found.length, 1);
});

/** A database with threads of its own. */
async function openDatabase(t: TestContext): Promise<MetricsDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-source-'));
  const faults: unknown[] = [];
  const threads = new MetricsThreads((what, error) => faults.push([what, error]));
  const { database } = await threads.open('test', { directory, hashSeed: 1, bounds: {} }, (error) =>
    faults.push(error),
  );
  t.after(async () => {
    await database.close();
    await threads.stop();
    await rm(directory, { recursive: true, force: true });
    assert.deepEqual(faults, []);
  });
  return database;
}

async function ask(database: MetricsDatabase, query: string, timeMs: number): Promise<unknown> {
  const parameters = new URLSearchParams({ query, time: String(timeMs / 1000) });
  const request = { question: 'query', query: parameters.toString(), form: '', nowMs: timeMs } as const;
  const { body } = await database.ask(request, never, sources);
  return JSON.parse(Buffer.from(body).toString());
}

test('what a database may hold changes with the next tick', async (t) => {
  const database = await openDatabase(t);
  const writtenOf = async (names: readonly string[], timestampMs: number): Promise<number> => {
    const samples = names.map((name) => ({ labels: ['__name__', name], timestampMs, value: 1 }));
    return (await database.append(samples, timestampMs)).samples;
  };
  await database.tick(startMs, { seriesMax: 2 });
  assert.equal(await writtenOf(['a', 'b', 'c'], startMs), 2);
  await database.tick(startMs, { seriesMax: 3 });
  assert.equal(await writtenOf(['a', 'b', 'c'], startMs + 1), 3);
});

test('exemplars of what was scraped can be asked for', async (t) => {
  const database = await openDatabase(t);
  const exemplar = { labels: ['trace_id', 'abc'], timestampMs: startMs - 250, value: 0.5 };
  const sample = { labels: ['__name__', 'took_bucket', 'le', '1'], timestampMs: startMs, value: 3 };
  await database.append([{ ...sample, exemplars: [exemplar] }], startMs);
  const { body } = await database.exemplars({ query: 'query=took_bucket', form: '' });
  assert.deepEqual(JSON.parse(String(body)).data, [
    {
      seriesLabels: { __name__: 'took_bucket', le: '1' },
      exemplars: [{ labels: { trace_id: 'abc' }, value: '0.5', timestamp: (startMs - 250) / 1000 }],
    },
  ]);
});

test('queries and rules see what is stored here and elsewhere as one; what is here comes first', async (t) => {
  const database = await openDatabase(t);
  const at = (i: number): number => startMs + i * 15_000;
  const stored = (labels: Readonly<Record<string, string>>, values: readonly number[]) =>
    values.map((value, i) => ({
      labels: Object.entries({ __name__: 'jobs_total', ...labels }).flat(),
      timestampMs: at(i + 2),
      value,
    }));
  await database.append([...stored({ job: 'both' }, [3, 4]), ...stored({ job: 'here' }, [7, 7])], at(4));
  let isThere = true;
  const series = (job: string, values: readonly number[]): WriteSeries => ({
    labels: Labels.of({ __name__: 'jobs_total', job }),
    samples: values.map((value, i) => ({ timestampMs: at(i), value })),
  });
  const address = await serveRead(() =>
    isThere ? [series('both', [1, 2, 99]), series('there', [5, 6])] : [],
  );
  const timeMs = at(3) + 1;
  const query = 'count_over_time(jobs_total[2m]) + on (job) sum by (job) (sum_over_time(jobs_total[2m]))';
  const value = (job: string, text: string) => ({ metric: { job }, value: [timeMs / 1000, text] });
  const onlyHere = { resultType: 'vector', result: [value('both', '9'), value('here', '16')] };
  assert.deepEqual(await ask(database, query, timeMs), { status: 'success', data: onlyHere });
  sources.set('other', '', remoteSource(address));
  assert.deepEqual(await ask(database, query, timeMs), {
    status: 'success',
    data: { resultType: 'vector', result: [value('both', '14'), value('here', '16'), value('there', '13')] },
  });
  const found = await database.evaluate('sum(jobs_total)', timeMs, sources);
  assert.equal(found[0]?.value, 4 + 7 + 6);
  isThere = false;
  assert.deepEqual(await ask(database, query, timeMs), { status: 'success', data: onlyHere });
  sources.set('other', '', remoteSource('127.0.0.1:1'));
  assert.deepEqual(await ask(database, query, timeMs), {
    status: 'success',
    data: onlyHere,
    warnings: [
      'MetricsSource other: Post "http://127.0.0.1:1/api/v1/read": dial tcp 127.0.0.1:1: connect: connection refused',
    ],
  });
  assert.deepEqual(await ask(database, 'sum(', timeMs), {
    status: 'error',
    errorType: 'bad_data',
    error: 'invalid parameter "query": 1:5: parse error: unclosed left parenthesis',
  });
});

test('a Prometheus as a source: queries here give what they give there', {
  skip: prometheusSkip,
}, async (t) => {
  const database = await openDatabase(t);
  const exposed = await world.serveText(
    () =>
      `c_total{path="/a"} ${Math.floor(systemClock.monotonic())}\nc_total{path="/b"} 2\ng NaN\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\n`,
  );
  const job = {
    job_name: 'test',
    scrape_interval: '1s',
    scrape_timeout: '1s',
    static_configs: [{ targets: [exposed] }],
  };
  const address = await startPrometheus(t, [job]);
  await until('there are samples', async () => {
    return (await instantQuery(address, 'count_over_time(c_total[1m]) > 5')).length > 0;
  });
  sources.set('other', '', remoteSource(address));
  for (const query of [
    'c_total',
    'rate(c_total[3s])',
    'sum by (path) (increase(c_total{path=~"/."}[4s]))',
    'histogram_quantile(0.5, h_bucket)',
    'max_over_time((c_total offset 1s)[3s:1s])',
    'absent(nothing)',
    'count({__name__=~".+", __name__!~"scrape_.*"})',
  ]) {
    const [last] = await instantQuery(address, 'min(timestamp(c_total))');
    // Between two samples and two seconds, where windows that are open to the left and closed ones hold the same.
    const between = Math.round(Number(last?.value[1]) * 1_000) + 437;
    const timeMs = between % 1_000 === 0 ? between + 1 : between;
    const theirs = await instantQuery(address, query, timeMs);
    const ours = vectorOf(await ask(database, query, timeMs));
    assert.deepEqual(sorted(ours), sorted(theirs), query);
  }
});

function sorted(series: readonly InstantSeries[]): readonly string[] {
  return series
    .map(({ metric, value: [timeS, value] }) => {
      // The last bits differ with the order of a sum.
      return JSON.stringify([Object.entries(metric).toSorted(), timeS, Number(value).toPrecision(12)]);
    })
    .toSorted();
}

test('a MetricsSource is asked with its credentials, and says whether it answers', async (t) => {
  const seen: (string | undefined)[] = [];
  let status = 200;
  const address = await world.serve((request, response) => {
    seen.push(request.headers.authorization);
    response.statusCode = status;
    response.end(readResponse([]));
  });
  const random = seededRandom(1);
  const { clock } = world;
  const client = new MemoryClient({
    clock,
    random,
    resources: [...builtinTestResources, resourceOf(metricsSourceKind)],
  });
  const errors: unknown[] = [];
  const plane = new ControlPlane({
    client,
    clock,
    random,
    recorder: new EventWriter({ client, clock, component: 'test' }),
    onError: (_controller, _key, error) => errors.push(error),
  });
  t.after(() => plane.stop());
  plane.add(
    sourceController({ sources, clock, openHttp: world.openHttp, reach: 'any', userAgent: 'Plinth/test' }),
  );
  plane.start();
  await client.create({ group: '', resource: 'namespaces' }, draft('v1', 'Namespace', { name: 'shop' }));
  const spec: MetricsSourceSpec = {
    prometheus: {
      url: `http://${address}/`,
      secretNamespace: 'shop',
      authorization: { credentials: { name: 'keys', key: 'token' } },
    },
  };
  await client.create(
    metricsSources,
    draft('plinth.dev/v1alpha1', 'MetricsSource', { name: 'old' }, { spec }),
  );
  const ready = (): string => {
    const object = client.get(metricsSources, { name: 'old' });
    assert.ok(object && isMetricsSource(object));
    const [condition] = object.status?.conditions ?? [];
    return `${condition?.status} ${condition?.reason}: ${condition?.message}`;
  };
  await clock.advance(1);
  assert.equal(ready(), 'False CredentialsInvalid: there is no key token in Secret keys');
  assert.ok(sources.isEmpty);
  const data = { token: Buffer.from('hunter2').toString('base64') };
  const secrets = { group: '', resource: 'secrets' };
  await client.create(secrets, draft('v1', 'Secret', { namespace: 'shop', name: 'keys' }, { data }));
  await clock.advance(1);
  assert.equal(ready(), 'True Answers: its series are in queries');
  assert.ok(!sources.isEmpty);
  assert.deepEqual(seen, ['Bearer hunter2']);
  status = 500;
  await clock.advance(minute);
  assert.equal(ready(), 'False Unreachable: server returned HTTP status 500 Internal Server Error');
  assert.ok(!sources.isEmpty, 'it may answer the next time');
  assert.doesNotMatch(JSON.stringify(client.get(metricsSources, { name: 'old' })), /hunter2/);
  await client.delete(metricsSources, { name: 'old' });
  await clock.advance(1);
  assert.ok(sources.isEmpty);
  assert.deepEqual(errors, []);
});

test('a MetricsSource that could not work is refused when it is written', () => {
  const refused: readonly (readonly [spec: MetricsSourceSpec, field: string])[] = [
    [{ prometheus: { url: 'http://a:secret@b' } }, 'spec.prometheus.url'],
    [{ prometheus: { url: 'http://a', basicAuth: {}, authorization: {} } }, 'spec.prometheus.authorization'],
    [
      { prometheus: { url: 'http://a' }, query: { externalLabels: { '': 'x' } } },
      'spec.query.externalLabels',
    ],
  ];
  for (const [spec, field] of refused) {
    assert.deepEqual(
      metricsSourceErrors(spec).map((error) => error.field),
      [field],
    );
  }
  assert.deepEqual(metricsSourceErrors({ prometheus: { url: 'https://a/prometheus/' } }), []);
});
