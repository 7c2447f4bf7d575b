import { quote } from '@plinth/go-format';

/** Aggregation operators, each a word of its own in the lexer. */
export const aggregationWords = [
  'sum',
  'avg',
  'count',
  'min',
  'max',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
] as const;

const modifierWords = [
  'offset',
  'smoothed',
  'anchored',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'fill',
  'fill_left',
  'fill_right',
  'bool',
] as const;

const operatorWords = ['and', 'or', 'unless', 'atan2'] as const;

/** Words that are functions too, or ends of the range after `@`. */
const preprocessorWords = ['start', 'end', 'step', 'range', 'max_of', 'min_of'] as const;

const operatorSigns = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '</',
  '>/',
  '=~',
  '!~',
  '@',
] as const;

/** What stands for itself. */
type Sign =
  | (typeof operatorSigns)[number]
  | '('
  | ')'
  | '{'
  | '}'
  | '['
  | ']'
  | ','
  | '='
  | ':'
  | '{{'
  | '}}'
  | '_'
  | 'x';

type Word =
  | (typeof aggregationWords)[number]
  | (typeof modifierWords)[number]
  | (typeof operatorWords)[number]
  | (typeof preprocessorWords)[number];

/** Kinds of tokens; keywords are kinds of their own. Spec: Prometheus 3.14, promql/parser/lex.go. */
export type TokenKind =
  | Sign
  | Word
  | 'identifier'
  | 'metric identifier'
  | 'number'
  | 'duration'
  | 'string'
  | 'space'
  | 'histogram field'
  | 'counter reset hint'
  | 'end of input'
  | 'error';

/** Part of the text. Of an error, `text` is the message. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Kinds of the words that are no plain identifiers, in lower case. */
export const wordKinds: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ...[...aggregationWords, ...modifierWords, ...operatorWords, ...preprocessorWords].map(
    (word): [string, TokenKind] => [word, word],
  ),
  ['inf', 'number'],
  ['nan', 'number'],
]);

const operators: ReadonlySet<string> = new Set([...operatorSigns, ...operatorWords]);
const aggregations: ReadonlySet<string> = new Set(aggregationWords);
const modifiers: ReadonlySet<string> = new Set(modifierWords);
/** Kinds that name themselves in messages, where others do not stand for themselves. */
const descriptive: ReadonlySet<TokenKind> = new Set([
  'identifier',
  'metric identifier',
  'number',
  'duration',
  'string',
]);

/** How messages name a token: `identifier "foo"`, `<op:+>`, `")"`. */
export function describeToken(token: Token): string {
  if (token.kind === 'end of input') return 'end of input';
  return descriptive.has(token.kind) ? `${token.kind} ${printToken(token)}` : printToken(token);
}

function printToken({ kind, text }: Token): string {
  if (kind === 'identifier' || kind === 'metric identifier') return quote(text);
  if (modifiers.has(kind)) return `<${text}>`;
  if (operators.has(kind)) return `<op:${text}>`;
  if (aggregations.has(kind)) return `<aggr:${text}>`;
  // Prometheus counts bytes, and cuts at characters.
  return new TextEncoder().encode(text).length > 10
    ? `${quote(Array.from(text).slice(0, 10).join(''))}...`
    : quote(text);
}
