import { dns1123Subdomain, pathSegmentName } from '@plinth/kube-selector';
import { type FieldError, invalidValue, notSupported, requiredValue } from '@plinth/structural-schema';
import { defineKind, type KindDefinition } from '../model/define-kind.ts';
import { equalJson, isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Column } from '../model/resource-type.ts';
import { Type } from '../model/type-builders.ts';
import { ageColumn, nameColumn } from './age.ts';
import { recordOf, recordsOf, textOf } from './field-access.ts';
import { type EscalationCheck, rbacGroup } from './role.ts';
import { atomicStruct, listOf, requiredText, text } from './schema-fields.ts';

function prepare(binding: KubeObject): void {
  const { roleRef, subjects } = binding;
  if (isObject(roleRef)) roleRef['apiGroup'] ||= rbacGroup;
  for (const subject of Array.isArray(subjects) ? subjects : []) {
    if (!isObject(subject) || subject['apiGroup']) continue;
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') subject['apiGroup'] = rbacGroup;
  }
}

function bindingErrors(
  binding: KubeObject,
  old: KubeObject | undefined,
  roleKinds: readonly string[],
  namespaced: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  const { apiGroup, kind, name } = recordOf(binding['roleRef']);
  if (apiGroup !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]));
  if (!roleKinds.includes(textOf(kind))) errors.push(notSupported('roleRef.kind', kind, roleKinds));
  if (textOf(name) === '') errors.push(requiredValue('roleRef.name', ''));
  else
    for (const message of pathSegmentName(textOf(name)))
      errors.push(invalidValue('roleRef.name', name, message));
  recordsOf(binding['subjects']).forEach((subject, i) => {
    errors.push(...subjectErrors(subject, `subjects[${i}]`, namespaced));
  });
  if (old && !equalJson(binding['roleRef'], old['roleRef'])) {
    errors.push(invalidValue('roleRef', binding['roleRef'], 'cannot change roleRef'));
  }
  return errors;
}

function subjectErrors(subject: Record<string, unknown>, field: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const { kind } = subject;
  const name = textOf(subject['name']);
  const apiGroup = textOf(subject['apiGroup']);
  if (name === '') errors.push(requiredValue(`${field}.name`, ''));
  if (kind === 'ServiceAccount') {
    if (name !== '') {
      for (const message of dns1123Subdomain(name)) errors.push(invalidValue(`${field}.name`, name, message));
    }
    if (apiGroup !== '') errors.push(notSupported(`${field}.apiGroup`, apiGroup, ['']));
    if (!namespaced && textOf(subject['namespace']) === '')
      errors.push(requiredValue(`${field}.namespace`, ''));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== rbacGroup) errors.push(notSupported(`${field}.apiGroup`, apiGroup, [rbacGroup]));
  } else {
    errors.push(notSupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

const fields = {
  roleRef: atomicStruct(
    'The role that is given. It cannot be changed later: delete the binding and make another.',
    {
      apiGroup: text('Group of the role: rbac.authorization.k8s.io.'),
      kind: requiredText('Role or ClusterRole.'),
      name: requiredText('Name of the role.'),
    },
  ),
  subjects: Type.Optional(
    listOf(
      'Whom the role is given to.',
      atomicStruct('A user, a group or a service account.', {
        apiGroup: text(
          'Group of the subject: empty for service accounts, rbac.authorization.k8s.io for the others.',
        ),
        kind: requiredText('User, Group or ServiceAccount.'),
        name: requiredText('Name of the subject.'),
        namespace: text('Namespace of a service account; users and groups have none.'),
      }),
    ),
  ),
} as const;

function subjectsOf(binding: KubeObject, kind: string): string {
  return recordsOf(binding['subjects'])
    .filter((subject) => subject['kind'] === kind)
    .map((subject) => {
      const namespace = kind === 'ServiceAccount' ? textOf(subject['namespace']) : '';
      return namespace === '' ? textOf(subject['name']) : `${namespace}/${textOf(subject['name'])}`;
    })
    .join(', ');
}

const columns: readonly Column[] = [
  nameColumn,
  {
    name: 'Role',
    type: 'string',
    description: 'The role that is given.',
    cell: (binding) => {
      const { kind, name } = recordOf(binding['roleRef']);
      return `${textOf(kind)}/${textOf(name)}`;
    },
  },
  ageColumn,
  {
    name: 'Users',
    type: 'string',
    priority: 1,
    description: 'Users that have the role.',
    cell: (binding) => subjectsOf(binding, 'User'),
  },
  {
    name: 'Groups',
    type: 'string',
    priority: 1,
    description: 'Groups that have the role.',
    cell: (binding) => subjectsOf(binding, 'Group'),
  },
  {
    name: 'ServiceAccounts',
    type: 'string',
    priority: 1,
    description: 'Service accounts that have the role.',
    cell: (binding) => subjectsOf(binding, 'ServiceAccount'),
  },
];

/**
 * RoleBinding and ClusterRoleBinding.
 *
 * @param checkEscalation called before a binding is written; throws when it gives more than its writer has
 *
 * Spec: Kubernetes rbac.authorization.k8s.io/v1.
 */
export function roleBindingKinds(checkEscalation: EscalationCheck): KindDefinition[] {
  const shared = { group: rbacGroup, version: 'v1', fields, columns, ownColumns: true } as const;
  const roleBinding = defineKind({
    ...shared,
    kind: 'RoleBinding',
    plural: 'rolebindings',
    scope: 'Namespaced',
    description: 'A RoleBinding gives a Role, or a ClusterRole, to somebody in one namespace.',
    strategy: {
      prepare,
      validate: (object, old) => bindingErrors(object, old, ['Role', 'ClusterRole'], true),
      admit: checkEscalation,
      nameErrors: pathSegmentName,
    },
  });
  const clusterRoleBinding = defineKind({
    ...shared,
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    scope: 'Cluster',
    description: 'A ClusterRoleBinding gives a ClusterRole to somebody everywhere.',
    strategy: {
      prepare,
      validate: (object, old) => bindingErrors(object, old, ['ClusterRole'], false),
      admit: checkEscalation,
      nameErrors: pathSegmentName,
    },
  });
  return [roleBinding, clusterRoleBinding];
}
