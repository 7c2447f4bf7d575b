import { parentPort, workerData } from 'node:worker_threads';
import { analyzePlan, type PlanContext } from './plan-analysis.ts';
import type { ThreadAnswer } from './plan-thread.ts';

/** Reads one plan in a thread of its own. */
const { bytes, context } = workerData as { readonly bytes: Uint8Array; readonly context: PlanContext };

function answer(): ThreadAnswer {
  try {
    return { analysis: analyzePlan(bytes, context) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { error: { name, message } };
  }
}

parentPort?.postMessage(answer());
