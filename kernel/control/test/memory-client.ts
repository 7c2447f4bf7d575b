import { applyMergePatch } from '@plinth/kube-patch';
import { matchesLabels, parseLabelSelector } from '@plinth/kube-selector';
import { compileSchema } from '@plinth/structural-schema';
import { deducedSchema, identityConverter, type JsonValue, typed, Updater } from '@plinth/structured-merge';
import type {
  Client,
  DeleteOptions,
  ObjectChange,
  ObjectName,
  ResourceId,
  WriteOptions,
} from '../../model/client.ts';
import { copyJson, equalJson, isObject } from '../../model/json.ts';
import type { JsonObject, KubeObject } from '../../model/object.ts';
import { allVerbs, groupVersion, parseGroupVersion, type ResourceType } from '../../model/resource-type.ts';
import {
  alreadyExists,
  applyConflict,
  badRequest,
  conflict,
  forbidden,
  invalid,
  notFound,
  staleMessage,
  unknownPath,
} from '../../model/status-error.ts';
import { type Clock, formatTime } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import { type Managed, readManaged, withoutServerFields, writeManaged } from './memory-managers.ts';

/** A resource for tests: any fields, all verbs. */
export function testResource(
  apiVersion: string,
  kind: string,
  resource: string,
  options: {
    readonly namespaced?: boolean;
    readonly status?: boolean;
    readonly origin?: ResourceType['origin'];
  } = {},
): ResourceType {
  const { group, version } = parseGroupVersion(apiVersion);
  const schema = compileSchema({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
  return {
    group,
    resource,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    shortNames: [],
    categories: [],
    namespaced: options.namespaced ?? true,
    versions: [{ name: version, schema, columns: [], status: options.status ?? false, selectableFields: [] }],
    storageVersion: version,
    verbs: allVerbs,
    origin: options.origin ?? 'builtin',
    strategy: {},
  };
}

/** The built-in resources that controllers of the kernel touch. */
export const builtinTestResources: readonly ResourceType[] = [
  testResource('v1', 'Namespace', 'namespaces', { namespaced: false, status: true }),
  testResource('v1', 'ConfigMap', 'configmaps'),
  testResource('v1', 'Secret', 'secrets'),
  testResource('v1', 'ServiceAccount', 'serviceaccounts'),
  testResource('v1', 'Event', 'events'),
  testResource('coordination.k8s.io/v1', 'Lease', 'leases'),
  testResource('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', { namespaced: false }),
];

interface Follower {
  readonly key: string;
  readonly changed: (change: ObjectChange) => void;
}

/** What all clients of one in-memory API share. */
class MemoryState {
  readonly types = new Map<string, ResourceType>();
  readonly objects = new Map<string, KubeObject>();
  readonly followers = new Set<Follower>();
  readonly resourceListeners = new Set<() => void>();
  readonly updater = new Updater({ converter: identityConverter });
  revision = 0;
  writes = 0;
}

/** The API in memory, for tests of controllers: finalizers, preconditions, generations and field managers are real. */
export class MemoryClient implements Client {
  readonly #state: MemoryState;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #manager: string;

  constructor(options: {
    readonly clock: Clock;
    readonly random: Random;
    readonly resources?: readonly ResourceType[];
    readonly manager?: string;
    readonly state?: MemoryState;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#manager = options.manager ?? 'test';
    this.#state = options.state ?? new MemoryState();
    for (const type of options.resources ?? []) this.#state.types.set(`${type.group}/${type.resource}`, type);
  }

  /** The same API under another field manager. */
  as(manager: string): MemoryClient {
    return new MemoryClient({ clock: this.#clock, random: this.#random, manager, state: this.#state });
  }

  /** Number of commits so far; a write that changes nothing is none. */
  get commits(): number {
    return this.#state.writes;
  }

  /** All objects, ordered by resource, namespace and name. */
  dump(): KubeObject[] {
    return [...this.#state.objects.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  serve(type: ResourceType): void {
    this.#state.types.set(`${type.group}/${type.resource}`, type);
    for (const listener of this.#state.resourceListeners) listener();
  }

  unserve(id: ResourceId): void {
    this.#state.types.delete(`${id.group}/${id.resource}`);
    const prefix = `${id.group}/${id.resource}/`;
    for (const key of this.#state.objects.keys()) if (key.startsWith(prefix)) this.#state.objects.delete(key);
    for (const listener of this.#state.resourceListeners) listener();
  }

  get(id: ResourceId, name: ObjectName): KubeObject | undefined {
    return this.#state.objects.get(this.#key(this.#type(id), name));
  }

  list(id: ResourceId, options: { namespace?: string; labelSelector?: string } = {}): KubeObject[] {
    const prefix = `${id.group}/${id.resource}/`;
    this.#type(id);
    const parsed = parseLabelSelector(options.labelSelector ?? '');
    if (!parsed.ok) throw badRequest(parsed.error.message);
    return [...this.#state.objects]
      .filter(([key, { metadata }]) => {
        const there = options.namespace === undefined || metadata.namespace === options.namespace;
        return key.startsWith(prefix) && there && matchesLabels(parsed.value, metadata.labels ?? {});
      })
      .map(([, object]) => object);
  }

  async create(id: ResourceId, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const type = this.#type(id);
    const next = this.#begin(type, copyJson(object));
    const key = this.#key(type, next.metadata);
    if (this.#state.objects.has(key)) throw alreadyExists({ ...id, name: next.metadata.name });
    this.#track(undefined, next);
    return this.#commit(key, undefined, next, options);
  }

  async update(id: ResourceId, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#change(id, object.metadata, '', () => copyJson(object), options);
  }

  async patch(id: ResourceId, name: ObjectName, patch: JsonObject, subresource = ''): Promise<KubeObject> {
    return this.#change(id, name, subresource, (current) => {
      // A resourceVersion or uid in the patch is a precondition, as it is in the real API.
      const patched = applyMergePatch(copyJson(current), copyJson(patch));
      if (!patched.ok) throw badRequest(patched.error.message);
      return patched.value as KubeObject;
    });
  }

  async apply(
    id: ResourceId,
    object: JsonObject,
    options: WriteOptions & { force?: boolean; subresource?: string } = {},
  ): Promise<KubeObject> {
    const type = this.#type(id);
    const { metadata } = object;
    if (!isObject(metadata) || typeof metadata['name'] !== 'string')
      throw badRequest('metadata.name is required');
    if (object['invalid'] !== undefined) {
      const field = {
        type: 'FieldValueInvalid' as const,
        field: 'invalid',
        badValue: object['invalid'],
        detail: 'refused',
      };
      throw invalid(type.group, type.kind, metadata['name'], [field]);
    }
    const namespace = typeof metadata['namespace'] === 'string' ? metadata['namespace'] : undefined;
    const key = this.#key(type, {
      name: metadata['name'],
      ...(namespace === undefined ? {} : { namespace }),
    });
    const live = this.#state.objects.get(key);
    const base = live ?? this.#begin(type, copyJson(object) as unknown as KubeObject);
    const outcome = this.#state.updater.apply({
      live: typedValue(live ? withoutServerFields(live) : null),
      config: typedValue(object),
      version: String(object['apiVersion']),
      managers: readManaged(live),
      manager: `${this.#manager} Apply`,
      force: options.force ?? false,
    });
    if (outcome.kind === 'conflict') {
      throw applyConflict(
        outcome.conflicts.map(({ manager, path }) => ({
          reason: 'FieldManagerConflict',
          message: `conflict with ${JSON.stringify(manager)}`,
          field: path.map((element) => `.${String(element.content)}`).join(''),
        })),
      );
    }
    if (outcome.kind === 'invalid') throw badRequest(outcome.errors.map(({ message }) => message).join('; '));
    const merged = outcome.object.value as unknown as KubeObject;
    const next: KubeObject = { ...merged, metadata: { ...base.metadata, ...ownMeta(merged) } };
    if (live) copyStatus(type, next, live);
    else if (type.kind === 'Namespace') Object.assign(next, { spec: base['spec'], status: base['status'] });
    else delete next['status'];
    writeManaged(next, outcome.managers, formatTime(this.#clock.now()));
    this.#bump(type, live, next);
    return this.#commit(key, live, next, options);
  }

  async delete(id: ResourceId, name: ObjectName, options: DeleteOptions = {}): Promise<void> {
    const type = this.#type(id);
    const key = this.#key(type, name);
    const live = this.#state.objects.get(key);
    const ref = { ...id, name: name.name };
    if (!live) throw notFound(ref);
    const { uid, resourceVersion, propagation } = options;
    if (uid !== undefined && uid !== live.metadata.uid) throw conflict(ref, 'Precondition failed: UID');
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
      throw conflict(ref, 'Precondition failed: ResourceVersion');
    }
    const next = copyJson(live);
    const finalizers = new Set(next.metadata.finalizers);
    if (propagation === 'Foreground') finalizers.add('foregroundDeletion');
    if (propagation === 'Orphan') finalizers.add('orphan');
    if (finalizers.size > 0) next.metadata.finalizers = [...finalizers];
    next.metadata.deletionTimestamp ??= formatTime(this.#clock.now());
    if (options.dryRun) return;
    this.#commit(key, live, next, {});
  }

  resources(): readonly ResourceType[] {
    return [...this.#state.types.values()];
  }

  resourceFor(apiVersion: string, kind: string): ResourceType | undefined {
    return this.resources().find(
      (type) =>
        type.kind === kind && type.versions.some(({ name }) => groupVersion(type.group, name) === apiVersion),
    );
  }

  onResourcesChanged(changed: () => void): () => void {
    this.#state.resourceListeners.add(changed);
    return () => this.#state.resourceListeners.delete(changed);
  }

  follow(id: ResourceId, changed: (change: ObjectChange) => void, synced?: () => void): () => void {
    const follower: Follower = { key: `${id.group}/${id.resource}`, changed };
    this.#state.followers.add(follower);
    for (const object of this.list(id)) changed({ type: 'added', object, mentions: mentionIn(object) });
    synced?.();
    return () => this.#state.followers.delete(follower);
  }

  #type(id: ResourceId): ResourceType {
    const type = this.#state.types.get(`${id.group}/${id.resource}`);
    if (!type) throw unknownPath();
    return type;
  }

  #key(type: ResourceType, name: ObjectName): string {
    const namespace = type.namespaced ? (name.namespace ?? '') : '';
    return `${type.group}/${type.resource}/${namespace}/${name.name}`;
  }

  #begin(type: ResourceType, object: KubeObject): KubeObject {
    const { namespace } = object.metadata;
    if (type.namespaced) {
      const home = this.#state.objects.get(`/namespaces//${namespace ?? ''}`);
      if (!home) throw notFound({ group: '', resource: 'namespaces', name: namespace ?? '' });
      if (home.metadata.deletionTimestamp !== undefined) {
        const ref = { group: type.group, resource: type.resource, name: object.metadata.name };
        throw forbidden(ref, `namespace ${namespace ?? ''} is being terminated`);
      }
    }
    object.metadata.uid = this.#random.uuid();
    object.metadata.creationTimestamp = formatTime(this.#clock.now());
    delete object.metadata.deletionTimestamp;
    if (type.versions.some(({ status }) => status)) {
      object.metadata.generation = 1;
      delete object['status'];
    }
    if (type.kind === 'Namespace') {
      object['spec'] = { finalizers: ['kubernetes'] };
      object['status'] = { phase: 'Active' };
    }
    return object;
  }

  #change(
    id: ResourceId,
    name: ObjectName,
    subresource: string,
    make: (current: KubeObject) => KubeObject,
    options: WriteOptions = {},
  ): KubeObject {
    const type = this.#type(id);
    const key = this.#key(type, name);
    const live = this.#state.objects.get(key);
    const ref = { ...id, name: name.name };
    if (!live) throw notFound(ref);
    const next = make(live);
    if (next.metadata.uid && next.metadata.uid !== live.metadata.uid)
      throw conflict(ref, 'Precondition failed: UID');
    const version = next.metadata.resourceVersion;
    if (version && version !== live.metadata.resourceVersion) throw conflict(ref, staleMessage);
    if (subresource === 'status') {
      return this.#commit(key, live, { ...live, status: next['status'] }, options);
    }
    if (subresource === 'finalize') return this.#commit(key, live, { ...live, spec: next['spec'] }, options);
    const { uid, creationTimestamp, deletionTimestamp, generation } = live.metadata;
    Object.assign(next.metadata, { uid, creationTimestamp });
    if (deletionTimestamp !== undefined) next.metadata.deletionTimestamp = deletionTimestamp;
    if (generation !== undefined) next.metadata.generation = generation;
    copyStatus(type, next, live);
    this.#track(live, next);
    this.#bump(type, live, next);
    return this.#commit(key, live, next, options);
  }

  #track(live: KubeObject | undefined, next: KubeObject): void {
    const outcome = this.#state.updater.update({
      live: typedValue(live ? withoutServerFields(live) : null),
      object: typedValue(withoutServerFields(next)),
      version: next.apiVersion,
      managers: readManaged(live),
      manager: `${this.#manager} Update`,
    });
    if (outcome.kind === 'updated') writeManaged(next, outcome.managers, formatTime(this.#clock.now()));
  }

  #bump(type: ResourceType, live: KubeObject | undefined, next: KubeObject): void {
    if (!live || !type.versions.some(({ status }) => status)) return;
    const { metadata: _m, status: _s, ...now } = next;
    const { metadata: _om, status: _os, ...before } = live;
    if (!equalJson(now, before)) next.metadata.generation = (live.metadata.generation ?? 0) + 1;
  }

  #commit(key: string, live: KubeObject | undefined, next: KubeObject, options: WriteOptions): KubeObject {
    if (live && same(live, next)) return live;
    if (options.dryRun) return next;
    const state = this.#state;
    state.revision++;
    state.writes++;
    next.metadata = { ...next.metadata, resourceVersion: String(state.revision) };
    const spec = next['spec'];
    const inner =
      next.kind === 'Namespace' && isObject(spec) && Array.isArray(spec['finalizers'])
        ? spec['finalizers']
        : [];
    const kept = (next.metadata.finalizers ?? []).length > 0 || inner.length > 0;
    const gone = next.metadata.deletionTimestamp !== undefined && !kept;
    if (gone) state.objects.delete(key);
    else state.objects.set(key, next);
    const change: ObjectChange = {
      type: gone ? 'deleted' : live ? 'modified' : 'added',
      object: next,
      previous: live,
      mentions: mentionIn(next, live),
    };
    for (const follower of state.followers) if (key.startsWith(`${follower.key}/`)) follower.changed(change);
    return next;
  }
}

function mentionIn(...objects: (KubeObject | undefined)[]): (field: string) => boolean {
  return (field) => JSON.stringify(objects).includes(`"${field}"`);
}

function typedValue(value: unknown) {
  return typed(value as JsonValue, deducedSchema, '__untyped_deduced_');
}

function ownMeta(object: KubeObject): Partial<KubeObject['metadata']> {
  const { uid: _uid, resourceVersion: _version, ...meta } = object.metadata;
  return meta;
}

function copyStatus(type: ResourceType, next: KubeObject, live: KubeObject): void {
  if (!type.versions.some(({ status }) => status)) return;
  if (live['status'] === undefined) delete next['status'];
  else next['status'] = live['status'];
}

function same(a: KubeObject, b: KubeObject): boolean {
  const strip = (object: KubeObject): unknown => {
    const managed = readManaged(object);
    const owners = [...managed].map(([id, set]: [string, Managed]) => [id, set.text ?? '']);
    const { resourceVersion: _v, managedFields: _f, ...metadata } = object.metadata;
    return { ...object, metadata, owners };
  };
  return equalJson(strip(a), strip(b));
}
