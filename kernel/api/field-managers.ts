import {
  FieldSet,
  fieldElement,
  fieldsV1ToSet,
  type ManagedSet,
  setToFieldsV1,
} from '@plinth/structured-merge';
import { isObject } from '../model/json.ts';
import type { JsonObject, ManagedFieldsEntry } from '../model/object.ts';

/** The identity of a manager: who, how, in which version (updates only), through which subresource. */
export interface ManagerIdentity {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
}

/** What is known of the managers of an object: their fields by id, and when each last changed its own. */
export interface ManagedState {
  readonly sets: Map<string, ManagedSet>;
  readonly times: Map<string, string>;
}

/** Updaters beyond this number are merged into one. Spec: Kubernetes DefaultMaxUpdateManagers. */
const updatersMax = 10;
const ancientManager = 'ancient-changes';

/**
 * The id of a manager. An applier is the same in every version; an updater is another one in each.
 * Spec: k8s.io/apimachinery managedfields BuildManagerIdentifier.
 */
export function managerId(identity: ManagerIdentity): string {
  const { manager, operation, apiVersion, subresource } = identity;
  return [manager, operation, operation === 'Apply' ? '' : apiVersion, subresource].join('\n');
}

function identityOf(id: string): ManagerIdentity {
  // Managers are printable text, so a line break cannot be part of one.
  const [manager = '', operation, apiVersion = '', subresource = ''] = id.split('\n');
  return { manager, operation: operation === 'Apply' ? 'Apply' : 'Update', apiVersion, subresource };
}

/** How a manager is named in a conflict. */
export function describeManager(id: string): string {
  const { manager, operation, apiVersion, subresource } = identityOf(id);
  const through = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  const using = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `${JSON.stringify(manager)}${through}${using}`;
}

/** Reads metadata.managedFields; undefined when an entry is not of the form of this API. */
export function decodeManagers(entries: readonly unknown[] | undefined): ManagedState | undefined {
  const state: ManagedState = { sets: new Map(), times: new Map() };
  for (const entry of entries ?? []) {
    if (!isObject(entry)) return undefined;
    const { manager = '', operation, apiVersion, time, fieldsType, fieldsV1, subresource = '' } = entry;
    if (operation !== 'Apply' && operation !== 'Update') return undefined;
    if (fieldsType !== 'FieldsV1' || typeof apiVersion !== 'string' || !isObject(fieldsV1)) return undefined;
    if (typeof manager !== 'string' || typeof subresource !== 'string') return undefined;
    const set = fieldsV1ToSet(fieldsV1 as JsonObject);
    if (!set.ok) return undefined;
    const id = managerId({ manager, operation, apiVersion, subresource });
    state.sets.set(id, { fieldSet: set.value, apiVersion, applied: operation === 'Apply' });
    if (typeof time === 'string') state.times.set(id, time);
  }
  return state;
}

/** Writes metadata.managedFields in the order of the Kubernetes API: appliers first, then by time and name. */
export function encodeManagers(state: ManagedState): ManagedFieldsEntry[] {
  const entries: ManagedFieldsEntry[] = [];
  for (const [id, set] of state.sets) {
    const { manager, operation, subresource } = identityOf(id);
    const time = state.times.get(id);
    entries.push({
      manager,
      operation,
      apiVersion: set.apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: setToFieldsV1(set.fieldSet) as JsonObject,
      ...(subresource === '' ? {} : { subresource }),
    });
  }
  return entries.length < 2 ? entries : entries.sort(compareEntries);
}

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time, b.time) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Merges the oldest updaters into one entry for each version, so that managedFields stays bounded.
 * Spec: k8s.io/apimachinery managedfields capManagersManager.
 */
export function capUpdaters(state: ManagedState): void {
  const { sets, times } = state;
  const updaters = [...sets.keys()].filter((id) => {
    const { operation, subresource } = identityOf(id);
    return operation === 'Update' && subresource === '';
  });
  if (updaters.length <= updatersMax) return;
  updaters.sort((a, b) => compareText(times.get(a), times.get(b)) || compareText(a, b));
  let left = updaters.length;
  const firstOfVersion = new Map<string, string>();
  for (const id of updaters) {
    if (left <= updatersMax) return;
    const set = sets.get(id);
    if (!set) continue;
    const first = firstOfVersion.get(set.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(set.apiVersion, id);
      continue;
    }
    const bucket = managerId({
      manager: ancientManager,
      operation: 'Update',
      apiVersion: set.apiVersion,
      subresource: '',
    });
    moveInto(state, first, bucket);
    moveInto(state, id, bucket);
    left--;
  }
}

function moveInto(state: ManagedState, from: string, to: string): void {
  if (from === to) return;
  const moved = state.sets.get(from);
  if (!moved) return;
  const present = state.sets.get(to);
  const fieldSet = present ? present.fieldSet.union(moved.fieldSet) : moved.fieldSet;
  state.sets.set(to, { ...moved, fieldSet });
  const time = state.times.get(from);
  if (time !== undefined && compareText(state.times.get(to), time) < 0) state.times.set(to, time);
  state.sets.delete(from);
  state.times.delete(from);
}

/** The fields of an object that nobody owns. Spec: k8s.io/apimachinery managedfields stripMeta. */
const unowned = FieldSet.of(
  ...[
    ['apiVersion'],
    ['kind'],
    ['metadata'],
    ...[
      'name',
      'namespace',
      'creationTimestamp',
      'selfLink',
      'uid',
      'generation',
      'managedFields',
      'resourceVersion',
    ].map((field) => ['metadata', field]),
  ].map((path) => path.map(fieldElement)),
);

/** Takes the fields that belong to the server out of all sets; managers left with nothing go. */
export function stripUnowned(state: ManagedState): void {
  for (const [id, set] of state.sets) {
    const fieldSet = set.fieldSet.difference(unowned);
    if (fieldSet.isEmpty) {
      state.sets.delete(id);
      state.times.delete(id);
    } else state.sets.set(id, { ...set, fieldSet });
  }
}
