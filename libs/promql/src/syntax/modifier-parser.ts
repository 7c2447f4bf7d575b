import { parseOffset, parsePositiveDuration } from './duration-parser.ts';
import type { AtModifier, Expression, MatrixSelector, Subquery, VectorSelector } from './expression.ts';
import { parseNumber } from './number-parser.ts';
import type { TokenStream } from './token-stream.ts';

type Selecting = VectorSelector | MatrixSelector | Subquery;

/** What can stand in an offset or in brackets, as messages list it. */
const durationForms = 'number, duration, step(), or range()';

/** Ranges of what is no selector, which have been refused. */
const invalidRanges = new WeakSet<Expression>();

/** Reads what follows an operand: `[5m]`, `[5m:1m]`, `offset`, `@`, `anchored`, `smoothed`, in any order and number. */
export function parseModifiers(tokens: TokenStream, operand: Expression): Expression {
  let expression = operand;
  for (;;) {
    switch (tokens.peek().kind) {
      case '[':
        expression = parseBrackets(tokens, expression);
        break;
      case 'offset':
        expression = parseOffsetModifier(tokens, expression);
        break;
      case '@':
        expression = parseAtModifier(tokens, expression);
        break;
      case 'anchored':
        tokens.take();
        expression = extended(tokens, expression, 'anchored');
        break;
      case 'smoothed':
        tokens.take();
        expression = extended(tokens, expression, 'smoothed');
        break;
      default:
        return expression;
    }
  }
}

function parseBrackets(tokens: TokenStream, expression: Expression): Expression {
  const { start } = tokens.take();
  let context = 'subquery or range selector';
  let expected = durationForms;
  return tokens.recovering<Expression>(
    () => {
      const window = parsePositiveDuration(tokens);
      context = 'subquery or range';
      expected = '":" or "]"';
      while (tokens.peek().kind !== ':' && tokens.peek().kind !== ']') tokens.skipUnfit();
      if (tokens.take().kind === ']') {
        checkRangeOperand(tokens, expression, { start, end: tokens.lastEnd });
        return matrixSelector(expression, window, tokens.lastEnd);
      }
      context = 'subquery selector';
      expected = `${durationForms.replace(', or', ',')}, or "]"`;
      const range = { start: expression.range.start, end: 0 };
      if (tokens.takeIf(']')) {
        return { kind: 'subquery', expression, window, offset: 0, range: { ...range, end: tokens.lastEnd } };
      }
      const step = parsePositiveDuration(tokens);
      expected = '"]"';
      tokens.expect(']');
      return {
        kind: 'subquery',
        expression,
        window,
        step,
        offset: 0,
        range: { ...range, end: tokens.lastEnd },
      };
    },
    () => {
      tokens.reportUnexpected(context, expected);
      return expression;
    },
  );
}

function checkRangeOperand(
  tokens: TokenStream,
  operand: Expression,
  range: { start: number; end: number },
): void {
  if (operand.kind !== 'vector-selector') tokens.report(range, 'ranges only allowed for vector selectors');
  else if (operand.offset !== 0) tokens.report(range, 'no offset modifiers allowed before range');
  else if (operand.at) tokens.report(range, 'no @ modifiers allowed before range');
}

function matrixSelector(operand: Expression, window: MatrixSelector['window'], end: number): MatrixSelector {
  const range = { start: operand.range.start, end };
  if (operand.kind === 'vector-selector')
    return { kind: 'matrix-selector', selector: operand, window, range };
  const selector: VectorSelector = {
    kind: 'vector-selector',
    name: '',
    matchers: [],
    offset: 0,
    range: operand.range,
  };
  const refused: MatrixSelector = { kind: 'matrix-selector', selector, window, range };
  invalidRanges.add(refused);
  return refused;
}

