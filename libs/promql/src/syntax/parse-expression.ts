import { checkExpression } from '../checking/check-expression.ts';
import { heightOf } from '../checking/height.ts';
import type { Expression } from './expression.ts';
import { parseOperation } from './expression-parser.ts';
import { Lexer } from './lexer.ts';
import { ParseError } from './parse-error.ts';
import { heightMax, type ParserOptions } from './parser-options.ts';
import { refuseLongText } from './text-length.ts';
import { TokenStream } from './token-stream.ts';

/**
 * Parses a query of PromQL and checks its types. Spec: Prometheus 3.14, promql/parser.
 *
 * @param text - at most 1,000,000 UTF-16 units.
 * @param options - which experimental parts are allowed; none unless said.
 * @returns the expression, its ranges in UTF-16 units of the text.
 * @throws ParseError with the texts and positions that Prometheus gives.
 * @example parseExpression('sum by (job) (rate(http_requests_total[5m]))').kind; // 'aggregation'
 */
export function parseExpression(text: string, options: ParserOptions = {}): Expression {
  refuseLongText(text);
  const tokens = new TokenStream(text, new Lexer(text), options);
  const expression = tokens.run(() => parseWhole(tokens));
  tokens.refuseFaults();
  if (!expression) throw new ParseError(text, []);
  checkExpression(expression, tokens);
  tokens.refuseFaults();
  refuseHighExpression(text, expression);
  return expression;
}

function refuseHighExpression(text: string, expression: Expression): void {
  const height = heightOf(expression);
  if (height <= heightMax) return;
  const message = `expression is too complex: ${height} expressions within each other, at most ${heightMax}`;
  throw new ParseError(text, [{ range: expression.range, message }]);
}

function parseWhole(tokens: TokenStream): Expression | undefined {
  if (tokens.peek().kind === 'end of input') {
    tokens.report({ start: 0, end: 0 }, 'no expression found in input');
    return undefined;
  }
  return tokens.recovering<Expression | undefined>(
    () => {
      const expression = parseOperation(tokens, 0);
      tokens.expect('end of input');
      return expression;
    },
    () => {
      tokens.reportUnexpected();
      while (tokens.peek().kind !== 'end of input') tokens.skipUnfit();
      return undefined;
    },
  );
}
