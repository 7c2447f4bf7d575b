import { formatTime, type KubeObject, type RunContext, RunError } from '@plinth/kernel';
import { configurationVersions, isConfigurationVersion } from './configuration-version-kind.ts';
import { type CostFinding, costFinding, costText, mayExceed } from './plan-cost.ts';
import { isStack, type Stack, type StackPlan, shortRevision, stacks } from './stack-fields.ts';
import type { StackJob } from './stack-job.ts';
import { denialText } from './stack-judge.ts';
import type { StackRunInput } from './stack-run-definition.ts';
import { type Applied, type MadePlan, msOf, type StackWork } from './stack-work.ts';

/** What a run of a stack came to. */
export interface StackRunOutput {
  readonly outcome: 'applied' | 'no-changes' | 'only-drift' | 'only-deferred' | 'checked' | 'planned';
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
  planned(stack: Stack, plan: StackPlan, job: StackJob): Promise<void>;
}

/**
 * Plans a stack, has the plan approved, and applies exactly that plan, once.
 *
 * ```
 * turn    (of a run that `terraform apply` started) one after the other
 * source  what the source has, kept for the run
 * init    providers and modules
 * plan    the plan, judged by policies, kept sealed, bound to revision, values, policies and serial of the state
 * cost    what it would cost, where the stack has that told
 * approve (where the stack asks for it), or confirm (where who started it is asked at the terminal)
 * apply   once: after a crash in between nothing is applied again; what is left to do is for the next plan
 * ```
 */
export async function runStack(
  run: RunContext,
  input: StackRunInput,
  { work, news }: { readonly work: StackWork; readonly news: StackNews },
): Promise<StackRunOutput> {
  const { name, namespace, uid } = run;
  const identity = { name, namespace, uid };
  const job = await bound(run, input, work);
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
    await run.step('tell', async () => await news.planned(work.stackOf(identity, job), plan, job));
  const { outcome, drift } = made.facts;
  if (job.mode !== 'drift' && made.policy.verdict === 'denied' && changes(job, outcome))
    throw new RunError('PolicyDenied', denialText(made.policy));
  const isOver = job.mode === 'drift' || job.remote?.until === 'plan' || !changes(job, outcome);
  if (isOver) {
    const isAdopted = job.remote?.until !== 'plan' && job.remote?.saved !== true;
    const facts = await run.step('facts', async () => {
      if (isAdopted) await work.adopt(identity, job);
      return await work.factsOf(identity, job);
    });
    await run.step('clean', clean);
    return { outcome: cameTo(job, outcome), plan, drift, ...facts };
  }
  const isCostly = cost?.approvalAbove !== undefined && priced && mayExceed(priced, cost.approvalAbove);
  await agreed(run, input.ask || isCostly ? { ...approval, when: 'Always' } : approval, {
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

/** Waits for the turn of a run that somebody started, and names what its plan depends on then. */
async function bound(run: RunContext, input: StackRunInput, work: StackWork): Promise<StackJob> {
  const { fingerprint, stack: name, remote } = input;
  if (fingerprint !== undefined) return { ...input, fingerprint };
  const { namespace } = run;
  if (remote?.until !== 'plan') {
    const until = (stack: KubeObject): boolean => isStack(stack) && stack.status?.turn === run.name;
    await run.waitFor('turn', { resource: stacks, namespace, name, until });
  }
  return { ...input, fingerprint: await run.step('bind', () => work.bind(run, input)) };
}

/** Whether there is something to apply. */
function changes({ mode }: StackJob, outcome: MadePlan['facts']['outcome']): boolean {
  if (mode === 'refresh') return outcome === 'only-drift' || outcome === 'only-outputs';
  return outcome === 'changes' || outcome === 'only-outputs';
}

/** What a run came to that applies nothing. */
function cameTo(job: StackJob, outcome: MadePlan['facts']['outcome']): StackRunOutput['outcome'] {
  if (job.mode === 'drift') return 'checked';
  if (changes(job, outcome)) return 'planned';
  return outcome === 'only-drift' || outcome === 'only-deferred' ? outcome : 'no-changes';
}

function interrupted({ serial, message }: Applied): RunError {
  const left = message === '' ? '' : `; ${message}`;
  return new RunError(
    'ApplyInterrupted',
    `the apply was interrupted at serial ${serial}${left}. It is not repeated: a new plan says what is left to do`,
  );
}

/** Waits until whoever the stack asks has approved, or else who is at the terminal has said yes. */
async function agreed(
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
    readonly job: StackJob;
    readonly leave: () => Promise<void>;
  },
): Promise<void> {
  const isAsked = when === 'Always' || (when === 'Destructive' && made.facts.destructiveCount > 0);
  const isConfirmed = job.remote?.until === 'confirm' && job.configuration !== undefined;
  if (!isAsked && !isConfirmed) return;
  await run.step('leave', leave);
  if (!isAsked) {
    await confirmed(run, job, msOf(expiresAfter));
    return;
  }
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

async function confirmed(
  run: RunContext,
  { configuration = '' }: StackJob,
  timeoutMs: number,
): Promise<void> {
  const { namespace } = run;
  const until = (object: KubeObject): boolean =>
    isConfigurationVersion(object) && object.status?.confirmed !== undefined;
  await run.waitFor('confirm', {
    resource: configurationVersions,
    namespace,
    name: configuration,
    until,
    timeoutMs,
  });
}

function planOf(
  run: RunContext,
  { revision }: StackJob,
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
