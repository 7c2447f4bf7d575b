import { Worker } from 'node:worker_threads';
import { planThreadBytes } from '../limits.ts';
import { analyzePlan, type PlanAnalysis, type PlanContext } from './plan-analysis.ts';

/** What the thread answers with. */
export type ThreadAnswer =
  | { readonly analysis: PlanAnalysis }
  | { readonly error: { readonly name: string; readonly message: string } };

/**
 * As `analyzePlan`, of a large plan in a thread of its own: others are answered meanwhile.
 * @throws Error when it is none
 */
export async function analyzePlanAside(bytes: Buffer, context: PlanContext): Promise<PlanAnalysis> {
  if (bytes.length <= planThreadBytes) return analyzePlan(bytes, context);
  const worker = new Worker(new URL('./plan-worker.ts', import.meta.url), {
    name: 'plinth-plan',
    workerData: { bytes, context },
  });
  try {
    const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread that reads plans ended with ${code}`)));
    });
    if ('analysis' in answer) return answer.analysis;
    throw new Error(`${answer.error.name}: ${answer.error.message}`);
  } finally {
    await worker.terminate();
  }
}
