import { type Column, defineKind, type KubeObject, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { uploadedStrategy } from '../content/uploaded-strategy.ts';
import { stackPlan } from './stack-fields.ts';

/** Removes what was uploaded, and what its run kept, before the object goes. */
export const configurationVersionFinalizer = 'plinth.dev/configuration-version';

const text = (description: string) => Type.String({ description });
const flag = (description: string) => Type.Boolean({ description });
const whole = (description: string) => Type.Integer({ format: 'int64', description });

const spec = Type.Object(
  {
    stack: text('The Stack, in the same namespace.'),
    speculative: flag('Whether it is only planned, never applied.'),
    revision: text('Digest of its files.'),
    sha256: text('Digest of the archive that is kept, in hexadecimal.'),
    sizeBytes: whole('Bytes of that archive.'),
    files: whole('Files in it.'),
  },
  { description: 'What was uploaded. Nothing of it can be changed.' },
);

const decision = (description: string) =>
  Type.Object({ by: text('Name of the user.'), at: text('When.') }, { description });

const status = Type.Object(
  {
    uploadedAt: Type.Optional(text('When it came; absent while its files are not there.')),
    uploadedBy: Type.Optional(text('Who uploaded it.')),
    runUid: Type.Optional(text('Unique id of its run, which has the name of this object.')),
    plan: Type.Optional(stackPlan),
    confirmed: Type.Optional(decision('Who said yes to the plan at the terminal. It approves nothing.')),
    discarded: Type.Optional(decision('Who said no to the plan.')),
  },
  { description: 'What became of it.' },
);

/** A configuration that `terraform plan` or `terraform apply` uploaded. */
export type ConfigurationVersion = KubeObject & {
  spec: Static<typeof spec>;
  status?: Static<typeof status>;
};

const columns: readonly Column[] = [
  { name: 'Stack', type: 'string', description: 'The stack.', cell: '.spec.stack' },
  {
    name: 'Speculative',
    type: 'boolean',
    description: 'Whether it is only planned.',
    cell: '.spec.speculative',
  },
  { name: 'Uploaded', type: 'date', description: 'When it came.', cell: '.status.uploadedAt' },
  { name: 'By', type: 'string', description: 'Who uploaded it.', cell: '.status.uploadedBy' },
  { name: 'Plan', type: 'string', description: 'What it would do.', cell: '.status.plan.headline' },
];

/** What `terraform plan` and `terraform apply` upload for a Stack, one for each. */
export const configurationVersionKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'ConfigurationVersion',
  plural: 'configurationversions',
  scope: 'Namespaced',
  categories: ['plinth'],
  description:
    'ConfigurationVersion is a configuration that `terraform plan` or `terraform apply` uploaded for a Stack whose source is `upload`. Its ' +
    'files are kept, encrypted, until it is deleted: the newest of a stack are kept. The run that plans and applies it has its name.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  strategy: uploadedStrategy(
    configurationVersionFinalizer,
    [],
    'run terraform plan or terraform apply in a directory with a cloud block',
  ),
});

/** The kind as an id for clients. */
export const configurationVersions = {
  group: configurationVersionKind.group,
  resource: configurationVersionKind.plural,
} as const;

/** Whether an object has the fields of the kind; the API has checked what is in them. */
export function isConfigurationVersion(object: KubeObject | undefined): object is ConfigurationVersion {
  return typeof object?.['spec'] === 'object' && object['spec'] !== null && 'stack' in object['spec'];
}
