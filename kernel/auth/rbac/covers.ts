import type { PolicyRule } from '../port.ts';

/**
 * The rules that say the same in the smallest pieces: one verb, and one path or one group, resource and name each.
 * Spec: kubernetes/component-helpers, auth/rbac/validation.BreakdownRule.
 */
function breakdown(rule: PolicyRule): PolicyRule[] {
  const pieces: PolicyRule[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const piece: PolicyRule = { apiGroups: [group], resources: [resource], verbs: [verb] };
        const names = rule.resourceNames ?? [];
        if (names.length === 0) pieces.push(piece);
        else pieces.push(...names.map((name) => ({ ...piece, resourceNames: [name] })));
      }
    }
  }
  for (const path of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) pieces.push({ nonResourceURLs: [path], verbs: [verb] });
  }
  return pieces;
}

/**
 * The pieces of `wanted` that none of the `owned` rules covers; empty when all are covered. Each piece must be covered
 * by one rule; `*` is covered by `*` only.
 * Spec: kubernetes/component-helpers, auth/rbac/validation.Covers.
 */
export function uncoveredRules(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakdown).filter((piece) => !owned.some((rule) => covers(rule, piece)));
}

function covers(owned: PolicyRule, piece: PolicyRule): boolean {
  return (
    listCovers(owned.verbs, piece.verbs) &&
    listCovers(owned.apiGroups, piece.apiGroups) &&
    (piece.resources ?? []).every((resource) => resourceCovers(owned.resources ?? [], resource)) &&
    (piece.nonResourceURLs ?? []).every((path) =>
      (owned.nonResourceURLs ?? []).some((own) => pathCovers(own, path)),
    ) &&
    namesCover(owned.resourceNames ?? [], piece.resourceNames ?? [])
  );
}

function listCovers(owned: readonly string[] = [], wanted: readonly string[] = []): boolean {
  return owned.includes('*') || wanted.every((entry) => owned.includes(entry));
}

function resourceCovers(owned: readonly string[], resource: string): boolean {
  if (owned.includes('*') || owned.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash !== -1 && owned.includes(`*${resource.slice(slash)}`);
}

function namesCover(owned: readonly string[], wanted: readonly string[]): boolean {
  // No names are all names, which a list of some does not cover.
  if (owned.length === 0) return true;
  return wanted.length > 0 && wanted.every((name) => owned.includes(name));
}

/** Whether the pattern `owned` takes in the path or pattern `wanted`. */
export function pathCovers(owned: string, wanted: string): boolean {
  if (owned === wanted) return true;
  return owned.endsWith('*') && wanted.startsWith(owned.replace(/\*+$/, ''));
}

/**
 * Joins pieces that differ by their verb only, for messages.
 * Spec: kubernetes, pkg/registry/rbac/validation.CompactRules.
 */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const rule of rules) {
    const simple = (rule.resourceNames ?? []).length === 0 && (rule.nonResourceURLs ?? []).length === 0;
    const { apiGroups, resources } = rule;
    if (!simple || apiGroups?.length !== 1 || resources?.length !== 1) {
      others.push(rule);
      continue;
    }
    const place = JSON.stringify([apiGroups[0], resources[0]]);
    const present = joined.get(place);
    if (present) present.verbs.push(...rule.verbs);
    else joined.set(place, { apiGroups, resources, verbs: [...rule.verbs] });
  }
  return [...others, ...joined.values()];
}

/** A rule as Kubernetes prints it: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`. */
export function formatRule(rule: PolicyRule): string {
  const fields: [name: string, values: readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const printed = fields.flatMap(([name, values]) =>
    values?.length ? [`${name}:${formatList(values)}`] : [],
  );
  return `{${printed.join(', ')}}`;
}

/** Go's `%q` of a list of strings. */
export function formatList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}
