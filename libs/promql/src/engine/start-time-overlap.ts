import { quote } from '@plinth/go-format';
import type { TextRange } from '../syntax/expression.ts';
import type { Annotation, AnnotationDetail } from './annotations.ts';

/** How many series had start timestamps that overlap. */
class Occurrences implements AnnotationDetail {
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  merge(earlier: AnnotationDetail): AnnotationDetail {
    return earlier instanceof Occurrences ? new Occurrences(this.#count + earlier.#count) : this;
  }

  toString(): string {
    return this.#count > 1 ? ` (${this.#count} occurrences)` : '';
  }
}

/** A sample begins before the sample before it ended: two sources write one series. */
export function startTimeOverlap(metricName: string, range: TextRange): Annotation {
  return {
    level: 'warning',
    text: `PromQL warning: sample has start time that overlaps with previous sample timestamp for metric ${quote(metricName)}`,
    range,
    detail: new Occurrences(1),
  };
}
