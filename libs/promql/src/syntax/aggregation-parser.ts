import type { Aggregation, AggregationOperator, Expression, TextRange } from './expression.ts';
import { parseGrouping } from './grouping-parser.ts';
import type { Token } from './token.ts';
import type { TokenStream } from './token-stream.ts';

const withParameter: ReadonlySet<AggregationOperator> = new Set<AggregationOperator>([
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
]);

const experimental: ReadonlySet<AggregationOperator> = new Set<AggregationOperator>([
  'limitk',
  'limit_ratio',
]);

type Grouping = Pick<Aggregation, 'grouping' | 'isWithout'>;

const noGrouping: Grouping = { grouping: [], isWithout: false };

/** Reads an aggregation whose operator has been taken: labels before or after the arguments, or none. */
export function parseAggregation(
  tokens: TokenStream,
  operator: Token,
  parseArguments: (tokens: TokenStream) => readonly Expression[],
): Expression {
  return tokens.recovering(
    () => {
      const before = parseGroupingModifier(tokens);
      const args = parseArguments(tokens);
      const { lastEnd } = tokens;
      const after = before ? undefined : parseGroupingModifier(tokens);
      const end = after ? tokens.lastClosingEnd : lastEnd;
      return aggregation(tokens, operator, before ?? after ?? noGrouping, args, end);
    },
    () => {
      tokens.reportUnexpected('aggregation');
      return aggregation(tokens, operator, noGrouping, [], tokens.lastClosingEnd);
    },
  );
}

function parseGroupingModifier(tokens: TokenStream): Grouping | undefined {
  const modifier = tokens.takeIf('by') ?? tokens.takeIf('without');
  return modifier && { grouping: parseGrouping(tokens), isWithout: modifier.kind === 'without' };
}

function aggregation(
  tokens: TokenStream,
  { kind, start }: Token,
  grouping: Grouping,
  args: readonly Expression[],
  end: number,
): Expression {
  const range: TextRange = { start, end };
  // Who calls has looked at the kind.
  const operator = kind as AggregationOperator;
  const count = withParameter.has(operator) ? 2 : 1;
  const expression = args[count - 1];
  if (args.length === 0) {
    tokens.report(range, 'no arguments for aggregate expression provided');
  } else if (experimental.has(operator) && tokens.options.experimentalFunctions !== true) {
    const reason = 'is experimental and must be enabled with --enable-feature=promql-experimental-functions';
    tokens.report(range, `${operator}() ${reason}`);
  } else if (args.length !== count) {
    const found = `expected ${count}, got ${args.length}`;
    tokens.report(range, `wrong number of arguments for aggregate expression provided, ${found}`);
  }
  const body = { kind: 'aggregation', operator, ...grouping, range } as const;
  // Without an argument it has been refused; what stands for it is never evaluated.
  if (!expression) return { ...body, expression: { kind: 'string', value: '', range } };
  const parameter = count === 2 ? args[0] : undefined;
  return parameter ? { ...body, expression, parameter } : { ...body, expression };
}
