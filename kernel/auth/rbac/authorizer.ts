import type { Store } from '../../store/port.ts';
import type { Attributes, Authorizer, Decision, PolicyRule, UserInfo } from '../port.ts';
import { effectiveRules } from './aggregation.ts';
import { type Candidates, DecisionMemo, decide, UserMemo } from './decision-memo.ts';
import { type Grant, Policy } from './policy.ts';
import { isForAllNames, ruleMatchesButName } from './policy-rule.ts';
import { type Role, type RoleRef, rbacGroup } from './role.ts';

/** The group whose members may do everything, whatever the roles say. */
export const mastersGroup = 'system:masters';

/** Everything: what members of `system:masters` hold. */
export const fullAuthority: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

const mastersDecision: Decision = Object.freeze({
  allowed: true,
  reason: `RBAC: allowed by membership of group "${mastersGroup}"`,
});

/**
 * Kubernetes RBAC over the roles and bindings of one tenant in a store. Decisions are remembered until the policy
 * changes, which is at once when a commit becomes visible. A `UserInfo` must not change once it has been used here:
 * it is recognised by identity.
 *
 * The reason of a refusal is empty, or names roles that bindings of the user point to and that are not there.
 * Spec: Kubernetes rbac.authorization.k8s.io/v1.
 */
export class RbacAuthorizer implements Authorizer {
  readonly #policy: Policy;
  readonly #memo = new DecisionMemo();

  /** @param tenant First segment of the store keys whose policy counts. */
  constructor(store: Store, tenant: string) {
    this.#policy = new Policy(store, tenant, () => this.#memo.forget());
  }

  authorize(attributes: Attributes): Decision {
    const { user } = attributes;
    const memo = this.#memo.user(user, () => new UserMemo(user.groups.includes(mastersGroup)));
    if (memo.isMaster) return mastersDecision;
    let candidates = memo.get(attributes);
    if (candidates === undefined) {
      candidates = this.#candidates(attributes);
      this.#memo.remember(memo, attributes, candidates);
    }
    return decide(candidates, attributes.name);
  }

  rulesFor(user: UserInfo, namespace: string): PolicyRule[] {
    if (user.groups.includes(mastersGroup)) return [...fullAuthority];
    return this.#policy.grantsFor(user, namespace).flatMap((grant) => this.#rulesOf(grant) ?? []);
  }

  /**
   * The rules of the role that a binding names; undefined when there is no such role.
   * @param namespace The binding's; empty for a ClusterRoleBinding.
   */
  rulesOfRole(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.#policy.rulesOf(ref, namespace);
  }

  /** The rules that a ClusterRole has by its aggregationRule and the roles of now; without one, its own. */
  effectiveRules(role: Role): PolicyRule[] {
    return effectiveRules(role, this.#policy.clusterRoles());
  }

  /** Stops following the store. */
  close(): void {
    this.#policy.close();
  }

  #rulesOf(grant: Grant): readonly PolicyRule[] | undefined {
    return this.#policy.rulesOf(grant.binding.roleRef, grant.binding.namespace);
  }

  #candidates(attributes: Attributes): Candidates {
    const rules: { rule: PolicyRule; decision: Decision }[] = [];
    const absent: string[] = [];
    for (const grant of this.#policy.grantsFor(attributes.user, attributes.namespace)) {
      const granted = this.#rulesOf(grant);
      if (granted === undefined) absent.push(absentRole(grant.binding.roleRef));
      for (const rule of granted ?? []) {
        if (!ruleMatchesButName(rule, attributes)) continue;
        const decision = Object.freeze({ allowed: true, reason: `RBAC: allowed by ${grant.description}` });
        if (attributes.path !== undefined || isForAllNames(rule)) {
          // Nothing after a rule for all names can be reached.
          if (rules.length === 0) return { always: decision, rules, refusal: decision };
          rules.push({ rule: { ...rule, resourceNames: [] }, decision });
          return { always: undefined, rules, refusal: decision };
        }
        rules.push({ rule, decision });
      }
    }
    const refusal = Object.freeze({ allowed: false, reason: refusalReason(absent) });
    return { always: rules.length === 0 ? refusal : undefined, rules, refusal };
  }
}

function absentRole(ref: RoleRef): string {
  return `${ref.kind.toLowerCase()}.${rbacGroup} "${ref.name}" not found`;
}

/** Spec: Kubernetes, utilerrors.Aggregate: one error as it is, several in brackets, each once. */
function refusalReason(absent: readonly string[]): string {
  const each = [...new Set(absent)];
  if (each.length === 0) return '';
  return `RBAC: ${each.length === 1 ? each[0] : `[${each.join(', ')}]`}`;
}
