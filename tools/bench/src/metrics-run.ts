import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from './http-client.ts';
import { askValue, sendRequests } from './metrics-client.ts';
import { MetricsData, metric, type Requests, sampleMs } from './metrics-data.ts';
import type { MetricsProduct, MetricsServer } from './metrics-server.ts';
import { processorSeconds } from './process-use.ts';

/** What all parts of the benchmark share. */
export interface MetricsRun {
  readonly series: number;
  /** Of each series. */
  readonly samples: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly directory: string;
  /** Those of the products that are on this machine. */
  readonly products: readonly MetricsProduct[];
  readonly print: (text: string) => void;
}

/** What is written, made before any clock starts. */
export interface PreparedData {
  readonly requests: Requests;
  readonly startMs: number;
  /** The instant of the last sample. */
  readonly endMs: number;
  readonly samples: number;
  /** What the last samples of all series come to. */
  readonly sum: number;
}

/** Blocks of all but VictoriaMetrics begin at multiples of it. */
const blockMs = 2 * 3_600_000;

/**
 * Prepares samples that are old enough to become blocks when one sample of the present follows: the last one lies 4 hours
 * or more before the present.
 */
export function prepareOld({ series, samples }: MetricsRun): PreparedData {
  const lengthMs = samples * sampleMs;
  const endMs = Math.floor((Date.now() - 2 * blockMs) / blockMs) * blockMs;
  return prepare(series, samples, endMs - Math.ceil(lengthMs / blockMs) * blockMs);
}

/** Prepares the same samples at other instants. */
export function prepare(series: number, samples: number, startMs: number): PreparedData {
  const data = new MetricsData(series);
  const requests = data.requests(samples, startMs);
  const endMs = startMs + (samples - 1) * sampleMs;
  return { requests, startMs, endMs, samples: series * samples, sum: data.sum };
}

/** A product that runs on a directory of its own. */
export interface Started {
  readonly product: MetricsProduct;
  readonly server: MetricsServer;
  readonly directory: string;
}

/** Does something with servers that have nothing stored, and takes away all that they stored. */
export async function withServers(
  { products, directory }: Pick<MetricsRun, 'products' | 'directory'>,
  work: (started: readonly Started[]) => Promise<void>,
): Promise<void> {
  const started: Started[] = [];
  try {
    for (const [i, product] of products.entries()) {
      const own = join(directory, String(i));
      mkdirSync(own, { recursive: true });
      const at = join(own, 'data');
      started.push({ product, server: await product.start(at), directory: at });
    }
    await work(started);
  } finally {
    for (const { server } of started) await server.stop('SIGKILL');
    for (const i of products.keys()) rmSync(join(directory, String(i)), { recursive: true, force: true });
  }
}

/** Writes all that was prepared to each server in turn, and waits until they answer for it and have calmed down. */
export async function fill(started: readonly Started[], data: PreparedData): Promise<void> {
  for (const { server } of started) {
    await sendRequests(server, data.requests);
    await untilAnswered(server, data);
  }
  for (const { server } of started) await untilCalm(server);
}

const answerMsMax = 60_000;

/** @returns once the last samples of all series are found. @throws Error when that does not come about */
export async function untilAnswered(server: MetricsServer, { sum, endMs }: PreparedData): Promise<void> {
  const connection = await Connection.open(server.target);
  const from = performance.now();
  let found: number | undefined;
  while (performance.now() - from < answerMsMax) {
    found = await askValue(connection, server, `sum(${metric})`, endMs);
    if (found === sum) break;
    await pause(20);
  }
  connection.close();
  if (found !== sum) throw new Error(`${server.name} answers ${found} instead of ${sum}`);
}

const calmShare = 0.05;
const calmChecksMax = 120;

/** @returns once a server has nothing to do any more, such as merging what came */
async function untilCalm({ pid }: MetricsServer): Promise<void> {
  for (let i = 0; i < calmChecksMax; i++) {
    const from = processorSeconds(pid);
    await pause(1_000);
    if (processorSeconds(pid) - from < calmShare) return;
  }
}

/** How many times a peer's figure is Plinth's, or the other way round: above 1 where Plinth is better. */
export function ratioText(plinth: number, peer: number, isMoreBetter = false): string {
  const ratio = isMoreBetter ? plinth / peer : peer / plinth;
  return `${ratio.toFixed(2)} times`;
}
