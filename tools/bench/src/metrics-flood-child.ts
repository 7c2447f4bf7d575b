/** Writes samples of one tenant at a pace, whatever is answered, until it is ended. */
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { isObject } from '@plinth/kernel';
import { Connection } from './http-client.ts';
import { writeHead } from './metrics-client.ts';
import { MetricsData } from './metrics-data.ts';
import type { TenantTarget } from './tenant.ts';

/** Whom to flood, with how many samples in a second: what the parent writes to the standard input, as JSON. */
function parseFlood(value: unknown): { target: TenantTarget; perSecond: number; source: string } {
  if (!isObject(value) || !isObject(value['target'])) throw new TypeError('there is nobody to flood');
  const { target } = value;
  const field = (name: string): string => String(target[name]);
  return {
    target: {
      host: field('host'),
      port: Number(target['port']),
      ca: field('ca'),
      cert: field('cert'),
      key: field('key'),
      root: field('root'),
    },
    perSecond: Number(value['perSecond']),
    source: String(value['source']),
  };
}

/** As many as make five requests of 2,000 samples, one for each connection. */
const series = 10_000;
/** Samples of each series: more than a quota lets pass in a run. */
const samples = 500;

const { target, perSecond, source } = parseFlood(JSON.parse(await text(process.stdin)));
const place = { target, root: `${target.root}/prometheus` };
const requests = new MetricsData(series, { source }).requests(samples, Date.now() - 60_000, 100);
const betweenMs = (1000 * series) / perSecond;

/** Sends each request until it is taken, so that the samples of a series come in order. */
async function flood(bodies: readonly Uint8Array[]): Promise<void> {
  const connection = await Connection.open(target);
  let due = performance.now();
  for (const body of bodies) {
    for (;;) {
      due = Math.max(performance.now(), due + betweenMs);
      await pause(Math.max(0, due - performance.now()));
      const { status } = await connection.send(writeHead(place, body), body);
      if (status < 300) break;
      if (status !== 429) throw new Error(`a write was answered ${status}`);
    }
  }
  throw new Error('there is nothing left to write');
}

const floods = requests.map(flood);
process.stdout.write('flooding\n');
await Promise.all(floods);
