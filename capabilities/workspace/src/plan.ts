import type { DriftPolicy, JsonObject, KubeObject } from '@plinth/kernel';
import type { DesiredObject } from './desired.ts';
import { keyOf } from './desired.ts';
import type { InventoryEntry } from './kinds.ts';

/** Says which workspace an object belongs to; set on every object that is applied. */
export const ownerAnnotation = 'plinth.dev/workspace';
/** With the value `disabled` on an object, pruning leaves it alone. */
export const pruneAnnotation = 'plinth.dev/prune';

/** What is known about one object beyond the source. */
export interface Observed {
  /** Whether its kind is served, and not about to change with a definition that was just applied. */
  readonly served: boolean;
  readonly live: KubeObject | undefined;
  /** Whether it is as this process left it after applying the same declaration. */
  readonly settled: boolean;
}

/** Everything that a plan is made of. */
export interface PlanInput {
  readonly workspace: string;
  readonly desired: readonly DesiredObject[];
  readonly inventory: readonly InventoryEntry[];
  /** By key, for all desired objects and all of the inventory. */
  readonly observed: ReadonlyMap<string, Observed>;
  readonly drift: DriftPolicy;
  readonly prune: boolean;
  /** Whether the source was read completely: nothing may be pruned for want of a document that cannot be read. */
  readonly complete: boolean;
  /** Whether the source is at the revision that was applied before, so that a difference is drift. */
  readonly sameRevision: boolean;
}

/** Applies an object. */
export interface ApplyStep {
  readonly action: 'apply';
  readonly desired: DesiredObject;
  readonly object: JsonObject;
  readonly entry: InventoryEntry;
  /** Whether fields are taken over from other managers. */
  readonly force: boolean;
  /** `write` applies it. It was applied at this revision before otherwise: a difference is drift, treated by its policy. */
  readonly mode: 'write' | DriftPolicy;
  /** Whether the inventory knows the object, from before it was applied the first time. */
  readonly recorded: boolean;
}

/** Leaves an object as it is. */
export interface KeepStep {
  readonly action: 'keep';
  readonly desired: DesiredObject;
  readonly entry: InventoryEntry;
}

/** Puts an object off. */
export interface WaitStep {
  readonly action: 'wait';
  readonly desired: DesiredObject;
  readonly entry: InventoryEntry;
}

/** Deletes an object that left the source; only the one with this uid. */
export interface PruneStep {
  readonly action: 'prune';
  readonly entry: InventoryEntry & { readonly uid: string };
  /** Whether it is being deleted already, so that there is only to wait. */
  readonly deleting: boolean;
}

/** Leaves an object that left the source, and stays in the inventory. */
export interface RetainStep {
  readonly action: 'retain';
  readonly entry: InventoryEntry;
  readonly reason: string;
}

/** Takes an object out of the inventory: it is gone, or was never this workspace's. */
export interface ForgetStep {
  readonly action: 'forget';
  readonly entry: InventoryEntry;
}

export type WorkspaceStep = ApplyStep | KeepStep | WaitStep | PruneStep | RetainStep | ForgetStep;

/** States in which an object was applied and has been as declared since. */
const held: ReadonlySet<InventoryEntry['status']> = new Set(['applied', 'unchanged', 'corrected', 'drifted']);

/**
 * What has to be done so that the objects are as the source declares them. Pure: reads nothing but its input.
 * @returns one step per desired object, in the order to apply them, then one per object that left the source
 */
export function planWorkspace(input: PlanInput): WorkspaceStep[] {
  const inventory = new Map(input.inventory.map((entry) => [keyOf(entry), entry]));
  const desiredKeys = new Set(input.desired.map(({ key }) => key));
  const steps: WorkspaceStep[] = input.desired.map((desired) =>
    planDesired(desired, inventory.get(desired.key), input),
  );
  // Last in, first out: what was declared later may need what was declared before.
  for (const entry of input.inventory.toReversed()) {
    if (!desiredKeys.has(keyOf(entry))) steps.push(planLeft(entry, input));
  }
  return steps;
}

