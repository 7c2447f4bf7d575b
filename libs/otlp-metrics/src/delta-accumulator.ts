import type { FloatHistogram } from '@plinth/prometheus-model';
import type { DataPoint, HistogramPoint, NumberPoint } from './metrics-data.ts';
import { TranslationError } from './native-histogram.ts';

/** What the sums of delta points may take. */
export interface DeltaLimits {
  /** Series at a time; points of further ones are refused. */
  readonly series: number;
  /** How long a series is kept after its last point, in milliseconds. */
  readonly idleMs: number;
  /** Buckets of one exponential histogram; it becomes coarser when it has more. */
  readonly buckets: number;
}

/** What has been counted since the series was first seen. */
export interface Total<T> {
  readonly value: T;
  readonly startTimeMs: number;
}

interface Entry<T> {
  value: T;
  startTimeMs: number;
  timeMs: number;
  seenAtMs: number;
}

/** Counts of a histogram with explicit bounds. */
export type HistogramCounts = Pick<HistogramPoint, 'count' | 'sum' | 'bucketCounts' | 'explicitBounds'>;

/**
 * Adds up delta points to what Prometheus has: values that count from a start. A series is new with its first point: its total begins
 * there. A gap between points loses nothing, since senders leave out intervals in which nothing was counted; so that a sender that
 * began anew goes on with the total, which a query sees as what it is: an increase. Points that are older than the last one are refused,
 * since their count may be in the total already.
 *
 * Keeps its state in memory only: after a restart totals begin anew, which is a counter reset.
 * Spec: OpenTelemetry Metrics Data Model 1.49, "Sums: Delta-to-Cumulative".
 */
export class DeltaAccumulator {
  readonly #limits: DeltaLimits;
  readonly #numbers = new Map<string, Entry<number>>();
  readonly #histograms = new Map<string, Entry<HistogramCounts>>();
  readonly #exponentials = new Map<string, Entry<FloatHistogram>>();
  #nowMs: number;

  /** @param nowMs - the present, in milliseconds since the epoch. */
  constructor(limits: DeltaLimits, nowMs: number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** How many series there are. */
  get size(): number {
    return this.#numbers.size + this.#histograms.size + this.#exponentials.size;
  }

  /** Tells the time and forgets the series that were idle for too long. To be called now and then. */
  expire(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const entries of [this.#numbers, this.#histograms, this.#exponentials]) {
      for (const [key, { seenAtMs }] of entries)
        if (seenAtMs < nowMs - this.#limits.idleMs) entries.delete(key);
    }
  }

  /** @param key - names the series. @throws TranslationError */
  addNumber(key: string, point: NumberPoint): Total<number> {
    return this.#add(this.#numbers, key, point, point.value, (total) => total + point.value);
  }

  /** Bounds that change begin a new total. @throws TranslationError */
  addHistogram(key: string, point: HistogramPoint): Total<HistogramCounts> {
    return this.#add<HistogramCounts>(this.#histograms, key, point, point, (total) =>
      addedCounts(total, point),
    );
  }

  /** @throws TranslationError */
  addExponential(key: string, point: DataPoint, histogram: FloatHistogram): Total<FloatHistogram> {
    return this.#add(this.#exponentials, key, point, this.#bounded(histogram), (total) => {
      const sum = total.add(histogram)?.histogram.compact();
      return sum && this.#bounded(sum);
    });
  }

  #bounded(histogram: FloatHistogram): FloatHistogram {
    let bounded = histogram;
    while (bucketCount(bounded) > this.#limits.buckets && bounded.fields.schema > -4) {
      bounded = bounded.reduceResolution(bounded.fields.schema - 1);
    }
    return bounded;
  }

  #add<T>(
    entries: Map<string, Entry<T>>,
    key: string,
    { startTimeMs, timeMs }: DataPoint,
    first: T,
    add: (total: T) => T | undefined,
  ): Total<T> {
    const entry = entries.get(key);
    const value = entry && add(entry.value);
    if (!entry || value === undefined) {
      if (!entry && this.size >= this.#limits.series) {
        throw new TranslationError(`more than ${this.#limits.series} series with delta temporality`);
      }
      entries.set(key, { value: first, startTimeMs, timeMs, seenAtMs: this.#nowMs });
      return { value: first, startTimeMs };
    }
    if (timeMs <= entry.timeMs) {
      throw new TranslationError(
        `delta point at ${timeMs} ms is not later than the one before it, at ${entry.timeMs} ms`,
      );
    }
    if (startTimeMs !== 0 && startTimeMs < entry.startTimeMs) {
      throw new TranslationError(
        `delta point starts at ${startTimeMs} ms, before its series, at ${entry.startTimeMs} ms`,
      );
    }
    entry.value = value;
    entry.timeMs = timeMs;
    entry.seenAtMs = this.#nowMs;
    return { value, startTimeMs: entry.startTimeMs };
  }
}

function bucketCount({ fields }: FloatHistogram): number {
  return fields.positiveBuckets.length + fields.negativeBuckets.length;
}

function addedCounts(total: HistogramCounts, point: HistogramPoint): HistogramCounts | undefined {
  const { bucketCounts, explicitBounds } = point;
  const isSame =
    total.bucketCounts.length === bucketCounts.length &&
    total.explicitBounds.length === explicitBounds.length &&
    total.explicitBounds.every((bound, i) => bound === explicitBounds[i]);
  if (!isSame) return undefined;
  return {
    count: total.count + point.count,
    sum: total.sum === undefined || point.sum === undefined ? undefined : total.sum + point.sum,
    bucketCounts: total.bucketCounts.map((count, i) => count + (bucketCounts[i] ?? 0)),
    explicitBounds,
  };
}
