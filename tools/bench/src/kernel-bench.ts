import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EtcdConnection, etcdVersion, startEtcd } from './etcd.ts';
import { Connection, requestText } from './http-client.ts';
import { runLoad } from './load.ts';
import { measureStalls } from './machine-stalls.ts';
import { formatMeasured, type Measured, median } from './measure.ts';
import { type RunningPlinth, startPlinth } from './plinth.ts';
import { readBeside } from './reader.ts';
import { slowDisk } from './slow-disk.ts';
import { measureWatchLag } from './watch-lag.ts';

const clients = 64;
const path = '/api/v1/namespaces/default/configmaps';
const payload = 'x'.repeat(430);

/** A ConfigMap of about 600 bytes. */
function configMap(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { app: 'bench', tier: 'load' } },
    data: { config: payload, key: name },
  });
}

async function connections(plinth: Pick<RunningPlinth, 'target'>, count: number): Promise<Connection[]> {
  return await Promise.all(Array.from({ length: count }, () => Connection.open(plinth.target)));
}

function expectStatus(status: number, expected: number): void {
  if (status !== expected) throw new Error(`expected status ${expected}, found ${status}`);
}

/** Durable creates over HTTPS by 64 clients. */
export async function creates(
  plinth: Pick<RunningPlinth, 'target'>,
  prefix: string,
  seconds: number,
): Promise<Measured> {
  const open = await connections(plinth, clients);
  const measured = await runLoad(
    open.map((connection) => async (sequence: number) => {
      const { status } = await connection.send(requestText('POST', path, configMap(`${prefix}-${sequence}`)));
      expectStatus(status, 201);
    }),
    seconds,
  );
  for (const connection of open) connection.close();
  return measured;
}

/** Gets of single objects by 64 clients. */
async function gets(plinth: RunningPlinth, names: readonly string[], seconds: number): Promise<Measured> {
  const open = await connections(plinth, clients);
  const texts = names.map((name) => requestText('GET', `${path}/${name}`));
  const measured = await runLoad(
    open.map((connection) => async (sequence: number) => {
      const { status } = await connection.send(texts[sequence % texts.length] ?? '');
      expectStatus(status, 200);
    }),
    seconds,
  );
  for (const connection of open) connection.close();
  return measured;
}

/** Fills a namespace of its own with objects. */
async function fill(plinth: RunningPlinth, namespace: string, count: number): Promise<void> {
  const open = await connections(plinth, clients);
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await open[0]?.send(requestText('POST', '/api/v1/namespaces', body));
  let next = 0;
  await Promise.all(
    open.map(async (connection) => {
      while (next < count) {
        const text = requestText(
          'POST',
          `/api/v1/namespaces/${namespace}/configmaps`,
          configMap(`fill-${next++}`),
        );
        expectStatus((await connection.send(text)).status, 201);
      }
    }),
  );
  for (const connection of open) connection.close();
}

async function lists(plinth: RunningPlinth, namespace: string): Promise<{ ms: number; bytes: number }> {
  const connection = await Connection.open(plinth.target);
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < 15; i++) {
    const at = performance.now();
    const answer = await connection.send(requestText('GET', `/api/v1/namespaces/${namespace}/configmaps`));
    expectStatus(answer.status, 200);
    times.push(performance.now() - at);
    bytes = answer.bytes;
  }
  connection.close();
  return { ms: median(times), bytes };
}

async function etcdPart(directory: string, seconds: number): Promise<{ creates: Measured; gets: Measured }> {
  const etcd = await startEtcd(join(directory, 'etcd'));
  const open = Array.from({ length: clients }, () => new EtcdConnection(etcd.url));
  const value = configMap('value');
  const created = await runLoad(
    open.map((connection) => (sequence: number) => connection.createIfAbsent(`/bench/${sequence}`, value)),
    seconds,
  );
  const got = await runLoad(
    open.map((connection) => (sequence: number) => connection.get(`/bench/${sequence % 1000}`)),
    seconds,
  );
  for (const connection of open) connection.close();
  await etcd.stop();
  return { creates: created, gets: got };
}

