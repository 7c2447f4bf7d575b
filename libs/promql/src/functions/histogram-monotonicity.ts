import { formatFloatShort } from '@plinth/go-format';
import type { Annotation, AnnotationDetail } from '../engine/annotations.ts';
import type { MonotonicityRepair } from './histogram-classic.ts';
import type { AnnotationSubject } from './histogram-rate.ts';

/** Which buckets were repaired how often, over all series and steps. */
class RepairFigures implements AnnotationDetail {
  readonly #repair: MonotonicityRepair;
  readonly #fromMs: number;
  readonly #toMs: number;
  readonly #samples: number;

  constructor(repair: MonotonicityRepair, fromMs: number, toMs: number, samples: number) {
    this.#repair = repair;
    this.#fromMs = fromMs;
    this.#toMs = toMs;
    this.#samples = samples;
  }

  merge(earlier: AnnotationDetail): AnnotationDetail {
    if (!(earlier instanceof RepairFigures)) return this;
    const [mine, theirs] = [this.#repair, earlier.#repair];
    return new RepairFigures(
      {
        lowestBound: Math.min(mine.lowestBound, theirs.lowestBound),
        highestBound: Math.max(mine.highestBound, theirs.highestBound),
        largestDifference: Math.max(mine.largestDifference, theirs.largestDifference),
      },
      Math.min(this.#fromMs, earlier.#fromMs),
      Math.max(this.#toMs, earlier.#toMs),
      this.#samples + earlier.#samples,
    );
  }

  toString(): string {
    const { lowestBound, highestBound, largestDifference } = this.#repair;
    const bounds = `from buckets ${formatFloatShort(lowestBound)} to ${formatFloatShort(highestBound)}`;
    const difference = `with a max diff of ${twoDigits(largestDifference)}`;
    const times = `from ${instant(this.#fromMs)} to ${instant(this.#toMs)}`;
    return `, ${bounds}, ${difference}, over ${this.#samples} samples ${times}`;
  }
}

/** Counts of a classic histogram fell between buckets and had to be raised. */
export function forcedMonotonicity(
  repair: MonotonicityRepair,
  timeMs: number,
  subject: AnnotationSubject,
): Annotation {
  const name = subject.metricName === '' ? '' : ` for metric name ${JSON.stringify(subject.metricName)}`;
  return {
    level: 'info',
    text: `PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)${name}`,
    range: subject.range,
    detail: new RepairFigures(repair, timeMs, timeMs, 1),
  };
}

/** Go's `%.2g`. */
function twoDigits(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatFloatShort(value);
  const rounded = Number(value.toPrecision(2));
  const [mantissa = '', power = ''] = rounded.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 2) return formatFloatShort(rounded);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** RFC 3339 with whole seconds, as far as JavaScript's calendar goes. */
function instant(timeMs: number): string {
  const date = new Date(Math.trunc(timeMs / 1000) * 1000);
  return Number.isNaN(date.getTime()) ? `${timeMs} ms` : date.toISOString().replace('.000Z', 'Z');
}
