import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/** What threads that do nothing but look at the clock lose when all processors are busy. */
export interface MachineStalls {
  /** Share of the time in which such a thread did not run, counting only gaps above 1 ms. */
  readonly lostShare: number;
  /** The longest time in which one did not run, in milliseconds. */
  readonly longestMs: number;
}

const spinMs = 5_000;
const gapMsMin = 1;

/** Measures the machine itself, with one busy thread for each processor. */
export async function measureStalls(): Promise<MachineStalls> {
  const all = await Promise.all(Array.from({ length: availableParallelism() }, spinInThread));
  return {
    lostShare: all.reduce((sum, one) => sum + one.lostShare, 0) / all.length,
    longestMs: Math.max(...all.map(({ longestMs }) => longestMs)),
  };
}

function spinInThread(): Promise<MachineStalls> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function spin(): MachineStalls {
  const from = performance.now();
  let last = from;
  let lostMs = 0;
  let longestMs = 0;
  while (last - from < spinMs) {
    const now = performance.now();
    const gap = now - last;
    if (gap > gapMsMin) {
      lostMs += gap;
      longestMs = Math.max(longestMs, gap);
    }
    last = now;
  }
  return { lostShare: lostMs / spinMs, longestMs };
}

if (!isMainThread) parentPort?.postMessage(spin());
