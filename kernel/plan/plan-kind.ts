import { parseLabelSelector } from '@plinth/kube-selector';
import { type FieldError, forbiddenValue, invalidValue } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { conditionFields, listOf, struct } from '../builtin/schema-fields.ts';
import { compiledType } from '../model/compiled-type.ts';
import { anyObject, defineKind, enumOf, type KindDefinition, listMapOf } from '../model/define-kind.ts';
import { equalJson, isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Column, Strategy } from '../model/resource-type.ts';
import { Type } from '../model/type-builders.ts';
import { planBodyBytesMax, planObjectsMax } from './limits.ts';

const group = 'plinth.dev';

const text = (description: string) => Type.String({ description });
const optionalText = (description: string) => Type.Optional(Type.String({ description }));
const anyValue = (description: string) =>
  Type.Optional(Type.Unsafe<unknown>({ 'x-kubernetes-preserve-unknown-fields': true, description }));

const objectRef = {
  apiVersion: text('Group and version of the object.'),
  kind: text('Kind of the object.'),
  namespace: optionalText('Namespace of the object; absent for cluster-scoped ones.'),
  name: text('Name of the object.'),
};

const prune = struct('Deletes what was applied before and is not among the manifests any more.', {
  selector: Type.String({
    minLength: 1,
    description: 'Label selector of the objects that may be deleted, such as app=shop.',
  }),
  kinds: Type.Optional(
    listOf(
      'Kinds that are looked at; absent: those of the manifests.',
      struct('A kind.', { apiVersion: text('Group and version.'), kind: text('The kind.') }),
    ),
  ),
});

const spec = struct('What is to change. It cannot be changed itself: make another plan.', {
  manifests: Type.Optional(
    listOf(
      `Objects to apply, at most ${planObjectsMax}. Only for writing: they may hold secrets, so they are kept sealed ` +
        'and are not given out.',
      anyObject({ description: 'An object as it is applied.' }),
    ),
  ),
  delete: Type.Optional(listOf('Objects to delete.', struct('An object to delete.', objectRef))),
  prune: Type.Optional(prune),
  namespace: Type.Optional(
    Type.String({ default: 'default', description: 'Namespace of manifests that name none.' }),
  ),
  force: Type.Optional(
    Type.Boolean({ description: 'Whether fields are taken over that others manage, instead of a conflict.' }),
  ),
  fieldManager: Type.Optional(
    Type.String({
      default: 'plinth-plan',
      minLength: 1,
      maxLength: 128,
      description: 'The field manager that objects are applied as.',
    }),
  ),
  author: Type.Optional(
    struct('Who made the plan; filled in by the server.', {
      username: text('Name of the user.'),
      groups: Type.Optional(listOf('Groups of the user.', Type.String())),
    }),
  ),
});

const problem = struct('What stands against a change.', {
  field: optionalText('The field of the manifest.'),
  message: text('What is wrong and what to do.'),
});

const field = struct('A field that changes.', {
  path: text('The field, such as spec.ports[name=web].port.'),
  before: anyValue('The value now; absent when there is none.'),
  after: anyValue('The value after; absent when there is none.'),
  sensitive: Type.Optional(
    Type.Boolean({ description: 'Whether the values are secret: shown are commitments to them.' }),
  ),
  replaces: Type.Optional(
    Type.Boolean({ description: 'Whether what stands behind the object is made anew by this.' }),
  ),
});

const verdict = struct('What an admission policy says of a change.', {
  policy: text('The ValidatingAdmissionPolicy.'),
  binding: optionalText(
    'The binding that puts it into force; absent when the policy itself cannot be worked out.',
  ),
  action: enumOf(['Deny', 'Warn', 'Audit'], {
    description: 'Deny: the change cannot be done. Warn: it can. Audit: it can, and is noted.',
  }),
  message: text('What it says.'),
});

const change = struct('What becomes of one object.', {
  ...objectRef,
  operation: enumOf(['Create', 'Update', 'Delete', 'None', 'Error'], {
    description: 'Create, Update, Delete, None when nothing changes, Error when it cannot be done.',
  }),
  manifest: Type.Optional(
    Type.Integer({ description: 'Place of the manifest in spec.manifests as it was sent, from 0.' }),
  ),
  destructive: Type.Optional(Type.Boolean({ description: 'Whether something is lost by it.' })),
  fields: Type.Optional(listOf('Fields that change.', field)),
  fieldsOmitted: Type.Optional(
    Type.Integer({ description: 'Fields that change and are left out here, because the plan is large.' }),
  ),
  cascade: Type.Optional(Type.Integer({ description: 'Objects that are deleted along with it.' })),
  policies: Type.Optional(listOf('ChangePolicies that match.', Type.String())),
  verdicts: Type.Optional(listOf('What admission policies find wrong with it.', verdict)),
  warnings: Type.Optional(listOf('What the server says besides.', Type.String())),
  errors: Type.Optional(listOf('Why it cannot be done.', problem)),
});

