import { labelSelectorFromObject, matchesLabels } from '@plinth/kube-selector';
import type { UserInfo } from '../auth/port.ts';
import type { ChangePolicySpec, PolicyRule } from './change-policy-kind.ts';
import { fitsAny, fitsGlob } from './glob.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/** A change of one object, as policies see it. */
export interface PolicyChange {
  readonly operation: 'create' | 'update' | 'delete';
  readonly group: string;
  readonly kind: string;
  /** Empty for cluster-scoped objects; a Namespace has its own name here. */
  readonly namespace: string;
  /** Labels of the namespace; asked only where a rule selects by them. */
  readonly namespaceLabels: () => Labels;
}

/** The users that carry out what follows from changes of others: the garbage collector, the end of a namespace. */
const kernelUser = 'system:plinth';
/** The controllers of capabilities. */
const controllerUsers = ['system:plinth:*'];

/** Kinds that no policy matches: without them nobody could make a plan, approve it, or keep books. */
const neverMatched: ReadonlySet<string> = new Set([
  'plinth.dev/Plan',
  'plinth.dev/Approval',
  'plinth.dev/Drift',
  '/Event',
  'events.k8s.io/Event',
  'coordination.k8s.io/Lease',
]);

/** Whether policies may match objects of a kind at all. */
function canMatch(group: string, kind: string): boolean {
  return !neverMatched.has(`${group}/${kind}`);
}

/** Whether a change fits a rule: all its fields have to. */
export function ruleFits(rule: PolicyRule, change: PolicyChange): boolean {
  const { operation, group, kind, namespace } = change;
  if (rule.operations !== undefined && !rule.operations.includes(operation)) return false;
  if (!canMatch(group, kind)) return false;
  if (!fitsAny(rule.apiGroups, group) || !fitsAny(rule.kinds, kind)) return false;
  return namespaceFits(rule, namespace, change.namespaceLabels);
}

/** Whether a change of its labels takes a namespace out of a rule: whoever may do that may do what the rule guards. */
export function leavesRule(rule: PolicyRule, namespace: string, before: Labels, after: Labels): boolean {
  if (rule.namespaceSelector === undefined) return false;
  return namespaceFits(rule, namespace, () => before) && !namespaceFits(rule, namespace, () => after);
}

function namespaceFits(
  { namespaces, namespaceSelector }: PolicyRule,
  namespace: string,
  labels: PolicyChange['namespaceLabels'],
): boolean {
  if (namespaces === undefined && namespaceSelector === undefined) return true;
  if (namespace === '' || !fitsAny(namespaces, namespace)) return false;
  if (namespaceSelector === undefined) return true;
  const parsed = labelSelectorFromObject(namespaceSelector);
  // A selector that cannot be read protects rather than opens; validation lets none in.
  return !parsed.ok || matchesLabels(parsed.value, labels());
}

/** Whether a user may make changes directly that a policy matches. */
export function isExempt({ exempt }: ChangePolicySpec, user: UserInfo): boolean {
  if (user.username === kernelUser) return true;
  if (exempt === undefined) return fitsAny(controllerUsers, user.username);
  const { users = [], groups = [] } = exempt;
  return (
    fitsAny(users, user.username) ||
    groups.some((pattern) => user.groups.some((group) => fitsGlob(pattern, group)))
  );
}
