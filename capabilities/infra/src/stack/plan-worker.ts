import { parentPort, workerData } from 'node:worker_threads';
import { type PlanQuestion, studyPlan, type ThreadAnswer } from './plan-thread.ts';

/** Looks through one plan in a thread of its own. */
const { bytes, question } = workerData as { readonly bytes: Uint8Array; readonly question: PlanQuestion };

async function answer(): Promise<ThreadAnswer> {
  try {
    return { study: await studyPlan(bytes, question) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { error: { name, message } };
  }
}

parentPort?.postMessage(await answer());
