import { deepEqual, equal, ok } from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isObject } from '@plinth/kernel';
import { prometheusAbsent } from '../prometheus/prometheus-server.ts';
import { PlinthProgram, until } from './plinth-program.ts';
import { RemotePrometheus } from './remote-prometheus.ts';

/**
 * Scrapes that both sides must have before they are compared. Windows lie within them: where a counter begins within a window, Prometheus
 * 3 extrapolates less than Prometheus 2.
 */
const scrapes = 13;

const queries = [
  'up{job="prometheus"}',
  '{job="prometheus"}',
  'count by (__name__) ({job="prometheus"})',
  'rate(prometheus_http_requests_total[5s])',
  'sum by (handler) (increase(prometheus_http_response_size_bytes_count[5s]))',
  'histogram_quantile(0.9, sum by (le) (prometheus_http_request_duration_seconds_bucket))',
  'max_over_time(go_memstats_heap_alloc_bytes[4s]) - min_over_time(go_memstats_heap_alloc_bytes[4s])',
  'topk(3, prometheus_tsdb_head_series{job="prometheus"})',
  'prometheus_engine_query_duration_seconds{quantile="0.9"}',
  'label_replace(up{job="prometheus"}, "host", "$1", "instance", "(.*):.*")',
  'avg_over_time(process_resident_memory_bytes{job="prometheus"}[3s]) > bool 1e6',
  'deriv(process_cpu_seconds_total{job="prometheus"}[6s])',
  'go_info or on() vector(1)',
  'absent(nothing{job="prometheus"})',
  'changes(prometheus_remote_storage_samples_total[5s])',
  'count_values("v", prometheus_ready)',
];

describe('a Prometheus that writes to Plinth', { skip: prometheusAbsent() }, () => {
  let plinth: PlinthProgram;
  let prometheus: RemotePrometheus;
  /** An instant, in seconds, that both have all samples of, and that none of their windows begins at. */
  let time = 0;
  before(async () => {
    plinth = await PlinthProgram.start();
    prometheus = await RemotePrometheus.start(join(plinth.directory, 'prometheus'), await freePort(), plinth);
    const times = await until(`${scrapes} scrapes`, async () => {
      const [series] = resultOf(await plinth.data('/query', { query: 'up{job="prometheus"}[1m]' }));
      const found = series?.values ?? [];
      return found.length >= scrapes ? found.map(([seconds]) => seconds) : undefined;
    });
    // A batch of the last scrape may still be under way; the one before is there.
    time = (times.at(-2) ?? 0) + 0.5;
  });
  after(async () => {
    await prometheus.stop();
    await plinth.stop();
  });

  /** Asks both. */
  async function both(
    path: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<[unknown, unknown]> {
    return [await plinth.data(path, parameters), await prometheus.data(path, parameters)];
  }

  test('instant queries give the same', async () => {
    for (const query of queries) {
      const [own, theirs] = await both('/query', { query, time: String(time) });
      ok(resultOf(own).length > 0, `${query} gives nothing`);
      deepEqual(inOrder(own), inOrder(theirs), query);
    }
  });

  test('range queries give the same', async () => {
    for (const query of queries) {
      const range = { start: String(time - 4), end: String(time), step: '1' };
      const [own, theirs] = await both('/query_range', { query, ...range });
      deepEqual(inOrder(own), inOrder(theirs), query);
    }
  });

  test('series, labels and metadata are the same', async () => {
    const range = { start: String(time - 5), end: String(time), 'match[]': '{job="prometheus"}' };
    const [own, theirs] = await both('/series', range);
    deepEqual(sortedKeys(own), sortedKeys(theirs));
    for (const name of ['__name__', 'handler', 'le', 'quantile']) {
      const [values, others] = await both(`/label/${name}/values`, range);
      deepEqual(values, others, name);
    }
    const [names, others] = await both('/labels', range);
    deepEqual(names, others);
    const metric = { metric: 'prometheus_http_requests_total' };
    const told = await until('the metadata', async () => {
      const data = await plinth.data('/metadata', metric);
      return isObject(data) && Object.keys(data).length > 0 ? data : undefined;
    });
    deepEqual(told, await prometheus.data('/metadata', metric));
  });

  test('the sender saw no failure', async () => {
    for (const name of ['samples_failed_total', 'samples_retried_total', 'samples_dropped_total']) {
      const query = `sum(prometheus_remote_storage_${name})`;
      const found = resultOf(await prometheus.data('/query', { query, time: String(time) }));
      for (const { value } of found) equal(value?.[1], '0', name);
    }
  });
});

type Point = readonly [seconds: number, value: string];

/** A series of an instant or a range query. */
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
}

function resultOf(data: unknown): readonly Series[] {
  const result = isObject(data) ? data['result'] : undefined;
  if (!Array.isArray(result)) throw new Error(`no result: ${JSON.stringify(data)}`);
  return result;
}

const keyOf = (labels: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

function sortedKeys(data: unknown): string[] {
  if (!Array.isArray(data)) throw new Error(`no list: ${JSON.stringify(data)}`);
  return data.map(keyOf).sort();
}

/** A result in order of the labels, its numbers without the last bits, which depend on the order of additions. */
function inOrder(data: unknown): readonly Series[] {
  const rounded = ([seconds, value]: Point): Point => [
    seconds,
    /^-?\d+\.\d{8,}$/.test(value) ? Number(value).toPrecision(10) : value,
  ];
  return resultOf(data)
    .toSorted((a, b) => (keyOf(a.metric) < keyOf(b.metric) ? -1 : 1))
    .map(({ metric, value, values }) => ({
      metric,
      ...(value ? { value: rounded(value) } : {}),
      ...(values ? { values: values.map(rounded) } : {}),
    }));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
