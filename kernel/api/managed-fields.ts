import {
  type Conflict,
  type Converter,
  compare,
  excludeFilter,
  type FieldError,
  type FieldFilter,
  FieldSet,
  fieldElement,
  type JsonValue,
  type ManagedSet,
  pathToString,
  type ResolvedType,
  resolveType,
  schemaFromTypes,
  type TypedValue,
  toFieldSet,
  Updater,
} from '@plinth/structured-merge';
import { equalJson, isObject } from '../model/json.ts';
import type { KubeObject, ManagedFieldsEntry } from '../model/object.ts';
import { groupVersion, type ResourceVersion } from '../model/resource-type.ts';
import { badRequest, invalid, StatusError } from '../model/status-error.ts';
import { formatTime } from '../ports/clock.ts';
import {
  capUpdaters,
  decodeManagers,
  describeManager,
  encodeManagers,
  type ManagedState,
  managerId,
  stripUnowned,
} from './field-managers.ts';
import type { ServedResource } from './registry.ts';
import type { WriteRequest } from './write-request.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
/** Stands for the manager of the running update, so that it takes fields from its own earlier entry as well. */
const currentOperation = managerId({
  manager: '',
  operation: 'Update',
  apiVersion: '',
  subresource: 'current',
});

const mergeTypes = new WeakMap<ResourceVersion, ResolvedType>();

/** The merge type of whole objects of a version. */
function mergeTypeOf(version: ResourceVersion): ResolvedType {
  const known = mergeTypes.get(version);
  if (known) return known;
  const { types, root } = version.schema.mergeSchema();
  // The schema lib spells the same schema language with its own, structurally equal types.
  const type = resolveType(schemaFromTypes(types as Parameters<typeof schemaFromTypes>[0]), root);
  mergeTypes.set(version, type);
  return type;
}

class MissingVersion extends Error {}

/** Conversion strategy `None`: another version is the same object under another apiVersion. */
function converterOf(served: ServedResource): Converter {
  return {
    convert(object, apiVersion) {
      const version = served.type.versions.find(
        (v) => groupVersion(served.type.group, v.name) === apiVersion,
      );
      if (!version) throw new MissingVersion(apiVersion);
      const { value } = object;
      return { value: isObject(value) ? { ...value, apiVersion } : value, type: mergeTypeOf(version) };
    },
    isMissingVersion: (error) => error instanceof MissingVersion,
  };
}

const statusPath = FieldSet.of([fieldElement('status')]);
const withoutStatus = excludeFilter(statusPath);
const onlyStatus: FieldFilter = (set) => set.difference(set.recursiveDifference(statusPath));
const everything: FieldFilter = (set) => set;

/** Which fields a write through an endpoint can own. Spec: Kubernetes rest.ResetFieldsStrategy. */
function filterOf(request: WriteRequest): FieldFilter {
  if (request.subresource === 'status') return onlyStatus;
  return request.served.version.status ? withoutStatus : everything;
}

const updaters = new WeakMap<ResourceVersion, Map<FieldFilter, Updater>>();

function updaterOf(request: WriteRequest): Updater {
  const { served } = request;
  const filter = filterOf(request);
  const known = updaters.get(served.version) ?? new Map<FieldFilter, Updater>();
  updaters.set(served.version, known);
  let updater = known.get(filter);
  if (!updater) {
    const versions = served.type.versions.map((v) => groupVersion(served.type.group, v.name));
    const ignoreFilters = new Map(versions.map((version) => [version, filter]));
    updater = new Updater({ converter: converterOf(served), ignoreFilters });
    known.set(filter, updater);
  }
  return updater;
}

function apiVersionOf(request: WriteRequest): string {
  return groupVersion(request.served.type.group, request.served.version.name);
}

function typedObject(object: KubeObject | undefined, request: WriteRequest): TypedValue {
  return { value: (object as JsonValue | undefined) ?? null, type: mergeTypeOf(request.served.version) };
}

function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  return entries?.length === 1 && Object.keys(entries[0] ?? {}).length === 0;
}

/** Takes managedFields off an object, whose merge must not see them. */
function takeManagedFields(object: KubeObject): ManagedFieldsEntry[] | undefined {
  const { managedFields } = object.metadata;
  delete object.metadata.managedFields;
  return managedFields;
}

function putManagedFields(object: KubeObject, state: ManagedState): void {
  const entries = encodeManagers(state);
  if (entries.length > 0) object.metadata.managedFields = entries;
  else delete object.metadata.managedFields;
}

/**
 * Records who changed what in a create, replace or patch: the manager of the request comes to own what it added or
 * changed. `next.metadata.managedFields` is set; it may have been edited by the client, who may also reset it.
 *
 * Spec: k8s.io/apimachinery managedfields FieldManager.Update.
 */
