import { quote } from '@plinth/go-format';
import { typeOf } from '../checking/value-type.ts';
import { functionSignatures } from '../functions/signatures.ts';
import { parseAggregation } from './aggregation-parser.ts';
import type { BinaryExpression, BinaryOperator, Expression, VectorMatching } from './expression.ts';
import { parseMatching } from './matching-parser.ts';
import { parseModifiers } from './modifier-parser.ts';
import { parseNumber } from './number-parser.ts';
import { parseSelector } from './selector-parser.ts';
import { unquote } from './string-syntax.ts';
import type { Token, TokenKind } from './token.ts';
import { aggregationKinds, firstKinds, functionKinds } from './token-kinds.ts';
import type { TokenStream } from './token-stream.ts';

const powerPrecedence = 7;
/** Between the factors and the powers: `-2 ^ 2` is `-(2 ^ 2)`, `-a * b` is `(-a) * b`. */
const signPrecedence = 6;

const precedence: ReadonlyMap<TokenKind, number> = new Map<TokenKind, number>([
  ['or', 1],
  ...(['and', 'unless'] as const).map((kind): [TokenKind, number] => [kind, 2]),
  ...(['==', '!=', '<', '<=', '>', '>=', '</', '>/'] as const).map((kind): [TokenKind, number] => [kind, 3]),
  ...(['+', '-'] as const).map((kind): [TokenKind, number] => [kind, 4]),
  ...(['*', '/', '%', 'atan2'] as const).map((kind): [TokenKind, number] => [kind, 5]),
  ['^', powerPrecedence],
]);

const setOperators: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(['and', 'or', 'unless']);

/** Reads operands and the operators between them that bind at least so tightly. */
export function parseOperation(tokens: TokenStream, lowest: number): Expression {
  tokens.enter();
  const operation = parseRest(tokens, parseSigned(tokens), lowest);
  tokens.leave();
  return operation;
}

function parseRest(tokens: TokenStream, first: Expression, lowest: number): Expression {
  let left = first;
  for (;;) {
    const rank = precedence.get(tokens.peek().kind);
    if (rank === undefined || rank < lowest) return left;
    // The table has no other kinds.
    const operator = tokens.take().kind as BinaryOperator;
    const { returnsBool, matching } = parseMatching(tokens);
    const right = parseOperation(tokens, operator === '^' ? rank : rank + 1);
    left = binaryExpression(tokens, { operator, left, right, returnsBool, matching });
  }
}

interface BinaryParts {
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly returnsBool: boolean;
  readonly matching: VectorMatching;
}

function binaryExpression(
  tokens: TokenStream,
  { operator, left, right, returnsBool, matching }: BinaryParts,
): BinaryExpression {
  const range = { start: left.range.start, end: right.range.end };
  const isFilled = matching.fillLeft !== undefined || matching.fillRight !== undefined;
  if (isFilled && tokens.options.fillModifiers !== true) {
    tokens.report(range, 'binop fill modifiers are experimental and not enabled');
  }
  const leftType = typeOf(left);
  const rightType = typeOf(right);
  const type = leftType === 'scalar' && rightType === 'scalar' ? 'scalar' : 'vector';
  const node: BinaryExpression = { kind: 'binary', operator, left, right, returnsBool, type, range };
  // What cannot match stays only where the checker has to refuse it.
  const areVectors = leftType === 'vector' && rightType === 'vector';
  if (!areVectors && matching.labels.length === 0 && !isFilled) return node;
  const isManyToMany = setOperators.has(operator) && matching.cardinality === 'one-to-one';
  return { ...node, matching: isManyToMany ? { ...matching, cardinality: 'many-to-many' } : matching };
}

function parseSigned(tokens: TokenStream): Expression {
  const { kind } = tokens.peek();
  if (kind !== '+' && kind !== '-') return parseModifiers(tokens, parseOperand(tokens));
  const sign = tokens.take();
  const operand = parseOperation(tokens, signPrecedence);
  const range = { start: sign.start, end: operand.range.end };
  if (operand.kind !== 'number') return { kind: 'unary', operator: kind, operand, range };
  return { ...operand, value: kind === '-' ? -operand.value : operand.value, range };
}

function parseOperand(tokens: TokenStream): Expression {
  while (!firstKinds.has(tokens.peek().kind)) tokens.skipUnfit();
  const token = tokens.peek();
  switch (token.kind) {
    case 'number':
    case 'duration':
      return parseNumber(tokens, token);
    case 'string':
      tokens.take();
      return { kind: 'string', value: unquote(token.text), range: { start: token.start, end: token.end } };
    case '(':
      return parseParentheses(tokens);
    case '{':
      return parseSelector(tokens);
    case '+':
    case '-':
      return parseSigned(tokens);
    default:
      return parseNamed(tokens, tokens.take());
  }
}

function parseParentheses(tokens: TokenStream): Expression {
  const { start } = tokens.take();
  let expression = parseOperation(tokens, 0);
  while (!tokens.takeIf(')')) {
    tokens.skipUnfit();
    // Where something was left out, what follows belongs to all that was read.
    expression = parseRest(tokens, parseModifiers(tokens, expression), 0);
  }
  return { kind: 'parentheses', expression, range: { start, end: tokens.lastEnd } };
}

/** Reads what begins with a word: an aggregation, a call, or the selector of a metric. */
function parseNamed(tokens: TokenStream, name: Token): Expression {
  const next = tokens.peek().kind;
  if (aggregationKinds.has(name.kind) && (next === '(' || next === 'by' || next === 'without')) {
    return parseAggregation(tokens, name, parseArguments);
  }
  return next === '(' && functionKinds.has(name.kind) ? parseCall(tokens, name) : parseSelector(tokens, name);
}

const unknownFunction = {
  name: '',
  argumentTypes: [],
  variadic: 0,
  returnType: 'none',
  isExperimental: false,
} as const;

function parseCall(tokens: TokenStream, name: Token): Expression {
  const args = parseArguments(tokens);
  const signature = functionSignatures.get(name.text);
  if (!signature) tokens.report(name, `unknown function with name ${quote(name.text)}`);
  else if (signature.isExperimental && tokens.options.experimentalFunctions !== true) {
    tokens.report(name, `function ${quote(name.text)} is not enabled`);
  }
  const range = { start: name.start, end: tokens.lastEnd };
  return { kind: 'call', function: signature ?? unknownFunction, arguments: args, range };
}

/** Reads expressions in parentheses. */
function parseArguments(tokens: TokenStream): readonly Expression[] {
  tokens.expect('(');
  const args: Expression[] = [];
  if (tokens.takeIf(')')) return args;
  args.push(parseOperation(tokens, 0));
  for (;;) {
    const token = tokens.peek();
    if (token.kind === ')') {
      tokens.take();
      return args;
    }
    if (token.kind !== ',') {
      tokens.skipUnfit();
      continue;
    }
    tokens.take();
    if (firstKinds.has(tokens.peek().kind)) args.push(parseOperation(tokens, 0));
    else tokens.report(token, 'trailing commas not allowed in function call args');
  }
}
