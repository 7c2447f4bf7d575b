import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection, requestText } from './http-client.ts';
import { formatMeasured, type Measured, median, summarize } from './measure.ts';
import { startPlinth } from './plinth.ts';
import { makeTenant, type TenantTarget, tenantReady, tenantTarget } from './tenant.ts';

/** Connections of the tenant that is measured; the one that floods has twenty times as many. */
const clients = 4;
const floodFactor = 20;
/** Milliseconds between two requests of one connection of the measured tenant. */
const pauseMs = 10;
const payload = 'x'.repeat(1_000);
const flooder = fileURLToPath(new URL('./tenants-flood-child.ts', import.meta.url));

/** What is beside the measured tenant: nothing, another of its size, or one that floods. */
const phases = ['alone', 'beside', 'flooded'] as const;
type Phase = (typeof phases)[number];

/**
 * Milliseconds of one slice. The phases take turns, so that whatever else the machine does meanwhile falls on all of
 * them alike.
 */
const sliceMs = 1_000;

/** Measures what tenants cost while they idle, and how much one that floods moves the latencies of another. */
export async function benchTenants(options: {
  seconds: number;
  rounds: number;
  tenants: number;
}): Promise<void> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-tenants-'));
  try {
    await measureIdle(join(directory, 'idle'), options.tenants, print);
    await measureFlood(join(directory, 'flood'), options, print);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureIdle(data: string, tenants: number, print: (text: string) => void): Promise<void> {
  let plinth = await startPlinth(data);
  const host = await Connection.open(plinth.target);
  const first = { rssMiB: plinth.rssMiB(), readyMs: plinth.readyMs };
  const from = performance.now();
  for (let i = 0; i < tenants; i++) await makeTenant(host, `tenant-${i}`);
  for (let i = 0; i < tenants; i++) await tenantReady(host, `tenant-${i}`);
  const madeMs = performance.now() - from;
  host.close();
  const grown = plinth.rssMiB();
  await plinth.stop();
  plinth = await startPlinth(data);
  await pause(3_000);
  print(
    `${tenants} tenants: made in ${Math.round(madeMs)} ms (${(madeMs / tenants).toFixed(1)} ms each); ` +
      `start ${Math.round(first.readyMs)} ms without, ${Math.round(plinth.readyMs)} ms with them`,
  );
  const perTenant = (plinth.rssMiB() - first.rssMiB) / tenants;
  print(
    `resident memory: ${first.rssMiB.toFixed(0)} MiB without, ${grown.toFixed(0)} MiB when they were made, ` +
      `${plinth.rssMiB().toFixed(0)} MiB after a restart with them (${perTenant.toFixed(2)} MiB each)`,
  );
  await plinth.stop();
}

async function measureFlood(
  data: string,
  { seconds, rounds }: { seconds: number; rounds: number },
  print: (text: string) => void,
): Promise<void> {
  const plinth = await startPlinth(data);
  const host = await Connection.open(plinth.target);
  const quiet = await tenantTarget(plinth, await makeTenant(host, 'quiet'));
  const loud = await tenantTarget(plinth, await makeTenant(host, 'loud'));
  await tenantReady(host, 'quiet');
  await tenantReady(host, 'loud');
  const beside = await startFlood(loud, clients);
  const flood = await startFlood(loud, clients * floodFactor);
  const latencies: Record<Phase, number[]> = { alone: [], beside: [], flooded: [] };
  const factors: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const own: Record<Phase, number[]> = { alone: [], beside: [], flooded: [] };
    for (let slice = 0; slice < seconds * phases.length; slice++) {
      const phase = phases[slice % phases.length] ?? 'alone';
      if (phase === 'beside') beside.kill('SIGCONT');
      if (phase === 'flooded') flood.kill('SIGCONT');
      await measureQuiet(quiet, sliceMs, own[phase]);
      beside.kill('SIGSTOP');
      flood.kill('SIGSTOP');
    }
    // The first one compiles what the others run.
    if (round === 0) continue;
    for (const phase of phases) latencies[phase].push(...own[phase]);
    factors.push(summarize(own.flooded, 1).p99 / summarize(own.beside, 1).p99);
  }
  for (const child of [beside, flood]) child.kill('SIGKILL');
  host.close();
  await plinth.stop();
  const all = (phase: Phase): Measured => summarize(latencies[phase], seconds * rounds);
  print(formatMeasured('create and get of a tenant, alone', all('alone')));
  print(formatMeasured('beside a tenant of its size', all('beside')));
  print(formatMeasured(`beside a tenant of ${floodFactor} times its size`, all('flooded')));
  const each = factors.map((factor) => factor.toFixed(2)).join(', ');
  const ratio = (base: Phase): string => (all('flooded').p99 / all(base).p99).toFixed(2);
  print(
    `p99 under the flood / beside a tenant of its size: ${ratio('beside')} (rounds ${each}, median ${median(factors).toFixed(2)})`,
  );
  print(`p99 under the flood / alone: ${ratio('alone')}`);
}

let made = 0;

/** Creates and reads ConfigMaps at an easy pace, and notes how long each request took. */
async function measureQuiet(target: TenantTarget, durationMs: number, latencies: number[]): Promise<void> {
  const end = performance.now() + durationMs;
  const path = `${target.root}/api/v1/namespaces/default/configmaps`;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const connection = await Connection.open(target);
      while (performance.now() < end) {
        const name = `quiet-${made++}`;
        const body = JSON.stringify({ metadata: { name }, data: { payload } });
        for (const request of [requestText('POST', path, body), requestText('GET', `${path}/${name}`)]) {
          const from = performance.now();
          const { status } = await connection.send(request);
          if (status >= 400) throw new Error(`the measured tenant was answered ${status}`);
          latencies.push(performance.now() - from);
          await pause(pauseMs);
        }
      }
      connection.close();
    }),
  );
}

/** A process that floods whenever it is not stopped; it begins stopped. */
async function startFlood(target: TenantTarget, connections: number): Promise<ChildProcess> {
  // Of lower priority, so that the clients do not compete for a core, which would count as the server's.
  const child = spawn('nice', ['-n', '10', process.execPath, flooder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ target, connections }));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the flood ended with code ${code}`)));
  });
  child.kill('SIGSTOP');
  return child;
}
