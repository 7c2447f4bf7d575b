import { FloatSyntaxError } from '@plinth/go-format';
import { DurationSyntaxError, parseDuration } from '@plinth/prometheus-model';
import type { NumberLiteral } from './expression.ts';
import { numberOf } from './number-syntax.ts';
import type { Token } from './token.ts';
import type { TokenStream } from './token-stream.ts';

/** Takes a number, or a duration as its number of seconds. */
export function parseNumber(tokens: TokenStream, token: Token): NumberLiteral {
  tokens.take();
  const isDuration = token.kind === 'duration';
  const range = { start: token.start, end: token.end };
  return { kind: 'number', value: valueOf(tokens, token), isDuration, range };
}

function valueOf(tokens: TokenStream, token: Token): number {
  try {
    return token.kind === 'duration' ? parseDuration(token.text) / 1000 : numberOf(token.text);
  } catch (error) {
    if (error instanceof DurationSyntaxError) tokens.report(token, error.message);
    else if (error instanceof FloatSyntaxError)
      tokens.report(token, `error parsing number: ${error.message}`);
    else throw error;
    return 0;
  }
}
