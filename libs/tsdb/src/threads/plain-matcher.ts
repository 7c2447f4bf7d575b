import { Matcher, type MatchOperator } from '@plinth/prometheus-model';

/** A matcher as it travels between threads. */
export interface PlainMatcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

export function plainMatchers(matchers: readonly Matcher[]): PlainMatcher[] {
  return matchers.map(({ name, operator, value }) => ({ name, operator, value }));
}

export function matchersOf(plain: readonly PlainMatcher[]): Matcher[] {
  return plain.map(({ name, operator, value }) => new Matcher(name, operator, value));
}
