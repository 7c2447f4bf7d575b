import { median } from './measure.ts';
import { sendRequests } from './metrics-client.ts';
import {
  type MetricsRun,
  type PreparedData,
  prepareOld,
  ratioText,
  untilAnswered,
  withServers,
} from './metrics-run.ts';
import type { MetricsProduct } from './metrics-server.ts';
import { processorSeconds, residentMiB } from './process-use.ts';

interface Ingest {
  readonly perSecond: number;
  readonly processorSeconds: number;
  readonly residentMiB: number;
  readonly mostMiB: number;
}

/** What has to be taken in a second, with the log on. */
const perSecondMin = 1_000_000;

/** Measures remote write over 5 connections into servers that have nothing stored, which take turns. */
export async function benchIngest(run: MetricsRun): Promise<void> {
  const { print, rounds, products } = run;
  const data = prepareOld(run);
  const count = data.requests.reduce((sum, one) => sum + one.length, 0);
  const bytes = data.requests.flat().reduce((sum, one) => sum + one.length, 0);
  print(
    `ingest: ${data.samples.toLocaleString('en-US')} samples of ${run.series} series in ${count} requests of ` +
      `${(bytes / count / 1000).toFixed(1)} kB, 5 connections, ${rounds} rounds`,
  );
  const all = new Map<MetricsProduct, Ingest[]>(products.map((product) => [product, []]));
  for (let round = 0; round < rounds; round++) {
    for (const product of products) {
      const found = await ingestInto(run, product, data);
      all.get(product)?.push(found);
      print(`  round ${round + 1}, ${formatIngest(product.name, found)}`);
    }
  }
  const middle = (product: MetricsProduct, field: keyof Ingest): number =>
    median((all.get(product) ?? []).map((one) => one[field]));
  const [own, ...peers] = products;
  if (!own) return;
  for (const peer of peers) {
    const perSecond = ratioText(middle(own, 'perSecond'), middle(peer, 'perSecond'), true);
    const processor = ratioText(middle(own, 'processorSeconds'), middle(peer, 'processorSeconds'));
    const resident = ratioText(middle(own, 'residentMiB'), middle(peer, 'residentMiB'));
    print(
      `  ${own.name} against ${peer.name}: ${perSecond} in samples/s, ${processor} in processor, ${resident} in memory (above 1: ${own.name} is better)`,
    );
  }
  print(`  at least ${perSecondMin.toLocaleString('en-US')} samples/s have to be taken`);
  if (middle(own, 'perSecond') < perSecondMin) process.exitCode = 1;
}

async function ingestInto(run: MetricsRun, product: MetricsProduct, data: PreparedData): Promise<Ingest> {
  let found: Ingest | undefined;
  await withServers({ directory: run.directory, products: [product] }, async (started) => {
    for (const { server } of started) {
      const usedBefore = processorSeconds(server.pid);
      const from = performance.now();
      await sendRequests(server, data.requests);
      const wallSeconds = (performance.now() - from) / 1000;
      const used = processorSeconds(server.pid) - usedBefore;
      const { now, most } = residentMiB(server.pid);
      await untilAnswered(server, data);
      found = {
        perSecond: data.samples / wallSeconds,
        processorSeconds: used,
        residentMiB: now,
        mostMiB: most,
      };
    }
  });
  if (!found) throw new Error(`${product.name} was not measured`);
  return found;
}

function formatIngest(name: string, found: Ingest): string {
  const rate = Math.round(found.perSecond).toLocaleString('en-US').padStart(9);
  return (
    `${name.padEnd(24)}${rate} samples/s, ${found.processorSeconds.toFixed(2)} s of processor, ` +
    `${found.residentMiB.toFixed(0)} MiB resident (${found.mostMiB.toFixed(0)} at most)`
  );
}
