import type { Attributes, PolicyRule } from '../port.ts';

/** Whether a value from outside is an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The strings in a list from outside; empty when it is no list. */
function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** The rules in a `rules` field. What is not a rule grants nothing and is left out. */
export function rulesOf(value: unknown): PolicyRule[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((rule) => {
    const parsed: PolicyRule = { verbs: stringsOf(rule.verbs) };
    for (const field of ['apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'] as const) {
      // A list of names that cannot be read must not turn into "every name".
      if (rule[field] !== undefined && rule[field] !== null) parsed[field] = stringsOf(rule[field]);
      if (field === 'resourceNames' && isUnreadable(rule[field])) parsed.verbs = [];
    }
    return parsed;
  });
}

function isUnreadable(names: unknown): boolean {
  if (names === undefined || names === null) return false;
  return !Array.isArray(names) || (names.length > 0 && names.every((name) => typeof name !== 'string'));
}

const contains = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value));

/** Whether a path is one of a rule's `nonResourceURLs`; a trailing `*` stands for any rest. */
function pathMatches(patterns: readonly string[] | undefined, path: string): boolean {
  return (patterns ?? []).some(
    (pattern) =>
      pattern === path ||
      (pattern.endsWith('*') && path.startsWith(pattern.slice(0, firstTrailingStar(pattern)))),
  );
}

/** Where the stars at the end of a pattern begin: Kubernetes takes all of them away, not one. */
function firstTrailingStar(pattern: string): number {
  let end = pattern.length;
  while (end > 0 && pattern[end - 1] === '*') end--;
  return end;
}

function resourceMatches(rule: PolicyRule, resource: string, subresource: string): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  if (contains(rule.resources, combined)) return true;
  return subresource !== '' && rule.resources !== undefined && rule.resources.includes(`*/${subresource}`);
}

/** Whether a rule allows the request for some name of object, or the non-resource path. */
export function ruleMatchesButName(rule: PolicyRule, attributes: Attributes): boolean {
  if (!contains(rule.verbs, attributes.verb)) return false;
  if (attributes.path !== undefined) return pathMatches(rule.nonResourceURLs, attributes.path);
  return (
    contains(rule.apiGroups, attributes.group) &&
    resourceMatches(rule, attributes.resource, attributes.subresource)
  );
}

/** Whether a rule is for this name of object. A rule without names is for all of them. */
export function ruleMatchesName(rule: PolicyRule, name: string): boolean {
  return isForAllNames(rule) || (rule.resourceNames ?? []).includes(name);
}

/** Whether a rule is for objects of any name. */
export function isForAllNames(rule: PolicyRule): boolean {
  return rule.resourceNames === undefined || rule.resourceNames.length === 0;
}

/**
 * Whether a rule allows a request.
 * Spec: Kubernetes rbac.authorization.k8s.io/v1, PolicyRule.
 */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  return (
    ruleMatchesButName(rule, attributes) &&
    (attributes.path !== undefined || ruleMatchesName(rule, attributes.name))
  );
}
