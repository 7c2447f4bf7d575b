import {
  type Column,
  defineKind,
  enumOf,
  equalJson,
  type KubeObject,
  listMapOf,
  loadModule,
  mapOf,
  Type,
} from '@plinth/kernel';
import type { Static } from 'typebox';
import type * as Validation from './validate-policy.ts';

/** Checks are compiled when the first policy is there: few installations that start have one. */
let loaded: typeof Validation | undefined;
function validation(): typeof Validation {
  loaded ??= loadModule(import.meta.resolve('./validate-policy.ts')) as typeof Validation;
  return loaded;
}

/** Spec: Kubernetes meta/v1 LabelSelector. */
const selector = (description: string) =>
  Type.Object(
    {
      matchLabels: Type.Optional(
        mapOf(Type.String(), { description: 'Labels that must all be there with these values.' }),
      ),
      matchExpressions: Type.Optional(
        Type.Array(
          Type.Object(
            {
              key: Type.String({ description: 'The label that the requirement is about.' }),
              operator: Type.String({
                description: 'How the label relates to the values: In, NotIn, Exists or DoesNotExist.',
              }),
              values: Type.Optional(
                Type.Array(Type.String(), {
                  'x-kubernetes-list-type': 'atomic',
                  description: 'Values for In and NotIn; empty for the others.',
                }),
              ),
            },
            { description: 'One requirement.' },
          ),
          { 'x-kubernetes-list-type': 'atomic', description: 'Requirements that the labels must all meet.' },
        ),
      ),
    },
    { 'x-kubernetes-map-type': 'atomic', description },
  );

const match = Type.Object(
  {
    namespaces: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
        'x-kubernetes-list-type': 'atomic',
        maxItems: 100,
        description: 'Namespaces of the stacks; `*` is any part of a name. Absent: all of them.',
      }),
    ),
    namespaceSelector: Type.Optional(selector('Labels of the namespaces of the stacks. Absent: any.')),
    selector: Type.Optional(selector('Labels of the stacks. Absent: any.')),
  },
  { description: 'Stacks that the policy is about: all fields have to fit. Absent: all stacks.' },
);

const severity = (description: string) => enumOf(['critical', 'high', 'medium', 'low'], { description });
const action = enumOf(['no-op', 'create', 'update', 'replace', 'delete', 'read', 'forget']);
const effect = (description: string) => Type.Optional(enumOf(['deny', 'warn'], { description }));

const check = Type.Object(
  {
    name: Type.String({ description: 'Name of the check, which waivers give, such as aws-s3-versioning.' }),
    title: Type.String({ description: 'What is asked, as a sentence.' }),
    severity: severity('How bad it is when it fails.'),
    remedy: Type.String({ description: 'What to do about it.' }),
    resources: Type.Optional(
      Type.Array(Type.String(), {
        'x-kubernetes-list-type': 'atomic',
        description:
          'Types of resources that it is about, data.aws_ami for data sources; `*` stands for any characters. Absent: all.',
      }),
    ),
    actions: Type.Optional(
      Type.Array(action, {
        'x-kubernetes-list-type': 'atomic',
        description:
          'What happens to the resources that it is about. Absent: no-op, create, update and replace, after which they are there.',
      }),
    ),
    when: Type.Optional(
      Type.String({ description: 'CEL that is true of the changes that it is about. Absent: all of them.' }),
    ),
    assert: Type.String({
      description: 'CEL that is true of the changes that are right. It sees change, plan and variables.',
    }),
    messageExpression: Type.Optional(
      Type.String({
        description:
          'CEL that says what is wrong, as a text without secrets. Absent, or where it fails: the title.',
      }),
    ),
  },
  { description: 'A rule that changes have to keep.' },
);

const spec = Type.Object(
  {
    match: Type.Optional(match),
    checks: listMapOf(check, ['name'], { description: 'Rules that changes have to keep.' }),
    enforcement: Type.Optional(
      Type.Object(
        {
          critical: effect('Of critical checks; deny by default.'),
          high: effect('Of high checks; deny by default.'),
          medium: effect('Of medium checks; warn by default.'),
          low: effect('Of low checks; warn by default.'),
        },
        {
          description: 'What a check that fails, or cannot be worked out, does to the plan, by its severity.',
        },
      ),
    ),
    unknown: effect(
      'What it does when a check depends on a value that is known after apply: deny is as if it had failed; warn, the default, ' +
        'only tells it.',
    ),
  },
  { description: 'What is asked of plans, and of which.' },
);

export type PlanPolicySpec = Static<typeof spec>;
export type PlanPolicy = KubeObject & { spec: PlanPolicySpec };

const columns: readonly Column[] = [
  {
    name: 'Checks',
    type: 'integer',
    description: 'Rules that changes have to keep.',
    cell: (object) => (isPlanPolicy(object) ? object.spec.checks.length : 0),
  },
  {
    name: 'Denies',
    type: 'string',
    description: 'Severities that deny a plan.',
    cell: (object) => (isPlanPolicy(object) ? deniedText(object.spec) : ''),
  },
  {
    name: 'Unknown',
    type: 'string',
    description: 'What values do that are known after apply.',
    cell: (object) => (isPlanPolicy(object) ? (object.spec.unknown ?? 'warn') : ''),
  },
];

/** Says what is asked of what Terraform plans. */
export const planPolicyKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'PlanPolicy',
  plural: 'planpolicies',
  scope: 'Cluster',
  shortNames: ['planpol'],
  categories: ['plinth'],
  description:
    'PlanPolicy asks something of what Terraform plans for stacks, as checks in CEL on the changes of resources. A check whose ' +
    'result depends on a value that is known after apply is unknown, which is neither right nor wrong. A PlanWaiver takes a finding ' +
    'back for a time.',
  fields: { spec },
  columns,
  strategy: {
    validate(object, old) {
      // What was right when it was written stays, also where this version would judge otherwise.
      if (!isPlanPolicy(object) || (old && equalJson(old['spec'], object.spec))) return [];
      return validation().planPolicyErrors(object.spec);
    },
  },
});

/** The kind as an id for clients. */
export const planPolicies = { group: planPolicyKind.group, resource: planPolicyKind.plural } as const;

/** Whether an object that was read as a PlanPolicy has a spec; the API has checked what is in it. */
export function isPlanPolicy(object: KubeObject): object is PlanPolicy {
  const written = object['spec'];
  return (
    typeof written === 'object' && written !== null && 'checks' in written && Array.isArray(written.checks)
  );
}

/** What a failed check of a severity does, where a policy says nothing else. */
export const defaultEnforcement = { critical: 'deny', high: 'deny', medium: 'warn', low: 'warn' } as const;

function deniedText({ enforcement }: PlanPolicySpec): string {
  const all = { ...defaultEnforcement, ...enforcement };
  const denied = Object.entries(all).filter(([, one]) => one === 'deny');
  return denied.map(([name]) => name).join(',') || '<none>';
}
