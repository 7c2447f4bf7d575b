import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Labels } from '@plinth/prometheus-model';
import { compressSnappy, encodeWriteRequest } from '@plinth/remote-write';
import { Connection, requestText } from './http-client.ts';
import { askValue, sendRequests } from './metrics-client.ts';
import { metric } from './metrics-data.ts';
import { measureSumOfRates } from './metrics-queries.ts';
import {
  fill,
  type MetricsRun,
  type PreparedData,
  prepareOld,
  ratioText,
  type Started,
  withServers,
} from './metrics-run.ts';
import { bytesOf, type MetricsProduct } from './metrics-server.ts';
import { residentMiB } from './process-use.ts';

/** Plinth and Prometheus look once a minute for what can become a block; VictoriaMetrics merges all along. */
const blocksMsMax = 240_000;
/** So long without a change, and nothing is under way any more. */
const settledMs = 65_000;
const bytesPerSampleMax = 1.5;

/** Measures what samples take on disk once they lie in blocks, and asks for them there. */
export async function benchStorage(run: MetricsRun): Promise<void> {
  const data = prepareOld(run);
  await withServers(run, async (started) => {
    await fill(started, data);
    for (const { server } of started) await sendRequests(server, [[sampleOfNow()]]);
    for (const one of started) await flushed(one);
    await untilBlocksRest(started);
    run.print(`on disk, ${data.samples.toLocaleString('en-US')} samples`);
    const perSample = started.map(({ product, directory }) => product.blockBytes(directory) / data.samples);
    for (const [i, { product, server, directory }] of started.entries()) {
      const ratio = i === 0 ? '' : `, ${ratioText(perSample[0] ?? 0, perSample[i] ?? 0)} that of Plinth`;
      run.print(
        `  ${product.name.padEnd(24)}${(perSample[i] ?? 0).toFixed(2)} bytes per sample in blocks${ratio}, ` +
          `${(bytesOf(directory) / 2 ** 20).toFixed(0)} MiB in all, ${residentMiB(server.pid).now.toFixed(0)} MiB resident`,
      );
    }
    run.print(`  at most ${bytesPerSampleMax} are allowed`);
    if ((perSample[0] ?? 0) > bytesPerSampleMax) process.exitCode = 1;
    await measureSumOfRates(run, started, data);
  });
}

/** A sample of the present, after which all others are old enough for a block. */
function sampleOfNow(): Uint8Array {
  const labels = Labels.of({ __name__: 'bench_present' });
  return compressSnappy(encodeWriteRequest([{ labels, samples: [{ timestampMs: Date.now(), value: 1 }] }]));
}

/** Brings what VictoriaMetrics has in memory to files; the others do so by themselves. */
async function flushed({ server: { name, target } }: Started): Promise<void> {
  if (!name.startsWith('VictoriaMetrics')) return;
  const connection = await Connection.open(target);
  for (const path of ['/internal/force_flush', '/internal/force_merge']) {
    const { status } = await connection.send(requestText('GET', path));
    if (status !== 200) throw new Error(`${path} was answered ${status}`);
  }
  connection.close();
}

async function untilBlocksRest(started: readonly Started[]): Promise<void> {
  const from = performance.now();
  const sizes = (): string => started.map(({ product, directory }) => product.blockBytes(directory)).join();
  let last = sizes();
  let lastAt = from;
  while (performance.now() - from < blocksMsMax && performance.now() - lastAt < settledMs) {
    await pause(1_000);
    const now = sizes();
    if (now !== last) lastAt = performance.now();
    last = now;
  }
}

/** How long a restart may take: some 14 million samples are in the log. */
const restartSecondsMax = 5;
const giveUpMs = 60_000;

/** Measures how long it takes from the start after a kill to the first answer that knows all that was acknowledged. */
export async function benchRestart(run: MetricsRun): Promise<void> {
  const data = prepareOld(run);
  run.print(`restart after SIGKILL with ${data.samples.toLocaleString('en-US')} samples`);
  const all: (number | undefined)[] = [];
  for (const product of run.products) {
    const took = await restartOf(run, product, data);
    all.push(took.seconds);
    const own = all[0];
    const ratio =
      all.length > 1 && own !== undefined && took.seconds !== undefined
        ? `, ${ratioText(own, took.seconds)} that of Plinth`
        : '';
    const answered =
      took.seconds === undefined
        ? 'no right answer'
        : `${took.seconds.toFixed(2)} s to the first right answer`;
    run.print(
      `  ${product.name.padEnd(24)}${answered}${ratio}; ${took.lost.toLocaleString('en-US')} acknowledged samples lost, ` +
        `${took.residentMiB.toFixed(0)} MiB resident`,
    );
  }
  run.print(`  at most ${restartSecondsMax} s are allowed`);
  if ((all[0] ?? Infinity) > restartSecondsMax) process.exitCode = 1;
}

interface Restart {
  /** Undefined where the last samples were lost. */
  readonly seconds: number | undefined;
  readonly lost: number;
  readonly residentMiB: number;
}

async function restartOf(run: MetricsRun, product: MetricsProduct, data: PreparedData): Promise<Restart> {
  const directory = join(run.directory, String(run.products.indexOf(product)));
  const first = await product.start(directory, { keepsLog: true });
  await sendRequests(first, data.requests);
  await first.stop('SIGKILL');
  const from = performance.now();
  const server = await product.start(directory, { keepsLog: true });
  const connection = await Connection.open(server.target);
  let took: number | undefined;
  while (performance.now() - from < giveUpMs) {
    if ((await askValue(connection, server, `sum(${metric})`, data.endMs)) === data.sum) {
      took = (performance.now() - from) / 1000;
      break;
    }
    await pause(10);
  }
  const spanMs = data.endMs - data.startMs + 60_000;
  const query = `sum(count_over_time(${metric}[${Math.ceil(spanMs / 1000)}s]))`;
  const found = (await askValue(connection, server, query, data.endMs)) ?? 0;
  const resident = residentMiB(server.pid).now;
  connection.close();
  await server.stop('SIGKILL');
  return { seconds: took, lost: data.samples - found, residentMiB: resident };
}
