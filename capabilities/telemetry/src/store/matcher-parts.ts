import { Matcher, type MatchOperator } from '@plinth/prometheus-model';

/** A matcher that can be cloned. */
export type MatcherParts = readonly [name: string, operator: MatchOperator, value: string];

export function matcherParts(matchers: readonly Matcher[]): MatcherParts[] {
  return matchers.map(({ name, operator, value }) => [name, operator, value]);
}

export function matchersOfParts(parts: readonly MatcherParts[]): Matcher[] {
  return parts.map(([name, operator, value]) => new Matcher(name, operator, value));
}
