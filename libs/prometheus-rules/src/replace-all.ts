import { expandTemplate } from '@plinth/prometheus-model';
import { RE2JS } from 're2js';

/**
 * Replaces what an RE2 pattern matches. In the replacement `$1`, `$name` and `${name}` stand for groups, where as many word
 * characters belong to a name as follow; `$$` is a dollar. Spec: Go, regexp.Regexp.ReplaceAllString.
 *
 * @throws Error when the pattern is no RE2
 */
export function replaceAll(pattern: string, replacement: string, text: string): string {
  const matcher = RE2JS.compile(pattern).matcher(text);
  let result = '';
  let from = 0;
  while (matcher.find()) {
    result += text.slice(from, matcher.start()) + expandTemplate(replacement, matcher);
    from = matcher.end();
  }
  return result + text.slice(from);
}
