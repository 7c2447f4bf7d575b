import type { Random } from '../ports/random.ts';
import type { JournalEntry, OperationKind } from './journal-entry.ts';
import type { Attempt } from './operation.ts';
import type { RunFailure } from './run-error.ts';
import type { AttemptResult } from './step-attempt.ts';

/** An attempt of a step that was made. */
export interface MadeAttempt {
  readonly attempt: Attempt;
  readonly kind: OperationKind;
  readonly name: string;
  /** Its number, from 1. */
  readonly made: number;
  readonly startedAtMs: number;
}

/**
 * What is journaled of an attempt: its result, its failure, or when the next one is due. Undefined when it may still
 * have its effect and must not be repeated: the intent stands, and what it led to has to be found out.
 */
export function entryOf(
  { attempt, kind, name, made, startedAtMs }: MadeAttempt,
  ended: AttemptResult,
  { nowMs, random, mayRetry }: { nowMs: number; random: Random; mayRetry: boolean },
): Omit<JournalEntry, 'seq'> | undefined {
  const entry = { kind, name, attempt: made, startedAtMs };
  if (ended.type === 'done') {
    const { result } = ended;
    return {
      ...entry,
      state: 'done',
      finishedAtMs: nowMs,
      ...(result === undefined ? {} : { result }),
      ...(attempt.compensable ? { compensable: true } : {}),
    };
  }
  if (ended.type === 'unfinished' && attempt.isOnce) return undefined;
  const { failure } = ended;
  const waitMs = mayRetry && !ended.isFinal ? attempt.retryAfterMs(made, random) : undefined;
  if (waitMs !== undefined) return { ...entry, state: 'retry', untilMs: nowMs + waitMs, error: failure };
  const message = made === 1 ? failure.message : `${failure.message} (attempt ${made})`;
  return { ...entry, state: 'failed', finishedAtMs: nowMs, error: { ...failure, message, step: name } };
}

/** The end of an attempt that was called off before its effect began. */
export function notBegun(failure: RunFailure): AttemptResult {
  return { type: 'failed', failure, isFinal: true };
}
