import type { Matcher } from 're2js';

const reference = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;
const groupNumber = /^(?:0|[1-9]\d{0,7})$/;

/**
 * Fills a template with what a pattern has found. `$1`, `$name` and `${name}` stand for groups, where as many letters,
 * digits and underscores belong to a name as follow; `$$` is a dollar. A group that is not there is empty, and a dollar
 * that begins none of these stands for itself. Spec: Go, regexp.Regexp.Expand.
 *
 * @param match - of RE2, positioned at what it has found
 */
export function expandTemplate(template: string, match: Matcher): string {
  if (!template.includes('$')) return template;
  return template.replace(reference, (_whole, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare;
    return name === undefined ? '$' : groupOf(match, name);
  });
}

function groupOf(match: Matcher, name: string): string {
  if (groupNumber.test(name)) {
    const index = Number(name);
    return index <= match.groupCount() ? (match.group(index) ?? '') : '';
  }
  return Object.hasOwn(match.pattern().namedGroups(), name) ? (match.group(name) ?? '') : '';
}
