import { type Column, defineKind, type KubeObject, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { descriptionMax } from '../limits.ts';

const spec = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: descriptionMax, description: 'What it is for.' })),
    owner: Type.Optional(
      Type.String({ maxLength: descriptionMax, description: 'Who is asked about it, such as a team.' }),
    ),
  },
  { description: 'What people are told of the module.' },
);

const status = Type.Object(
  {
    latest: Type.Optional(Type.String({ description: 'The newest version that is a release.' })),
    versions: Type.Optional(Type.Integer({ format: 'int64', description: 'Versions that were published.' })),
  },
  { description: 'What there is of it.' },
);

export type Module = KubeObject & { spec?: Static<typeof spec>; status?: Static<typeof status> };

const columns: readonly Column[] = [
  { name: 'Latest', type: 'string', description: 'Newest release.', cell: '.status.latest' },
  { name: 'Versions', type: 'integer', description: 'Published versions.', cell: '.status.versions' },
  { name: 'Owner', type: 'string', description: 'Who is asked about it.', cell: '.spec.owner' },
];

/** A module of Terraform, whatever its versions. */
export const moduleKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'Module',
  plural: 'modules',
  scope: 'Namespaced',
  shortNames: ['tfmodule'],
  categories: ['plinth'],
  description:
    'Module is a module of Terraform or OpenTofu in the private registry, with the name NAME.PROVIDER: HOST/NAMESPACE/NAME/PROVIDER in ' +
    'the source of who calls it. It is made when its first version is uploaded; its versions go with it.',
  fields: { spec: Type.Optional(spec), status: Type.Optional(status) },
  columns,
});

/** The kind as an id for clients. */
export const modules = { group: moduleKind.group, resource: moduleKind.plural } as const;
