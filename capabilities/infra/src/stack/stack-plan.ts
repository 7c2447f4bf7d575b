import type { Run } from '@plinth/kernel';
import { isFinished, scheduleTimes } from '@plinth/kernel';
import { dependencyMs, failedRetryMs, failedRetryMsMax, replanAfterMs, replansMax } from '../limits.ts';
import type { Stack } from './stack-fields.ts';
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
    }
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
 * nothing known of this fingerprint   start a run
 * the run goes on                     wait; cancel it when another plan is wanted and nothing is applied yet
 * it succeeded                        steady: look for drift when that is due
 * it failed                           start it anew after a while, unless people decided so
 * ```
 */
export function planStack(observed: ObservedStack): StackStep {
  const { stack, run, driftRun } = observed;
  const active = [run, driftRun].find((one) => one !== undefined && !isFinished(one));
  if (stack.metadata.deletionTimestamp !== undefined) return planRemoval(observed, active);
  if (active) return planActive(observed, active);
  if (stack.spec.suspend || !observed.fingerprints) return { action: 'wait' };
  const { apply } = observed.fingerprints;
  return planNext(observed, 'apply', apply) ?? planCorrection(observed, apply) ?? planDrift(observed);
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

function planActive({ fingerprints }: ObservedStack, active: Run): StackStep {
  const { mode, fingerprint } = jobOf(active);
  // A look for drift is over soon.
  if (mode === 'drift' || !fingerprints) return { action: 'wait' };
  const isWanted = mode === 'apply' && fingerprint === fingerprints.apply;
  return isWanted || isApplying(active) ? { action: 'wait' } : { action: 'cancel', run: active };
}

/** The next run for a fingerprint; undefined when that is done. */
function planNext(
  { stack, run, policyVersion, nowMs }: ObservedStack,
  mode: 'apply' | 'destroy',
  fingerprint: string,
): StackStep | undefined {
  const { status = {} } = stack;
  if (status.fingerprint !== fingerprint) return { action: 'start', mode, fingerprint, attempt: 1 };
  const { attempt = 1 } = status;
  const again: StackStep = { action: 'start', mode, fingerprint, attempt: attempt + 1 };
  // Deleted by hand, or with the oldest runs; what it came to may still be known.
  if (!run) return isReady(stack) ? undefined : again;
  if (run.status?.phase === 'Succeeded') return undefined;
  const code = run.status?.phase === 'Canceled' ? 'Canceled' : (run.status?.error?.code ?? '');
  if (code === 'PolicyDenied' && status.plan?.policy.version !== policyVersion) return again;
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

function planDrift({ stack, nowMs, fingerprints }: ObservedStack): StackStep {
  const { spec, status = {} } = stack;
  const since = status.drift?.checkedAt ?? status.applied?.at;
  if (!spec.drift || since === undefined || !fingerprints) return { action: 'wait' };
  const { schedule, timeZone } = spec.drift;
  const dueMs = scheduleTimes(schedule, timeZone).next(Date.parse(since));
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

/** What a run of a stack was started for. */
export function jobOf({ spec }: Run): Pick<StackJob, 'revision' | 'fingerprint'> & { readonly mode: string } {
  const { mode, revision, fingerprint } = spec.input ?? {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { mode: text(mode), revision: text(revision), fingerprint: text(fingerprint) };
}

/** When a run ended. */
function endOf({ status }: Run): number {
  const ms = Date.parse(status?.finishedAt ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}
