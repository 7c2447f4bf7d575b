import type { VectorMatching } from './expression.ts';
import { parseGrouping } from './grouping-parser.ts';
import { parseNumber } from './number-parser.ts';
import { firstKinds } from './token-kinds.ts';
import type { TokenStream } from './token-stream.ts';

/** Reads what follows a binary operator: `bool`, `on (...)`, `group_left (...)`, `fill (...)`. */
export function parseMatching(tokens: TokenStream): { returnsBool: boolean; matching: VectorMatching } {
  const returnsBool = tokens.takeIf('bool') !== undefined;
  const kind = tokens.peek().kind;
  const isOn = kind === 'on';
  if (!isOn && kind !== 'ignoring') {
    return {
      returnsBool,
      matching: { cardinality: 'one-to-one', labels: [], isOn, include: [], ...parseFill(tokens) },
    };
  }
  tokens.take();
  const labels = parseGrouping(tokens);
  const group = tokens.takeIf('group_left') ?? tokens.takeIf('group_right');
  const include = group ? parseIncluded(tokens) : [];
  const cardinality = group ? (group.kind === 'group_left' ? 'many-to-one' : 'one-to-many') : 'one-to-one';
  return { returnsBool, matching: { cardinality, labels, isOn, include, ...parseFill(tokens) } };
}

/** Labels in parentheses, or none before an operand. */
function parseIncluded(tokens: TokenStream): readonly string[] {
  const { kind } = tokens.peek();
  return kind !== '(' && firstKinds.has(kind) ? [] : parseGrouping(tokens);
}

function parseFill(tokens: TokenStream): Pick<VectorMatching, 'fillLeft' | 'fillRight'> {
  const { kind } = tokens.peek();
  if (kind === 'fill') {
    const value = parseFillValue(tokens);
    return { fillLeft: value, fillRight: value };
  }
  if (kind === 'fill_left') {
    const fillLeft = parseFillValue(tokens);
    return tokens.peek().kind === 'fill_right'
      ? { fillLeft, fillRight: parseFillValue(tokens) }
      : { fillLeft };
  }
  if (kind !== 'fill_right') return {};
  const fillRight = parseFillValue(tokens);
  return tokens.peek().kind === 'fill_left' ? { fillLeft: parseFillValue(tokens), fillRight } : { fillRight };
}

function parseFillValue(tokens: TokenStream): number {
  tokens.take();
  tokens.expect('(');
  const sign = tokens.takeIf('+') ?? tokens.takeIf('-');
  const token = tokens.peek();
  if (token.kind !== 'number' && token.kind !== 'duration') tokens.refuse();
  const { value } = parseNumber(tokens, token);
  tokens.expect(')');
  return sign?.kind === '-' ? -value : value;
}
