import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureStalls } from './machine-stalls.ts';
import { benchIngest } from './metrics-ingest.ts';
import { benchNeighbour } from './metrics-neighbour.ts';
import { benchQueries } from './metrics-queries.ts';
import { benchRules } from './metrics-rules.ts';
import type { MetricsRun } from './metrics-run.ts';
import { metricsProducts } from './metrics-server.ts';
import { benchRestart, benchStorage } from './metrics-storage.ts';

const parts: Readonly<Record<string, (run: MetricsRun) => Promise<void>>> = {
  ingest: benchIngest,
  queries: benchQueries,
  storage: benchStorage,
  restart: benchRestart,
  rules: benchRules,
  neighbour: benchNeighbour,
};

/**
 * Measures metrics beside Prometheus and VictoriaMetrics.
 * @param chosen names of parts; none for all of them
 */
export async function benchMetrics(
  chosen: readonly string[],
  options: Pick<MetricsRun, 'series' | 'samples' | 'seconds' | 'rounds'>,
): Promise<void> {
  const unknown = chosen.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) {
    process.stderr.write(`there is no part ${unknown}; there are: ${Object.keys(parts).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-metrics-'));
  const { lostShare, longestMs } = await measureStalls();
  print(
    `the machine: threads that only look at the clock lose ${(100 * lostShare).toFixed(1)} %, at most ${longestMs.toFixed(1)} ms at once`,
  );
  for (const { name, reason } of metricsProducts)
    if (reason !== undefined) print(`without ${name}: ${reason}`);
  const products = metricsProducts.filter(({ reason }) => reason === undefined);
  try {
    for (const [name, measure] of Object.entries(parts)) {
      if (chosen.length > 0 && !chosen.includes(name)) continue;
      await measure({ ...options, directory: join(directory, name), products, print });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
