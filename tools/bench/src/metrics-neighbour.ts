import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection } from './http-client.ts';
import { formatMeasured, type Measured, median, summarize } from './measure.ts';
import { type MetricsPlace, questionText, seconds, sendRequests } from './metrics-client.ts';
import { metric, sampleMs } from './metrics-data.ts';
import { type MetricsRun, prepare } from './metrics-run.ts';
import { startPlinth } from './plinth.ts';
import { makeTenant, type TenantTarget, tenantReady, tenantTarget } from './tenant.ts';

const samplesPerSecond = 10_000;
const floodFactor = 20;
/** How much the p99 of the other tenant may grow. */
const growthMax = 0.1;
const pauseMs = 5;
const quietSamples = 40;
/** The phases take turns, so that whatever else the machine does falls on all of them alike. */
const sliceMs = 1_000;
const phases = ['alone', 'within', 'flooded'] as const;
type Phase = (typeof phases)[number];
const flooder = fileURLToPath(new URL('./metrics-flood-child.ts', import.meta.url));

/** Measures instant queries of one tenant beside another that sends twenty times the samples that it may. */
export async function benchNeighbour(run: MetricsRun): Promise<void> {
  const plinth = await startPlinth(join(run.directory, 'data'));
  const floods: ChildProcess[] = [];
  try {
    const host = await Connection.open(plinth.target);
    const quiet = placeOf(await tenantTarget(plinth, await makeTenant(host, 'quiet')));
    const quota = { 'telemetry.samplesPerSecond': samplesPerSecond };
    const loud = await tenantTarget(plinth, await makeTenant(host, 'loud', quota));
    for (const name of ['quiet', 'loud']) await tenantReady(host, name);
    host.close();
    const startMs = Math.floor(Date.now() / sampleMs - quietSamples) * sampleMs;
    const data = prepare(run.series, quietSamples, startMs);
    await sendRequests(quiet, data.requests);
    const within = await startFlood(loud, samplesPerSecond, 'within');
    floods.push(within);
    const flood = await startFlood(loud, samplesPerSecond * floodFactor, 'flood');
    floods.push(flood);
    await measure(run, { quiet, endMs: data.endMs, within, flood });
  } finally {
    for (const child of floods) child.kill('SIGKILL');
    await plinth.stop();
    rmSync(run.directory, { recursive: true, force: true });
  }
}

async function measure(
  { seconds: slices, rounds, print }: MetricsRun,
  at: {
    readonly quiet: MetricsPlace;
    readonly endMs: number;
    readonly within: ChildProcess;
    readonly flood: ChildProcess;
  },
): Promise<void> {
  const latencies: Record<Phase, number[]> = { alone: [], within: [], flooded: [] };
  const factors: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const own: Record<Phase, number[]> = { alone: [], within: [], flooded: [] };
    for (let slice = 0; slice < slices * phases.length; slice++) {
      const phase = phases[slice % phases.length] ?? 'alone';
      if (phase === 'within') at.within.kill('SIGCONT');
      if (phase === 'flooded') at.flood.kill('SIGCONT');
      await askAll(at.quiet, at.endMs, own[phase]);
      at.within.kill('SIGSTOP');
      at.flood.kill('SIGSTOP');
    }
    // The first one compiles what the others run.
    if (round === 0) continue;
    for (const phase of phases) latencies[phase].push(...own[phase]);
    factors.push(summarize(own.flooded, 1).p99 / summarize(own.alone, 1).p99);
  }
  const all = (phase: Phase): Measured => summarize(latencies[phase], slices * rounds);
  print(formatMeasured('instant queries of a tenant, alone', all('alone')));
  print(formatMeasured('beside one that writes within its quota', all('within')));
  print(formatMeasured(`beside one at ${floodFactor} times its quota`, all('flooded')));
  const growth = all('flooded').p99 / all('alone').p99 - 1;
  const text = factors.map((factor) => factor.toFixed(2)).join(', ');
  print(
    `p99 under the flood / alone: ${(1 + growth).toFixed(2)} (rounds ${text}, median ${median(factors).toFixed(2)}), ` +
      `/ within its quota: ${(all('flooded').p99 / all('within').p99).toFixed(2)}; at most ${(1 + growthMax).toFixed(2)}`,
  );
  if (growth > growthMax) process.exitCode = 1;
}

async function askAll(quiet: MetricsPlace, endMs: number, latencies: number[]): Promise<void> {
  const connection = await Connection.open(quiet.target);
  const query = `sum by (instance) (rate(${metric}{job="job-1"}[5m]))`;
  const request = questionText(quiet, { path: '/query', parameters: { query, time: seconds(endMs + 1) } });
  for (const end = performance.now() + sliceMs; performance.now() < end; ) {
    const from = performance.now();
    const { status } = await connection.send(request);
    if (status !== 200) throw new Error(`the measured tenant was answered ${status}`);
    latencies.push(performance.now() - from);
    await pause(pauseMs);
  }
  connection.close();
}

function placeOf(target: TenantTarget): MetricsPlace {
  return { target, root: `${target.root}/prometheus` };
}

/** A process that writes at a pace whenever it is not stopped; it begins stopped. */
async function startFlood(target: TenantTarget, perSecond: number, source: string): Promise<ChildProcess> {
  // Of lower priority, so that the clients do not compete for a core, which would count as the server's.
  const child = spawn('nice', ['-n', '10', process.execPath, flooder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ target, perSecond, source }));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the flood ended with code ${code}`)));
  });
  child.kill('SIGSTOP');
  return child;
}
