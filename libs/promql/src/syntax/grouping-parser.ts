import { quote } from '@plinth/go-format';
import { unquote } from './string-syntax.ts';
import { aggregationWords, type Token, type TokenKind } from './token.ts';
import type { TokenStream } from './token-stream.ts';

const context = 'grouping opts';

/** Keywords that may be names of labels: all but `without`. */
const labelKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...aggregationWords,
  'identifier',
  'metric identifier',
  'and',
  'or',
  'unless',
  'atan2',
  'bool',
  'by',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'fill',
  'fill_left',
  'fill_right',
  'offset',
  'anchored',
  'smoothed',
  'start',
  'end',
  'step',
  'range',
  'max_of',
  'min_of',
]);

/** Reads names of labels in parentheses. */
export function parseGrouping(tokens: TokenStream): readonly string[] {
  const labels: string[] = [];
  if (!tokens.takeIf('(')) {
    refuse(tokens, '"("');
    return labels;
  }
  while (!tokens.takeIf(')')) {
    const label = parseLabel(tokens);
    if (label !== undefined) labels.push(label);
    while (!tokens.takeIf(',') && tokens.peek().kind !== ')') {
      if (!tokens.isSkipping()) refuse(tokens, '"," or ")"');
    }
  }
  return labels;
}

function parseLabel(tokens: TokenStream): string | undefined {
  const token = tokens.peek();
  if (token.kind !== 'string' && !labelKinds.has(token.kind)) {
    refuse(tokens, 'label');
    return undefined;
  }
  tokens.take();
  return labelName(tokens, token);
}

function labelName(tokens: TokenStream, token: Token): string {
  const name = token.kind === 'string' ? unquote(token.text) : token.text;
  if (name === '' || !name.isWellFormed())
    tokens.report(token, `invalid label name for grouping: ${quote(name)}`);
  return name;
}

function refuse(tokens: TokenStream, expected: string): void {
  tokens.fail();
  tokens.reportUnexpected(context, expected);
}
