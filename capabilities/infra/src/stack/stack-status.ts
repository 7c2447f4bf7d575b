import { type Condition, formatTime, isFinished, isObject, type Run, setCondition } from '@plinth/kernel';
import { destructiveShownMax, messageMax, stackHistoryMax } from '../limits.ts';
import { shownDependencies } from './stack-dependencies.ts';
import { type Stack, type StackPlan, type StackStatus, shortRevision } from './stack-fields.ts';
import { isApplying, jobOf, type ObservedStack, type StackProblem } from './stack-plan.ts';
import type { StackRunOutput } from './stack-run.ts';

/** What is told of a stack. */
export interface StackFindings
  extends Pick<ObservedStack, 'stack' | 'run' | 'driftRun' | 'turnRun' | 'nowMs'> {
  /** What the source has; undefined where it could not be read. */
  readonly revision: string | undefined;
  readonly problem: StackProblem | undefined;
}

type News = Pick<Condition, 'status' | 'reason' | 'message'>;

/** The status of a stack. Equal to the one before when there is no news. */
export function stackStatusOf(findings: StackFindings): StackStatus {
  const { stack, run, driftRun, turnRun, revision, nowMs } = findings;
  const before = stack.status ?? {};
  const observedGeneration = stack.metadata.generation ?? 0;
  const now = formatTime(nowMs);
  let { conditions = [] } = before;
  const set = (type: string, news: News): void => {
    const message =
      news.message.length > messageMax ? `${news.message.slice(0, messageMax - 1)}…` : news.message;
    conditions = setCondition(conditions, { type, ...news, message, observedGeneration }, now);
  };
  set('Ready', readyOf(findings));
  const drift = driftRun ? driftOf(driftRun) : undefined;
  if (drift) set('Drifted', drift.news);
  return {
    ...before,
    observedGeneration,
    ...(revision === undefined ? {} : { revision }),
    ...dependenciesTold(stack),
    ...appliedOf(run),
    ...(drift?.found ? { drift: drift.found } : {}),
    history: historyOf(before, [turnRun, run, driftRun]),
    conditions,
  };
}

/** Of most stacks there is nothing to tell. */
function dependenciesTold(stack: Stack): Pick<StackStatus, 'dependencies'> {
  const dependencies = shownDependencies(stack);
  const isKnown = stack.status?.dependencies !== undefined;
  return dependencies.length > 0 || isKnown ? { dependencies } : {};
}

function readyOf({ stack, run: last, turnRun, problem, nowMs }: StackFindings): News {
  const run = turnRun && !isFinished(turnRun) ? turnRun : last;
  const { spec, status, metadata } = stack;
  const news = (reason: string, message: string): News => ({ status: 'False', reason, message });
  if (run && !isFinished(run)) return runningNews(run, metadata.deletionTimestamp !== undefined);
  if (spec.suspend) return news('Suspended', 'nothing is started while spec.suspend is true');
  if (problem) return news(problem.reason, problem.message);
  if (!run) {
    const known = status?.conditions?.find(({ type }) => type === 'Ready');
    if (known?.status === 'True') return known;
    return news('Pending', 'a plan is about to be made');
  }
  const { phase, error, finishedAt = '' } = run.status ?? {};
  if (phase === 'Succeeded') return succeededNews(run);
  if (phase === 'Canceled') return news('Canceled', `run ${run.metadata.name} was cancelled`);
  const at = finishedAt === '' ? '' : ` at ${finishedAt}`;
  const hint =
    nowMs > 0 && error?.code === 'ApprovalRejected'
      ? `; annotate it with a new plinth.dev/replan to plan again`
      : '';
  return news(
    error?.code ?? 'Failed',
    `run ${run.metadata.name} failed${at}: ${error?.message ?? ''}${hint}`,
  );
}

function runningNews(run: Run, isDeleted: boolean): News {
  const { name } = run.metadata;
  const waiting = run.status?.waitingFor?.find((one) => one.for === 'Approval');
  if (waiting) {
    const { message, command = '' } = waiting;
    return { status: 'False', reason: 'WaitingForApproval', message: `${message}; ${command}` };
  }
  const isDestroy = jobOf(run).mode === 'destroy' || isDeleted;
  const reason = isApplying(run) ? (isDestroy ? 'Destroying' : 'Applying') : 'Planning';
  const step = run.status?.steps?.findLast(({ state }) => state === 'Running')?.name;
  return { status: 'False', reason, message: `run ${name}${step === undefined ? '' : ` is at ${step}`}` };
}

