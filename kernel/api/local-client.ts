import { matchesLabels } from '@plinth/kube-selector';
import type { Authorizer, UserInfo } from '../auth/port.ts';
import { refusalMessage } from '../auth/rbac/refusal.ts';
import type {
  Client,
  DeleteOptions,
  ObjectChange,
  ObjectName,
  ResourceId,
  WriteOptions,
} from '../model/client.ts';
import { copyJson } from '../model/json.ts';
import { type JsonObject, type KubeObject, parseObject } from '../model/object.ts';
import { groupVersion, parseGroupVersion, type ResourceType, type Verb } from '../model/resource-type.ts';
import { forbidden, notFound, StatusError } from '../model/status-error.ts';
import { type Append, type StoredObject, StoreError, type Watcher } from '../store/port.ts';
import { deleteObject } from './delete.ts';
import { bucketOf, prefixOf } from './keys.ts';
import { labelSelectorOrThrow } from './list.ts';
import type { Objects } from './objects.ts';
import { patchObject } from './patch.ts';
import type { Registry, ServedResource } from './registry.ts';
import type { WriteRequest } from './write-request.ts';

/** Events read in one go by an in-process follower. */
const eventsPerRead = 500;

export interface LocalClientOptions {
  readonly objects: Objects;
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly user: UserInfo;
  /** At most 128 printable characters. */
  readonly fieldManager: string;
  /** Told when a follower of changes throws; following goes on. */
  readonly onFault: (what: string, error: unknown) => void;
}

/** The API for callers inside the process; see {@link Client}. */
export class LocalClient implements Client {
  readonly #options: LocalClientOptions;

  constructor(options: LocalClientOptions) {
    this.#options = options;
  }

  get(id: ResourceId, name: ObjectName): KubeObject | undefined {
    const served = this.#find(id);
    if (!served) return undefined;
    this.#allow('get', served, name.namespace, name.name, '');
    const { objects } = this.#options;
    const stored = objects.store.get(objects.key(served, name.namespace ?? '', name.name));
    return stored && objects.read(stored, served);
  }

  list(id: ResourceId, options: { namespace?: string; labelSelector?: string } = {}): KubeObject[] {
    const served = this.#find(id);
    if (!served) return [];
    this.#allow('list', served, options.namespace, '', '');
    const { objects } = this.#options;
    const { objects: stored } = objects.store.list(
      prefixOf(objects.tenant, served.type, options.namespace ?? ''),
    );
    const all = stored.map((one) => objects.renderer.object(one, served));
    if (!options.labelSelector) return all;
    const selector = labelSelectorOrThrow(options.labelSelector);
    return all.filter((object) => matchesLabels(selector, object.metadata.labels));
  }

  async create(id: ResourceId, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const served = this.#require(id);
    const { namespace, name } = object.metadata;
    this.#allow('create', served, namespace, name, '');
    const request = this.#request(served, { name: '', ...(namespace ? { namespace } : {}) }, '', options);
    const written = await this.#options.objects.create(copyJson(object), request);
    return written.object;
  }

  async update(id: ResourceId, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const served = this.#require(id);
    this.#allow('update', served, object.metadata.namespace, object.metadata.name, '');
    const request = this.#request(served, object.metadata, '', options);
    const written = await this.#options.objects.update(() => copyJson(object), request);
    return written.object;
  }

