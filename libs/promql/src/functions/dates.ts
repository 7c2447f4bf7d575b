import { stepwise } from './elementwise.ts';
import type { SeriesFunction } from './function-call.ts';

/** Parts of dates, in UTC, of Unix times in seconds. Spec: Prometheus 3.14, promql/functions.go, dateWrapper. */
export const dateFunctions: ReadonlyMap<string, SeriesFunction> = new Map([
  ['minute', dateFunction((date) => date.getUTCMinutes())],
  ['hour', dateFunction((date) => date.getUTCHours())],
  ['day_of_week', dateFunction((date) => date.getUTCDay())],
  ['day_of_month', dateFunction((date) => date.getUTCDate())],
  ['day_of_year', dateFunction(dayOfYear)],
  ['days_in_month', dateFunction(daysInMonth)],
  ['month', dateFunction((date) => date.getUTCMonth() + 1)],
  ['year', dateFunction((date) => date.getUTCFullYear())],
]);

const dayMs = 86_400_000;

function dateFunction(part: (date: Date) => number): SeriesFunction {
  return stepwise((seconds) => part(new Date(Math.trunc(seconds) * 1000)));
}

function dayOfYear(date: Date): number {
  const year = date.getUTCFullYear();
  return (Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(year, 0, 0)) / dayMs;
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}
