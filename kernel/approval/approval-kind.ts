import { type FieldError, forbiddenValue, invalidValue } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { defineKind, enumOf, type KindDefinition } from '../model/define-kind.ts';
import { equalJson, isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { WriteContext } from '../model/resource-type.ts';
import { forbidden, invalid, notFound } from '../model/status-error.ts';
import { Type } from '../model/type-builders.ts';
import { formatTime } from '../ports/clock.ts';
import type { ApprovalTarget, ApprovalTargets } from './approval-targets.ts';

const group = 'plinth.dev';

const target = Type.Object(
  {
    kind: enumOf(['Plan', 'Run'], { description: 'Plan or Run.' }),
    name: Type.String({ minLength: 1, description: 'Name of the Plan or Run.' }),
    namespace: Type.Optional(Type.String({ description: 'Namespace of a Run; absent for a Plan.' })),
    uid: Type.Optional(
      Type.String({
        description: 'Unique id of the Plan or Run, so that a later one of its name is not meant.',
      }),
    ),
    step: Type.Optional(Type.String({ description: 'The step of a Run that waits; absent for a Plan.' })),
  },
  { description: 'What is decided about.' },
);

const approver = Type.Object(
  {
    username: Type.String({ description: 'Name of the user.' }),
    groups: Type.Array(Type.String(), { description: 'Groups of the user at the time of the decision.' }),
  },
  { description: 'Who decided. The server fills it in from the request; what a client sends is dropped.' },
);

const spec = Type.Object(
  {
    target,
    digest: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'The digest of exactly what is decided about, as the Plan or Run shows it.',
    }),
    decision: enumOf(['Approve', 'Reject'], {
      default: 'Approve',
      description: 'Approve, or Reject: one rejection by somebody who may decide is enough.',
    }),
    reason: Type.Optional(Type.String({ maxLength: 4096, description: 'Why, for those who read it later.' })),
    expiresAt: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'When the decision ends to count, if it has not been acted on by then.',
      }),
    ),
    approver: Type.Optional(approver),
  },
  { description: 'The decision. It cannot be changed; who changes their mind deletes it.' },
);

export type ApprovalSpec = Static<typeof spec>;
export type ApprovalTargetRef = ApprovalSpec['target'];
/** A decision of a person about a plan or a run. */
export type Approval = KubeObject & { spec: ApprovalSpec };

/** The kind as an id for clients. */
export const approvals = { group, resource: 'approvals' } as const;

/** Whether an object that was read as an Approval has a spec; the API has checked what is in it. */
export function isApproval(object: KubeObject): object is Approval {
  return isObject(object['spec']) && isObject(object['spec']['target']);
}

/** Takes the Approvals about one target out of many: an Approval that names a uid means that object only. */
export function approvalsFor(
  objects: readonly KubeObject[],
  wanted: { kind: 'Plan' | 'Run'; name: string; namespace?: string; uid: string; step?: string },
): Approval[] {
  return objects.filter(isApproval).filter(({ spec: { target: named } }) => {
    const isSame = named.kind === wanted.kind && named.name === wanted.name;
    if (!isSame || (named.namespace ?? '') !== (wanted.namespace ?? '')) return false;
    if ((named.step ?? '') !== (wanted.step ?? '')) return false;
    return named.uid === undefined || named.uid === wanted.uid;
  });
}

/**
 * Approval: one person's decision about one digest. `targets` finds what it is about, so that a decision which cannot
 * count (by the author, about another digest, by nobody who was asked) is refused when it is made; whoever judges
 * approvals ignores such decisions all the same.
 */
export function approvalKind(targets: ApprovalTargets): KindDefinition {
  return defineKind({
    group,
    version: 'v1alpha1',
    kind: 'Approval',
    plural: 'approvals',
    scope: 'Cluster',
    categories: ['plinth'],
    description:
      'Approval is a decision about a Plan, or a waiting step of a Run. It names the digest of what was looked at, ' +
      'so that it does not hold for anything else, and cannot be given by the author.',
    fields: { spec },
    columns: [
      { name: 'Target', type: 'string', description: 'What is decided about.', cell: targetText },
      { name: 'Decision', type: 'string', description: 'Approve or Reject.', cell: '.spec.decision' },
      { name: 'By', type: 'string', description: 'Who decided.', cell: '.spec.approver.username' },
      { name: 'Reason', type: 'string', description: 'Why.', cell: '.spec.reason', priority: 1 },
      {
        name: 'Expires',
        type: 'string',
        description: 'When it ends to count.',
        cell: '.spec.expiresAt',
        priority: 1,
      },
    ],
    selectableFields: ['spec.target.kind', 'spec.target.name'],
    strategy: {
      prepare: (object, old, context) => prepare(object, old, context, targets),
      validate,
      admit: (object, old, context) => admit(object, old, context, targets),
    },
  });
}

