import type { Matcher } from 're2js';

const reference = /\$(?:\$|(\w+)|\{(\w+)\})/g;

/**
 * Replaces `$1`, `${1}`, `$name` and `${name}` by what the groups of a pattern matched, and `$$` by a dollar. What is no group is empty.
 * Spec: Go, regexp.Regexp.Expand.
 */
export function expandTemplate(template: string, matcher: Matcher): string {
  return template.replace(reference, (text, bare?: string, braced?: string) => {
    if (text === '$$') return '$';
    return groupOf(matcher, bare ?? braced ?? '');
  });
}

function groupOf(matcher: Matcher, name: string): string {
  if (!/^\d+$/.test(name)) {
    return name in matcher.namedGroups ? (matcher.group(name) ?? '') : '';
  }
  const index = Number(name);
  return index <= matcher.groupCount() ? (matcher.group(index) ?? '') : '';
}
