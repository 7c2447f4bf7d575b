import { Worker } from 'node:worker_threads';
import { parsePlan } from '@plinth/terraform-plan';
import { planThreadBytes } from '../limits.ts';
import { type InForce, judgePlan, type PolicyJudgement } from '../policy/plan-judgement.ts';
import { analyzePlan, type PlanAnalysis, type PlanContext } from './plan-analysis.ts';

/** What is asked about a plan. Plain data, so that another thread can be asked. */
export interface PlanQuestion {
  readonly context: PlanContext;
  /** What it is judged by. */
  readonly inForce: InForce;
  readonly nowMs: number;
}

/** What was found in a plan, and what policies say of it. */
export interface PlanStudy {
  readonly analysis: PlanAnalysis;
  readonly judgement: PolicyJudgement;
}

/** What the thread answers with. */
export type ThreadAnswer =
  | { readonly study: PlanStudy }
  | { readonly error: { readonly name: string; readonly message: string } };

/** Judges a plan; with checks that were compiled before, where somebody has them. */
type Judge = (
  inForce: InForce,
  plan: ReturnType<typeof parsePlan>,
  nowMs: number,
) => Promise<PolicyJudgement>;

/**
 * Looks through a plan as `terraform show -json` prints it, and has it judged.
 * @throws PlanError when it is none
 */
export async function studyPlan(
  bytes: Uint8Array,
  { context, inForce, nowMs }: PlanQuestion,
  judge: Judge = async (what, plan) => await judgePlan(what, plan, { nowMs }),
): Promise<PlanStudy> {
  const plan = parsePlan(bytes);
  return { analysis: analyzePlan(plan, context), judgement: await judge(inForce, plan, nowMs) };
}

/**
 * The same, of a large plan in a thread of its own: others are answered meanwhile.
 * @throws Error when it is none
 */
export async function studyPlanAside(
  bytes: Buffer,
  question: PlanQuestion,
  judge: Judge,
): Promise<PlanStudy> {
  if (bytes.length <= planThreadBytes) return await studyPlan(bytes, question, judge);
  const worker = new Worker(new URL('./plan-worker.ts', import.meta.url), {
    name: 'plinth-plan',
    workerData: { bytes, question },
  });
  try {
    const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread that reads plans ended with ${code}`)));
    });
    if ('study' in answer) return answer.study;
    throw new Error(`${answer.error.name}: ${answer.error.message}`);
  } finally {
    await worker.terminate();
  }
}
