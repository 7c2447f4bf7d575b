import {
  type Column,
  defineKind,
  enumOf,
  type KubeObject,
  mapOf,
  StatusError,
  Type,
  type WriteContext,
} from '@plinth/kernel';
import type { Static } from 'typebox';
import { tagTextMax } from '../limits.ts';

/** Removes the versions of a state before the object goes. */
export const stateFinalizer = 'plinth.dev/terraform-state';

const text = (description: string) => Type.String({ description });
const whole = (description: string) => Type.Integer({ format: 'int64', description });

/** Spec: Terraform, internal/states/statemgr, LockInfo, with who was let in. */
const lock = Type.Object(
  {
    id: text('ID of the lock, which writes and the unlock have to name.'),
    operation: text('What it is held for, such as OperationTypeApply.'),
    info: text('What the client says besides.'),
    who: text('User and machine, as the client says.'),
    version: text('Version of the client.'),
    created: text('When the client asked for it, as the client says.'),
    path: text('What the client says it locks.'),
    user: text('Who it was given to.'),
    acquiredAt: text('When it was given.'),
  },
  { description: 'The lock that is held.' },
);

const encrypted = Type.Optional(
  Type.Boolean({
    description: 'Whether OpenTofu has encrypted it: program and resources are not known then.',
  }),
);

const version = Type.Object({
  serial: whole('Its serial.'),
  at: text('When it came.'),
  by: text('Who sent it.'),
  terraformVersion: text('The program that wrote it.'),
  resources: whole('Resources in it.'),
  encrypted,
  sizeBytes: whole('Its bytes.'),
  rollbackTo: Type.Optional(whole('The serial whose content it has, when it is a rollback.')),
});

const status = Type.Object(
  {
    serial: Type.Optional(whole('Serial of the newest version.')),
    firstSerial: Type.Optional(whole('Serial of the oldest version.')),
    versions: Type.Optional(whole('Versions that are kept: all that were written.')),
    lineage: Type.Optional(text('The same for all versions of the state.')),
    terraformVersion: Type.Optional(text('The program that wrote the newest version.')),
    resources: Type.Optional(whole('Resources in the newest version.')),
    encrypted,
    sizeBytes: Type.Optional(whole('Bytes of the newest version.')),
    sha256: Type.Optional(text('Digest of the newest version, in hexadecimal.')),
    updatedAt: Type.Optional(text('When the newest version came.')),
    updatedBy: Type.Optional(text('Who sent the newest version.')),
    lock: Type.Optional(lock),
    history: Type.Optional(Type.Array(version, { description: 'The newest versions, newest first.' })),
  },
  { description: 'What is kept of the state. Its content is not part of it.' },
);

const spec = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: 1_024, description: 'What it is the state of.' })),
    locking: Type.Optional(
      enumOf(['Required', 'Optional'], {
        description:
          'Whether writes have to hold the lock, which they do by default. Optional lets clients in that do not lock, ' +
          'while nobody holds it; versions still come one after the other.',
      }),
    ),
    tags: Type.Optional(
      mapOf(Type.String({ maxLength: tagTextMax }), {
        description:
          'Tags by which `cloud {}` finds workspaces: keys with a value, or with an empty one for a key alone.',
      }),
    ),
  },
  { description: 'How the state is kept.' },
);

export type TerraformStateStatus = Static<typeof status>;
export type TerraformStateLock = Static<typeof lock>;
export type TerraformState = KubeObject & {
  spec?: Static<typeof spec>;
  status?: TerraformStateStatus;
};

const columns: readonly Column[] = [
  { name: 'Serial', type: 'integer', description: 'Serial of the newest version.', cell: '.status.serial' },
  { name: 'Resources', type: 'integer', description: 'Resources in it.', cell: '.status.resources' },
  { name: 'Terraform', type: 'string', description: 'What wrote it.', cell: '.status.terraformVersion' },
  { name: 'Locked-By', type: 'string', description: 'Who holds the lock.', cell: '.status.lock.user' },
  { name: 'Updated', type: 'date', description: 'When it came.', cell: '.status.updatedAt' },
  { name: 'Lock', type: 'string', description: 'ID of the lock.', cell: '.status.lock.id', priority: 1 },
  { name: 'Lineage', type: 'string', description: 'Its lineage.', cell: '.status.lineage', priority: 1 },
];

/** The state of a workspace of Terraform. */
export const terraformStateKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'TerraformState',
  plural: 'terraformstates',
  scope: 'Namespaced',
  shortNames: ['tfstate'],
  categories: ['plinth'],
  description:
    'TerraformState is the state of one workspace of Terraform or OpenTofu, kept for their http backend at ' +
    '/terraform/state/NAMESPACE/NAME, and for `cloud {}`. It is made when a client first locks it. Its versions are kept, encrypted, until it is deleted.',
  fields: { spec: Type.Optional(spec), status: Type.Optional(status) },
  columns,
  strategy: {
    prepare({ metadata }) {
      const { finalizers = [], deletionTimestamp } = metadata;
      // Without it the versions would stay behind, and nobody would know of them.
      if (deletionTimestamp === undefined && !finalizers.includes(stateFinalizer)) {
        metadata.finalizers = [...finalizers, stateFinalizer];
      }
    },
    admit: (object, _old, context) => refuseDeletionOfLocked(object, context),
  },
});

/** The kind as an id for clients. */
export const terraformStates = {
  group: terraformStateKind.group,
  resource: terraformStateKind.plural,
} as const;

/** Who holds a lock, for people. */
export function heldText({ user, operation, id }: TerraformStateLock): string {
  return `the state is locked by ${user}${operation === '' ? '' : ` for ${operation}`} (lock ${id})`;
}

/** Nobody takes away what a client is working on. @throws StatusError 409 */
function refuseDeletionOfLocked({ metadata, status }: TerraformState, { operation }: WriteContext): void {
  const held = status?.lock;
  if (operation !== 'delete' || !held || metadata.deletionTimestamp !== undefined) return;
  throw new StatusError(409, 'Conflict', `${heldText(held)}; unlock it before it is deleted`);
}
