import { type FieldError, forbiddenValue } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { ageColumn, agoOf, nameColumn } from '../builtin/age.ts';
import { listOf, struct } from '../builtin/schema-fields.ts';
import { defineKind, enumOf, listMapOf } from '../model/define-kind.ts';
import { equalJson, isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Column } from '../model/resource-type.ts';
import { Type } from '../model/type-builders.ts';

const group = 'plinth.dev';

const text = (description: string) => Type.String({ description });
const instant = (description: string) => Type.String({ format: 'date-time', description });

const objectFields = {
  apiVersion: Type.String({ minLength: 1, description: 'Group and version of the object.' }),
  kind: Type.String({ minLength: 1, description: 'Kind of the object.' }),
  namespace: Type.Optional(text('Namespace of the object; absent for cluster-scoped ones.')),
  name: Type.String({ minLength: 1, description: 'Name of the object.' }),
};

/** What is done about drift. */
export const driftPolicies = ['report', 'propose', 'correct'] as const;
export type DriftPolicy = (typeof driftPolicies)[number];

const spec = struct('What is compared with what, and what is done about a difference.', {
  target: struct('The object that differs from its declaration.', objectFields),
  declaredBy: Type.Optional(
    struct(
      'The object that declares how the target should be; absent: the target itself does.',
      objectFields,
    ),
  ),
  reporter: Type.String({ minLength: 1, description: 'The controller that reports the drift.' }),
  policy: enumOf(driftPolicies, {
    description:
      'report: only told. propose: a Plan is made that puts it right, for people to approve and apply. correct: put ' +
      'right at once, as often as the limit allows.',
  }),
  limit: struct('How often the target may be corrected.', {
    corrections: Type.Integer({ minimum: 1, description: 'Corrections within the window.' }),
    windowSeconds: Type.Integer({ minimum: 1, description: 'Length of the window.' }),
  }),
});

const difference = struct('A field that is not as declared.', {
  path: text('The field, such as spec.ports[name=web].port.'),
  declared: Type.Optional(
    text('The declared value as JSON, shortened; absent when no value is declared, or when it is not shown.'),
  ),
  observed: Type.Optional(
    text('The observed value as JSON, shortened; absent when there is none, or when it is not shown.'),
  ),
  sensitive: Type.Optional(
    Type.Boolean({
      description:
        'Whether the values are not shown: they are secret, or not all who may read the Drift may read them.',
    }),
  ),
});

const condition = struct('A condition of the drift.', {
  type: text('Drifted, Corrected or Proposed.'),
  status: enumOf(['True', 'False', 'Unknown'], { description: 'True, False or Unknown.' }),
  observedGeneration: Type.Optional(Type.Integer({ description: 'The generation that it is about.' })),
  lastTransitionTime: text('When the status last changed.'),
  reason: text('What happened, for programs, in one CamelCase word.'),
  message: text('What happened, for people.'),
});

const status = struct('What was seen, and what was done about it.', {
  differences: Type.Optional(
    listOf('Fields that are not as declared; empty when the object is missing.', difference),
  ),
  differencesOmitted: Type.Optional(
    Type.Integer({ description: 'Fields that are not as declared and are left out here.' }),
  ),
  firstSeen: Type.Optional(instant('When this drift was first seen.')),
  lastSeen: Type.Optional(
    instant('When it was last seen; moves on every ten minutes while nothing else changes.'),
  ),
  corrections: Type.Optional(
    listOf(
      'When the target was corrected; those that the limit counts.',
      Type.String({ format: 'date-time' }),
    ),
  ),
  nextCorrection: Type.Optional(
    instant('When the next correction may happen; absent when it is not held back.'),
  ),
  plan: Type.Optional(
    struct('The Plan that puts it right.', {
      name: text('Name of the Plan.'),
      state: text('Names the state that the Plan was made for: when that changes, another Plan is made.'),
    }),
  ),
  conditions: Type.Optional(
    listMapOf(condition, ['type'], { description: 'Drifted, and Corrected or Proposed by the policy.' }),
  ),
});