function parseOffsetModifier(tokens: TokenStream, expression: Expression): Expression {
  tokens.take();
  return tokens.recovering(
    () => {
      const offset = parseOffset(tokens);
      const target = selectingOperand(tokens, expression, 'offset modifier');
      if (!target) return expression;
      const base = target.kind === 'matrix-selector' ? target.selector : target;
      if (base.offset !== 0) tokens.report(target.range, 'offset may not be set multiple times');
      return modified(target, { offset }, tokens.lastEnd);
    },
    () => {
      tokens.reportUnexpected('offset', durationForms);
      return expression;
    },
  );
}

function parseAtModifier(tokens: TokenStream, expression: Expression): Expression {
  tokens.take();
  return tokens.recovering(
    () => {
      const at = parseInstant(tokens, expression);
      const target = selectingOperand(tokens, expression, '@ modifier');
      if (!target) return expression;
      const base = target.kind === 'matrix-selector' ? target.selector : target;
      if (base.at) {
        tokens.report(target.range, '@ <timestamp> may not be set multiple times');
        return expression;
      }
      return modified(target, { at }, tokens.lastEnd);
    },
    () => {
      tokens.reportUnexpected('@', 'timestamp');
      return expression;
    },
  );
}

function parseInstant(tokens: TokenStream, expression: Expression): AtModifier {
  const first = tokens.peek();
  if (first.kind === 'start' || first.kind === 'end') {
    tokens.take();
    tokens.expect('(');
    tokens.expect(')');
    return { edge: first.kind };
  }
  const sign = tokens.takeIf('+') ?? tokens.takeIf('-');
  const token = tokens.peek();
  if (token.kind !== 'number' && token.kind !== 'duration') tokens.refuse();
  const { value } = parseNumber(tokens, token);
  const seconds = sign?.kind === '-' ? -value : value;
  if (!(Math.abs(seconds) < 2 ** 63)) {
    tokens.report(expression.range, `timestamp out of bounds for @ modifier: ${sixDecimals(seconds)}`);
  }
  const timestampMs = Math.sign(seconds) * Math.round(Math.abs(seconds) * 1000);
  return { timestampMs: timestampMs + 0 };
}

/** As Go's `%f`. */
function sixDecimals(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}

/** The operand, if it selects samples and so can be moved in time. */
function selectingOperand(tokens: TokenStream, operand: Expression, modifier: string): Selecting | undefined {
  if (invalidRanges.has(operand)) {
    tokens.report(operand.range, 'ranges only allowed for vector selectors');
    return undefined;
  }
  if (
    operand.kind === 'vector-selector' ||
    operand.kind === 'matrix-selector' ||
    operand.kind === 'subquery'
  ) {
    return operand;
  }
  tokens.report(
    operand.range,
    `${modifier} must be preceded by an instant vector selector or range vector selector or a subquery`,
  );
  return undefined;
}

function modified(
  target: Selecting,
  change: Pick<VectorSelector, 'at'> | Pick<VectorSelector, 'offset'>,
  end: number,
): Selecting {
  const range = { start: target.range.start, end };
  if (target.kind !== 'matrix-selector') return { ...target, ...change, range };
  return { ...target, selector: { ...target.selector, ...change }, range };
}

function extended(tokens: TokenStream, operand: Expression, extension: 'anchored' | 'smoothed'): Expression {
  if (tokens.options.extendedRangeSelectors !== true) {
    tokens.report(operand.range, `${extension} modifier is experimental and not enabled`);
    return operand;
  }
  if (invalidRanges.has(operand)) return operand;
  if (operand.kind !== 'vector-selector' && operand.kind !== 'matrix-selector') {
    // The words of Prometheus: other expressions have no such windows there either.
    const reason = operand.kind === 'subquery' ? 'is not supported for subqueries' : 'not implemented';
    tokens.report(operand.range, `${extension} modifier ${reason}`);
    return operand;
  }
  const selector = operand.kind === 'matrix-selector' ? operand.selector : operand;
  if (selector.extension !== undefined && selector.extension !== extension) {
    tokens.report(operand.range, 'anchored and smoothed modifiers cannot be used together');
  }
  if (operand.kind === 'vector-selector') return { ...operand, extension };
  return { ...operand, selector: { ...operand.selector, extension } };
}
