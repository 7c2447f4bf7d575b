import type { Append } from '../store/port.ts';
import type { JsonObject, KubeObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';

/** Names one object of a resource. `namespace` is absent for cluster-scoped resources. */
export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

/** Group and plural, as in `{group: 'apps', resource: 'deployments'}`; the newest served version is used. */
export interface ResourceId {
  readonly group: string;
  readonly resource: string;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
}

export interface DeleteOptions extends WriteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/**
 * The API for callers inside the process: the same authorization, admission and validation as over HTTPS, under the
 * user and field manager that the client was made for. Reads are synchronous and current with the last visible commit;
 * objects that are read are shared and must not be changed.
 *
 * All writes throw StatusError, as the API would answer.
 */
export interface Client {
  get(id: ResourceId, name: ObjectName): KubeObject | undefined;
  list(id: ResourceId, options?: { namespace?: string; labelSelector?: string }): KubeObject[];
  create(id: ResourceId, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Replaces the object; `metadata.resourceVersion` guards against lost updates. */
  update(id: ResourceId, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /**
   * Merge patch, RFC 7386, of the object or of one of its subresources (`status`, `finalize`).
   * @param appends entries of logs, in the same commit; a patch that changes nothing enters nothing
   */
  patch(
    id: ResourceId,
    name: ObjectName,
    patch: JsonObject,
    subresource?: string,
    appends?: readonly Append[],
  ): Promise<KubeObject>;
  /** Server-side apply with this client's field manager; `force` takes fields over from other managers. */
  apply(
    id: ResourceId,
    object: JsonObject,
    options?: WriteOptions & { force?: boolean; subresource?: string },
  ): Promise<KubeObject>;
  delete(id: ResourceId, name: ObjectName, options?: DeleteOptions): Promise<void>;
  /** What is served at this moment. */
  resources(): readonly ResourceType[];
  /** The served resource of an apiVersion and kind; undefined when there is none. */
  resourceFor(apiVersion: string, kind: string): ResourceType | undefined;
  /** Calls `changed` after the set of served resources has changed. Returns what ends it. */
  onResourcesChanged(changed: () => void): () => void;
  /**
   * Follows a resource: `changed` is called, in commit order, with every object that is there and then with every
   * change; `object` is its last state when `deleted`. Many objects are told in several turns of the event loop;
   * `synced` is called once, when all that were there have been told. Returns what ends it.
   */
  follow(id: ResourceId, changed: (change: ObjectChange) => void, synced?: () => void): () => void;
}

/** One change of an object that is followed. */
export interface ObjectChange {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: KubeObject;
  readonly previous?: KubeObject | undefined;
  /**
   * Whether the object has a field of this name anywhere, now or before the change; false only when it is certain.
   * Much cheaper than reading the object, for followers that few changes concern.
   */
  mentions(field: string): boolean;
}