export type DriftSpec = Static<typeof spec>;
export type DriftStatus = Static<typeof status>;
/** A field that is not as declared, as it is shown. */
export type DriftDifference = Static<typeof difference>;
/** Where an object stands that is compared, or that declares. */
export type DriftTarget = DriftSpec['target'];
export type Drift = KubeObject & { spec: DriftSpec; status?: DriftStatus };

/** The kind as an id for clients. */
export const drifts = { group, resource: 'drifts' } as const;
export const driftVersion = 'plinth.dev/v1alpha1';

/** Whether an object that was read as a Drift has a spec; the API has checked what is in it. */
export function isDrift(object: KubeObject): object is Drift {
  return isObject(object['spec']) && isObject(object['spec']['target']);
}

const columns: readonly Column[] = [
  nameColumn,
  { name: 'Target', type: 'string', description: 'What is not as declared.', cell: targetCell },
  { name: 'Policy', type: 'string', description: 'What is done about it.', cell: '.spec.policy' },
  {
    name: 'Drifted',
    type: 'string',
    description: 'Whether it differs now.',
    cell: '.status.conditions[?(@.type=="Drifted")].status',
  },
  { name: 'Differences', type: 'string', description: 'Where it differs.', cell: differencesCell },
  {
    name: 'Since',
    type: 'string',
    description: 'How long ago this drift was first seen.',
    cell: (object, nowMs) => (isDrift(object) ? agoOf(object.status?.firstSeen, nowMs) : ''),
  },
  {
    name: 'Message',
    type: 'string',
    description: 'What was done about it.',
    priority: 1,
    cell: messageCell,
  },
  ageColumn,
];

/** That an object is not as it was declared. */
export const driftKind = defineKind({
  group,
  version: 'v1alpha1',
  kind: 'Drift',
  plural: 'drifts',
  scope: 'Namespaced',
  categories: ['plinth'],
  description:
    'Drift tells that an object is not as it was declared: in which fields, since when, and what is done about it. ' +
    'Controllers write it. It lies in the namespace of its target, for cluster-scoped targets in default, and goes ' +
    'some time after the difference is gone. Deleting it makes its reporter forget how often the target was corrected: ' +
    'what was held back is put right at the next look.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  ownColumns: true,
  selectableFields: ['spec.policy', 'spec.reporter', 'spec.target.kind', 'spec.target.name'],
  strategy: { validate },
});

function validate(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  if (!old || !isDrift(object) || !isDrift(old)) return [];
  const fixed = ['target', 'declaredBy', 'reporter'] as const;
  return fixed
    .filter((field) => !equalJson(object.spec[field], old.spec[field]))
    .map((field) =>
      forbiddenValue(
        `spec.${field}`,
        'a Drift stays about what it was made for: delete it, its reporter makes another',
      ),
    );
}

/** `ConfigMap/settings`: an object as columns and messages name it. */
export function targetText({ kind, name }: Pick<DriftTarget, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

function targetCell(object: KubeObject): string {
  return isDrift(object) ? targetText(object.spec.target) : '';
}

function differencesCell(object: KubeObject): string {
  if (!isDrift(object) || !object.status) return '';
  const { differences = [], differencesOmitted = 0, conditions = [] } = object.status;
  const drifted = conditions.find(({ type }) => type === 'Drifted');
  if (drifted?.reason === 'Missing') return '(missing)';
  const [first] = differences;
  const more = differences.length - 1 + differencesOmitted;
  return first ? `${first.path}${more > 0 ? ` +${more}` : ''}` : '';
}

function messageCell(object: KubeObject): string {
  if (!isDrift(object)) return '';
  const { conditions = [] } = object.status ?? {};
  const done = conditions.find(({ type }) => type === 'Corrected' || type === 'Proposed');
  return (done ?? conditions.find(({ type }) => type === 'Drifted'))?.message ?? '';
}
