import { type Column, defineKind, equalJson, type FieldError, type KubeObject, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { waiverDaysMax } from '../limits.ts';

const dayMs = 24 * 60 * 60 * 1_000;

const spec = Type.Object(
  {
    check: Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'Name of the check whose findings it takes back.',
    }),
    policy: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 253,
        description: 'The PlanPolicy of the check. Absent: checks of this name in all policies.',
      }),
    ),
    address: Type.String({
      minLength: 1,
      maxLength: 1_024,
      description:
        'Addresses of the resources that it is about, such as module.web.aws_s3_bucket.logs; `*` stands for any characters.',
    }),
    reason: Type.String({
      minLength: 1,
      maxLength: 1_024,
      description: 'Why the finding is accepted, for whoever looks at it later.',
    }),
    expiresAt: Type.String({
      format: 'date-time',
      description: `From this instant on it counts no more; at most ${waiverDaysMax} days after it was made.`,
    }),
  },
  { description: 'Which findings are taken back, why, and until when.' },
);

export type PlanWaiver = KubeObject & { spec: Static<typeof spec> };

const columns: readonly Column[] = [
  { name: 'Check', type: 'string', description: 'The check.', cell: '.spec.check' },
  { name: 'Address', type: 'string', description: 'Resources that it is about.', cell: '.spec.address' },
  { name: 'Expires', type: 'string', description: 'When it ends.', cell: '.spec.expiresAt' },
  { name: 'Reason', type: 'string', description: 'Why it was made.', cell: '.spec.reason', priority: 1 },
];

/** Takes findings of a check back for a time. */
export const planWaiverKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'PlanWaiver',
  plural: 'planwaivers',
  scope: 'Namespaced',
  shortNames: ['planwaiver'],
  categories: ['plinth'],
  description:
    'PlanWaiver takes findings of one check of a PlanPolicy back, at some addresses of the stacks of its namespace, until it ends. ' +
    'To go on with it, make another one: a waiver lasts a year at most, and the audit log has who made it.',
  fields: { spec },
  columns,
  strategy: {
    validate(object, old) {
      if (!isPlanWaiver(object) || (old && equalJson(old['spec'], object.spec))) return [];
      return expiryErrors(object);
    },
  },
});

/** The kind as an id for clients. */
export const planWaivers = { group: planWaiverKind.group, resource: planWaiverKind.plural } as const;

/** Whether an object that was read as a PlanWaiver has a spec; the API has checked what is in it. */
export function isPlanWaiver(object: KubeObject): object is PlanWaiver {
  const written = object['spec'];
  return typeof written === 'object' && written !== null && 'expiresAt' in written;
}

/** Counted from when the object was made, so that writing it again does not prolong it for ever. */
function expiryErrors({ metadata, spec: { expiresAt } }: PlanWaiver): FieldError[] {
  const madeMs = Date.parse(metadata.creationTimestamp ?? '');
  const endMs = Date.parse(expiresAt);
  const refuse = (detail: string): FieldError[] => [
    { type: 'FieldValueInvalid', field: 'spec.expiresAt', badValue: expiresAt, detail },
  ];
  if (Number.isNaN(endMs)) return refuse('must be an instant, such as 2027-01-31T00:00:00Z');
  if (endMs <= madeMs) return refuse('must be after the waiver is made');
  if (endMs > madeMs + waiverDaysMax * dayMs) {
    return refuse(`must be at most ${waiverDaysMax} days after the waiver was made; make another one then`);
  }
  return [];
}
