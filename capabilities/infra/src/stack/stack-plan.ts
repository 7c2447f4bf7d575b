import type { Run } from '@plinth/kernel';
import { isFinished, isObject, scheduleTimes } from '@plinth/kernel';
import { dependencyMs, failedRetryMs, failedRetryMsMax, replanAfterMs, replansMax } from '../limits.ts';
import {
  driftAnnotation,
  proposeAnnotation,
  replanAnnotation,
  type Stack,
  type StackStatus,
} from './stack-fields.ts';
import type { StackJob, StackMode } from './stack-job.ts';

/** What stands in the way of planning a stack, for its status. */
export interface StackProblem {
  readonly reason: string;
  readonly message: string;
}

/** What was found of a stack. */
export interface ObservedStack {
  readonly stack: Stack;
  /** What names the plan that is wanted now: of an apply, and of a destroy. Absent where something stands in the way. */
  readonly fingerprints: { readonly apply: string; readonly destroy: string } | undefined;
  /** The newest run that was to apply or destroy; absent when it is gone. */
  readonly run: Run | undefined;
  /** The newest run that looks for drift. */
  readonly driftRun: Run | undefined;
  /** The run that `terraform apply` started and whose turn it is, or was last. */
  readonly turnRun: Run | undefined;
  /** Runs that `terraform apply` started and that have not ended, the oldest first. */
  readonly remoteRuns: readonly Run[];
  /** Names the policies and waivers that are in force. */
  readonly policyVersion: string;
  readonly nowMs: number;
}

/** What is done for a stack. */
export type StackStep =
  | {
      readonly action: 'start';
      readonly mode: StackMode;
      readonly fingerprint: string;
      readonly attempt: number;
      /** Whether the plan waits for approval, whatever the stack says. */
      readonly ask?: boolean;
      /** The request for a look for drift that it answers; absent for those that are due. */
      readonly asked?: string;
    }
  /** Tells a run that `terraform apply` started that its turn has come. */
  | { readonly action: 'admit'; readonly run: Run }
  /** Ends a run whose plan is not wanted any more; nothing is applied yet. */
  | { readonly action: 'cancel'; readonly run: Run }
  /** Lets a stack go that is being deleted. */
  | { readonly action: 'release' }
  /** `isQueued`: another run is wanted, and waits for its turn. */
  | { readonly action: 'wait'; readonly forMs?: number; readonly isQueued?: boolean };

/** Failures that come of the world having moved: a new plan is likely to go well. */
const moved: ReadonlySet<string> = new Set(['StalePlan', 'SourceMoved', 'Superseded', 'ApplyInterrupted']);
/** What people have decided is not asked again. */
const decided: ReadonlySet<string> = new Set([
  'ApprovalRejected',
  'ApprovalExpired',
  'PolicyDenied',
  'Canceled',
]);

/**
 * What is to be done for a stack now. Pure.
 *
 * ```
 * somebody started a run              let it have its turn, and then the next; what waits for people makes way
 * nothing known of this fingerprint   start a run
 * the run goes on                     wait; cancel it when another plan is wanted and nothing is applied yet
 * it succeeded                        steady: look for drift when that is asked for or due
 * it failed                           start it anew after a while, unless people decided so, or started it themselves
 * ```
 */
export function planStack(observed: ObservedStack): StackStep {
  const { stack, run, driftRun, remoteRuns } = observed;
  const isOwn = (one: Run | undefined): one is Run => one !== undefined && !isRemote(one);
  const active = [run, driftRun].filter(isOwn).find((one) => !isFinished(one));
  if (stack.metadata.deletionTimestamp !== undefined) return planRemoval(observed, active ?? remoteRuns[0]);
  const [next] = remoteRuns;
  if (next) return planTurn(observed, next, active);
  if (active) return planActive(observed, active);
  if (stack.spec.suspend || !observed.fingerprints) return { action: 'wait' };
  const { apply, destroy } = observed.fingerprints;
  if (wantedMode(stack) === 'destroy') return planNext(observed, 'destroy', destroy) ?? { action: 'wait' };
  const step = planNext(observed, 'apply', apply);
  if (step?.action === 'start') return step;
  return planAskedLook(observed, apply) ?? step ?? planCorrection(observed, apply) ?? planDrift(observed);
}

