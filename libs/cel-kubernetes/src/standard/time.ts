import type { FunctionDeclaration } from '../checking/declaration.ts';
import { declared, define, method } from '../checking/declared.ts';
import type { Spend } from '../cost/cost-budget.ts';
import type { Duration } from '../values/duration.ts';
import type { Timestamp } from '../values/timestamp.ts';
import { nanosPerSecond } from '../values/timestamp.ts';
import { localDate } from './zone.ts';

const { int, string, timestamp, duration } = declared;

/** What each accessor reads of the local date. Months and days count from 0, `getDate` from 1. */
const fields: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDayOfYear: (date) => {
    const start = new Date(date);
    start.setUTCMonth(0, 1);
    return Math.round((date.getTime() - start.getTime()) / 86_400_000);
  },
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDate: (date) => date.getUTCDate(),
  getDayOfWeek: (date) => date.getUTCDay(),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
};

const perUnit: Readonly<Record<string, bigint>> = {
  getHours: 3600n * nanosPerSecond,
  getMinutes: 60n * nanosPerSecond,
  getSeconds: nanosPerSecond,
};

/** Milliseconds within the second. */
function milliseconds({ nanos, seconds }: Timestamp): bigint {
  return (nanos - seconds * nanosPerSecond) / 1_000_000n;
}

function accessor(name: string, read: (date: Date) => number): FunctionDeclaration {
  const inZone = (time: Timestamp, zone: string, work: Spend) => BigInt(read(localDate(time, zone, work)));
  const unit = perUnit[name];
  return define(
    name,
    method(`timestamp_${name}`, [timestamp], int, (time, work) => inZone(time, '+00:00', work)),
    method(`timestamp_${name}_with_tz`, [timestamp, string], int, inZone),
    ...(unit === undefined
      ? []
      : [method(`duration_${name}`, [duration], int, (value: Duration) => value.nanos / unit)]),
  );
}

/** Parts of timestamps and durations. Spec: CEL language definition, "Timestamp and duration functions". */
export const time: readonly FunctionDeclaration[] = [
  ...Object.entries(fields).map(([name, read]) => accessor(name, read)),
  define(
    'getMilliseconds',
    method('timestamp_getMilliseconds', [timestamp], int, milliseconds),
    method('timestamp_getMilliseconds_with_tz', [timestamp, string], int, milliseconds),
    // Of a duration these are the milliseconds within the second, while its hours, minutes and seconds are all of it.
    method('duration_getMilliseconds', [duration], int, ({ nanos }) => (nanos % nanosPerSecond) / 1_000_000n),
  ),
];
