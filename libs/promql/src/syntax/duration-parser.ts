import type { Duration, DurationExpression, NumberLiteral, TextRange } from './expression.ts';
import { parseNumber } from './number-parser.ts';
import type { Token, TokenKind } from './token.ts';
import type { TokenStream } from './token-stream.ts';

type DurationLiteral = DurationExpression & { kind: 'duration-literal' };
type Operator = (DurationExpression & { kind: 'duration-operation' })['operator'];

/** What remains of a duration that was refused. */
const refused: DurationLiteral = literalOf({
  kind: 'number',
  value: 0,
  isDuration: false,
  range: { start: 0, end: 0 },
});

/** Go holds durations in nanoseconds of an int64. */
const secondsMax = 2 ** 63 / 1e9;

const precedence: ReadonlyMap<TokenKind, number> = new Map<TokenKind, number>([
  ['+', 1],
  ['-', 1],
  ['*', 2],
  ['/', 2],
  ['%', 2],
  ['^', 4],
]);
/** Between the factors and the powers: `-2^2` is `-(2^2)`, `-2*3` is `(-2)*3`. */
const signPrecedence = 3;

/** Reads the window of a range or the step of a subquery, which must be positive where that can be told. */
export function parsePositiveDuration(tokens: TokenStream): Duration {
  const duration = parseOperation(tokens, 0);
  if (duration.kind === 'duration-literal' && duration.seconds <= 0) {
    tokens.report(duration.range, 'duration must be greater than 0');
  }
  return simplified(duration);
}

/**
 * Reads what follows `offset`. Without parentheses it ends after its first operand, so that `a offset 5m + b` is a sum of vectors.
 */
export function parseOffset(tokens: TokenStream): Duration {
  const kind = tokens.peek().kind;
  if (kind !== '+' && kind !== '-')
    return simplified(kind === '(' ? parseOperation(tokens, 0) : parseOperand(tokens));
  const sign = tokens.take();
  if (tokens.peek().kind === '(') return simplified(signed(sign, parseSignedParentheses(tokens)));
  const isSignAgain = tokens.peek().kind === '+' || tokens.peek().kind === '-';
  if (!isSignAgain) return simplified(signed(sign, parseOperand(tokens, sign.start)));
  const operand = parseOperation(tokens, signPrecedence);
  return simplified(parseRest(tokens, signed(sign, operand), 0));
}

/** The number of milliseconds where there is nothing to compute. */
function simplified(duration: DurationExpression): Duration {
  return duration.kind === 'duration-literal' ? duration.ms : duration;
}

function parseOperation(tokens: TokenStream, lowest: number): DurationExpression {
  tokens.enter();
  const sign = tokens.takeIf('+') ?? tokens.takeIf('-');
  const first = sign ? signed(sign, parseOperation(tokens, signPrecedence)) : parseOperand(tokens);
  const duration = parseRest(tokens, first, lowest);
  tokens.leave();
  return duration;
}

function parseRest(tokens: TokenStream, first: DurationExpression, lowest: number): DurationExpression {
  let left = first;
  for (;;) {
    const sign = tokens.peek();
    const rank = precedence.get(sign.kind);
    if (rank === undefined || rank < lowest) return left;
    tokens.take();
    const operator = sign.kind as Operator;
    const right = parseOperation(tokens, operator === '^' ? rank : rank + 1);
    checkEnabled(tokens, left.range);
    left = operation(tokens, sign, operator, left, right);
  }
}

function operation(
  tokens: TokenStream,
  sign: Token,
  operator: Operator,
  left: DurationExpression,
  right: DurationExpression,
): DurationExpression {
  if ((operator === '/' || operator === '%') && right.kind === 'duration-literal' && right.seconds === 0) {
    tokens.report(sign, operator === '/' ? 'division by zero' : 'modulo by zero');
    return refused;
  }
  return binary(operator, left, right);
}