export function trackUpdate(live: KubeObject | undefined, next: KubeObject, request: WriteRequest): void {
  if (request.tracked === false) return;
  const sent = takeManagedFields(next);
  const before = live?.metadata.managedFields;
  const ignoresSent = request.subresource !== '';
  if (!ignoresSent && isReset(sent)) return;
  let state = ignoresSent ? undefined : decodeManagers(sent);
  if (!state || state.sets.size === 0) state = decodeManagers(before) ?? emptyState();
  // An object whose record was reset stays without one until it is applied.
  if (live && state.sets.size === 0 && !before) return;
  recordUpdate(live, next, state, request);
  putManagedFields(next, state);
}

/**
 * The fields that a first writer owns: all of them, with the structs and lists that hold them, as when an empty object
 * is changed. Undefined when the object cannot be tracked.
 */
function fieldsOf(object: KubeObject, request: WriteRequest): FieldSet | undefined {
  const { type, value } = typedObject(object, request);
  const changes = compare({ type, value: {} }, { type, value });
  return changes.ok ? filterOf(request)(changes.value.added) : undefined;
}

function emptyState(): ManagedState {
  return { sets: new Map(), times: new Map() };
}

function recordUpdate(
  live: KubeObject | undefined,
  next: KubeObject,
  state: ManagedState,
  request: WriteRequest,
): void {
  const apiVersion = apiVersionOf(request);
  const id = managerId({
    manager: request.manager,
    operation: 'Update',
    apiVersion,
    subresource: request.subresource,
  });
  const now = formatTime(request.nowMs);
  if (!live && state.sets.size === 0) {
    const fieldSet = fieldsOf(next, request);
    if (fieldSet) {
      state.sets.set(id, { fieldSet, apiVersion, applied: false });
      state.times.set(id, now);
      stripUnowned(state);
    }
    return;
  }
  const outcome = updaterOf(request).update({
    live: typedObject(withoutManagedFields(live), request),
    object: typedObject(next, request),
    version: apiVersion,
    managers: state.sets,
    manager: currentOperation,
  });
  // An object that cannot be tracked (one list with the same key twice) keeps the record that it has.
  if (outcome.kind === 'invalid') return;
  const managers = new Map(outcome.managers);
  const changed = managers.get(currentOperation);
  managers.delete(currentOperation);
  if (changed) {
    const earlier = managers.get(id);
    managers.set(id, earlier ? { ...changed, fieldSet: changed.fieldSet.union(earlier.fieldSet) } : changed);
    state.times.set(id, now);
  }
  replaceSets(state, managers);
}

function replaceSets(state: ManagedState, sets: ReadonlyMap<string, ManagedSet>): void {
  state.sets.clear();
  for (const [id, set] of sets) state.sets.set(id, set);
  for (const id of state.times.keys()) if (!state.sets.has(id)) state.times.delete(id);
  stripUnowned(state);
  capUpdaters(state);
}

