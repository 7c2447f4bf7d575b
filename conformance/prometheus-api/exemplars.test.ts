import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Labels } from '@plinth/prometheus-model';
import {
  compressSnappy,
  encodeWriteRequest,
  type WriteSeries,
  writeRequestHeaders,
} from '@plinth/remote-write';
import { PrometheusServer, prometheusAbsent } from '../prometheus/prometheus-server.ts';
import { Random } from '../prometheus/random.ts';
import { PlinthProgram } from './plinth-program.ts';

const seed = Number(process.env['SEED'] ?? 1);
const requests = 60;
const stepMs = 1_000;
/** Never at the time of another one: Prometheus 2 takes one at each instant, Prometheus 3 several. */
const late = 2_100;

/** Requests with exemplars, some of which come too late, are too long or have no labels. */
function randomRequests(random: Random, endMs: number): readonly (readonly WriteSeries[])[] {
  return Array.from({ length: requests }, (_, i) => {
    const timeMs = endMs - (requests - i) * stepMs;
    return ['a', 'b', 'c', 'd'].flatMap((job): WriteSeries[] =>
      random.chance(0.2)
        ? []
        : [
            {
              labels: Labels.of({
                __name__: random.pick(['requests_total', 'took_bucket']),
                job,
                le: '+Inf',
              }),
              samples: [{ timestampMs: timeMs, value: i }],
              exemplars: [
                {
                  labels: Labels.of(
                    random.chance(0.1)
                      ? {}
                      : { trace_id: 'x'.repeat(random.pick([4, 4, 100, 130])), span: 'é' },
                  ),
                  // Values that are written with and without an exponent.
                  value: random.pick([0.25, 1e21, -3, Number.NaN, Number.POSITIVE_INFINITY]),
                  timestampMs: timeMs - random.pick([0, 500, 500, 250, late]),
                },
              ],
            },
          ],
    );
  });
}

test('exemplars are those that a Prometheus has', { skip: prometheusAbsent() }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-exemplars-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const prometheus = await PrometheusServer.start(folder, ['--enable-feature=exemplar-storage']);
  t.after(() => prometheus.stop());
  const plinth = await PlinthProgram.start();
  t.after(() => plinth.stop());
  const random = new Random(seed);
  const endMs = Math.floor(Date.now() / 1000) * 1000;
  const sent = randomRequests(random, endMs);
  // Some come again.
  for (const series of sent.flatMap((one) => (random.chance(0.2) ? [one, one] : [one]))) {
    await prometheus.write(series);
    const body = compressSnappy(encodeWriteRequest(series));
    const taken = await plinth.send('POST', '/prometheus/api/v1/write', body, writeRequestHeaders('1.0'));
    equal(taken.status, 204, taken.text);
  }
  let compared = 0;
  for (const query of [
    'requests_total',
    'sum(rate(requests_total{job=~"a|b"}[5m])) / sum(took_bucket)',
    'histogram_quantile(0.9, took_bucket{le="+Inf"})',
    '{job="c"} or {job="c"}',
    'nothing',
  ]) {
    for (const [from, to] of [
      [requests, 0],
      [30, 10],
      [5, 5],
    ] as const) {
      const seconds = (before: number): string => String(endMs / 1000 - before);
      const parameters = { query, start: seconds(from), end: seconds(to) };
      const own = await plinth.data('/query_exemplars', parameters);
      const theirs = (await prometheus.query('query_exemplars', parameters)) as { readonly data: unknown };
      deepEqual(own, theirs.data, JSON.stringify(parameters));
      compared += JSON.stringify(own).split('"timestamp"').length - 1;
    }
  }
  t.diagnostic(`seed ${seed}: ${compared} exemplars compared`);
  ok(compared > requests, 'too few exemplars to tell');
});