  async patch(
    id: ResourceId,
    name: ObjectName,
    patch: JsonObject,
    subresource = '',
    appends: readonly Append[] = [],
  ): Promise<KubeObject> {
    const served = this.#require(id);
    this.#allow('patch', served, name.namespace, name.name, subresource);
    const request = { ...this.#request(served, name, subresource, {}), appends };
    const bytes = Buffer.from(JSON.stringify(patch));
    const body = { bytes, contentType: 'application/merge-patch+json', force: false };
    return (await patchObject(this.#options.objects, body, request)).object;
  }

  async apply(
    id: ResourceId,
    object: JsonObject,
    options: WriteOptions & { force?: boolean; subresource?: string } = {},
  ): Promise<KubeObject> {
    const served = this.#requireVersion(id, object);
    const name = nameOf(object);
    const subresource = options.subresource ?? '';
    this.#allow('patch', served, name.namespace, name.name, subresource);
    const request = this.#request(served, name, subresource, options);
    const bytes = Buffer.from(JSON.stringify(object));
    const body = { bytes, contentType: 'application/apply-patch+yaml', force: options.force === true };
    return (await patchObject(this.#options.objects, body, request)).object;
  }

  async delete(id: ResourceId, name: ObjectName, options: DeleteOptions = {}): Promise<void> {
    const served = this.#require(id);
    this.#allow('delete', served, name.namespace, name.name, '');
    const { uid, resourceVersion, propagation } = options;
    await deleteObject(this.#options.objects, this.#request(served, name, '', options), {
      preconditions: {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      propagation,
    });
  }

  resources(): readonly ResourceType[] {
    return this.#options.registry.all();
  }

  resourceFor(apiVersion: string, kind: string): ResourceType | undefined {
    return this.#options.registry.forKind(apiVersion, kind)?.type;
  }

  onResourcesChanged(changed: () => void): () => void {
    return this.#options.registry.onChange(changed);
  }

  follow(id: ResourceId, changed: (change: ObjectChange) => void, synced?: () => void): () => void {
    const { objects, registry, onFault } = this.#options;
    const bucket = bucketOf(objects.tenant, id);
    const tell = (
      type: ObjectChange['type'],
      stored: StoredObject,
      before: StoredObject | undefined,
      uncertain: boolean,
    ): void => {
      try {
        changed(new StoredChange(type, stored, before, (one) => this.#read(id, one), uncertain));
      } catch (error) {
        onFault(`a follower of ${id.resource} failed on ${stored.key}`, error);
      }
    };
    let watcher: Watcher | undefined;
    let pumping = false;
    const life = { ended: false, synced: false };
    /** Objects that were there at the start and are still to be told. */
    let initial: Iterator<StoredObject> | undefined;
    const pump = (): void => {
      // A follower that writes wakes itself; it reads on after it is done with what it has.
      if (pumping || life.ended || initial || !watcher) return;
      pumping = true;
      try {
        for (
          let events = watcher.read(eventsPerRead);
          events.length > 0 && !life.ended;
          events = watcher.read(eventsPerRead)
        ) {
          for (const event of events) tell(event.type, event.object, event.previous, false);
        }
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'compacted') throw error;
        onFault(`a follower of ${id.resource} fell behind and starts again`, error);
        setImmediate(start);
      } finally {
        pumping = false;
      }
    };
    const tellInitial = (): void => {
      for (let left = eventsPerRead; left > 0 && initial && !life.ended; left--) {
        const next = initial.next();
        if (next.done) {
          initial = undefined;
          if (!life.synced) synced?.();
          life.synced = true;
        } else tell('added', next.value, undefined, life.synced);
      }
      // Requests come in between, however many objects there are.
      if (initial && !life.ended) setImmediate(tellInitial);
      else pump();
    };
    const start = (): void => {
      watcher?.close();
      if (life.ended) return;
      const { objects: stored, revision } = objects.store.list(bucket);
      initial = stored[Symbol.iterator]();
      watcher = objects.store.watch(bucket, revision, pump);
      tellInitial();
    };
    this.#allow('watch', registry.get(id.group, id.resource) ?? id, '', '', '');
    start();
    return () => {
      life.ended = true;
      watcher?.close();
    };
  }

  /** The object in the newest served version, or as it is stored while nothing serves it. */
  #read(id: ResourceId, stored: StoredObject): KubeObject {
    const served = this.#find(id);
    if (served) return this.#options.objects.read(stored, served);
    return parseObject(stored.value);
  }

  #find(id: ResourceId): ServedResource | undefined {
    const type = this.#options.registry.get(id.group, id.resource);
    const version = type?.versions[0];
    return type && version && { type, version };
  }

  #require(id: ResourceId): ServedResource {
    const served = this.#find(id);
    if (!served)
      throw new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
    return served;
  }

  /** The version that a configuration is written in. */
  #requireVersion(id: ResourceId, object: JsonObject): ServedResource {
    const { apiVersion } = object;
    const { version } = parseGroupVersion(typeof apiVersion === 'string' ? apiVersion : '');
    const served = this.#options.registry.at(id.group, version, id.resource);
    if (!served) {
      const message = `${groupVersion(id.group, version)} ${id.resource} is not served`;
      throw new StatusError(404, 'NotFound', message, { group: id.group, kind: id.resource });
    }
    return served;
  }

  #allow(
    verb: Verb,
    type: ResourceId | ServedResource,
    namespace: string | undefined,
    name: string,
    subresource: string,
  ): void {
    const { group, resource } = 'type' in type ? type.type : type;
    const attributes = {
      user: this.#options.user,
      verb,
      group,
      resource,
      subresource,
      namespace: namespace ?? '',
      name,
    };
    const decision = this.#options.authorizer.authorize(attributes);
    if (!decision.allowed) throw forbidden({ group, resource, name }, refusalMessage(attributes));
  }

  #request(
    served: ServedResource,
    name: ObjectName,
    subresource: string,
    options: WriteOptions,
  ): WriteRequest {
    return {
      served,
      namespace: served.type.namespaced ? (name.namespace ?? '') : '',
      name: name.name,
      subresource,
      user: this.#options.user,
      manager: this.#options.fieldManager,
      dryRun: options.dryRun === true,
      fieldValidation: 'Strict',
      duplicates: [],
      nowMs: this.#options.objects.clock.now(),
      warn: () => {},
    };
  }
}

/** A change whose objects are read when they are asked for, and only then. */
class StoredChange implements ObjectChange {
  readonly type: ObjectChange['type'];
  readonly #stored: StoredObject;
  readonly #before: StoredObject | undefined;
  readonly #read: (stored: StoredObject) => KubeObject;
  readonly #uncertain: boolean;

  /** @param uncertain whether the follower may know an earlier state than `before` tells */
  constructor(
    type: ObjectChange['type'],
    stored: StoredObject,
    before: StoredObject | undefined,
    read: (stored: StoredObject) => KubeObject,
    uncertain: boolean,
  ) {
    this.type = type;
    this.#stored = stored;
    this.#before = before;
    this.#read = read;
    this.#uncertain = uncertain;
  }

  get object(): KubeObject {
    return this.#read(this.#stored);
  }

  get previous(): KubeObject | undefined {
    return this.#before && this.#read(this.#before);
  }

  mentions(field: string): boolean {
    const name = `"${field}"`;
    return (
      this.#uncertain || this.#stored.value.includes(name) || this.#before?.value.includes(name) === true
    );
  }
}

function nameOf(object: JsonObject): ObjectName {
  const { metadata } = object;
  if (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)) {
    const { name, namespace } = metadata;
    if (typeof name === 'string') return typeof namespace === 'string' ? { name, namespace } : { name };
  }
  throw notFound({ group: '', resource: 'objects' });
}
