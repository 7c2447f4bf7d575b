import { type FloatHistogram, Labels } from '@plinth/prometheus-model';
import type { ResultValue } from '@plinth/promql';

/** One series of an instant vector. */
export interface VectorSample {
  readonly labels: Labels;
  readonly value: number;
  /** There instead of a value. */
  readonly histogram?: FloatHistogram;
}

/**
 * Evaluates a PromQL expression at an instant, in milliseconds since the epoch. A scalar comes as a sample without labels.
 * @throws Error when it cannot be evaluated
 */
export type QueryFunction = (text: string, timeMs: number) => Promise<readonly VectorSample[]>;

/** An instant vector, whatever a query gave; a scalar has no labels. @throws RangeError */
export function vectorOf(value: ResultValue): readonly VectorSample[] {
  switch (value.type) {
    case 'vector':
      return value.samples.map(({ labels, value: number, histogram }) => ({
        labels,
        value: number,
        ...(histogram ? { histogram } : {}),
      }));
    case 'scalar':
      return [{ labels: Labels.empty, value: value.value }];
    default:
      throw new RangeError('rule result is not a vector or scalar');
  }
}