const dependant = struct('An object that depends on one that changes.', {
  ...objectRef,
  on: text('The object that changes, such as ConfigMap/settings.'),
  relation: enumOf(['Owned', 'References', 'Inside'], {
    description: 'Owned by it, References it, or lies Inside it (a namespace, a definition).',
  }),
  field: optionalText('The field that references it.'),
  deleted: Type.Optional(Type.Boolean({ description: 'Whether it is deleted along with it.' })),
});

const demand = struct('People who have to approve, and who has.', {
  policy: text('The ChangePolicy that asks for it.'),
  groups: Type.Optional(
    listOf('Members of any of these are asked; absent: everybody but the author.', Type.String()),
  ),
  count: Type.Integer({ description: 'How many different people have to approve.' }),
  reason: text('Why: the change that the policy matches.'),
  have: Type.Integer({ description: 'How many have.' }),
  by: Type.Optional(listOf('Who has.', Type.String())),
});

const section = struct('What a capability says about the plan.', {
  name: text('Name of the section.'),
  title: text('Its title.'),
  summary: optionalText('One sentence.'),
  destructive: Type.Optional(Type.Boolean({ description: 'Whether it tells of something that is lost.' })),
  lines: Type.Optional(listOf('The details.', Type.String())),
  error: optionalText('Why the section could not be made.'),
});

const counts = struct('How many objects become what.', {
  create: Type.Integer(),
  update: Type.Integer(),
  delete: Type.Integer(),
  unchanged: Type.Integer(),
  destructive: Type.Integer(),
  errors: Type.Integer(),
});

const applied = struct('That and how the plan was applied.', {
  at: text('When.'),
  by: text('By whom.'),
  digest: text('The digest that was applied: the one that was approved.'),
  writes: Type.Integer({ description: 'Objects that were written, all at once.' }),
});

/** Where a plan stands. */
export const planPhases = ['Pending', 'Approved', 'Rejected', 'Expired', 'Applied', 'Failed'] as const;
export type PlanPhase = (typeof planPhases)[number];

const status = struct('What the change is, and where the plan stands.', {
  phase: enumOf(planPhases, {
    description:
      'Pending: waits for approval. Approved: can be applied. Rejected, Expired, Applied: ends. Failed: the change ' +
      'is not possible as it stands.',
  }),
  message: optionalText('The phase in words.'),
  digest: optionalText('What an approval names: it covers inputs, observed state, outcome and policies.'),
  expiresAt: optionalText('When it can be applied no more.'),
  counts: Type.Optional(counts),
  changes: Type.Optional(listOf('Every object of the plan.', change)),
  dependants: Type.Optional(listOf('What depends on objects that change.', dependant)),
  dependantsOmitted: Type.Optional(Type.Integer({ description: 'Dependants that are left out here.' })),
  demands: Type.Optional(listOf('Who has to approve; all of these.', demand)),
  sections: Type.Optional(listOf('What capabilities say about it.', section)),
  applied: Type.Optional(applied),
  conditions: Type.Optional(listMapOf(struct('A condition of the plan.', conditionFields), ['type'])),
});

export type PlanSpec = Static<typeof spec>;
export type PlanStatus = Static<typeof status>;
export type PlanChange = Static<typeof change>;
export type PlanField = Static<typeof field>;
export type PlanDependant = Static<typeof dependant>;
export type PlanDemand = Static<typeof demand>;
export type PlanSectionStatus = Static<typeof section>;
export type Plan = KubeObject & { spec: PlanSpec; status?: PlanStatus };

/** The kind as an id for clients. */
export const plans = { group, resource: 'plans' } as const;

/** Annotation in which whoever makes a plan notes why, for people; it is not part of the digest. */
export const reasonAnnotation = 'plinth.dev/reason';

/** Whether an object that was read as a Plan has a spec; the API has checked what is in it. */
export function isPlan(object: KubeObject): object is Plan {
  return isObject(object['spec']);
}

