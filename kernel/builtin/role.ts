import { pathSegmentName, qualifiedName } from '@plinth/kube-selector';
import { type FieldError, invalidValue, requiredValue } from '@plinth/structural-schema';
import type { TOptional } from 'typebox';
import { defineKind, type KindDefinition } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import type { Strategy } from '../model/resource-type.ts';
import { Type } from '../model/type-builders.ts';
import { nameAndCreatedAt } from './age.ts';
import { recordOf, recordsOf, textOf, textsOf } from './field-access.ts';
import { labelSelector, listOf, struct, texts } from './schema-fields.ts';

/** The API group of roles and their bindings. */
export const rbacGroup = 'rbac.authorization.k8s.io';

/** Refuses a role that gives rights which the writer does not have, by throwing a StatusError. */
export type EscalationCheck = NonNullable<Strategy['admit']>;

function ruleErrors(rule: Record<string, unknown>, field: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const count = (name: string): number => textsOf(rule[name]).length;
  if (count('verbs') === 0)
    errors.push(requiredValue(`${field}.verbs`, 'verbs must contain at least one value'));
  if (count('nonResourceURLs') > 0) {
    const urls = rule['nonResourceURLs'];
    if (namespaced) {
      const detail = 'namespaced rules cannot apply to non-resource URLs';
      errors.push(invalidValue(`${field}.nonResourceURLs`, urls, detail));
    }
    if (count('apiGroups') + count('resources') + count('resourceNames') > 0) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalidValue(`${field}.nonResourceURLs`, urls, detail));
    }
    return errors;
  }
  if (count('apiGroups') === 0) {
    errors.push(requiredValue(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (count('resources') === 0) {
    errors.push(requiredValue(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

function rulesErrors(role: KubeObject, namespaced: boolean): FieldError[] {
  return recordsOf(role['rules']).flatMap((rule, i) => ruleErrors(rule, `rules[${i}]`, namespaced));
}

function aggregationErrors(role: KubeObject): FieldError[] {
  const { aggregationRule } = role;
  if (aggregationRule === undefined) return [];
  const field = 'aggregationRule.clusterRoleSelectors';
  const selectors = recordsOf(recordOf(aggregationRule)['clusterRoleSelectors']);
  if (selectors.length === 0) {
    return [requiredValue(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, i) => selectorErrors(selector, `${field}[${i}]`));
}

// Spec: Kubernetes apimachinery, meta/v1 validation.ValidateLabelSelector.
function selectorErrors(selector: Record<string, unknown>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(recordOf(selector['matchLabels']))) {
    for (const message of qualifiedName(key)) errors.push(invalidValue(`${field}.matchLabels`, key, message));
  }
  recordsOf(selector['matchExpressions']).forEach((requirement, i) => {
    const at = `${field}.matchExpressions[${i}]`;
    const { key, operator } = requirement;
    const values = textsOf(requirement['values']).length;
    for (const message of qualifiedName(textOf(key))) errors.push(invalidValue(`${at}.key`, key, message));
    if (operator === 'In' || operator === 'NotIn') {
      const detail = "must be specified when `operator` is 'In' or 'NotIn'";
      if (values === 0) errors.push(requiredValue(`${at}.values`, detail));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      if (values > 0) errors.push({ type: 'FieldValueForbidden', field: `${at}.values`, detail });
    } else {
      errors.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'));
    }
  });
  return errors;
}

const rulesField: TOptional = Type.Optional(
  listOf(
    'What holders of the role may do.',
    struct('Verbs on resources, or on paths that are no resources. Rules only allow.', {
      apiGroups: texts('Groups of the resources; "" is the core group and "*" all of them.'),
      nonResourceURLs: texts('Paths such as "/healthz", or "/metrics/*"; only in a ClusterRole.'),
      resourceNames: texts('Names that the rule is limited to; empty means all.'),
      resources: texts('Resources such as "secrets" or "deployments/scale"; "*" means all.'),
      verbs: listOf(
        'Verbs such as "get" or "create"; "*" means all.',
        Type.Unsafe<string>({ type: 'string' }),
      ),
    }),
  ),
);

/**
 * Role and ClusterRole.
 *
 * @param checkEscalation called before a role is written; throws when it gives more than its writer has
 *
 * Spec: Kubernetes rbac.authorization.k8s.io/v1.
 */
export function roleKinds(checkEscalation: EscalationCheck): KindDefinition[] {
  const shared = {
    group: rbacGroup,
    version: 'v1',
    columns: nameAndCreatedAt,
    ownColumns: true,
  } as const;
  const role = defineKind({
    ...shared,
    kind: 'Role',
    plural: 'roles',
    scope: 'Namespaced',
    description: 'A Role is a set of rights in one namespace. A RoleBinding gives it to somebody.',
    fields: { rules: rulesField },
    strategy: {
      validate: (object) => rulesErrors(object, true),
      admit: checkEscalation,
      nameErrors: pathSegmentName,
    },
  });
  const clusterRole = defineKind({
    ...shared,
    kind: 'ClusterRole',
    plural: 'clusterroles',
    scope: 'Cluster',
    description:
      'A ClusterRole is a set of rights in all namespaces, on cluster-scoped resources, or for bindings.',
    fields: {
      aggregationRule: Type.Optional(
        struct(
          'Makes the rules the union of those of other roles; rules written by hand are then replaced.',
          {
            clusterRoleSelectors: Type.Optional(
              listOf('Selects the roles by their labels.', labelSelector('Selects roles by their labels.')),
            ),
          },
        ),
      ),
      rules: rulesField,
    },
    strategy: {
      validate: (object) => [...rulesErrors(object, false), ...aggregationErrors(object)],
      admit: checkEscalation,
      nameErrors: pathSegmentName,
    },
  });
  return [role, clusterRole];
}
