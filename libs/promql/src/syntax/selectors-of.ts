import type { Matcher } from '@plinth/prometheus-model';
import { childrenOf } from './children.ts';
import type { Expression } from './expression.ts';

/** The matchers of each selector in an expression, in the order in which they are written. Spec: Prometheus 3.14, parser.ExtractSelectors. */
export function selectorsOf(expression: Expression): readonly (readonly Matcher[])[] {
  if (expression.kind === 'vector-selector') return [expression.matchers];
  return childrenOf(expression).flatMap(selectorsOf);
}
