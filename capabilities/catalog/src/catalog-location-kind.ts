import {
  type Column,
  conditionSchema,
  defineKind,
  directoryField,
  durationPattern,
  type FieldError,
  gitFields,
  invalidValue,
  type KubeObject,
  leavesItsRoot,
  listMapOf,
  sourceErrors,
  sourceText,
  Type,
} from '@plinth/kernel';
import type { Static } from 'typebox';

const source = Type.Object(
  {
    directory: Type.Optional(directoryField('A directory on the machine.')),
    git: Type.Optional(Type.Object(gitFields, { description: 'A git repository.' })),
  },
  { description: 'Where the files are: exactly one of directory and git.' },
);

const spec = Type.Object(
  {
    source,
    targets: Type.Array(Type.String({ minLength: 1 }), {
      default: ['**/catalog-info.yaml', '**/catalog-info.yml'],
      minItems: 1,
      maxItems: 100,
      description: 'Files of entities, from the root of the source; * and ** stand for any names.',
    }),
    interval: Type.String({
      default: '1m',
      pattern: durationPattern,
      description: 'How often the source is looked at, beside every change of a directory.',
    }),
    timeout: Type.String({ default: '1m', pattern: durationPattern, description: 'How long git may take.' }),
  },
  { description: 'What is read.' },
);

const problem = Type.Object({
  path: Type.String({ description: 'The file.' }),
  line: Type.Optional(Type.Integer({ description: 'Where the document begins, from 1.' })),
  entity: Type.Optional(Type.String({ description: 'Which entity it is about.' })),
  message: Type.String({ description: 'What is wrong, and what to do.' }),
});

const status = Type.Object(
  {
    observedGeneration: Type.Optional(
      Type.Integer({ format: 'int64', description: 'Which spec this is about.' }),
    ),
    revision: Type.Optional(
      Type.String({ description: 'Commit, or digest of the files, that was last read.' }),
    ),
    entities: Type.Optional(Type.Integer({ description: 'Entities that came of it.' })),
    problems: Type.Optional(Type.Array(problem, { description: 'What is wrong in the source, and where.' })),
    conditions: Type.Optional(listMapOf(conditionSchema, ['type'], { description: 'Ready.' })),
  },
  { description: 'What was last seen and done.' },
);

export type CatalogLocationSpec = Static<typeof spec>;
export type CatalogLocationStatus = Static<typeof status>;
export type LocationProblem = Static<typeof problem>;
export type CatalogLocation = KubeObject & { spec: CatalogLocationSpec; status?: CatalogLocationStatus };

const columns: readonly Column[] = [
  {
    name: 'Source',
    type: 'string',
    description: 'Where the files are.',
    cell: (object) => (isCatalogLocation(object) ? sourceText(object.spec.source) : ''),
  },
  { name: 'Entities', type: 'integer', description: 'Entities that came of it.', cell: '.status.entities' },
  {
    name: 'Ready',
    type: 'string',
    description: 'Whether all of it was taken.',
    cell: '.status.conditions[?(@.type=="Ready")].status',
  },
  {
    name: 'Message',
    type: 'string',
    description: 'The state in words.',
    cell: '.status.conditions[?(@.type=="Ready")].message',
  },
];

/** Files of entities that are kept in the catalog. */
export const catalogLocationKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'CatalogLocation',
  plural: 'cataloglocations',
  scope: 'Namespaced',
  categories: ['plinth'],
  description:
    'CatalogLocation keeps the entities of a directory or git repository in the catalog: each becomes a CatalogEntity of its ' +
    'namespace, and goes when it leaves the source. Who may write CatalogLocations can have files read that Plinth may read.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  strategy: { validate: (object) => (isCatalogLocation(object) ? locationErrors(object.spec) : []) },
});

/** The kind as an id for clients. */
export const catalogLocations = {
  group: catalogLocationKind.group,
  resource: catalogLocationKind.plural,
} as const;

/** Whether an object has the fields of the kind; the API has checked what is in them. */
export function isCatalogLocation(object: KubeObject | undefined): object is CatalogLocation {
  const found = object?.['spec'];
  return typeof found === 'object' && found !== null && 'source' in found;
}

function locationErrors({ source: place, targets }: CatalogLocationSpec): FieldError[] {
  const outside = targets.flatMap((target, i) =>
    leavesItsRoot(target)
      ? [invalidValue(`spec.targets[${i}]`, target, 'must be a path inside the source')]
      : [],
  );
  return [...sourceErrors(place, 'spec.source'), ...outside];
}
