import { Cron } from 'croner';

/** When a schedule is due. Instants are milliseconds since the Unix epoch. */
export interface ScheduleTimes {
  /** The first instant after `afterMs`; undefined when there is none any more. */
  next(afterMs: number): number | undefined;
  /** The newest instants up to and with `untilMs`, at most `count`, the oldest first. */
  upTo(untilMs: number, count: number): number[];
}

const known = new Map<string, ScheduleTimes>();
/** Schedules whose parsed form is kept; all of an ordinary control plane. */
const knownMax = 1_000;

/**
 * Reads a cron expression of five fields, or an alias such as `@daily`, in an IANA time zone.
 *
 * When the clock goes forward, a time that does not exist is due right after the gap, once. When it goes back, a fixed
 * time is due at its first occurrence only, and an interval (with `*` or a step) in both hours.
 *
 * @throws Error saying what is wrong with the expression or the zone
 */
export function scheduleTimes(schedule: string, timeZone: string): ScheduleTimes {
  const key = `${timeZone} ${schedule}`;
  const found = known.get(key);
  if (found) return found;
  const cron = new Cron(schedule, {
    timezone: timeZone,
    mode: '5-part',
    fixedTimeRule: 'no-wildcard',
    paused: true,
  });
  const times: ScheduleTimes = {
    next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime(),
    upTo(untilMs, count) {
      // Instants are whole minutes, and the reference itself does not count.
      const before = new Date(Math.floor(untilMs / 1000) * 1000 + 1000);
      return cron
        .previousRuns(count, before)
        .map((date) => date.getTime())
        .filter((ms) => ms <= untilMs)
        .sort((a, b) => a - b);
    },
  };
  const oldest = known.size >= knownMax ? known.keys().next().value : undefined;
  if (oldest !== undefined) known.delete(oldest);
  known.set(key, times);
  return times;
}

/** Whether this platform knows an IANA time zone. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