/**
 * What people asked for by annotations and has been taken up: a run has been started for it, or something stands in the way that
 * a condition tells of. Pure.
 *
 * @param step what is done now
 * @param problem what stands in the way
 */
export function requestsTaken(
  { stack, fingerprints, run, driftRun }: ObservedStack,
  step: StackStep,
  problem: StackProblem | undefined,
): NonNullable<StackStatus['requests']> {
  const { status = {}, metadata, spec } = stack;
  const {
    [replanAnnotation]: replan,
    [proposeAnnotation]: propose,
    [driftAnnotation]: drift,
  } = metadata.annotations ?? {};
  const isActive = [run, driftRun].some((one) => one !== undefined && !isFinished(one));
  const isBlocked = !isActive && (problem !== undefined || spec.suspend);
  const started = step.action === 'start' && step.mode === 'apply' ? step.fingerprint : status.fingerprint;
  const isPlanned = fingerprints !== undefined && started === fingerprints.apply;
  const isLooked = step.action === 'start' && step.asked !== undefined;
  return {
    ...status.requests,
    ...(isBlocked || isPlanned
      ? { ...(replan === undefined ? {} : { replan }), ...(propose === undefined ? {} : { propose }) }
      : {}),
    ...((isBlocked || isLooked) && drift !== undefined ? { drift } : {}),
  };
}

/** What was destroyed at somebody's word stays so. */
function wantedMode({ status }: Stack): 'apply' | 'destroy' {
  return status?.configuration?.mode === 'destroy' ? 'destroy' : 'apply';
}

/** Runs that people start go one after the other, and before what the stack does by itself. */
function planTurn({ stack, remoteRuns }: ObservedStack, next: Run, active: Run | undefined): StackStep {
  const { spec, status } = stack;
  const isTaken = remoteRuns.some(({ metadata }) => metadata.name === status?.turn);
  if (isTaken) return { action: 'wait' };
  if (active) {
    const isSoonOver = jobOf(active).mode === 'drift' || isApplying(active);
    return isSoonOver ? { action: 'wait' } : { action: 'cancel', run: active };
  }
  return spec.suspend ? { action: 'wait' } : { action: 'admit', run: next };
}

function planRemoval(observed: ObservedStack, active: Run | undefined): StackStep {
  const { stack, fingerprints, run } = observed;
  const isDestroyed = run !== undefined && jobOf(run).mode === 'destroy' && run.status?.phase === 'Succeeded';
  if (active) {
    const isWanted = jobOf(active).mode === 'destroy' && stack.spec.deletionPolicy === 'Destroy';
    return isWanted || isApplying(active) ? { action: 'wait' } : { action: 'cancel', run: active };
  }
  if (stack.spec.deletionPolicy !== 'Destroy' || isDestroyed || isUntouched(stack))
    return { action: 'release' };
  if (!fingerprints) return { action: 'wait', forMs: dependencyMs };
  return planNext(observed, 'destroy', fingerprints.destroy) ?? { action: 'wait' };
}

/** Whether nothing was ever applied, so that there is nothing to destroy. */
function isUntouched({ status }: Stack): boolean {
  return status?.run === undefined;
}

function planActive({ stack, fingerprints }: ObservedStack, active: Run): StackStep {
  const { mode, fingerprint } = jobOf(active);
  // A look for drift is over soon.
  if (mode === 'drift' || !fingerprints) return { action: 'wait' };
  const wanted = wantedMode(stack);
  const isWanted = mode === wanted && fingerprint === fingerprints[wanted];
  return isWanted || isApplying(active) ? { action: 'wait' } : { action: 'cancel', run: active };
}

