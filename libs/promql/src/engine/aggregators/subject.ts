import type { TextRange } from '../../syntax/expression.ts';
import { histogramIgnoredInAggregation } from '../annotation-texts.ts';
import type { Annotations } from '../annotations.ts';

/** What annotations of an aggregation are about, and where they go. */
export interface AggregationSubject {
  readonly annotations: Annotations;
  /** Where the expression is that is aggregated. */
  readonly range: TextRange;
  readonly operator: string;
}

/** An aggregation of floats alone met a histogram. */
export function ignoreHistogram({ annotations, operator, range }: AggregationSubject): void {
  annotations.add(histogramIgnoredInAggregation(operator, range));
}
