import { Matcher, type MatchOperator, metricNameLabel } from '@plinth/prometheus-model';
import { RE2JSSyntaxException } from 're2js';
import type { VectorSelector } from './expression.ts';
import { unquote } from './string-syntax.ts';
import type { Token, TokenKind } from './token.ts';
import type { TokenStream } from './token-stream.ts';

const context = 'label matching';

/** Reads `{...}` after a name, or without one. */
export function parseSelector(tokens: TokenStream, name?: Token): VectorSelector {
  const start = name?.start ?? tokens.peek().start;
  const matchers = tokens.peek().kind === '{' ? parseMatchers(tokens) : [];
  if (name) matchers.push(new Matcher(metricNameLabel, '=', name.text));
  return {
    kind: 'vector-selector',
    name: name?.text ?? '',
    matchers,
    offset: 0,
    range: { start, end: tokens.lastEnd },
  };
}

function parseMatchers(tokens: TokenStream): Matcher[] {
  tokens.take();
  const matchers: Matcher[] = [];
  while (!tokens.takeIf('}')) {
    const matcher = parseMatcher(tokens);
    if (matcher) matchers.push(matcher);
    parseSeparator(tokens);
  }
  return matchers;
}

/** Takes a comma, or leaves a brace. */
function parseSeparator(tokens: TokenStream): void {
  while (!tokens.takeIf(',') && tokens.peek().kind !== '}') {
    if (!tokens.isSkipping()) refuse(tokens, '"," or "}"');
  }
}

function parseMatcher(tokens: TokenStream): Matcher | undefined {
  const token = tokens.peek();
  if (token.kind !== 'identifier' && token.kind !== 'string') return refuse(tokens, 'identifier or "}"');
  tokens.take();
  const isQuoted = token.kind === 'string';
  const name = isQuoted ? unquote(token.text) : token.text;
  const operator = matchOperator(tokens.peek().kind);
  if (!operator)
    return isQuoted ? new Matcher(metricNameLabel, '=', name) : refuse(tokens, 'label matching operator');
  tokens.take();
  const value = tokens.peek();
  if (value.kind !== 'string') return refuse(tokens, 'string');
  tokens.take();
  try {
    return new Matcher(name, operator, unquote(value.text));
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    tokens.report({ start: token.start, end: value.end }, patternFault(error));
    return undefined;
  }
}

/** What Go says of a pattern. It is compiled with a flag before it, which is not what was written. */
function patternFault(error: RE2JSSyntaxException): string {
  const part = (error.getPattern() ?? '').replace(/^\(\?s\)/, '');
  return `error parsing regexp: ${error.getDescription()}: \`${part}\``;
}

function refuse(tokens: TokenStream, expected: string): undefined {
  tokens.fail();
  tokens.reportUnexpected(context, expected);
}

function matchOperator(kind: TokenKind): MatchOperator | undefined {
  return kind === '=' || kind === '!=' || kind === '=~' || kind === '!~' ? kind : undefined;
}
