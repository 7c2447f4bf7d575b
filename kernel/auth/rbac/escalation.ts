import type { Attributes, Authorizer, PolicyRule, UserInfo } from '../port.ts';
import { fullAuthority, mastersGroup, type RbacAuthorizer } from './authorizer.ts';
import { compactRules, formatList, formatRule, uncoveredRules } from './covers.ts';
import { bindingOf, rbacGroup, roleOf } from './role.ts';

/** What an escalation check asks: the rules that a user holds. */
export type RuleResolver = Pick<Authorizer, 'rulesFor'>;

/**
 * The rules that `user` would hand out without holding them, in the smallest pieces; empty when there are none.
 * @param namespace Where the rules would hold; empty for the whole cluster.
 * Spec: kubernetes, pkg/registry/rbac/validation.ConfirmNoEscalation.
 */
export function escalation(
  resolver: RuleResolver,
  user: UserInfo,
  namespace: string,
  rules: readonly PolicyRule[],
): PolicyRule[] {
  return uncoveredRules(resolver.rulesFor(user, namespace), rules);
}

/** Says which rules a user may not hand out, as Kubernetes words it. */
export function escalationMessage(user: UserInfo, missing: readonly PolicyRule[]): string {
  const lines = [...new Set(compactRules(missing).map(formatRule))].sort();
  const who = `user ${JSON.stringify(user.username)} (groups=${formatList(user.groups)})`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
}

/**
 * Whether a user may write this Role or ClusterRole: those who hold all its rules may, those who may `escalate` it,
 * and members of `system:masters`. An aggregationRule takes full authority: what it will grant is not known yet.
 * Call it for creates, and for updates that change `rules` or `aggregationRule`.
 * @param object The Role or ClusterRole as it would be written.
 * @returns why it is forbidden; undefined when it is not.
 * Spec: Kubernetes RBAC, Privilege escalation prevention.
 */
export function roleRefusal(authorizer: RbacAuthorizer, user: UserInfo, object: unknown): string | undefined {
  if (user.groups.includes(mastersGroup)) return undefined;
  const role = roleOf(object);
  if (role === undefined) return undefined;
  const resource = role.namespace === '' ? 'clusterroles' : 'roles';
  if (isAllowed(authorizer, user, 'escalate', resource, role.namespace, role.name)) return undefined;
  const missing = escalation(authorizer, user, role.namespace, role.rules);
  if (missing.length > 0) return escalationMessage(user, missing);
  if (role.selectors === undefined) return undefined;
  return escalation(authorizer, user, '', fullAuthority).length === 0
    ? undefined
    : 'must have cluster-admin privileges to use the aggregationRule';
}

/**
 * Whether a user may write this RoleBinding or ClusterRoleBinding: those who hold all rules of the role may, where it
 * is bound, those who may `bind` the role there, and members of `system:masters`.
 * Call it for creates, and for updates that change more than metadata.
 * @param object The binding as it would be written.
 * @returns why it is forbidden; undefined when it is not.
 * Spec: Kubernetes RBAC, Privilege escalation prevention.
 */
export function bindingRefusal(
  authorizer: RbacAuthorizer,
  user: UserInfo,
  object: unknown,
): string | undefined {
  if (user.groups.includes(mastersGroup)) return undefined;
  const binding = bindingOf(object);
  if (binding === undefined) return undefined;
  const { roleRef, namespace } = binding;
  const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  if (isAllowed(authorizer, user, 'bind', resource, namespace, roleRef.name)) return undefined;
  const rules = authorizer.rulesOfRole(roleRef, namespace);
  if (rules === undefined) return `${resource.slice(0, -1)}.${rbacGroup} "${roleRef.name}" not found`;
  const missing = escalation(authorizer, user, namespace, rules);
  return missing.length === 0 ? undefined : escalationMessage(user, missing);
}

function isAllowed(
  authorizer: Authorizer,
  user: UserInfo,
  verb: string,
  resource: string,
  namespace: string,
  name: string,
): boolean {
  const attributes: Attributes = { user, verb, group: rbacGroup, resource, subresource: '', namespace, name };
  return authorizer.authorize(attributes).allowed;
}
