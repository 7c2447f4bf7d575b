import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { defineRun } from '@plinth/kernel';
import { openSqliteStore, RunLab } from '@plinth/kernel/testing';

/** How long a tenant's runs take from enqueueing to their start, in milliseconds. */
export interface Fairness {
  readonly aloneP99Ms: number;
  /** While 100,000 runs of another tenant wait, of which about 97,000 are left when the probes begin. */
  readonly besideP99Ms: number;
}

const waiting = 100_000;
const batch = 1_000;
/** 20 of them are beyond the p99: one stall of the machine does not decide it. */
const probes = 2_000;
/** A step of the other tenant's runs: what a small request elsewhere takes, in milliseconds. */
const stepMs = { least: 5, most: 35 };

/** Measures one tenant's starts, alone and beside another's long line, on a durable store. */
export async function measureFairness(directory: string): Promise<Fairness> {
  const store = await openSqliteStore({ directory });
  const startedAt = new Map<string, number>();
  const probe = defineRun({
    name: 'probe',
    version: 1,
    run: async (run) => {
      startedAt.set(run.name, performance.now());
    },
  });
  const busy = defineRun({
    name: 'busy',
    version: 1,
    run: async (run) => {
      await run.step('work', () => pause(stepMs.least + Math.random() * (stepMs.most - stepMs.least)));
    },
  });
  const { engine } = await RunLab.make([probe, busy], { store, tenants: ['large', 'small'] });
  const measure = async (): Promise<number> => {
    const latencies: number[] = [];
    for (let i = 0; i < probes; i++) {
      const from = performance.now();
      const { metadata } = await engine.enqueue({ definition: 'probe' }, 'small');
      while (!startedAt.has(metadata.name)) await turn();
      latencies.push((startedAt.get(metadata.name) ?? Number.NaN) - from);
      await pause(3);
    }
    latencies.sort((a, b) => a - b);
    return latencies[Math.floor(probes * 0.99)] ?? Number.NaN;
  };
  // The first ones are compiled while they run.
  await measure();
  const aloneP99Ms = await measure();
  for (let at = 0; at < waiting; at += batch) {
    await engine.enqueueMany(
      Array.from({ length: batch }, () => ({ definition: 'busy' })),
      'large',
    );
  }
  const besideP99Ms = await measure();
  await engine.stop(0);
  await store.close();
  return { aloneP99Ms, besideP99Ms };
}
