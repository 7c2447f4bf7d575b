import { type Column, defineKind, type KubeObject, listMapOf, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { uploadedStrategy } from '../content/uploaded-strategy.ts';
import { descriptionMax } from '../limits.ts';

/** Removes the archive of a version before the object goes. */
export const moduleVersionFinalizer = 'plinth.dev/module-version';

const text = (description: string) => Type.String({ description });
const maybe = (description: string) => Type.Optional(text(description));
const flag = (description: string) => Type.Optional(Type.Boolean({ description }));

const variable = Type.Object({
  name: text('Its name.'),
  type: text('Its type in one line; any where none is said.'),
  description: maybe('What it is for.'),
  default: maybe('As it is written; absent where a value has to be given.'),
  sensitive: flag('Whether its value is kept out of what is shown.'),
  nullable: flag('Whether it takes null.'),
});

const output = Type.Object({
  name: text('Its name.'),
  description: maybe('What it is.'),
  sensitive: flag('Whether its value is kept out of what is shown.'),
});

const provider = Type.Object({
  name: text('As the module calls it.'),
  source: maybe('Where it comes from.'),
  version: maybe('Constraint of its version.'),
});

const call = Type.Object({
  name: text('Its name.'),
  source: text('Where it comes from.'),
  version: maybe('Constraint of its version.'),
});

const moduleInterface = Type.Object(
  {
    variables: listMapOf(variable, ['name'], { description: 'What it asks for.' }),
    outputs: listMapOf(output, ['name'], { description: 'What it gives.' }),
    providers: listMapOf(provider, ['name'], { description: 'Providers that it needs.' }),
    resources: Type.Array(Type.String(), { description: 'Resources that it may make, by their addresses.' }),
    modules: listMapOf(call, ['name'], { description: 'Modules that it calls.' }),
    requiredVersion: maybe('Constraint of the version of Terraform.'),
  },
  { description: 'What the module asks for and gives, as its files say.' },
);

const spec = Type.Object(
  {
    module: text('The Module, in the same namespace.'),
    version: text('Its version, which nothing else ever has.'),
    sha256: text('Digest of the archive that is served, in hexadecimal.'),
    sizeBytes: Type.Integer({ format: 'int64', description: 'Bytes of that archive.' }),
    files: Type.Integer({ format: 'int64', description: 'Files in it.' }),
    interface: moduleInterface,
    deprecated: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: descriptionMax,
        description: 'Why nobody should use it any more, and what instead.',
      }),
    ),
  },
  { description: 'What was uploaded. Only deprecated can be changed.' },
);

const status = Type.Object(
  {
    publishedAt: maybe('When it came; absent while its archive is not there.'),
    publishedBy: maybe('Who uploaded it.'),
    changes: Type.Optional(
      Type.Array(Type.String(), { description: 'What differs from the version before, for who calls it.' }),
    ),
  },
  { description: 'What became of it.' },
);

export type ModuleVersionObject = KubeObject & {
  spec: Static<typeof spec>;
  status?: Static<typeof status>;
};

const columns: readonly Column[] = [
  { name: 'Module', type: 'string', description: 'The module.', cell: '.spec.module' },
  { name: 'Version', type: 'string', description: 'Its version.', cell: '.spec.version' },
  { name: 'Published', type: 'date', description: 'When it came.', cell: '.status.publishedAt' },
  { name: 'Deprecated', type: 'string', description: 'Why not to use it.', cell: '.spec.deprecated' },
  { name: 'Digest', type: 'string', description: 'Of its archive.', cell: '.spec.sha256', priority: 1 },
];

/** One version of a module, which never changes. */
export const moduleVersionKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'ModuleVersion',
  plural: 'moduleversions',
  scope: 'Namespaced',
  shortNames: ['tfmodulever'],
  categories: ['plinth'],
  description:
    'ModuleVersion is a version of a Module, made by uploading its archive to /terraform/modules/NAMESPACE/NAME/PROVIDER/VERSION. Its ' +
    'archive is kept, encrypted, until it is deleted.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  strategy: uploadedStrategy(
    moduleVersionFinalizer,
    ['deprecated'],
    'PUT an archive to /terraform/modules/NAMESPACE/NAME/PROVIDER/VERSION',
  ),
});

/** The kind as an id for clients. */
export const moduleVersions = {
  group: moduleVersionKind.group,
  resource: moduleVersionKind.plural,
} as const;

/** Whether an object has the fields of the kind; the API has checked what is in them. */
export function isModuleVersion(object: KubeObject | undefined): object is ModuleVersionObject {
  return typeof object?.['spec'] === 'object' && object['spec'] !== null;
}