/** Runs all measurements of the kernel and prints them beside etcd's. */
export async function benchKernel(options: {
  seconds: number;
  rounds: number;
  objects: number;
}): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-'));
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  try {
    print(
      `${clients} clients, ~600-byte objects, ${options.seconds} s each, medians of ${options.rounds} rounds`,
    );
    await printStalls(print);
    await rounds(directory, options, print);
    await slow(directory, options.seconds, print);
    await coldStart(directory, print);
    await large(directory, options.objects, print);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What the machine itself takes from busy threads, which is part of each p99 below. */
async function printStalls(print: (text: string) => void): Promise<void> {
  const { lostShare, longestMs } = await measureStalls();
  const share = (lostShare * 100).toFixed(1);
  print(
    `this machine, all processors spinning: ${share} % of the time lost in gaps, the longest ${longestMs.toFixed(1)} ms`,
  );
}

async function rounds(
  directory: string,
  { seconds, rounds: count }: { seconds: number; rounds: number },
  print: (text: string) => void,
): Promise<void> {
  const peer = etcdVersion();
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < count; round++) {
    const plinth = await startPlinth(join(directory, `data-${round}`));
    await creates(plinth, 'warm', Math.min(3, seconds));
    const created = await creates(plinth, 'object', seconds);
    ours.push(created);
    print(formatMeasured('Plinth: durable creates over HTTPS', created));
    const names = Array.from({ length: 1000 }, (_, i) => `object-${i}`);
    print(formatMeasured('Plinth: gets over HTTPS', await gets(plinth, names, seconds)));
    if (round === 0) await lagsAndLists(plinth, print);
    await plinth.stop();
    if (peer === undefined) continue;
    const etcd = await etcdPart(join(directory, `peer-${round}`), seconds);
    theirs.push(etcd.creates);
    print(formatMeasured(`etcd ${peer}: create-if-absent, no TLS`, etcd.creates));
    print(formatMeasured(`etcd ${peer}: gets, no TLS`, etcd.gets));
  }
  if (peer === undefined) print('etcd: not on this machine, so there is no peer in this run');
  else {
    const ratio = median(ours.map((one) => one.perSecond)) / median(theirs.map((one) => one.perSecond));
    print(`creates, Plinth / etcd, ratio of medians: ${ratio.toFixed(2)}`);
  }
}

async function lagsAndLists(plinth: RunningPlinth, print: (text: string) => void): Promise<void> {
  await fill(plinth, 'ten-thousand', 10_000);
  const { ms, bytes } = await lists(plinth, 'ten-thousand');
  print(`Plinth: list of 10,000 as JSON${' '.repeat(20)}${ms.toFixed(1)} ms, ${(bytes / 1e6).toFixed(1)} MB`);
  // The first seconds of a path are its compilation, here as in the creates.
  await measureWatchLag(plinth.target, { watchers: 50, perSecond: 999, seconds: 4 });
  for (const perSecond of [1_000, 2_000]) {
    const lag = await measureWatchLag(plinth.target, { watchers: 50, perSecond, seconds: 8 });
    print(
      `Plinth: watch lag, 50 watchers, ${perSecond} writes/s${' '.repeat(7)}p50 ${lag.p50.toFixed(2)} ms   p99 ${lag.p99.toFixed(2)} ms   ${lag.count} events`,
    );
  }
}

/** Creates and gets at the same time while every sync takes 4 ms longer. */
async function slow(directory: string, seconds: number, print: (text: string) => void): Promise<void> {
  const disk = slowDisk(join(directory, 'slow'), join(directory, 'slow', 'data', 'store'), 4);
  if ('reason' in disk) {
    print(`Plinth: fsync slowed by 4 ms: not measured, ${disk.reason}`);
    return;
  }
  const plinth = await startPlinth(join(directory, 'slow', 'data'), { env: disk.env });
  await creates(plinth, 'warm', Math.min(3, seconds));
  const request = requestText('GET', `${path}/warm-0`);
  const [created, latencies] = await Promise.all([
    creates(plinth, 'slow', seconds),
    readBeside({ target: plinth.target, request, perSecond: 200, seconds }),
  ]);
  print(formatMeasured('Plinth: creates, each fsync 4 ms slower', created));
  print(formatMeasured('Plinth: gets beside them (200/s)', latencies));
  await plinth.stop();
}

async function coldStart(directory: string, print: (text: string) => void): Promise<void> {
  const times: number[] = [];
  let rss = 0;
  for (let i = 0; i < 5; i++) {
    const plinth = await startPlinth(join(directory, `cold-${i}`));
    times.push(plinth.readyMs);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    rss = plinth.rssMiB();
    await plinth.stop();
  }
  print(
    `Plinth: ready with an empty store            median ${median(times).toFixed(0)} ms of ${times.map((t) => t.toFixed(0)).join(', ')}`,
  );
  print(`Plinth: resident memory when idle            ${rss.toFixed(0)} MiB`);
}

async function large(directory: string, objects: number, print: (text: string) => void): Promise<void> {
  const data = join(directory, 'large');
  const plinth = await startPlinth(data);
  await fill(plinth, 'large', objects);
  print(
    `Plinth: resident memory with ${objects.toLocaleString('en-US')} objects   ${plinth.rssMiB().toFixed(0)} MiB`,
  );
  await plinth.stop();
  const again = await startPlinth(data);
  print(
    `Plinth: ready with ${objects.toLocaleString('en-US')} objects              ${again.readyMs.toFixed(0)} ms, ${again.rssMiB().toFixed(0)} MiB`,
  );
  await again.stop();
}