function prepare(
  object: KubeObject,
  old: KubeObject | undefined,
  context: WriteContext,
  targets: ApprovalTargets,
): void {
  const given = object['spec'];
  if (!isObject(given)) return;
  if (old) {
    // A client that knows nothing of the field sends the object back without it.
    const before = isObject(old['spec']) ? old['spec']['approver'] : undefined;
    if (given['approver'] === undefined && before !== undefined) given['approver'] = before;
    return;
  }
  given['approver'] = { username: context.user.username, groups: [...context.user.groups] };
  const found = isApproval(object) ? targets.find(object.spec.target) : undefined;
  if (found?.found !== true) return;
  const named = given['target'];
  if (isObject(named)) named['uid'] ??= found.target.uid;
  // The decision goes with what it was about.
  if (found.target.owner) object.metadata.ownerReferences = [found.target.owner];
}

function validate(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  if (!isApproval(object)) return [];
  const errors: FieldError[] = [];
  const { target: named } = object.spec;
  if (old) {
    if (!equalJson(object['spec'], old['spec'])) {
      errors.push(
        invalidValue('spec', 'changed', 'a decision is not changed: delete it and make another one'),
      );
    }
    return errors;
  }
  if (named.kind === 'Plan') {
    for (const field of ['namespace', 'step'] as const) {
      if (named[field] !== undefined) errors.push(forbiddenValue(`spec.target.${field}`, 'a Plan has none'));
    }
  } else if (!named.namespace) {
    errors.push(invalidValue('spec.target.namespace', '', 'a Run lies in a namespace: name it'));
  }
  return errors;
}

/** @throws StatusError 403, 404 or 422 with what stands against the decision */
function admit(
  object: KubeObject,
  _old: KubeObject | undefined,
  context: WriteContext,
  targets: ApprovalTargets,
): void {
  if (!isApproval(object)) return;
  if (context.operation === 'delete') admitDelete(object, context, targets);
  if (context.operation !== 'create') return;
  const { target: named, digest, expiresAt } = object.spec;
  const refuse = (field: string, badValue: unknown, detail: string): never => {
    throw invalid(group, 'Approval', object.metadata.name, [invalidValue(field, badValue, detail)]);
  };
  if (expiresAt !== undefined && Date.parse(expiresAt) <= context.nowMs) {
    refuse('spec.expiresAt', expiresAt, `must be in the future; it is ${formatTime(context.nowMs)} now`);
  }
  const looked = targets.find(named);
  if (!looked) return;
  const resource = `${named.kind.toLowerCase()}s`;
  if (!looked.found) throw notFound({ group, resource, name: named.name });
  const { target: about } = looked;
  const shown = `${named.kind} ${named.name}`;
  if (named.uid !== about.uid) {
    refuse(
      'spec.target.uid',
      named.uid,
      `${shown} has the uid ${about.uid}: it is another one of the same name`,
    );
  }
  if (about.closed !== undefined) {
    refuse(
      'spec.target.name',
      named.name,
      `${shown} is ${about.closed}; there is nothing to decide any more`,
    );
  }
  if (digest !== about.digest) {
    refuse(
      'spec.digest',
      digest,
      `${shown} has the digest ${about.digest} now: look at it again before you decide`,
    );
  }
  const why = whyNotEntitled(about, context);
  if (why !== undefined)
    throw forbidden({ group, resource: approvals.resource, name: object.metadata.name }, why);
}

function whyNotEntitled(about: ApprovalTarget, { user }: WriteContext): string | undefined {
  if (user.username === about.author) {
    return `${user.username} is the author; somebody else has to decide`;
  }
  const { demands } = about;
  const isAsked =
    demands.length === 0 ||
    demands.some(({ groups }) => groups.length === 0 || groups.some((name) => user.groups.includes(name)));
  if (isAsked) return undefined;
  const asked = [...new Set(demands.flatMap(({ groups }) => groups))];
  return `${user.username} is in none of the groups that are asked to decide: ${asked.join(', ')}`;
}

/** A rejection is not for others to take away while the target is open. */
function admitDelete(approval: Approval, { user }: WriteContext, targets: ApprovalTargets): void {
  const { target: named, decision, approver: by } = approval.spec;
  if (decision !== 'Reject' || by?.username === user.username || user.username === 'system:plinth') return;
  const looked = targets.find(named);
  if (looked?.found !== true || looked.target.uid !== named.uid || looked.target.closed !== undefined) return;
  throw forbidden(
    { group, resource: approvals.resource, name: approval.metadata.name },
    `it is the rejection of ${by?.username ?? 'somebody else'}, who alone may take it back while ${named.kind} ${named.name} is open`,
  );
}

function targetText(object: KubeObject): string {
  if (!isApproval(object)) return '';
  const { kind, name, namespace, step } = object.spec.target;
  const path = namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
  return step === undefined ? path : `${path} ${step}`;
}
