import { isDeepStrictEqual } from 'node:util';
import { matchesLabels } from '@plinth/kube-selector';
import type { PolicyRule } from '../port.ts';
import type { Role } from './role.ts';

/**
 * The rules of a ClusterRole with an aggregationRule: those of all other ClusterRoles that one of its selectors
 * selects, in the order of selectors, then names, each rule once. The rules of a role without one are its own.
 * An aggregated role among the selected ones counts with the rules that are written in it, as in Kubernetes; roles
 * become right from the inside out, each time a controller writes one of them.
 * Spec: Kubernetes RBAC, Aggregated ClusterRoles.
 */
export function aggregatedRules(role: Role, clusterRoles: Iterable<Role>): PolicyRule[] {
  if (role.selectors === undefined) return [...role.rules];
  const union = new RuleUnion();
  for (const selected of selectedBy(role, [...clusterRoles].sort(byName))) union.add(selected.rules);
  return union.rules;
}

/**
 * The rules that an aggregated ClusterRole has once all aggregated roles that it selects, directly or through others,
 * are written: what counts for a decision is never behind. What is written in aggregated roles themselves does not
 * count.
 */
export function effectiveRules(role: Role, clusterRoles: Iterable<Role>): PolicyRule[] {
  if (role.selectors === undefined) return [...role.rules];
  const sorted = [...clusterRoles].sort(byName);
  const union = new RuleUnion();
  const seen = new Set([role.name]);
  const visit = (current: Role): void => {
    for (const selected of selectedBy(current, sorted)) {
      if (seen.has(selected.name)) continue;
      seen.add(selected.name);
      if (selected.selectors === undefined) union.add(selected.rules);
      else visit(selected);
    }
  };
  visit(role);
  return union.rules;
}

/** The roles that `role` aggregates, in the order of its selectors; a role that two select comes twice. */
function selectedBy(role: Role, sorted: readonly Role[]): Role[] {
  return (role.selectors ?? []).flatMap((selector) =>
    sorted.filter((other) => other.name !== role.name && matchesLabels(selector, other.labels)),
  );
}

/** Rules in the order they came, each once. */
class RuleUnion {
  readonly rules: PolicyRule[] = [];

  add(rules: readonly PolicyRule[]): void {
    for (const rule of rules) {
      if (!this.rules.some((present) => isDeepStrictEqual(present, rule))) this.rules.push(rule);
    }
  }
}

function byName(a: Role, b: Role): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