function succeededNews(run: Run): News {
  const output = outputOf(run);
  if (!output) return { status: 'True', reason: 'Applied', message: `run ${run.metadata.name} succeeded` };
  const { outcome, plan, serial } = output;
  const at = shortRevision(plan.revision);
  switch (outcome) {
    case 'applied':
      return {
        status: 'True',
        reason: 'Applied',
        message: `${at} is applied: ${plan.headline}; state serial ${serial}`,
      };
    case 'only-drift':
      return { status: 'True', reason: 'OnlyDrift', message: `nothing to change at ${at}: ${plan.headline}` };
    case 'only-deferred':
      return {
        status: 'False',
        reason: 'Deferred',
        message: `nothing can be applied yet at ${at}: ${plan.headline}`,
      };
    default:
      return { status: 'True', reason: 'UpToDate', message: `nothing to change at ${at}` };
  }
}

function appliedOf(run: Run | undefined): Pick<StackStatus, 'applied' | 'outputs'> {
  const output = run && outputOf(run);
  if (!run || !output || output.outcome === 'only-deferred') return {};
  const { plan, serial, resources, outputs } = output;
  const at = run.status?.finishedAt ?? plan.at;
  return {
    applied: {
      run: run.metadata.name,
      revision: plan.revision,
      at,
      ...(serial < 0 ? {} : { serial, resources }),
    },
    outputs: [...outputs],
  };
}

interface DriftNews {
  /** Absent where it could not be found out. */
  readonly found?: NonNullable<StackStatus['drift']>;
  readonly news: News;
}

function driftOf(run: Run): DriftNews | undefined {
  const output = outputOf(run);
  if (!output) {
    const { phase, error } = run.status ?? {};
    if (phase !== 'Failed') return undefined;
    const message = `run ${run.metadata.name} could not find it out: ${error?.message ?? ''}`;
    return { news: { status: 'Unknown', reason: error?.code ?? 'Failed', message } };
  }
  const { drift } = output;
  const addresses = drift.slice(0, destructiveShownMax);
  const found = { checkedAt: run.status?.finishedAt ?? output.plan.at, drifted: drift.length, addresses };
  if (drift.length === 0) {
    return {
      found,
      news: { status: 'False', reason: 'AsDeclared', message: 'nothing was changed outside of Terraform' },
    };
  }
  const more = drift.length > addresses.length ? ` and ${drift.length - addresses.length} more` : '';
  return {
    found,
    news: {
      status: 'True',
      reason: 'Drifted',
      message: `changed outside of Terraform: ${addresses.join(', ')}${more}`,
    },
  };
}

/** The newest runs; one that has just ended goes to the front. */
function historyOf(
  { history = [], plan }: StackStatus,
  found: readonly (Run | undefined)[],
): NonNullable<StackStatus['history']> {
  const ended = found
    .filter((run) => run !== undefined)
    .filter((run, i, all) => all.findIndex(({ metadata }) => metadata.uid === run.metadata.uid) === i)
    .filter((run) => isFinished(run) && !history.some(({ uid }) => uid === run.metadata.uid));
  return [...ended.map((run) => entryOf(run, plan)), ...history].slice(0, stackHistoryMax);
}

function entryOf(run: Run, plan: StackPlan | undefined): NonNullable<StackStatus['history']>[number] {
  const { metadata, status } = run;
  const { mode, revision } = jobOf(run);
  const output = outputOf(run);
  const made = output?.plan ?? (plan?.run === metadata.name ? plan : undefined);
  return {
    run: metadata.name,
    uid: metadata.uid,
    mode,
    revision,
    outcome: output?.outcome ?? status?.error?.code ?? status?.phase ?? '',
    at: status?.finishedAt ?? '',
    ...(made ? { headline: made.headline, digest: made.digest, view: made.view } : {}),
  };
}

/** What a run came to; undefined unless it succeeded. */
function outputOf({ status }: Run): StackRunOutput | undefined {
  const output = status?.output;
  return status?.phase === 'Succeeded' && isStackRunOutput(output) ? output : undefined;
}

/** Whether a run tells what it came to as runs of stacks do. */
export function isStackRunOutput(output: unknown): output is StackRunOutput {
  return isObject(output) && typeof output['outcome'] === 'string' && isObject(output['plan']);
}

/** Runs whose plans nobody can ask for any more. */
export function forgottenRuns(before: Stack, after: StackStatus): string[] {
  const kept = new Set((after.history ?? []).map(({ uid }) => uid));
  return (before.status?.history ?? []).map(({ uid }) => uid).filter((uid) => !kept.has(uid));
}