function binary(operator: Operator, left: DurationExpression, right: DurationExpression): DurationExpression {
  const range = { start: left.range.start, end: right.range.end };
  return { kind: 'duration-operation', operator, left, right, isWrapped: false, range };
}

function signed(sign: Token, operand: DurationExpression): DurationExpression {
  const range = { start: sign.start, end: operand.range.end };
  if (operand.kind !== 'duration-literal') {
    if (sign.kind === '+') return operand;
    return { kind: 'duration-operation', operator: '-', right: operand, isWrapped: false, range };
  }
  if (operand === refused) return refused;
  const seconds = sign.kind === '-' ? -operand.seconds : operand.seconds;
  return literalOf({ kind: 'number', value: seconds, isDuration: operand.isDuration, range });
}

/** @param signStart - where messages about the operand begin, when it has a sign. */
function parseOperand(tokens: TokenStream, signStart?: number): DurationExpression {
  for (;;) {
    const token = tokens.peek();
    switch (token.kind) {
      case 'number':
      case 'duration':
        return checkedLiteral(tokens, parseNumber(tokens, token), signStart);
      case 'step':
      case 'range':
        return parseReference(tokens, token.kind, signStart);
      case 'min_of':
      case 'max_of':
        return parseChoice(tokens, token.kind, signStart);
      case '(':
        return parseParentheses(tokens);
      default:
        tokens.skipUnfit();
    }
  }
}

function checkedLiteral(tokens: TokenStream, literal: NumberLiteral, signStart?: number): DurationLiteral {
  if (Math.abs(literal.value) <= secondsMax) return literalOf(literal);
  const range = signStart === undefined ? literal.range : { start: signStart, end: signStart + 1 };
  tokens.report(range, 'duration out of range');
  return refused;
}

function literalOf({ value, isDuration, range }: NumberLiteral): DurationLiteral {
  const nanoseconds = Math.sign(value) * Math.round(Math.abs(value) * 1e9);
  return { kind: 'duration-literal', seconds: value, ms: Math.trunc(nanoseconds / 1e6), isDuration, range };
}

function parseReference(tokens: TokenStream, kind: 'step' | 'range', signStart?: number): DurationExpression {
  const { start } = tokens.take();
  tokens.expect('(');
  const range = { start, end: tokens.expect(')').end };
  checkEnabled(tokens, { start: signStart ?? start, end: range.end });
  return { kind: `duration-${kind}`, isWrapped: false, range };
}

function parseChoice(tokens: TokenStream, kind: 'min_of' | 'max_of', signStart?: number): DurationExpression {
  tokens.take();
  tokens.expect('(');
  const left = parseOperation(tokens, 0);
  tokens.expect(',');
  const right = parseOperation(tokens, 0);
  tokens.expect(')');
  const choice = binary(kind === 'min_of' ? 'min' : 'max', left, right);
  checkEnabled(tokens, { start: signStart ?? choice.range.start, end: choice.range.end });
  return choice;
}

function parseParentheses(tokens: TokenStream): DurationExpression {
  const { start } = tokens.take();
  const inner = parseOperation(tokens, 0);
  tokens.expect(')');
  checkEnabled(tokens, inner.range);
  return wrapped(inner, { start, end: inner.range.end });
}

/** After a sign of an offset; Prometheus lets a literal in such parentheses pass for no expression. */
function parseSignedParentheses(tokens: TokenStream): DurationExpression {
  tokens.take();
  const inner = parseOperation(tokens, 0);
  tokens.expect(')');
  return wrapped(inner, inner.range);
}

function wrapped(inner: DurationExpression, range: TextRange): DurationExpression {
  if (inner.kind !== 'duration-literal') return { ...inner, isWrapped: true };
  return { kind: 'duration-operation', operator: '+', right: inner, isWrapped: true, range };
}

function checkEnabled(tokens: TokenStream, range: TextRange): void {
  if (tokens.options.durationExpressions !== true) {
    tokens.report(range, 'experimental duration expression is not enabled');
  }
}
