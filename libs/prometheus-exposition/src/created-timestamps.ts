import type { MetricType } from '@plinth/prometheus-model';
import type { ExpositionLimits } from './exposition-limits.ts';
import { endOfLine } from './line-text.ts';
import { numberBetween } from './number-text.ts';
import { SeriesLine } from './series-line.ts';

/** Types whose series have a begin. */
export function hasStart(type: MetricType): boolean {
  return type === 'counter' || type === 'summary' || type === 'histogram';
}

const suffixes = ['_total', '_bucket', '_count', '_sum'];
const createdSuffix = '_created';

/**
 * Start timestamps of a metric family. The `_created` line of a series may stand after its samples, so that the lines of the family
 * are looked through before its first sample is handed over. Spec: OpenMetrics 1.0.0, "Timestamps".
 */
export class CreatedTimestamps {
  readonly #body: string;
  readonly #limits: ExpositionLimits;
  /** By name and labels, in milliseconds since the epoch. */
  #byKey: Map<string, number> | undefined;
  #createdAt = -1;

  constructor(body: string, limits: ExpositionLimits) {
    this.#body = body;
    this.#limits = limits;
  }

  /** Another metric family begins. */
  clear(): void {
    this.#byKey = undefined;
  }

  /**
   * When the counting of a series began; 0 when there is no such line.
   * @param position - where the line of the series begins; the lines after it, up to the next comment, are those of the family.
   */
  of(series: SeriesLine, position: number): number {
    const byKey = (this.#byKey ??= this.#lookAhead(position, series.type));
    if (byKey.size === 0) return 0;
    const name = series.metricName;
    const suffix = suffixes.find((candidate) => name.endsWith(candidate)) ?? '';
    // The samples of quantiles have the name of the family itself.
    return byKey.get(keyOf(series, name.slice(0, name.length - suffix.length))) ?? 0;
  }

  #lookAhead(start: number, type: MetricType): Map<string, number> {
    const body = this.#body;
    const found = new Map<string, number>();
    const line = new SeriesLine(body, { isLoose: false }, this.#limits);
    line.type = type;
    const commentAt = body.indexOf('\n#', start);
    const familyEnd = commentAt === -1 ? body.length : commentAt;
    for (let at = this.#nextCreated(start); at < familyEnd; ) {
      this.#keep(line, body.lastIndexOf('\n', at) + 1, found);
      at = this.#nextCreated(endOfLine(body, at));
    }
    return found;
  }

  /** Where the word stands next; remembered, so that families without it cost no search. */
  #nextCreated(start: number): number {
    if (this.#createdAt < start) {
      const found = this.#body.indexOf(createdSuffix, start);
      this.#createdAt = found === -1 ? this.#body.length : found;
    }
    return this.#createdAt;
  }

  #keep(line: SeriesLine, position: number, found: Map<string, number>): void {
    const valueAt = line.read(position) + 1;
    const name = line.metricName;
    if (!name.endsWith(createdSuffix)) return;
    let end = valueAt;
    while (end < this.#body.length && this.#body[end] !== ' ' && this.#body[end] !== '\n') end++;
    const seconds = numberBetween(this.#body, valueAt, end);
    // What is no number is a fault that is reported when its turn comes.
    if (seconds !== undefined)
      found.set(keyOf(line, name.slice(0, -createdSuffix.length)), Math.trunc(seconds * 1000));
  }
}

/** The same for all series of one metric: without what tells its buckets and quantiles apart. */
function keyOf(series: SeriesLine, family: string): string {
  const parts = [family];
  for (const { name, value } of series.rawLabels()) {
    if (name === 'le' && series.type === 'histogram') continue;
    if (name === 'quantile' && series.type === 'summary') continue;
    parts.push(name, value);
  }
  return parts.join('\xff');
}
