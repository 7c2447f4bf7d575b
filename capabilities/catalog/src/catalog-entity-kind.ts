import {
  anyObject,
  type Column,
  defineKind,
  type FieldError,
  type KubeObject,
  loadModule,
  Type,
} from '@plinth/kernel';
import type { Static } from 'typebox';
import type * as Rules from './entity-rules.ts';

const spec = Type.Object(
  {
    entity: anyObject({
      description: 'The entity as it is written in catalog-info.yaml: apiVersion, kind, metadata, spec.',
    }),
    source: Type.Optional(
      Type.Object(
        {
          location: Type.String({ description: 'The CatalogLocation, in the same namespace.' }),
          path: Type.String({ description: 'The file, from the root of the source.' }),
          parent: Type.Optional(
            Type.String({ description: 'The entity of kind Location that pointed to the file.' }),
          ),
        },
        { description: 'What it was read from; absent for an entity that was written here.' },
      ),
    ),
  },
  { description: 'What is known.' },
);

const status = Type.Object(
  {
    errors: Type.Array(Type.String(), {
      description: 'Why its newest text was not taken; the entity is the last one that was valid.',
    }),
  },
  { description: 'What is wrong.' },
);

export type CatalogEntity = KubeObject & { spec: Static<typeof spec>; status?: Static<typeof status> };

const columns: readonly Column[] = [
  { name: 'Kind', type: 'string', description: 'Its kind.', cell: '.spec.entity.kind' },
  { name: 'Type', type: 'string', description: 'Its type.', cell: '.spec.entity.spec.type' },
  { name: 'Owner', type: 'string', description: 'Whose it is.', cell: '.spec.entity.spec.owner' },
  { name: 'Location', type: 'string', description: 'What it was read from.', cell: '.spec.source.location' },
  { name: 'Path', type: 'string', description: 'Its file.', priority: 1, cell: '.spec.source.path' },
  { name: 'Errors', type: 'string', description: 'What is wrong.', cell: '.status.errors[0]' },
];

/** The rules, which are not loaded before somebody writes an entity. */
function rules(): typeof Rules {
  return loadModule(import.meta.resolve('./entity-rules.ts')) as typeof Rules;
}

/** An entity of the software catalog. */
export const catalogEntityKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'CatalogEntity',
  plural: 'catalogentities',
  scope: 'Namespaced',
  shortNames: ['entity'],
  categories: ['plinth'],
  description:
    'CatalogEntity is an entity of the software catalog in the format of Backstage: read from the files of a CatalogLocation, ' +
    'or written here. Its name is KIND.NAMESPACE.NAME of the entity, in lower case. /api/catalog serves it with its relations.',
  fields: { spec, status: Type.Optional(status) },
  // Entity and errors are written in one go, by whoever writes the entity.
  statusSubresource: false,
  columns,
  strategy: {
    // The rule that says what a name has to be is stricter than any form.
    nameErrors: () => [],
    validate: (object): FieldError[] => (isCatalogEntity(object) ? rules().entityErrors(object) : []),
  },
});

/** The kind as an id for clients. */
export const catalogEntities = {
  group: catalogEntityKind.group,
  resource: catalogEntityKind.plural,
} as const;

/** Whether an object has the fields of the kind; the API has checked what is in them. */
export function isCatalogEntity(object: KubeObject | undefined): object is CatalogEntity {
  const found = object?.['spec'];
  return typeof found === 'object' && found !== null && 'entity' in found;
}
