import { type Column, conditionSchema, defineKind, type KubeObject, listMapOf, Type } from '@plinth/kernel';
import type { Static } from 'typebox';

const serial = (description: string) => Type.Integer({ format: 'int64', minimum: 0, description });

const spec = Type.Object(
  {
    state: Type.String({ minLength: 1, description: 'The TerraformState, in the same namespace.' }),
    toSerial: serial('The version whose content comes back.'),
    ifSerial: serial('The newest version as it is now; when another one has come, nothing is done.'),
  },
  {
    description: 'What is rolled back, and to which version.',
    'x-kubernetes-validations': [
      { rule: 'self == oldSelf', message: 'a rollback cannot be changed; make another one' },
      { rule: 'self.toSerial < self.ifSerial', message: 'toSerial must be before ifSerial' },
    ],
  },
);

const status = Type.Object(
  {
    serial: Type.Optional(serial('The version that it became.')),
    conditions: Type.Optional(
      listMapOf(conditionSchema, ['type'], {
        description: 'Complete: it was done, is waited for, or cannot be done.',
      }),
    ),
  },
  { description: 'What became of it.' },
);

export type TerraformRollback = KubeObject & { spec: Static<typeof spec>; status?: Static<typeof status> };

const columns: readonly Column[] = [
  { name: 'State', type: 'string', description: 'What is rolled back.', cell: '.spec.state' },
  { name: 'To', type: 'integer', description: 'The version that comes back.', cell: '.spec.toSerial' },
  {
    name: 'Complete',
    type: 'string',
    description: 'Whether it was done.',
    cell: '.status.conditions[?(@.type=="Complete")].status',
  },
  { name: 'Serial', type: 'integer', description: 'The version that it became.', cell: '.status.serial' },
];

/** Brings the content of an older version of a state back. */
export const terraformRollbackKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'TerraformRollback',
  plural: 'terraformrollbacks',
  scope: 'Namespaced',
  shortNames: ['tfrollback'],
  categories: ['plinth'],
  description:
    'TerraformRollback brings the content of an older version of a TerraformState back, as a new version. It changes what Terraform ' +
    'knows, not what is there: the next plan shows the difference. It is done once, while nobody holds the lock.',
  fields: { spec, status: Type.Optional(status) },
  columns,
});

/** The kind as an id for clients. */
export const terraformRollbacks = {
  group: terraformRollbackKind.group,
  resource: terraformRollbackKind.plural,
} as const;

/** Whether an object has the fields of the kind; the API has checked what is in them. */
export function isTerraformRollback(object: KubeObject | undefined): object is TerraformRollback {
  return typeof object?.['spec'] === 'object' && object['spec'] !== null;
}
