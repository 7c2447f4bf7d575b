import type { Matcher } from '@plinth/prometheus-model';
import { Lexer } from './lexer.ts';
import { parseSelector } from './selector-parser.ts';
import { refuseLongText } from './text-length.ts';
import { metricKinds } from './token-kinds.ts';
import { TokenStream } from './token-stream.ts';

/**
 * Parses a selector by itself, as the HTTP API takes them in `match[]`: `up{job="api"}`. It may match everything; who calls decides whether
 * that is wanted. Spec: Prometheus 3.14, promql/parser, ParseMetricSelector.
 *
 * @returns the matchers, that of the name last.
 * @throws ParseError
 */
export function parseMetricSelector(text: string): readonly Matcher[] {
  refuseLongText(text);
  const tokens = new TokenStream(text, new Lexer(text), {});
  const matchers = tokens.run(() =>
    tokens.recovering<readonly Matcher[]>(
      () => {
        const name = metricKinds.has(tokens.peek().kind) ? tokens.take() : undefined;
        if (!name && tokens.peek().kind !== '{') tokens.refuse();
        const selector = parseSelector(tokens, name);
        tokens.expect('end of input');
        return selector.matchers;
      },
      () => {
        tokens.reportUnexpected();
        return [];
      },
    ),
  );
  tokens.refuseFaults();
  return matchers ?? [];
}
