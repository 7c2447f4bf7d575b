import { labelSelectorFromObject } from '@plinth/kube-selector';
import { type FieldError, invalidValue } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { labelSelector, listOf } from '../builtin/schema-fields.ts';
import { defineKind } from '../model/define-kind.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { Type } from '../model/type-builders.ts';
import { durationMs, durationPattern } from './duration.ts';

const strings = (description: string) =>
  listOf(description, Type.Unsafe<string>({ type: 'string', minLength: 1, maxLength: 253 }));

const rule = Type.Object(
  {
    apiGroups: Type.Optional(
      strings('API groups of the objects; "" is the core group, `*` any part of a name. Absent: all groups.'),
    ),
    kinds: Type.Optional(
      strings('Kinds of the objects, such as ConfigMap; `*` is any part of a name. Absent: all kinds.'),
    ),
    namespaces: Type.Optional(
      strings(
        'Namespaces of the objects; `*` is any part of a name. A Namespace itself counts as lying in itself. With ' +
          'this or namespaceSelector, no other cluster-scoped object is meant.',
      ),
    ),
    namespaceSelector: Type.Optional(
      labelSelector('Labels of the namespaces of the objects; with namespaces, both have to fit.'),
    ),
    operations: Type.Optional(
      listOf(
        'Any of create, update and delete. Absent: all of them.',
        Type.Unsafe<'create' | 'update' | 'delete'>({ type: 'string', enum: ['create', 'update', 'delete'] }),
      ),
    ),
  },
  { description: 'Objects and what is done to them; all fields have to fit.' },
);

const demand = Type.Object(
  {
    groups: Type.Optional(
      strings('Members of any of these groups are asked. Absent: everybody but the author.'),
    ),
    count: Type.Integer({
      default: 1,
      minimum: 1,
      maximum: 100,
      description: 'How many different people have to approve.',
    }),
  },
  { description: 'People who have to approve.' },
);

const spec = Type.Object(
  {
    match: listOf('The changes that need a plan: those that fit any of these rules.', rule),
    exempt: Type.Optional(
      Type.Object(
        {
          users: Type.Optional(strings('Names of users; `*` is any part of a name.')),
          groups: Type.Optional(strings('Groups of users; `*` is any part of a name.')),
        },
        {
          description:
            'Who may change these objects directly. Absent: the controllers of capabilities, `system:plinth:*`. The ' +
            'kernel itself, which only carries out what follows from other changes, always may.',
        },
      ),
    ),
    approvals: Type.Optional(
      listOf(
        'Who has to approve a plan; all of these. Absent: a plan is needed, but nobody has to approve it.',
        demand,
      ),
    ),
    planTTL: Type.Optional(
      Type.String({
        pattern: durationPattern,
        description: 'How long a plan may be applied after it was made, such as 8h or 3d; 24h by default.',
      }),
    ),
  },
  { description: 'Which changes need a plan, and who approves it.' },
);

export type ChangePolicySpec = Static<typeof spec>;
export type PolicyRule = Static<typeof rule>;
export type ChangePolicy = KubeObject & { spec: ChangePolicySpec };

/** Whether an object that was read as a ChangePolicy has a spec; the API has checked what is in it. */
export function isChangePolicy(object: KubeObject): object is ChangePolicy {
  return isObject(object['spec']) && Array.isArray(object['spec']['match']);
}

/** The kind as an id for clients. */
export const changePolicies = { group: 'plinth.dev', resource: 'changepolicies' } as const;

/** Says which changes are made by approved plans only. */
export const changePolicyKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'ChangePolicy',
  plural: 'changepolicies',
  scope: 'Cluster',
  shortNames: ['cp'],
  categories: ['plinth'],
  description:
    'ChangePolicy says which changes need a plan, and whose approval. A direct write that it matches is refused with ' +
    'the command that makes the plan. A policy that matches ChangePolicy protects itself. Plans, Approvals, Drifts, ' +
    'Events and Leases are never matched.',
  fields: { spec },
  columns: [
    { name: 'Matches', type: 'string', description: 'Which changes need a plan.', cell: matchText },
    { name: 'Approvals', type: 'string', description: 'Who has to approve.', cell: approvalsText },
  ],
  strategy: { validate },
});

function validate(object: KubeObject): FieldError[] {
  if (!isChangePolicy(object)) return [];
  const errors: FieldError[] = [];
  if (object.spec.match.length === 0) {
    errors.push(invalidValue('spec.match', '[]', 'must have at least one rule; {} matches every change'));
  }
  object.spec.match.forEach(({ namespaceSelector }, i) => {
    if (namespaceSelector === undefined) return;
    const parsed = labelSelectorFromObject(namespaceSelector);
    if (!parsed.ok)
      errors.push(invalidValue(`spec.match[${i}].namespaceSelector`, 'selector', parsed.error.message));
  });
  const { planTTL } = object.spec;
  if (planTTL !== undefined && (durationMs(planTTL) ?? 0) < 60_000) {
    errors.push(invalidValue('spec.planTTL', planTTL, 'must be at least 1m: a plan has to be read'));
  }
  return errors;
}

function matchText(object: KubeObject): string {
  if (!isChangePolicy(object)) return '';
  return object.spec.match
    .map(({ kinds, namespaces, namespaceSelector, operations }) => {
      const what = `${operations?.join('/') ?? 'any change'} of ${kinds?.join(', ') ?? '*'}`;
      if (namespaces) return `${what} in ${namespaces.join(', ')}`;
      return namespaceSelector ? `${what} in selected namespaces` : what;
    })
    .join('; ');
}

function approvalsText(object: KubeObject): string {
  if (!isChangePolicy(object)) return '';
  return (object.spec.approvals ?? [])
    .map(({ groups, count }) => `${count} of ${groups?.join(' or ') ?? 'anybody'}`)
    .join(' and ');
}