/** The next run for a fingerprint; undefined when that is done. */
function planNext(
  { stack, run, turnRun, policyVersion, nowMs }: ObservedStack,
  mode: 'apply' | 'destroy',
  fingerprint: string,
): StackStep | undefined {
  const { status = {}, metadata } = stack;
  const proposal = mode === 'apply' ? metadata.annotations?.[proposeAnnotation] : undefined;
  const start = (attempt: number, ask: boolean): StackStep => ({
    action: 'start',
    mode,
    fingerprint,
    attempt,
    ...(ask ? { ask } : {}),
  });
  if (status.fingerprint !== fingerprint) {
    return start(1, proposal !== undefined && proposal !== status.proposed);
  }
  const { attempt = 1 } = status;
  // Of a run that is gone nobody knows whether it was to ask.
  const again = start(attempt + 1, run ? jobOf(run).ask : proposal !== undefined);
  // Deleted by hand, or with the oldest runs; what it came to may still be known.
  if (!run) return isReady(stack) ? undefined : again;
  if (run.status?.phase === 'Succeeded') return undefined;
  // Who started it is there to see what became of it.
  if (isRemote(run)) return { action: 'wait' };
  const code = run.status?.phase === 'Canceled' ? 'Canceled' : (run.status?.error?.code ?? '');
  if (code === 'PolicyDenied' && status.plan?.policy.version !== policyVersion) return again;
  // It made way for what somebody started, and that is over.
  if (code === 'Canceled' && endOf(turnRun) > endOf(run)) return again;
  if (decided.has(code)) return { action: 'wait' };
  const isMoved = moved.has(code) && attempt <= replansMax;
  const [firstMs, mostMs] = isMoved ? [replanAfterMs, failedRetryMsMax] : [failedRetryMs, failedRetryMsMax];
  const dueMs = endOf(run) + Math.min(firstMs * 2 ** Math.min(attempt - 1, 20), mostMs);
  return dueMs <= nowMs ? again : { action: 'wait', forMs: dueMs - nowMs };
}

/** Puts right what was found to have drifted: once for each time that it was found. */
function planCorrection({ stack, run, driftRun }: ObservedStack, fingerprint: string): StackStep | undefined {
  const { spec, status = {} } = stack;
  const { policy = 'report' } = spec.drift ?? {};
  const isFound = driftRun?.status?.phase === 'Succeeded' && (status.drift?.drifted ?? 0) > 0;
  if (policy === 'report' || !isFound || (run && endOf(run) >= endOf(driftRun))) return undefined;
  const attempt = (status.attempt ?? 1) + 1;
  return { action: 'start', mode: 'apply', fingerprint, attempt, ask: policy === 'propose' };
}

/** A look for drift that somebody asked for: once for each time. */
function planAskedLook({ stack }: ObservedStack, fingerprint: string): StackStep | undefined {
  const asked = stack.metadata.annotations?.[driftAnnotation];
  if (asked === undefined || asked === stack.status?.requests?.drift) return undefined;
  return { action: 'start', mode: 'drift', fingerprint, attempt: 1, asked };
}

function planDrift({ stack, driftRun, nowMs, fingerprints }: ObservedStack): StackStep {
  const { spec, status = {} } = stack;
  const since = status.drift?.checkedAt ?? status.applied?.at;
  if (!spec.drift || since === undefined || !fingerprints) return { action: 'wait' };
  const { schedule, timeZone } = spec.drift;
  // A look that failed is not tried again before the next time.
  const sinceMs = Math.max(Date.parse(since), driftRun ? endOf(driftRun) : 0);
  const dueMs = scheduleTimes(schedule, timeZone).next(sinceMs);
  if (dueMs === undefined) return { action: 'wait' };
  if (dueMs > nowMs) return { action: 'wait', forMs: dueMs - nowMs };
  return {
    action: 'start',
    mode: 'drift',
    fingerprint: fingerprints.apply,
    attempt: Math.floor(dueMs / 1000),
  };
}

function isReady({ status }: Stack): boolean {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
}

/** Whether a run has begun to change something: then it is not ended from outside. */
export function isApplying({ status }: Run): boolean {
  return (status?.steps ?? []).some(({ name }) => name === 'apply');
}

/** Whether `terraform plan` or `terraform apply` started a run. */
export function isRemote({ spec }: Run): boolean {
  return spec.input?.['remote'] !== undefined;
}

/** Whether a run waits until others are over that people started: all but those that only plan. */
export function isTurnTaking(run: Run): boolean {
  const remote = run.spec.input?.['remote'];
  return isObject(remote) && remote['until'] !== 'plan';
}

/** What a run of a stack was started for. */
export function jobOf({
  spec,
}: Run): Pick<StackJob, 'revision' | 'fingerprint'> & { readonly mode: string; readonly ask: boolean } {
  const { mode, revision, fingerprint, ask } = spec.input ?? {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { mode: text(mode), revision: text(revision), fingerprint: text(fingerprint), ask: ask === true };
}

/** When a run ended. */
function endOf(run: Run | undefined): number {
  const ms = Date.parse(run?.status?.finishedAt ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}
