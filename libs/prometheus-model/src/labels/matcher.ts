import { quote } from '@plinth/go-format';
import { RE2JS } from 're2js';
import { quoteName } from './quote-name.ts';

/** How a matcher compares. */
export type MatchOperator = '=' | '!=' | '=~' | '!~';

/**
 * A condition on one label; an absent label has the empty value. Patterns are RE2, anchored at both ends, and run in
 * linear time. Spec: Prometheus 3.14, model/labels/matcher.go.
 */
export class Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  readonly #test: (value: string) => boolean;

  /** @throws RE2JSSyntaxException when the pattern is no RE2. */
  constructor(name: string, operator: MatchOperator, value: string) {
    this.name = name;
    this.operator = operator;
    this.value = value;
    this.#test = testOf(operator, value);
  }

  matches(value: string): boolean {
    return this.#test(value);
  }

  /** Whether series without the label match. */
  get matchesEmpty(): boolean {
    return this.#test('');
  }

  /** The values that match, where the pattern is nothing but a choice of literal texts: `a|b|c`. */
  get literals(): readonly string[] | undefined {
    if (this.operator === '=') return [this.value];
    return this.operator === '=~' ? literalChoice(this.value) : undefined;
  }

  toString(): string {
    return `${quoteName(this.name)}${this.operator}${quote(this.value)}`;
  }
}

const plainChoice = /^[\w /:@,;=~%#&!<>'"-]*(?:\|[\w /:@,;=~%#&!<>'"-]*)*$/u;

function literalChoice(pattern: string): readonly string[] | undefined {
  return plainChoice.test(pattern) ? pattern.split('|') : undefined;
}

function testOf(operator: MatchOperator, value: string): (value: string) => boolean {
  if (operator === '=') return (candidate) => candidate === value;
  if (operator === '!=') return (candidate) => candidate !== value;
  const matches = patternTest(value);
  return operator === '=~' ? matches : (candidate) => !matches(candidate);
}

function patternTest(pattern: string): (value: string) => boolean {
  const literals = literalChoice(pattern);
  if (literals) {
    const set = new Set(literals);
    return (candidate) => set.has(candidate);
  }
  // Prometheus: (?s:^(?:pattern)$), a dot matches line ends too.
  const program = RE2JS.compile(pattern, RE2JS.DOTALL);
  return (candidate) => program.matches(candidate);
}
