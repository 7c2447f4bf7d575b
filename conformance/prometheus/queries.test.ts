import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Engine, QueryError, type ResultValue } from '@plinth/promql';
import { beginMs, inParts, lengthMs, randomData, sourceOf } from './dataset.ts';
import { PrometheusServer, prometheusAbsent } from './prometheus-server.ts';
import { randomQuery } from './query-generator.ts';
import { Random } from './random.ts';

const seed = Number(process.env['SEED'] ?? 1);
const queries = Number(process.env['QUERIES'] ?? 5000);
/** Queries under way at the same time. */
const lanes = 4;

/** Values by the labels and the time of their series. */
type Values = Map<string, number>;

interface Answer {
  readonly failure: string | undefined;
  readonly values: Values;
}

/** An instant, or several: off the boundaries of all windows, see the data. Times in milliseconds. */
interface Ask {
  readonly query: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0 for an instant query. */
  readonly stepMs: number;
}

function randomAsk(random: Random): Ask {
  const query = randomQuery(random);
  const startMs = beginMs + random.integer(-300, lengthMs / 1000) * 1000 + 60;
  if (random.chance(0.4)) return { query, startMs, endMs: startMs, stepMs: 0 };
  const stepMs = random.pick([15_000, 60_000, 61_000, 300_000]);
  return { query, startMs, endMs: startMs + random.integer(0, 20) * stepMs, stepMs };
}

function keyOf(labels: Readonly<Record<string, string>>, seconds: number): string {
  const pairs = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${JSON.stringify(pairs)} ${seconds.toFixed(3)}`;
}

async function ours(engine: Engine, source: ReturnType<typeof sourceOf>, ask: Ask): Promise<Answer> {
  const { query, startMs } = ask;
  try {
    const { value } =
      ask.stepMs === 0
        ? await engine.instant(source, query, startMs)
        : await engine.range(source, query, ask);
    return { failure: undefined, values: valuesOf(value) };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { failure: error.message, values: new Map() };
  }
}

function valuesOf(value: ResultValue): Values {
  const values: Values = new Map();
  if (value.type === 'vector') {
    for (const sample of value.samples) {
      values.set(keyOf(sample.labels.toJSON(), value.timeMs / 1000), sample.value);
    }
  } else if (value.type === 'matrix') {
    for (const { labels, timestamps, values: numbers } of value.series) {
      for (const [i, timeMs] of timestamps.entries()) {
        values.set(keyOf(labels.toJSON(), timeMs / 1000), numbers[i] ?? 0);
      }
    }
  } else if (value.type === 'scalar') values.set(keyOf({}, value.timeMs / 1000), value.value);
  return values;
}

/** Parts of the answer of the HTTP API that are looked at. */
interface ApiSeries {
  readonly metric: Record<string, string>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

async function theirs(server: PrometheusServer, ask: Ask): Promise<Answer> {
  const { query, startMs, endMs, stepMs } = ask;
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const answer =
    stepMs === 0
      ? await server.query('query', { query, time: seconds(startMs) })
      : await server.query('query_range', {
          query,
          start: seconds(startMs),
          end: seconds(endMs),
          step: seconds(stepMs),
        });
  const { status, error, data } = answer as {
    status: string;
    error?: string;
    data?: { resultType: string; result: ApiSeries[] | [number, string] };
  };
  const values: Values = new Map();
  if (status !== 'success' || !data) return { failure: error ?? 'no data', values };
  for (const series of data.result) {
    if (typeof series !== 'object') continue;
    for (const [at, text] of series.values ?? (series.value ? [series.value] : [])) {
      values.set(keyOf(series.metric, at), Number(text.replace('Inf', 'Infinity')));
    }
  }
  return { failure: undefined, values };
}

const relative = 1e-6;

function isClose(one: number, other: number): boolean {
  if (Object.is(one, other) || one === other) return true;
  return Math.abs(one - other) <= relative * Math.max(Math.abs(one), Math.abs(other));
}

/** What differs; undefined when nothing does. */
function difference(mine: Answer, other: Answer): string | undefined {
  if (mine.failure !== undefined || other.failure !== undefined) {
    const areBoth = mine.failure !== undefined && other.failure !== undefined;
    return areBoth ? undefined : `we: ${mine.failure ?? 'fine'}; Prometheus: ${other.failure ?? 'fine'}`;
  }
  for (const [key, value] of other.values) {
    const found = mine.values.get(key);
    if (found === undefined) return `${key}: nothing, not ${value}`;
    if (!isClose(found, value)) return `${key}: ${found}, not ${value}`;
  }
  for (const [key, value] of mine.values) if (!other.values.has(key)) return `${key}: ${value}, not nothing`;
  return undefined;
}

test('random queries have the results that Prometheus 2.42 gives', {
  skip: prometheusAbsent(),
}, async (t) => {
  const random = new Random(seed);
  const data = randomData(random);
  const folder = mkdtempSync(join(tmpdir(), 'plinth-prometheus-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const server = await PrometheusServer.start(folder);
  t.after(() => server.stop());
  for (const part of inParts(data)) await server.write(part);
  const engine = new Engine({ delaysNameRemoval: false });
  const source = sourceOf(data);
  const differences: string[] = [];
  const counts = { values: 0, failures: 0, empty: 0 };
  let asked = 0;
  const lane = async (): Promise<void> => {
    while (asked < queries) {
      asked++;
      const ask = randomAsk(random);
      const [mine, other] = await Promise.all([ours(engine, source, ask), theirs(server, ask)]);
      counts.values += other.values.size;
      if (other.failure !== undefined) counts.failures++;
      else if (other.values.size === 0) counts.empty++;
      const wrong = difference(mine, other);
      if (wrong !== undefined) differences.push(`${JSON.stringify(ask)} ${wrong}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  t.diagnostic(
    `seed ${seed}: ${asked} queries, ${counts.values} values compared, ${counts.failures} refused by both, ${counts.empty} empty`,
  );
  assert.ok(counts.values > queries, 'too few values to tell');
  assert.deepEqual(differences, []);
});
