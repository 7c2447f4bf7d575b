import { type Condition, setCondition } from '../model/object.ts';
import { formatTime } from '../ports/clock.ts';
import type { JournalEntry } from './journal-entry.ts';
import { messageCharsMax, statusStepsMax } from './limits.ts';
import type { RunFailure } from './run-error.ts';
import type { Run, RunPhase, RunStatus, RunStepStatus, RunWaiting } from './run-kind.ts';

/** What a status is made from, besides the journal. */
export interface Progress {
  readonly phase: RunPhase;
  readonly definitionVersion: number;
  readonly startedAtMs: number | undefined;
  readonly attempt: number;
  /** Operations under way, with their attempt and start. */
  readonly running: ReadonlyMap<string, { kind: string; attempt: number; startedAtMs: number }>;
  readonly waiting: readonly RunWaiting[];
  readonly error?: RunFailure | undefined;
  readonly output?: unknown;
  readonly nowMs: number;
}

/** The condition of a run that waits because its tenant has used up its run minutes. */
export const withheldCondition = 'RunMinutesAvailable';

/** Formats an instant in RFC 3339 with milliseconds. */
export function instantText(ms: number): string {
  const bounded = Math.max(-8.64e15, Math.min(8.64e15, ms));
  return new Date(Number.isNaN(bounded) ? 0 : bounded).toISOString();
}

/** The status that a run shows. */
export function renderStatus(
  run: Run,
  entries: ReadonlyMap<string, JournalEntry>,
  progress: Progress,
): RunStatus {
  const { phase, definitionVersion, startedAtMs, attempt, waiting, error, output, nowMs } = progress;
  const isFinal = phase === 'Succeeded' || phase === 'Failed' || phase === 'Canceled';
  const steps = stepsOf(entries, progress, isFinal);
  const before = steps.length - statusStepsMax;
  const all = isFinal || phase === 'Refused' ? conditionsOf(run, progress) : run.status?.conditions;
  // It goes on: what it waited for is there.
  const conditions = all?.filter(({ type }) => type !== withheldCondition);
  return {
    phase,
    definitionVersion,
    ...(startedAtMs === undefined ? {} : { startedAt: instantText(startedAtMs) }),
    ...(isFinal ? { finishedAt: instantText(nowMs) } : {}),
    attempt,
    ...(waiting.length > 0 && !isFinal ? { waitingFor: waiting.slice(0, statusStepsMax) } : {}),
    ...(steps.length > 0 ? { steps: before > 0 ? steps.slice(before) : steps } : {}),
    ...(before > 0 ? { stepsBefore: before } : {}),
    ...(output === undefined ? {} : { output }),
    ...(error ? { error: { ...error, message: error.message.slice(0, messageCharsMax) } } : {}),
    ...(conditions && conditions.length > 0 ? { conditions } : {}),
  };
}

function conditionsOf(run: Run, { phase, error, nowMs }: Progress): Condition[] {
  const isComplete = phase !== 'Refused';
  const complete = {
    type: 'Complete',
    status: isComplete ? ('True' as const) : ('False' as const),
    reason: isComplete ? phase : (error?.code ?? phase),
    message: error?.message.slice(0, messageCharsMax) ?? '',
  };
  return setCondition(run.status?.conditions, complete, formatTime(nowMs));
}

function stepsOf(
  entries: ReadonlyMap<string, JournalEntry>,
  { running, nowMs }: Progress,
  isFinal: boolean,
): RunStepStatus[] {
  const steps: RunStepStatus[] = [];
  for (const entry of entries.values()) {
    const { kind, name } = entry;
    if (kind === 'now' || kind === 'random' || kind === 'interrupt') continue;
    const now = running.get(name);
    steps.push(stepOf(entry, now, isFinal));
  }
  for (const [name, { kind, attempt, startedAtMs }] of running) {
    if (entries.has(name)) continue;
    const startedAt = instantText(Math.min(startedAtMs, nowMs));
    steps.push({ name, type: kind, state: 'Running', attempt, startedAt });
  }
  return steps;
}

function stepOf(
  entry: JournalEntry,
  running: { attempt: number } | undefined,
  isFinal: boolean,
): RunStepStatus {
  const { name, kind, attempt, startedAtMs, finishedAtMs, error } = entry;
  const state = running ? 'Running' : isFinal ? finalState(entry) : stateTexts[entry.state];
  const made = running?.attempt ?? attempt;
  return {
    name,
    type: kind,
    state,
    ...(made === undefined ? {} : { attempt: made }),
    ...(startedAtMs === undefined ? {} : { startedAt: instantText(startedAtMs) }),
    ...(finishedAtMs === undefined ? {} : { finishedAt: instantText(finishedAtMs) }),
    ...(error ? { message: error.message.slice(0, messageCharsMax) } : {}),
  };
}

const stateTexts: Readonly<Record<JournalEntry['state'], string>> = {
  intent: 'Uncertain',
  retry: 'Retrying',
  waiting: 'Waiting',
  done: 'Done',
  failed: 'Failed',
};

/** What a run leaves behind when it ends no longer waits for anything. */
function finalState(entry: JournalEntry): string {
  return entry.state === 'waiting' || entry.state === 'retry' ? 'Canceled' : stateTexts[entry.state];
}
