import {
  type Column,
  conditionSchema,
  defineKind,
  directoryField,
  driftPolicies,
  enumOf,
  gitFields,
  type KubeObject,
  listMapOf,
  sourceErrors,
  sourceText,
  Type,
} from '@plinth/kernel';
import type { Static } from 'typebox';
import { durationPattern } from './duration.ts';

/** What became of an object of a workspace. */
export const entryStates = [
  'pending',
  'waiting',
  'applied',
  'unchanged',
  'corrected',
  'drifted',
  'failed',
  'pruning',
  'retained',
] as const;

const source = Type.Object(
  {
    directory: Type.Optional(
      directoryField('A directory of manifests (.yaml, .yml, .json), read with all directories below it.'),
    ),
    git: Type.Optional(Type.Object(gitFields, { description: 'A git repository.' })),
  },
  { description: 'Where the manifests are: exactly one of directory and git.' },
);

const spec = Type.Object(
  {
    source,
    interval: Type.String({
      default: '1m',
      pattern: durationPattern,
      description: 'How often the source and the objects are looked at, beside every change that is noticed.',
    }),
    prune: Type.Boolean({
      default: true,
      description: 'Whether objects are deleted that left the source, or whose workspace is deleted.',
    }),
    suspend: Type.Boolean({ default: false, description: 'Leaves everything as it is while true.' }),
    drift: enumOf(driftPolicies, {
      default: 'correct',
      description:
        'What is done about changes that others made to the objects: correct puts them right, propose makes a Plan that ' +
        'does, report only tells. Each is shown as a Drift.',
    }),
    timeout: Type.String({
      default: '1m',
      pattern: durationPattern,
      description: 'How long reading the source may take.',
    }),
    fieldManager: Type.String({
      default: 'plinth-workspace',
      minLength: 1,
      maxLength: 128,
      description: 'The field manager that objects are applied as.',
    }),
  },
  { description: 'What to keep applied, and how.' },
);

const entry = Type.Object({
  apiVersion: Type.String(),
  kind: Type.String(),
  namespace: Type.Optional(Type.String()),
  name: Type.String(),
  uid: Type.Optional(Type.String({ description: 'Of the object that was applied; pruning keeps to it.' })),
  file: Type.String(),
  line: Type.Integer(),
  status: enumOf(entryStates),
  ready: enumOf(['True', 'False', 'Unknown']),
  message: Type.Optional(Type.String()),
});

const problem = Type.Object({
  file: Type.String(),
  line: Type.Integer(),
  column: Type.Integer(),
  message: Type.String(),
});

const status = Type.Object(
  {
    observedGeneration: Type.Optional(Type.Integer()),
    revision: Type.Optional(
      Type.String({ description: 'Git commit, or digest of the directory, that was last read.' }),
    ),
    lastAppliedAt: Type.Optional(Type.String({ description: 'When an object was last written.' })),
    inventory: Type.Optional(Type.Array(entry, { description: 'The objects of the workspace, one by one.' })),
    counts: Type.Optional(
      Type.Object({
        objects: Type.Integer(),
        ready: Type.Integer(),
        failed: Type.Integer(),
        waiting: Type.Integer(),
        drifted: Type.Integer(),
      }),
    ),
    problems: Type.Optional(Type.Array(problem, { description: 'What is wrong in the source, and where.' })),
    conditions: Type.Optional(
      listMapOf(conditionSchema, ['type'], { description: 'Ready, Reconciling, Stalled.' }),
    ),
  },
  { description: 'What was last seen and done.' },
);

export type WorkspaceSpec = Static<typeof spec>;
export type WorkspaceStatus = Static<typeof status>;
export type InventoryEntry = Static<typeof entry>;
export type Problem = Static<typeof problem>;

export type Workspace = KubeObject & { spec: WorkspaceSpec; status?: WorkspaceStatus };

const columns: readonly Column[] = [
  {
    name: 'Source',
    type: 'string',
    description: 'Where the manifests are.',
    cell: (object) => (isWorkspace(object) ? sourceText(object.spec.source) : ''),
  },
  {
    name: 'Revision',
    type: 'string',
    description: 'What was last read.',
    cell: (object) => revisionText(object),
  },
  {
    name: 'Objects',
    type: 'string',
    description: 'Objects that are ready, of all.',
    cell: (object) => countText(object),
  },
  {
    name: 'Ready',
    type: 'string',
    description: 'Whether everything is applied and ready.',
    cell: '.status.conditions[?(@.type=="Ready")].status',
  },
  {
    name: 'Message',
    type: 'string',
    description: 'The state in words.',
    cell: '.status.conditions[?(@.type=="Ready")].message',
  },
];

/** A directory or git repository of manifests that is kept applied. */
export const workspaceKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'Workspace',
  plural: 'workspaces',
  scope: 'Cluster',
  shortNames: ['ws'],
  categories: ['plinth'],
  description:
    'Workspace keeps the manifests of a directory or git repository applied: it applies them with server-side apply, ' +
    'puts drift right, deletes what left the source, and shows what became of every object.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  strategy: {
    validate: (object) => (isWorkspace(object) ? sourceErrors(object.spec.source, 'spec.source') : []),
  },
});

/** The kind as an id for clients. */
export const workspaces = { group: workspaceKind.group, resource: workspaceKind.plural } as const;

/** Whether an object that was read as a Workspace has a spec; the API has checked what is in it. */
export function isWorkspace(object: KubeObject): object is Workspace {
  const spec = object['spec'];
  return typeof spec === 'object' && spec !== null && 'source' in spec;
}

function revisionText(object: KubeObject): string {
  const revision = isWorkspace(object) ? (object.status?.revision ?? '') : '';
  return revision.replace(/^sha256:/, '').slice(0, 12);
}

function countText(object: KubeObject): string {
  const counts = isWorkspace(object) ? object.status?.counts : undefined;
  return counts ? `${counts.ready}/${counts.objects}` : '';
}