function withoutManagedFields(object: KubeObject | undefined): KubeObject | undefined {
  if (!object?.metadata.managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/**
 * Server-side apply: merges `config` into the live object (absent: a new one) and returns the object to store, with its
 * managedFields.
 *
 * @throws StatusError 409 with one cause for each field that another manager owns, 400 when the config is not mergeable
 * Spec: Kubernetes API, Server-Side Apply; KEP-555.
 */
export function applyConfig(
  live: KubeObject | undefined,
  config: KubeObject,
  force: boolean,
  request: WriteRequest,
): KubeObject {
  const state = decodeManagers(live?.metadata.managedFields) ?? emptyState();
  const base = withoutManagedFields(live);
  if (live && state.sets.size === 0) recordBeforeFirstApply(live, state, request);
  const attempt = (forced: boolean): ReturnType<Updater['apply']> =>
    updaterOf(request).apply({
      live: typedObject(base, request),
      config: typedObject(config, request),
      version: apiVersionOf(request),
      managers: state.sets,
      manager: applierId(request),
      force: forced,
    });
  let outcome = attempt(force);
  if (outcome.kind === 'conflict' && live && request.manager === 'kubectl') {
    const open = withoutOwnLastApplied(outcome.conflicts, live, request);
    if (open.length > 0) throw conflictError(open);
    outcome = attempt(true);
  }
  if (outcome.kind === 'conflict') throw conflictError(outcome.conflicts);
  if (outcome.kind === 'invalid') throw invalidConfig(config, request, outcome.errors);
  const merged = outcome.object.value;
  if (!isObject(merged)) throw badRequest('the applied configuration is empty');
  const next = { ...merged, metadata: { ...(merged['metadata'] as object) } } as unknown as KubeObject;
  noteApplied(state, outcome.managers, request);
  upgradeLastApplied(live, next, config, request);
  putManagedFields(next, state);
  return next;
}

function applierId(request: WriteRequest): string {
  const { manager, subresource } = request;
  return managerId({ manager, operation: 'Apply', apiVersion: apiVersionOf(request), subresource });
}

/** The time of an applier moves only when its fields change, so that applying the same again writes nothing. */
function noteApplied(
  state: ManagedState,
  managers: ReadonlyMap<string, ManagedSet>,
  request: WriteRequest,
): void {
  state.times.set(applierId(request), formatTime(request.nowMs));
  replaceSets(state, managers);
}

/** What was there before the first apply belongs to a manager of its own, so that it is not taken unseen. */
function recordBeforeFirstApply(live: KubeObject, state: ManagedState, request: WriteRequest): void {
  const fieldSet = fieldsOf(withoutManagedFields(live) ?? live, request);
  if (!fieldSet) return;
  const apiVersion = apiVersionOf(request);
  const id = managerId({ manager: 'before-first-apply', operation: 'Update', apiVersion, subresource: '' });
  state.sets.set(id, { fieldSet, apiVersion, applied: false });
  stripUnowned(state);
}

/**
 * Conflicts that are left when kubectl goes from client-side to server-side apply: what it applied before by its
 * annotation is its own.
 * Spec: k8s.io/apimachinery managedfields lastAppliedManager.
 */
function withoutOwnLastApplied(
  conflicts: readonly Conflict[],
  live: KubeObject,
  request: WriteRequest,
): readonly Conflict[] {
  const annotation = live.metadata.annotations?.[lastApplied];
  if (!annotation) return conflicts;
  let applied: unknown;
  try {
    applied = JSON.parse(annotation);
  } catch {
    // The annotation is the client's; one that is not JSON proves nothing.
    return conflicts;
  }
  if (!isObject(applied)) return conflicts;
  const type = mergeTypeOf(request.served.version);
  const lastConfig: TypedValue = { value: applied as JsonValue, type };
  const set = toFieldSet(lastConfig);
  const changes = compare(lastConfig, typedObject(withoutManagedFields(live), request));
  if (!set.ok || !changes.ok) return conflicts;
  const { added, modified, removed } = changes.value;
  const unchanged = set.value.difference(modified).difference(added).difference(removed);
  return conflicts.filter((conflict) => !unchanged.has(conflict.path));
}

/** Keeps the annotation of client-side apply in step, so that a user can go back to it. */
function upgradeLastApplied(
  live: KubeObject | undefined,
  next: KubeObject,
  config: KubeObject,
  request: WriteRequest,
): void {
  if (request.manager !== 'kubectl' || live?.metadata.annotations?.[lastApplied] === undefined) return;
  const { annotations, ...metadata } = config.metadata;
  const { [lastApplied]: _, ...others } = annotations ?? {};
  const written = { ...config, metadata: annotations ? { ...metadata, annotations: others } : metadata };
  next.metadata.annotations = { ...next.metadata.annotations, [lastApplied]: `${JSON.stringify(written)}\n` };
}

function conflictError(conflicts: readonly Conflict[]): StatusError {
  const causes = conflicts.map((conflict) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describeManager(conflict.manager)}`,
    field: pathToString(conflict.path),
  }));
  return new StatusError(409, 'Conflict', conflictMessage(conflicts), { causes });
}

/** Spec: k8s.io/apimachinery managedfields getConflictMessage. */
function conflictMessage(conflicts: readonly Conflict[]): string {
  const [only] = conflicts;
  if (only && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${describeManager(only.manager)}: ${pathToString(only.path)}`;
  }
  const lines = [...Map.groupBy(conflicts, (conflict) => conflict.manager)].flatMap(([manager, own]) => [
    `conflicts with ${describeManager(manager)}:`,
    ...own.map((conflict) => `- ${pathToString(conflict.path)}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function invalidConfig(
  config: KubeObject,
  request: WriteRequest,
  errors: readonly FieldError[],
): StatusError {
  const { type, version } = request.served;
  // The schema says more of a wrong type than the merge does: what was expected, and what was found.
  const wrongTypes = version.schema
    .validate(config)
    .filter((error) => error.type === 'FieldValueTypeInvalid');
  if (wrongTypes.length > 0) return invalid(type.group, type.kind, config.metadata.name, wrongTypes);
  return invalid(
    type.group,
    type.kind,
    config.metadata.name,
    errors.map((error) => ({
      type: 'FieldValueInvalid',
      field: error.path.replace(/^\./, ''),
      badValue: '',
      detail: error.message,
    })),
  );
}

/** Whether two objects are the same but for the times in managedFields: such a write changes nothing. */
export function sameButForTimes(a: KubeObject, b: KubeObject): boolean {
  const { managedFields: left, ...leftMeta } = a.metadata;
  const { managedFields: right, ...rightMeta } = b.metadata;
  if (!equalJson({ ...a, metadata: leftMeta }, { ...b, metadata: rightMeta })) return false;
  return equalJson((left ?? []).map(timeless), (right ?? []).map(timeless));
}

function timeless(entry: ManagedFieldsEntry): Omit<ManagedFieldsEntry, 'time'> {
  const { time: _time, ...rest } = entry;
  return rest;
}
