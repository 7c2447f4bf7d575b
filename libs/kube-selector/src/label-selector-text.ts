import {
  checkRequirement,
  type LabelOperator,
  type LabelRequirement,
  type LabelSelector,
} from './label-selector.ts';
import { labelKey } from './name-validation.ts';
import { capture, SelectorRefusal, type SelectorResult } from './selector-error.ts';

/** Longest selector text, in UTF-16 code units. */
const SELECTOR_LENGTH_MAX = 65_536;

/**
 * Parses the text of a label selector such as `app=web,tier in (a,b),!legacy,replicas>3`.
 * @param text the selector; empty text matches everything
 * @returns the selector, or what was found and expected and at which position
 *
 * Spec: Kubernetes apimachinery labels Parse
 */
export function parseLabelSelector(text: string): SelectorResult<LabelSelector> {
  return capture(() => {
    if (text.length > SELECTOR_LENGTH_MAX) {
      const message = `unable to parse requirement: the selector is ${text.length} characters long, at most ${SELECTOR_LENGTH_MAX} are allowed`;
      throw new SelectorRefusal(message, SELECTOR_LENGTH_MAX);
    }
    return { requirements: new Parser(scan(text)).selector(), matchesNothing: false };
  });
}

type TokenKind = 'word' | 'end' | ')' | '(' | ',' | '!' | '=' | '==' | '!=' | '>' | '<';
type Token = { readonly kind: TokenKind; readonly text: string; readonly position: number };

const SYMBOL = /[=!(),<>]/;
const OPERATORS: readonly TokenKind[] = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'];

function scan(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const char = text.charAt(position);
    if (/[ \t\r\n]/.test(char)) {
      position += 1;
      continue;
    }
    const symbol = OPERATORS.find((operator) => text.startsWith(operator, position));
    if (symbol !== undefined) {
      tokens.push({ kind: symbol, text: symbol, position });
      position += symbol.length;
      continue;
    }
    const start = position;
    while (
      position < text.length &&
      !SYMBOL.test(text.charAt(position)) &&
      !/[ \t\r\n]/.test(text.charAt(position))
    ) {
      position += 1;
    }
    tokens.push({ kind: 'word', text: text.slice(start, position), position: start });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    const last = tokens.at(-1);
    this.#end = {
      kind: 'end',
      text: '',
      position: last === undefined ? 0 : last.position + last.text.length,
    };
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? this.#end;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  selector(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    if (this.#peek().kind === 'end') return requirements;
    if (this.#peek().kind !== 'word' && this.#peek().kind !== '!') {
      throw unexpected(this.#peek(), "!, identifier, or 'end of string'", '');
    }
    for (;;) {
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') throw unexpected(separator, "',' or 'end of string'", '');
      const next = this.#peek();
      if (next.kind !== 'word' && next.kind !== '!') throw unexpected(next, "identifier after ','", '');
    }
  }

  #requirement(): LabelRequirement {
    const negated = this.#peek().kind === '!';
    if (negated) this.#take();
    const key = this.#take();
    if (key.kind !== 'word') throw unexpected(key, 'identifier');
    const fault = labelKey(key.text)[0];
    if (fault !== undefined) {
      const message = `unable to parse requirement: Invalid value: ${JSON.stringify(key.text)}: ${fault}`;
      throw new SelectorRefusal(`${message} (at position ${key.position})`, key.position);
    }
    const ends = this.#peek().kind === 'end' || this.#peek().kind === ',';
    if (negated && !ends) throw unexpected(this.#peek(), "',' or 'end of string' after '!key'");
    const requirement: LabelRequirement = ends
      ? { key: key.text, operator: negated ? 'DoesNotExist' : 'Exists', values: [] }
      : this.#comparison(key.text);
    this.#check(requirement, key.position);
    return requirement;
  }

  #check(requirement: LabelRequirement, position: number): void {
    try {
      checkRequirement(requirement, position);
    } catch (error) {
      if (!(error instanceof SelectorRefusal)) throw error;
      const message = `unable to parse requirement: ${error.message} (at position ${position})`;
      throw new SelectorRefusal(message, position);
    }
  }

  #comparison(key: string): LabelRequirement {
    const token = this.#take();
    const operator = operatorOf(token);
    if (operator === undefined) throw unexpected(token, 'in, notin, =, ==, !=, gt, lt');
    if (token.kind === 'word') return { key, operator, values: this.#valueList() };
    return { key, operator, values: [this.#value()] };
  }

  #value(): string {
    const token = this.#peek();
    if (token.kind === 'end' || token.kind === ',') return '';
    this.#take();
    if (token.kind !== 'word') throw unexpected(token, 'identifier');
    return token.text;
  }

  /** `(a,,b)`: values may be empty, and the list is a sorted set. */
  #valueList(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw unexpected(open, "'('");
    const values = new Set<string>();
    for (;;) {
      const token = this.#take();
      if (token.kind === 'word') {
        values.add(token.text);
        const separator = this.#take();
        if (separator.kind === ')') break;
        if (separator.kind !== ',') throw unexpected(separator, "',' or ')'");
        if (this.#peek().kind === ')') {
          values.add('');
          this.#take();
          break;
        }
      } else if (token.kind === ',') {
        values.add('');
        if (this.#peek().kind === ')') {
          this.#take();
          break;
        }
      } else if (token.kind === ')') {
        values.add('');
        break;
      } else {
        throw unexpected(token, "',', ')' or identifier");
      }
    }
    return [...values].sort();
  }
}

function operatorOf(token: Token): LabelOperator | undefined {
  if (token.kind === 'word') {
    return token.text === 'in' ? 'In' : token.text === 'notin' ? 'NotIn' : undefined;
  }
  switch (token.kind) {
    case '=':
    case '==':
      return 'In';
    case '!=':
      return 'NotIn';
    case '>':
      return 'Gt';
    case '<':
      return 'Lt';
    default:
      return undefined;
  }
}

function unexpected(
  token: Token,
  expected: string,
  prefix = 'unable to parse requirement: ',
): SelectorRefusal {
  const message = `${prefix}found '${token.text}', expected: ${expected} (at position ${token.position})`;
  return new SelectorRefusal(message, token.position);
}
