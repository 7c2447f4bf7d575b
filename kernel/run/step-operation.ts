import { createHash } from 'node:crypto';
import type { Json } from '../model/object.ts';
import type { Random } from '../ports/random.ts';
import type { RetryOptions, StepContext, StepOptions } from './define-run.ts';
import type { JournalEntry } from './journal-entry.ts';
import { retryBackoffMs, retryBackoffMsMax, retryLimit } from './limits.ts';
import type { Attempt, Decision, Operation, OperationView } from './operation.ts';
import type { RunFailure } from './run-error.ts';
import { instantText } from './run-status.ts';

/** The key of a step: the same over all attempts, restarts and replays of one run. */
export function idempotencyKeyOf(runUid: string, name: string): string {
  return createHash('sha256').update(`${runUid}\n${name}`).digest('hex').slice(0, 32);
}

/** What makes an operation that carries out an effect. */
export interface StepParts {
  readonly kind: 'step' | 'exec' | 'compensation';
  readonly fn: (context: StepContext) => unknown;
  readonly options: Omit<StepOptions<unknown>, 'compensate'> & { readonly compensate?: unknown };
  /** Registers the compensation of the step that was done. */
  readonly done: (name: string, result: Json | undefined) => void;
}

/** An operation that carries out an effect: `run.step`, `run.exec` and compensations. */
export function stepOperation({ kind, fn, options, done }: StepParts): Operation {
  const isOnce = options.once === true;
  const attempt: Attempt = {
    isOnce,
    timeoutMs: options.timeoutMs,
    compensable: options.compensate !== undefined,
    async run(context, isRecovering) {
      if (isRecovering && options.recover) {
        const recovery = await options.recover(context);
        if (recovery.done) return recovery.result;
        // What did not happen need not happen any more when the run has to end.
        context.signal.throwIfAborted();
      }
      return await fn(context);
    },
    retryAfterMs: (made, random) => backoffMs(options.retry ?? (isOnce ? { limit: 0 } : {}), made, random),
    done,
  };
  return {
    kind,
    attempt,
    decide: (entry, view) => decideStep(entry, view, kind === 'compensation', options.recover !== undefined),
  };
}

function decideStep(
  entry: JournalEntry | undefined,
  { run, name, nowMs, interrupt, world }: OperationView,
  isCompensation: boolean,
  canRecover: boolean,
): Decision {
  if (entry?.state === 'intent' && !canRecover) {
    const made = entry.attempt ?? 1;
    // What was found out about one attempt says nothing about the next one, should that be interrupted, too.
    const decided = run.spec.decisions?.find(({ step, attempt = 1 }) => step === name && attempt === made);
    if (decided?.outcome === 'Done') return { do: 'done', result: decided.result as Json | undefined };
    if (decided?.outcome === 'Fail') {
      return {
        do: 'fail',
        error: { code: 'Uncertain', message: `${name} was decided to have failed`, step: name },
      };
    }
    if (!decided) return { do: 'refuse', failure: uncertain(run.metadata, name, made) };
    if (interrupt && !isCompensation) return { do: 'fail', error: { ...interrupt, step: name } };
    return { do: 'commit', change: { state: 'retry', untilMs: nowMs }, besides: [] };
  }
  // An effect that may have happened is cleared up first, also on the way out.
  if (interrupt && !isCompensation && entry?.state !== 'intent') return { do: 'reject', error: interrupt };
  if (run.spec.pause === true && run.spec.cancel !== true) {
    const message = 'the run is paused; spec.pause: false goes on';
    return { do: 'park', waiting: { step: name, for: 'Resume', message } };
  }
  const untilMs = entry?.state === 'retry' ? (entry.untilMs ?? 0) : 0;
  if (untilMs <= nowMs) return { do: 'attempt' };
  world.wakeAt(untilMs);
  const why = entry?.error?.message ?? 'failed';
  const message = `attempt ${entry?.attempt ?? 1} failed: ${why}`;
  return { do: 'park', waiting: { step: name, for: 'Retry', until: instantText(untilMs), message } };
}

function uncertain({ name, namespace }: Run['metadata'], step: string, attempt: number): RunFailure {
  const which = attempt === 1 ? '' : `,"attempt":${attempt}`;
  return {
    code: 'Uncertain',
    step,
    message:
      `step ${JSON.stringify(step)} was interrupted between its effect and its record, and must not be repeated blindly; ` +
      `find out whether it happened, then say so: kubectl patch run ${name} -n ${namespace ?? 'default'} --type merge ` +
      `-p '{"spec":{"decisions":[{"step":${JSON.stringify(step)}${which},"outcome":"Done"}]}}' (or NotDone, or Fail)`,
  };
}

type Run = OperationView['run'];

/** Exponential, between half and all of it, so that many that failed together do not come back together. */
function backoffMs(options: RetryOptions, made: number, random: Random): number | undefined {
  const { limit = retryLimit, backoffMs: first = retryBackoffMs, maxMs = retryBackoffMsMax } = options;
  if (made > limit) return undefined;
  const fullMs = Math.min(maxMs, first * 2 ** Math.min(made - 1, 30));
  return Math.round(fullMs / 2 + random.below(Math.floor(fullMs / 2) + 1));
}
