import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type CapabilityContext,
  defineCapability,
  defineRun,
  isObject,
  type Kernel,
  startKernel,
  systemClock,
  systemRandom,
} from '@plinth/kernel';
import { type Fairness, measureFairness } from './fairness.ts';
import { median } from './measure.ts';
import { startPostgres } from './postgres.ts';

const peers = fileURLToPath(new URL('../peers', import.meta.url));
/** Runs that are enqueued together, here and by graphile-worker. */
const batch = 1_000;
/** Runs on their way at the same time where each is awaited, here and with DBOS. */
const clients = 64;

/** What one measurement of ours came to. */
interface Ours {
  readonly noopPerSecond: number;
  readonly twoStepPerSecond: number;
  readonly startP50Ms: number;
  readonly startP99Ms: number;
  readonly auditPerSecond: number;
  readonly integratedMs: number;
  readonly fairness: Fairness;
}

/** Runs all measurements of durable runs and the audit, beside graphile-worker and DBOS where they can run. */
export async function benchRuns(options: { runs: number; rounds: number }): Promise<void> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-runs-'));
  // PostgreSQL runs as a user of its own.
  chmodSync(directory, 0o755);
  print(`${options.runs} runs, medians of ${options.rounds} rounds; every run and step is synced to disk`);
  try {
    const ours: Ours[] = [];
    const theirs: Peers[] = [];
    for (let round = 0; round < options.rounds; round++) {
      ours.push(await measureOurs(join(directory, `plinth-${round}`), options.runs));
      const found = await measurePeers(join(directory, `peers-${round}`), options.runs);
      if ('reason' in found) {
        if (round === 0) print(`peers: not measured, ${found.reason}`);
      } else theirs.push(found);
    }
    report(ours, theirs, print);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function report(ours: readonly Ours[], theirs: readonly Peers[], print: (text: string) => void): void {
  const mid = <T>(all: readonly T[], of: (one: T) => number): number => median(all.map(of));
  print(
    'Plinth: enqueue to start beside 97,000 waiting runs'.padEnd(52) +
      `p99 ${mid(ours, (one) => one.fairness.besideP99Ms).toFixed(2)} ms, idle ${mid(ours, (one) => one.fairness.aloneP99Ms).toFixed(2)} ms`,
  );
  print(
    `fairness, p99 beside / idle of each round: ${ours.map(({ fairness }) => (fairness.besideP99Ms / fairness.aloneP99Ms).toFixed(2)).join(', ')}`,
  );
  const line = (name: string, value: number, unit: string): void =>
    print(`${name.padEnd(52)}${Math.round(value).toLocaleString('en-US').padStart(9)} ${unit}`);
  line(
    'Plinth: runs that do nothing, enqueued and finished',
    mid(ours, (one) => one.noopPerSecond),
    '/s',
  );
  line(
    'Plinth: runs of two steps',
    mid(ours, (one) => one.twoStepPerSecond),
    '/s',
  );
  print(
    `Plinth: enqueue to start, idle`.padEnd(52) +
      `p50 ${mid(ours, (one) => one.startP50Ms).toFixed(2)} ms   p99 ${mid(ours, (one) => one.startP99Ms).toFixed(2)} ms`,
  );
  line(
    'Plinth: audit entries',
    mid(ours, (one) => one.auditPerSecond),
    '/s',
  );
  line(
    'Plinth: last entry to signed checkpoint',
    mid(ours, (one) => one.integratedMs),
    'ms',
  );
  if (theirs.length === 0) return;
  line(
    'graphile-worker 0.18.0, default: no-op jobs',
    mid(theirs, (one) => one.graphilePerSecond),
    '/s',
  );
  print(
    'graphile-worker: enqueue to start, idle'.padEnd(52) +
      `p50 ${mid(theirs, (one) => one.graphileStartP50Ms).toFixed(2)} ms`,
  );
  line(
    'DBOS 5.3.0: workflows of no step',
    mid(theirs, (one) => one.dbosNoopPerSecond),
    '/s',
  );
  line(
    'DBOS 5.3.0: workflows of two steps',
    mid(theirs, (one) => one.dbosTwoStepPerSecond),
    '/s',
  );
  const noop = mid(ours, (one) => one.noopPerSecond) / mid(theirs, (one) => one.graphilePerSecond);
  const steps = mid(ours, (one) => one.twoStepPerSecond) / mid(theirs, (one) => one.dbosTwoStepPerSecond);
  print(`no-op, Plinth / graphile-worker: ${noop.toFixed(2)}; two steps, Plinth / DBOS: ${steps.toFixed(2)}`);
}

/** Definitions that the benchmark starts, and what tells it of their ends. */
class Work {
  left = 0;
  finished = Promise.withResolvers<void>();
  readonly startedAt: number[] = [];

  expect(count: number): Promise<void> {
    this.left = count;
    this.finished = Promise.withResolvers();
    return this.finished.promise;
  }
}

async function measureOurs(directory: string, runs: number): Promise<Ours> {
  const work = new Work();
  const contexts: CapabilityContext[] = [];
  const capability = defineCapability({
    name: 'bench',
    kinds: [],
    open(context) {
      contexts.push(context);
      return {
        runs: [
          defineRun({
            name: 'noop',
            version: 1,
            run: async () => {
              work.startedAt.push(performance.now());
            },
          }),
          defineRun({
            name: 'two-steps',
            version: 1,
            run: async (run) => {
              await run.step('first', () => 1);
              await run.step('second', () => 2);
            },
          }),
        ],
      };
    },
  });
  const kernel = await startKernel({
    dataDirectory: directory,
    port: 0,
    host: '127.0.0.1',
    version: '0.0.0',
    capabilities: [capability],
    clock: systemClock,
    random: systemRandom,
    onFault: (what, error) => process.stderr.write(`${what}: ${String(error)}\n`),
  });
  try {
    const [context] = contexts;
    if (!context) throw new Error('the capability was not asked for its controllers');
    const stopFollowing = followFinished(context, work);
    await throughput(context, work, 'noop', Math.min(runs, 5_000));
    await throughput(context, work, 'two-steps', Math.min(runs, 2_000));
    const noopPerSecond = await throughput(context, work, 'noop', runs);
    const twoStepPerSecond = await throughput(context, work, 'two-steps', Math.ceil(runs / 2));
    const starts = await startLatencies(context, work);
    stopFollowing();
    return {
      noopPerSecond,
      twoStepPerSecond,
      startP50Ms: starts[Math.floor(starts.length / 2)] ?? 0,
      startP99Ms: starts[Math.floor(starts.length * 0.99)] ?? 0,
      ...(await auditRate(kernel, directory)),
      fairness: await measureFairness(`${directory}-fair`),
    };
  } finally {
    await kernel.close();
  }
}

/** Counts runs as their ends become durable. */
function followFinished(context: CapabilityContext, work: Work): () => void {
  return context.client.follow({ group: 'plinth.dev', resource: 'runs' }, (change) => {
    if (change.type === 'modified' && change.mentions('finishedAt') && --work.left === 0) {
      work.finished.resolve();
    }
  });
}

async function throughput(
  { runs }: CapabilityContext,
  work: Work,
  definition: string,
  count: number,
): Promise<number> {
  const done = work.expect(count);
  const from = performance.now();
  for (let at = 0; at < count; at += batch) {
    await runs.enqueueMany(Array.from({ length: Math.min(batch, count - at) }, () => ({ definition })));
  }
  await done;
  return count / ((performance.now() - from) / 1000);
}

async function startLatencies({ runs }: CapabilityContext, work: Work): Promise<number[]> {
  const latencies: number[] = [];
  for (let i = 0; i < 200; i++) {
    work.startedAt.length = 0;
    const done = work.expect(1);
    const from = performance.now();
    await runs.enqueue({ definition: 'noop' });
    await done;
    latencies.push((work.startedAt[0] ?? Number.NaN) - from);
  }
  return latencies.sort((a, b) => a - b);
}

/** Entries that are made durable by writers that each wait for theirs, and the time to the checkpoint over the last. */
async function auditRate(
  { store, url }: Kernel,
  directory: string,
): Promise<{ auditPerSecond: number; integratedMs: number }> {
  const log = 'default/audit';
  const value = JSON.stringify({ specversion: '1.0', id: '0', source: url, data: 'x'.repeat(400) });
  const before = store.logs.end(log);
  const from = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - from < 3_000) await store.commit([], [{ log, entry: () => ({ value }) }]);
    }),
  );
  const seconds = (performance.now() - from) / 1000;
  const end = store.logs.end(log);
  const at = performance.now();
  while (signedSize(directory) < end) await new Promise((resolve) => setTimeout(resolve, 2));
  return { auditPerSecond: (end - before) / seconds, integratedMs: performance.now() - at };
}

