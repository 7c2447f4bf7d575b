import { aggregationWords, type TokenKind } from './token.ts';

/** Kinds of the operators of aggregations, which are metrics too where no parenthesis or label follows. */
export const aggregationKinds: ReadonlySet<TokenKind> = new Set<TokenKind>(aggregationWords);

/** Kinds that can be a function before a parenthesis. */
export const functionKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'identifier',
  'start',
  'end',
  'step',
  'range',
  'max_of',
  'min_of',
]);

/** Kinds that can be the name of a metric. */
export const metricKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...aggregationWords,
  ...functionKinds,
  'metric identifier',
  'by',
  'without',
  'offset',
  'anchored',
  'smoothed',
  'and',
  'or',
  'unless',
  'fill',
  'fill_left',
  'fill_right',
]);

/** Kinds that an expression can begin with. */
export const firstKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...metricKinds,
  'number',
  'duration',
  'string',
  '(',
  '{',
  '+',
  '-',
]);