/** A Plan out of what a server answered; undefined when it is none. */
export function parsePlan(value: unknown): Plan | undefined {
  if (!isObject(value) || value['kind'] !== 'Plan' || !isObject(value['metadata'])) return undefined;
  const shape = compiledType('Plan', Type.Object({ spec, status: Type.Optional(status) }));
  const isPlanShaped = typeof value['metadata']['name'] === 'string' && shape.validate(value).length === 0;
  return isPlanShaped ? (value as Plan) : undefined;
}

const columns: readonly Column[] = [
  { name: 'Phase', type: 'string', description: 'Where it stands.', cell: '.status.phase' },
  {
    name: 'Changes',
    type: 'string',
    description: 'Objects to create, update and delete.',
    cell: changesText,
  },
  {
    name: 'Approvals',
    type: 'string',
    description: 'Approvals there are, of all that are needed.',
    cell: approvalsText,
  },
  { name: 'Author', type: 'string', description: 'Who made it.', cell: '.spec.author.username' },
  {
    name: 'Digest',
    type: 'string',
    description: 'What approvals name.',
    cell: '.status.digest',
    priority: 1,
  },
  {
    name: 'Message',
    type: 'string',
    description: 'The phase in words.',
    cell: '.status.message',
    priority: 1,
  },
  {
    name: 'Reason',
    type: 'string',
    description: 'Why it was made, as its maker noted.',
    cell: (object) => object.metadata.annotations?.[reasonAnnotation] ?? '',
    priority: 1,
  },
];

/** What making and applying plans adds to the kind. */
export type PlanHooks = Pick<Strategy, 'complete' | 'actions'>;

/** A whole change, evaluated before it is made, approved as it was evaluated, and applied as it was approved. */
export function planKind(hooks: PlanHooks): KindDefinition {
  return defineKind({
    group,
    version: 'v1alpha1',
    kind: 'Plan',
    plural: 'plans',
    scope: 'Cluster',
    categories: ['plinth'],
    description:
      'Plan is a whole change: what every object becomes, what depends on it, what is lost, and who has to approve. ' +
      'It is evaluated by the same code that applies it. It is applied wholly or not at all, once, and only while ' +
      'everything it was evaluated on is as it was.',
    fields: { spec, status: Type.Optional(status) },
    columns,
    selectableFields: ['status.phase'],
    bodyBytesMax: planBodyBytesMax,
    strategy: { ...hooks, prepare, validate },
  });
}

function prepare(
  object: KubeObject,
  old: KubeObject | undefined,
  context: Parameters<NonNullable<Strategy['prepare']>>[2],
): void {
  const given = object['spec'];
  if (!isObject(given)) return;
  if (!old) given['author'] = { username: context.user.username, groups: [...context.user.groups] };
  // Who sends the object back as a client saw it, or with the manifests it was made from, changes nothing.
  else if (isObject(old['spec'])) {
    for (const name of ['author', 'namespace', 'fieldManager']) given[name] ??= old['spec'][name];
    for (const name of ['author', 'namespace', 'fieldManager'])
      if (given[name] === undefined) delete given[name];
  }
}

function validate(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  if (!isPlan(object)) return [];
  if (old) {
    return equalJson(object['spec'], old['spec'])
      ? []
      : [forbiddenValue('spec', 'a plan is not changed: make another one')];
  }
  const { manifests = [], delete: deletes = [] } = object.spec;
  const size = manifests.length + deletes.length;
  const selector = parseLabelSelector(object.spec.prune?.selector ?? '');
  if (!selector.ok) {
    return [invalidValue('spec.prune.selector', object.spec.prune?.selector, selector.error.message)];
  }
  if (size === 0 && object.spec.prune === undefined) {
    return [invalidValue('spec.manifests', '[]', 'a plan needs at least one object to apply or delete')];
  }
  if (size > planObjectsMax) {
    return [
      invalidValue('spec.manifests', size, `a plan has at most ${planObjectsMax} objects: make several`),
    ];
  }
  return [];
}

function changesText(object: KubeObject): string {
  if (!isPlan(object) || !object.status?.counts) return '';
  const { create, update, delete: deletes, destructive } = object.status.counts;
  return `+${create} ~${update} -${deletes}${destructive > 0 ? ` (${destructive} destructive)` : ''}`;
}

function approvalsText(object: KubeObject): string {
  if (!isPlan(object)) return '';
  const demands = object.status?.demands ?? [];
  const have = demands.reduce((sum, { have: got, count }) => sum + Math.min(got, count), 0);
  return `${have}/${demands.reduce((sum, { count }) => sum + count, 0)}`;
}
