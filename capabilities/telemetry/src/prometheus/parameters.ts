import { type Matcher, parseDuration } from '@plinth/prometheus-model';
import { ParseError, parseMetricSelector } from '@plinth/promql';
import { ApiError, invalidParameter } from './api-error.ts';
import type { TimeRange } from './metrics-reader.ts';

/** All of time, for parameters that are left out. */
const allTime = { startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY } as const;
/** The first and the last instant that clients written in Go know. */
const boundaryTimes: ReadonlyMap<string, number> = new Map([
  ['-292273086-05-16T16:47:06Z', allTime.startMs],
  ['292277025-08-18T07:12:54.999999999Z', allTime.endMs],
]);

/** Points of a series that a range query may ask for: a week in minutes, a year in hours. */
const pointsMax = 11_000;
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const rfc3339 = /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** The parameters of a request, from its URL and its form. Spec: Prometheus 3.14, HTTP API. */
export class Parameters {
  readonly #values: URLSearchParams;

  /** @param form - a body of type application/x-www-form-urlencoded; its values come first. */
  constructor(query: string, form = '') {
    this.#values = new URLSearchParams(form === '' ? query : `${form}&${query}`);
  }

  /** Empty when absent. */
  text(name: string): string {
    return this.#values.get(name) ?? '';
  }

  all(name: string): readonly string[] {
    return this.#values.getAll(name);
  }

  /** Milliseconds since the epoch. @throws ApiError */
  time(name: string): number {
    try {
      return timeOf(this.text(name));
    } catch (error) {
      throw error instanceof RangeError ? invalidParameter(name, error.message) : error;
    }
  }

  /** As `time`, but what is absent has a default. @throws ApiError */
  timeOr(name: string, defaultMs: number): number {
    const text = this.text(name);
    if (text === '') return defaultMs;
    try {
      return timeOf(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw invalidParameter(name, `invalid time value for '${name}': ${error.message}`);
    }
  }

  /** Milliseconds; undefined when absent. @throws ApiError */
  durationOr<T>(name: string, absent: T): number | T {
    const text = this.text(name);
    if (text === '') return absent;
    try {
      return durationOf(text);
    } catch (error) {
      throw error instanceof RangeError ? invalidParameter(name, error.message) : error;
    }
  }

  /** Milliseconds that the last sample of a series may be old; 0 when it is not said. @throws ApiError */
  lookback(): number {
    const text = this.text('lookback_delta');
    if (text === '') return 0;
    try {
      return durationOf(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ApiError('bad_data', `error parsing lookback delta duration: ${error.message}`);
    }
  }

  /** How much may be answered; 0: all. @throws ApiError */
  limit(name = 'limit'): number {
    const text = this.text(name);
    if (text === '') return 0;
    const parsing = `strconv.Atoi: parsing ${JSON.stringify(text)}`;
    if (!/^[+-]?\d+$/.test(text)) throw invalidParameter(name, `${parsing}: invalid syntax`);
    const limit = Number(text);
    if (Math.abs(limit) >= 2 ** 63) throw invalidParameter(name, `${parsing}: value out of range`);
    if (limit < 0) throw invalidParameter(name, 'limit must be non-negative');
    return limit;
  }

  /** -1 when absent. @throws ApiError */
  wholeNumber(name: string): number {
    const text = this.text(name);
    if (text === '') return -1;
    if (!/^[+-]?\d{1,15}$/.test(text)) throw new ApiError('bad_data', `${name} must be a number`);
    return Number(text);
  }

  /** The steps of a range query. @throws ApiError */
  range(): { readonly startMs: number; readonly endMs: number; readonly stepMs: number } {
    const startMs = this.time('start');
    const endMs = this.time('end');
    if (endMs < startMs) throw invalidParameter('end', 'end timestamp must not be before start time');
    const step = this.text('step');
    const stepMs = this.durationOr('step', Number.NaN);
    if (Number.isNaN(stepMs)) throw invalidParameter('step', notADuration(step));
    if (stepMs < 1) {
      const why = 'zero or negative query resolution step widths are not accepted. Try a positive integer';
      throw invalidParameter('step', why);
    }
    if (Math.trunc((endMs - startMs) / stepMs) > pointsMax) {
      throw new ApiError(
        'bad_data',
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      );
    }
    return { startMs, endMs, stepMs };
  }

  /** From `start` to `end`; all time where they are absent. @throws ApiError */
  timeRange(): TimeRange {
    return {
      startMs: this.timeOr('start', allTime.startMs),
      endMs: this.timeOr('end', allTime.endMs),
    };
  }

  /** The sets of matchers of `match[]`, each of which names something. @throws ApiError */
  matcherSets(): readonly (readonly Matcher[])[] {
    const sets = this.anyMatcherSets();
    if (sets.some((matchers) => matchers.every((matcher) => matcher.matchesEmpty))) {
      throw new ApiError('bad_data', 'match[] must contain at least one non-empty matcher');
    }
    return sets;
  }

  /** As `matcherSets`; `{}` is one too. @throws ApiError */
  anyMatcherSets(): readonly (readonly Matcher[])[] {
    return this.all('match[]').map(selectorOf);
  }
}

/** Says that the fault is one of `match[]`, where Prometheus says so. @throws ApiError */
export function asMatchParameter<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof ApiError ? invalidParameter('match[]', error.message) : error;
  }
}

/** @throws ApiError */
function selectorOf(text: string): readonly Matcher[] {
  try {
    return parseMetricSelector(text);
  } catch (error) {
    throw error instanceof ParseError ? new ApiError('bad_data', error.message, error) : error;
  }
}

/** @throws RangeError */
function timeOf(text: string): number {
  if (decimal.test(text)) {
    const ms = Math.round(Number(text) * 1000);
    if (Number.isSafeInteger(ms)) return ms;
  }
  const ms = boundaryTimes.get(text) ?? instantOf(text);
  if (Number.isNaN(ms)) throw new RangeError(`cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  return ms;
}

/** NaN when it is no instant. */
function instantOf(text: string): number {
  const day = rfc3339.exec(text)?.[1];
  if (day === undefined) return Number.NaN;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // JavaScript takes the 30th of February for a day in March.
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  return exists ? Date.parse(text) : Number.NaN;
}

/** @throws RangeError */
function durationOf(text: string): number {
  if (decimal.test(text)) {
    const seconds = Number(text);
    if (Math.abs(seconds) * 1e9 >= 2 ** 63) throw new RangeError(`${notADuration(text)}. It overflows int64`);
    return Math.trunc(seconds * 1000);
  }
  try {
    return parseDuration(text);
  } catch {
    // Its reason says less than what Prometheus says here.
    throw new RangeError(notADuration(text));
  }
}

function notADuration(text: string): string {
  return `cannot parse ${JSON.stringify(text)} to a valid duration`;
}