/** Entries that the last signed checkpoint covers. */
function signedSize(directory: string): number {
  const head: unknown = JSON.parse(readFileSync(join(directory, 'audit/default/head.json'), 'utf8'));
  return isObject(head) ? Number(String(head['note']).split('\n')[1]) : 0;
}

interface Peers {
  readonly graphilePerSecond: number;
  readonly graphileStartP50Ms: number;
  readonly dbosNoopPerSecond: number;
  readonly dbosTwoStepPerSecond: number;
}

async function measurePeers(directory: string, runs: number): Promise<Peers | { readonly reason: string }> {
  const postgres = startPostgres(directory);
  if ('reason' in postgres) return postgres;
  try {
    installPeers();
    const ask = async (script: string, ...args: number[]): Promise<Record<string, unknown>> => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [join(peers, script), ...args.map(String)],
        { env: { ...process.env, DATABASE_URL: postgres.url } },
      );
      const answer: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
      return isObject(answer) ? answer : {};
    };
    const graphile = await ask('graphile-worker.js', runs);
    const noop = await ask('dbos.js', Math.ceil(runs / 10), 0);
    const twoStep = await ask('dbos.js', Math.ceil(runs / 20), 2);
    return {
      graphilePerSecond: Number(graphile['perSecond']),
      graphileStartP50Ms: Number(graphile['startP50Ms']),
      dbosNoopPerSecond: Number(noop['perSecond']),
      dbosTwoStepPerSecond: Number(twoStep['perSecond']),
    };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  } finally {
    postgres.stop();
  }
}

/** Peers are no part of the repository's own dependencies; they are fetched when they are first measured. */
function installPeers(): void {
  if (existsSync(join(peers, 'node_modules'))) return;
  const args = [
    'install',
    '--prefix',
    peers,
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--no-package-lock',
  ];
  execFileSync('npm', args, { stdio: 'ignore' });
}