/** What has to be done so that nothing of a workspace is left. */
export function planRemoval(
  input: Omit<PlanInput, 'desired' | 'complete' | 'drift' | 'sameRevision'>,
): WorkspaceStep[] {
  return planWorkspace({ ...input, desired: [], complete: true, drift: 'correct', sameRevision: false });
}

function planDesired(
  desired: DesiredObject,
  known: InventoryEntry | undefined,
  input: PlanInput,
): WorkspaceStep {
  const { served, live, settled } = observedOf(desired.key, input);
  const entry = entryOf(desired, known, live);
  if (!served)
    return {
      action: 'wait',
      desired,
      entry: known ? { ...entry, status: 'waiting' } : withoutUid(entry, 'waiting'),
    };
  const again = input.sameRevision && known !== undefined && held.has(known.status);
  const asLeft = settled && known !== undefined && known.uid === live?.metadata.uid;
  if (asLeft && held.has(known.status) && known.status !== 'drifted')
    return { action: 'keep', desired, entry };
  return {
    action: 'apply',
    desired,
    object: withOwner(desired.object, input.workspace),
    entry,
    force: input.drift === 'correct' || again,
    mode: again ? input.drift : 'write',
    recorded: known !== undefined,
  };
}

function planLeft(entry: InventoryEntry, input: PlanInput): WorkspaceStep {
  const { served, live } = observedOf(keyOf(entry), input);
  // With its kind the object went; an object without the mark, or with another uid, is somebody else's by now.
  if (!served || !live) return { action: 'forget', entry };
  const { uid, annotations, deletionTimestamp } = live.metadata;
  if (entry.uid !== undefined && entry.uid !== uid) return { action: 'forget', entry };
  if (annotations?.[ownerAnnotation] !== input.workspace) return { action: 'forget', entry };
  const ours = { ...entry, uid };
  if (deletionTimestamp !== undefined) return { action: 'prune', entry: ours, deleting: true };
  if (!input.complete) return retain(ours, 'kept: the source could not be read completely');
  if (!input.prune) return retain(ours, 'left the source; kept because spec.prune is false');
  if (annotations?.[pruneAnnotation] === 'disabled') {
    return retain(ours, `left the source; kept because of its annotation ${pruneAnnotation}: disabled`);
  }
  return { action: 'prune', entry: ours, deleting: false };
}

function retain(entry: InventoryEntry, reason: string): RetainStep {
  return { action: 'retain', entry, reason };
}

function observedOf(key: string, input: PlanInput): Observed {
  return input.observed.get(key) ?? { served: false, live: undefined, settled: false };
}

/**
 * The entry of a desired object before it is applied. A uid that is not the object's goes: the one that applying makes
 * has another, and must be found by its mark until that is known.
 */
function entryOf(
  desired: DesiredObject,
  known: InventoryEntry | undefined,
  live: KubeObject | undefined,
): InventoryEntry {
  const { apiVersion, kind, namespace, name, file, line } = desired;
  const uid = known?.uid !== undefined && known.uid === live?.metadata.uid ? known.uid : undefined;
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    file,
    line,
    status: known?.status ?? 'pending',
    ready: known?.ready ?? 'Unknown',
    ...(known?.message === undefined ? {} : { message: known.message }),
  };
}

function withoutUid(entry: InventoryEntry, status: InventoryEntry['status']): InventoryEntry {
  const { uid: _uid, ...rest } = entry;
  return { ...rest, status };
}

/** The object with the mark of the workspace that it belongs to. */
export function withOwner(object: JsonObject, workspace: string): JsonObject {
  const metadata = asObject(object['metadata']);
  return {
    ...object,
    metadata: {
      ...metadata,
      annotations: { ...asObject(metadata['annotations']), [ownerAnnotation]: workspace },
    },
  };
}

function asObject(value: JsonObject[string] | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
