import { type Column, defineKind, type KubeObject, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { uploadedStrategy } from '../content/uploaded-strategy.ts';

/** Removes the archive of a package before the object goes. */
export const providerPackageFinalizer = 'plinth.dev/provider-package';

const text = (description: string) => Type.String({ description });

const spec = Type.Object(
  {
    hostname: text('The registry that it comes from, such as registry.terraform.io.'),
    namespace: text('Whose it is there, such as hashicorp.'),
    type: text('What it is called, such as azurerm.'),
    version: text('Its version.'),
    platform: text('What it runs on, such as linux_amd64.'),
    sha256: text('Digest of the archive, in hexadecimal; the hash zh: of lock files.'),
    h1: text('Hash of the files in it, as lock files have it.'),
    sizeBytes: Type.Integer({ format: 'int64', description: 'Bytes of the archive.' }),
  },
  { description: 'What was uploaded.' },
);

const status = Type.Object(
  {
    changedAt: Type.Optional(text('When something of it came last.')),
    publishedAt: Type.Optional(text('When all of it was there; absent before.')),
    publishedBy: Type.Optional(text('Who uploaded it.')),
    storedBytes: Type.Optional(Type.Integer({ format: 'int64', description: 'Bytes that are there.' })),
  },
  { description: 'What became of it.' },
);

export type ProviderPackage = KubeObject & { spec: Static<typeof spec>; status?: Static<typeof status> };

const columns: readonly Column[] = [
  { name: 'Namespace', type: 'string', description: 'Whose it is.', cell: '.spec.namespace' },
  { name: 'Type', type: 'string', description: 'What it is called.', cell: '.spec.type' },
  { name: 'Version', type: 'string', description: 'Its version.', cell: '.spec.version' },
  { name: 'Platform', type: 'string', description: 'What it runs on.', cell: '.spec.platform' },
  { name: 'Bytes', type: 'integer', description: 'Of the archive.', cell: '.spec.sizeBytes' },
  { name: 'Published', type: 'date', description: 'When it came.', cell: '.status.publishedAt' },
];

/** A version of a provider for one platform, in the mirror. */
export const providerPackageKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'ProviderPackage',
  plural: 'providerpackages',
  scope: 'Cluster',
  shortNames: ['tfprovider'],
  categories: ['plinth'],
  description:
    'ProviderPackage is a version of a Terraform provider for one platform, in the network mirror at /terraform/providers/. It is made by ' +
    'uploading its archive, which is kept until it is deleted.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  strategy: uploadedStrategy(
    providerPackageFinalizer,
    [],
    'PUT its archive to /terraform/providers/HOSTNAME/NAMESPACE/TYPE/VERSION/PLATFORM',
  ),
});

/** The kind as an id for clients. */
export const providerPackages = {
  group: providerPackageKind.group,
  resource: providerPackageKind.plural,
} as const;

/** Whether an object has the fields of the kind; the API has checked what is in them. */
export function isProviderPackage(object: KubeObject | undefined): object is ProviderPackage {
  return typeof object?.['spec'] === 'object' && object['spec'] !== null;
}
