import { setCondition } from '../model/object.ts';
import { formatTime } from '../ports/clock.ts';
import { isFinished, type Run } from './run-kind.ts';
import type { RunSchedule, RunScheduleStatus } from './schedule-kind.ts';
import { type ScheduleTimes, scheduleTimes } from './schedule-times.ts';

/** Instants that are looked at after a long stop; those before are dropped, and not even counted. */
const dueMax = 1_000;
/** Runs that RunAll starts at once at most. */
const startedMax = 100;
/** An instant is missed when it could not be acted on for so many milliseconds: a busy process is not a stopped one. */
const lateMs = 60_000;

/** What a schedule has to do now. */
export interface SchedulePlan {
  /** Runs to start, the oldest instant first. */
  readonly start: readonly { readonly name: string; readonly atMs: number }[];
  readonly cancel: readonly string[];
  readonly remove: readonly string[];
  readonly status: RunScheduleStatus;
  /** When to look again; undefined: only after a change. */
  readonly nextMs: number | undefined;
}

/**
 * Works out what a schedule has to do. Pure.
 *
 * @param owned the runs that the schedule has started and that are there
 * @param nowMs the instant, in milliseconds since the Unix epoch
 */
export function planSchedule(schedule: RunSchedule, owned: readonly Run[], nowMs: number): SchedulePlan {
  const { spec, status, metadata } = schedule;
  const times = scheduleTimes(spec.schedule, spec.timeZone);
  const active = owned.filter((run) => !isFinished(run) && run.metadata.deletionTimestamp === undefined);
  // After the clock was set back nothing is due again that was due before.
  const doneMs = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp);
  const due = dueBetween(times, doneMs, nowMs);
  const chosen = choose(schedule, due, active.length, nowMs);
  const lastMs = chosen.doneMs ?? doneMs;
  const skipped = (status?.skipped ?? 0) + chosen.skipped;
  const next = times.next(Math.max(lastMs, nowMs));
  const start = chosen.start.map((atMs) => ({ name: runName(metadata.name, atMs), atMs }));
  const names = [...active.map((run) => run.metadata.name), ...start.map(({ name }) => name)];
  return {
    start,
    cancel:
      spec.concurrencyPolicy === 'Replace' && start.length > 0
        ? active.filter((run) => run.spec.cancel !== true).map((run) => run.metadata.name)
        : [],
    remove: outdated(schedule, owned),
    status: statusOf(schedule, owned, { lastMs, next, skipped, names, nowMs }),
    // A suspended schedule looks on: what passes meanwhile is dropped then, not caught up later.
    nextMs: next,
  };
}

/** The name of the run of an instant: the same whoever makes it, so that none is made twice. */
export function runName(schedule: string, atMs: number): string {
  const minute = new Date(atMs).toISOString().slice(0, 16).replaceAll(/[-T:]/g, '');
  return `${schedule}-${minute}`;
}

/** Instants after one and up to another. After years without a process only the newest are looked at. */
function dueBetween(times: ScheduleTimes, afterMs: number, untilMs: number): number[] {
  const next = times.next(afterMs);
  if (next === undefined || next > untilMs) return [];
  for (let count = 16; ; count = Math.min(count * 4, dueMax)) {
    const newest = times.upTo(untilMs, count);
    if (count === dueMax || newest.length < count || (newest[0] ?? 0) <= afterMs) {
      return newest.filter((at) => at > afterMs);
    }
  }
}

interface Choice {
  readonly start: readonly number[];
  readonly skipped: number;
  /** Up to which instant everything is dealt with; undefined: nothing was. */
  readonly doneMs: number | undefined;
}

function choose({ spec }: RunSchedule, due: readonly number[], active: number, nowMs: number): Choice {
  const last = due.at(-1);
  if (last === undefined) return { start: [], skipped: 0, doneMs: undefined };
  if (spec.suspend) return { start: [], skipped: due.length, doneMs: last };
  const deadlineMs = (spec.startingDeadlineSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  let wanted = due.filter((at) => nowMs - at <= deadlineMs);
  if (spec.missedRunPolicy === 'Skip') wanted = wanted.filter((at) => at === last && nowMs - at <= lateMs);
  if (spec.missedRunPolicy === 'RunOnce' || spec.concurrencyPolicy === 'Replace') wanted = wanted.slice(-1);
  wanted = wanted.slice(-startedMax);
  if (spec.concurrencyPolicy !== 'Forbid' || wanted.length === 0) {
    return { start: wanted, skipped: due.length - wanted.length, doneMs: last };
  }
  // What waits for the run under way is looked at again when that has ended.
  const [first] = wanted;
  if (active > 0 || first === undefined) return { start: [], skipped: 0, doneMs: undefined };
  return { start: [first], skipped: due.indexOf(first), doneMs: first };
}

/** Runs that have ended, beyond those that are kept. */
function outdated({ spec, status }: RunSchedule, owned: readonly Run[]): string[] {
  const doneMs = Date.parse(status?.lastScheduleTime ?? '');
  const ended = owned
    .filter((run) => isFinished(run) && run.metadata.deletionTimestamp === undefined)
    // A run stays until its instant is on record: it stands for it.
    .filter((run) => instantOf(run) <= doneMs)
    .sort((a, b) => instantOf(b) - instantOf(a));
  const succeeded = ended.filter((run) => run.status?.phase === 'Succeeded');
  const failed = ended.filter((run) => run.status?.phase !== 'Succeeded');
  return [
    ...succeeded.slice(spec.successfulRunsHistoryLimit),
    ...failed.slice(spec.failedRunsHistoryLimit),
  ].map((run) => run.metadata.name);
}

/** Annotation with the instant that a run was due at. */
export const scheduledAt = 'plinth.dev/scheduled-at';

function instantOf(run: Run): number {
  return Date.parse(run.metadata.annotations?.[scheduledAt] ?? run.metadata.creationTimestamp);
}

function statusOf(
  { spec, status, metadata }: RunSchedule,
  owned: readonly Run[],
  at: { lastMs: number; next: number | undefined; skipped: number; names: readonly string[]; nowMs: number },
): RunScheduleStatus {
  const succeeded = owned
    .filter((run) => run.status?.phase === 'Succeeded')
    .map((run) => run.status?.finishedAt ?? '')
    .sort()
    .at(-1);
  const lastSuccessfulTime = [status?.lastSuccessfulTime ?? '', succeeded ?? ''].sort().at(-1) ?? '';
  const isDue = status?.lastScheduleTime !== undefined || at.lastMs > Date.parse(metadata.creationTimestamp);
  const scheduled = spec.suspend
    ? ({ status: 'False', reason: 'Suspended', message: 'spec.suspend is true' } as const)
    : ({ status: 'True', reason: 'Scheduled', message: '' } as const);
  return {
    ...(isDue ? { lastScheduleTime: formatTime(at.lastMs) } : {}),
    ...(spec.suspend || at.next === undefined ? {} : { nextScheduleTime: formatTime(at.next) }),
    ...(lastSuccessfulTime === '' ? {} : { lastSuccessfulTime }),
    ...(at.names.length > 0 ? { active: [...at.names] } : {}),
    ...(at.skipped > 0 ? { skipped: at.skipped } : {}),
    conditions: setCondition(status?.conditions, { type: 'Scheduled', ...scheduled }, formatTime(at.nowMs)),
  };
}
