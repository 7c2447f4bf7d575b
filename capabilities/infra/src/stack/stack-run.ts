import { formatTime, type RunContext, RunError } from '@plinth/kernel';
import { type CostFinding, costFinding, costText, mayExceed } from './plan-cost.ts';
import { type Stack, type StackPlan, shortRevision } from './stack-fields.ts';
import { denialText } from './stack-judge.ts';
import type { StackRunInput } from './stack-run-definition.ts';
import { type Applied, type MadePlan, msOf, type StackWork } from './stack-work.ts';

/** What a run of a stack came to. */
export interface StackRunOutput {
  readonly outcome: 'applied' | 'no-changes' | 'only-drift' | 'only-deferred' | 'checked';
  readonly plan: StackPlan;
  readonly serial: number;
  readonly resources: number;
  readonly outputs: Applied['outputs'];
  /** Resources that were changed outside; counted when drift was looked for. */
  readonly drift: readonly string[];
}

/** What the run of a stack tells while it goes on. */
export interface StackNews {
  /** The plan that was made, before anybody is asked about it. */
  planned(stack: Stack, plan: StackPlan): Promise<void>;
}

/**
 * Plans a stack, has the plan approved, and applies exactly that plan, once.
 *
 * ```
 * source  what the source has, kept for the run
 * init    providers and modules
 * plan    the plan, judged by policies, kept sealed, bound to revision, values, policies and serial of the state
 * cost    what it would cost, where the stack has that told
 * approve (where the stack asks for it)
 * apply   once: after a crash in between nothing is applied again; what is left to do is for the next plan
 * ```
 */
export async function runStack(
  run: RunContext,
  job: StackRunInput,
  { work, news }: { readonly work: StackWork; readonly news: StackNews },
): Promise<StackRunOutput> {
  const { name, namespace, uid } = run;
  const identity = { name, namespace, uid };
  const { planTimeout, applyTimeout, approval, cost } = await run.step(
    'look',
    () => work.stackOf(identity, job).spec,
  );
  const planMs = msOf(planTimeout);
  const clean = async (): Promise<void> => await work.clean(identity);
  const source = await run.step('source', (step) => work.readSource(identity, job, step), {
    compensate: clean,
  });
  await run.step('init', (step) => work.init(identity, job, source, step), { timeoutMs: planMs });
  const made = await run.step('plan', (step) => work.plan(identity, job, source, step), {
    timeoutMs: planMs,
  });
  const priced =
    cost && job.mode !== 'drift'
      ? await run.step('cost', (step) => work.cost(identity, job, made, step))
      : undefined;
  const plan = planOf(run, job, made, priced);
  // What a look for drift finds is told besides: it is nothing to apply.
  if (job.mode !== 'drift')
    await run.step('tell', async () => await news.planned(work.stackOf(identity, job), plan));
  const { outcome, drift } = made.facts;
  const isChange = outcome === 'changes' || outcome === 'only-outputs';
  if (job.mode === 'drift' || !isChange) {
    const facts = await run.step('facts', () => work.factsOf(identity, job));
    await run.step('clean', clean);
    const came = outcome === 'only-drift' || outcome === 'only-deferred' ? outcome : 'no-changes';
    return { outcome: job.mode === 'drift' ? 'checked' : came, plan, drift, ...facts };
  }
  if (made.policy.verdict === 'denied') throw new RunError('PolicyDenied', denialText(made.policy));
  const isCostly = cost?.approvalAbove !== undefined && priced && mayExceed(priced, cost.approvalAbove);
  await approve(run, job.ask || isCostly ? { ...approval, when: 'Always' } : approval, {
    plan,
    made,
    job,
    leave: () => work.leave(identity),
  });
  const applied = await run.step('apply', (step) => work.apply(identity, job, { source, made }, step), {
    once: true,
    timeoutMs: msOf(applyTimeout),
    recover: async (step) => ({ done: true, result: await work.recoverApply(identity, job, step) }),
  });
  if (applied.isInterrupted) throw interrupted(applied);
  await run.step('clean', clean);
  const { serial, resources, outputs } = applied;
  return { outcome: 'applied', plan, drift, serial, resources, outputs };
}

function interrupted({ serial, message }: Applied): RunError {
  const left = message === '' ? '' : `; ${message}`;
  return new RunError(
    'ApplyInterrupted',
    `the apply was interrupted at serial ${serial}${left}. It is not repeated: a new plan says what is left to do`,
  );
}

async function approve(
  run: RunContext,
  { when, groups, count, expiresAfter }: Stack['spec']['approval'],
  {
    plan,
    made,
    job,
    leave,
  }: {
    readonly plan: StackPlan;
    readonly made: MadePlan;
    readonly job: StackRunInput;
    readonly leave: () => Promise<void>;
  },
): Promise<void> {
  if (when === 'Never' || (when === 'Destructive' && made.facts.destructiveCount === 0)) return;
  await run.step('leave', leave);
  const { digest } = made.facts;
  const { warned } = made.policy;
  const priced = plan.cost ? `, cost ${costText(costFinding(plan.cost))}` : '';
  const warnings = warned === 0 ? '' : `, ${warned} ${warned === 1 ? 'warning' : 'warnings'} of policies`;
  await run.approval('approve', {
    message: `Stack ${run.namespace}/${job.stack} at ${shortRevision(plan.revision)}: ${plan.headline}${priced}${warnings} (plan ${digest.slice(0, 12)})`,
    data: {
      plan: digest,
      fingerprint: job.fingerprint,
      revision: job.revision,
      stateSerial: made.stateSerial,
      policies: made.policy.version,
      ...(plan.cost ? { cost: plan.cost } : {}),
    },
    count,
    expiresInMs: msOf(expiresAfter),
    ...(groups ? { groups } : {}),
  });
}

function planOf(
  run: RunContext,
  { revision }: StackRunInput,
  { facts, policy, stateSerial, view }: MadePlan,
  cost: CostFinding | undefined,
): StackPlan {
  const { outcome, headline, destructive, digest, programVersion } = facts;
  return {
    run: run.name,
    runUid: run.uid,
    at: formatTime(run.now()),
    revision,
    outcome,
    headline,
    destructive: [...destructive],
    digest,
    ...(stateSerial < 0 ? {} : { stateSerial }),
    programVersion,
    policy: { ...policy, findings: [...policy.findings] },
    ...(cost ? { cost } : {}),
    view,
  };
}
