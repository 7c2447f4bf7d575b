import type { AuditTrail } from '../audit/trail.ts';
import { equalJson } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { groupVersion, type ResourceVersion } from '../model/resource-type.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  methodNotAllowed,
  notFound,
  StatusError,
  staleMessage,
} from '../model/status-error.ts';
import { type Clock, formatTime } from '../ports/clock.ts';
import { nameSuffix, type Random } from '../ports/random.ts';
import { type KeyOperation, type Store, type StoredObject, type StoreOperation } from '../store/port.ts';
import { admit, admitQuestion, takeBody } from './admission.ts';
import { Commits } from './commits.ts';
import { keyOf } from './keys.ts';
import { sameButForTimes, trackUpdate } from './managed-fields.ts';
import { refOf, statusOf } from './refusals.ts';
import type { ServedResource } from './registry.ts';
import { subjectOf } from './subject.ts';
import { parseStored, Renderer } from './versions.ts';
import type { WriteGate } from './write-gate.ts';
import type { WriteQuota } from './write-quota.ts';
import { type WriteRequest, writeContext } from './write-request.ts';
import { type Judgement, type ReviewedWrite, reviewedUpdate, type WriteReview } from './write-review.ts';

/** How often a write that names no resourceVersion is tried again when others were faster. */
export const retriesMax = 10;
/** Parsed objects that followers share; as many as a group commit may hold. */
const parsedMax = 512;

/** What a write led to: the object as it now is, in the version of the request. */
export interface Written {
  readonly object: KubeObject;
  /** The object as JSON text. */
  readonly text: string;
  /** Whether the object was not there before. */
  readonly created: boolean;
}

/** One write of a batch: its operation, and what it is done by and when. */
export interface ObjectWrite {
  readonly request: WriteRequest;
  /** The object's name. */
  readonly name: string;
  readonly operation: KeyOperation;
  /** What policies note for its audit entry, by key. */
  readonly annotations?: Judgement['annotations'] | undefined;
}

export interface ObjectsOptions {
  readonly store: Store;
  readonly tenant: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Asked before each write of an object; absent: whatever passes admission is written. */
  readonly gate?: WriteGate;
  /** Judges each write by policies; absent: nothing does. */
  readonly review?: WriteReview;
  /** Bounds what may be stored; absent: there is no bound. */
  readonly quota?: WriteQuota | undefined;
  /** Enters every change into the audit log, in the commit that makes it. */
  readonly audit?: AuditTrail | undefined;
}

/** Reads and writes of single objects: the rules of the Kubernetes API above the store and below any protocol. */
export class Objects {
  readonly store: Store;
  readonly tenant: string;
  readonly clock: Clock;
  readonly renderer = new Renderer();
  readonly gate: WriteGate | undefined;
  readonly #review: WriteReview | undefined;
  readonly #random: Random;
  readonly #audit: AuditTrail | undefined;
  readonly #commits: Commits;
  readonly #parsed = new Map<StoredObject, { version: ResourceVersion; object: KubeObject }>();

  constructor(options: ObjectsOptions) {
    this.store = options.store;
    this.tenant = options.tenant;
    this.clock = options.clock;
    this.gate = options.gate;
    this.#review = options.review;
    this.#random = options.random;
    this.#audit = options.audit;
    this.#commits = new Commits(options);
  }

  /**
   * The object in the version of `served`, for readers that change nothing: many followers of one change share one
   * parsed object.
   */
  read(stored: StoredObject, served: ServedResource): KubeObject {
    const known = this.#parsed.get(stored);
    if (known && known.version === served.version) return known.object;
    const object = this.renderer.object(stored, served);
    this.#parsed.set(stored, { version: served.version, object });
    if (this.#parsed.size > parsedMax) {
      const oldest = this.#parsed.keys().next();
      if (!oldest.done) this.#parsed.delete(oldest.value);
    }
    return object;
  }

  key(served: ServedResource, namespace: string, name: string): string {
    return keyOf(this.tenant, served.type, namespace, name);
  }

  /** @throws StatusError 404 */
  get(served: ServedResource, namespace: string, name: string): StoredObject {
    const stored = this.store.get(this.key(served, namespace, name));
    if (!stored) throw notFound(refOf(served, name));
    return stored;
  }

  /** Creates an object. @throws StatusError 409 when it exists, 422 when it breaks a rule. */
  async create(body: Record<string, unknown>, request: WriteRequest): Promise<Written> {
    const { served } = request;
    const object = takeBody(body, request);
    const generated = this.#completeName(object);
    const { type } = served;
    if (type.strategy.answer) {
      admitQuestion(object, request);
      const answered = await type.strategy.answer(object, writeContext(request, 'create'));
      return { object: answered, text: JSON.stringify(answered), created: true };
    }
    for (let attempt = 0; ; attempt++) {
      this.#begin(object, request);
      admit(object, undefined, request);
      this.gate?.check(request, 'create', object);
      const judged = await this.judge({ request, operation: 'create', object });
      const besides = await type.strategy.complete?.(object, writeContext(request, 'create'));
      trackUpdate(undefined, object, request);
      try {
        return await this.#put(object, 0, request, besides, judged);
      } catch (error) {
        const taken = error instanceof StatusError && error.reason === 'Conflict';
        if (!taken) throw error;
        if (!generated || attempt >= retriesMax) throw alreadyExists(refOf(served, object.metadata.name));
        object.metadata.name = generated + nameSuffix(this.#random);
      }
    }
  }

  /** Gives an object its name when it has only a prefix; returns that prefix. */
  #completeName(object: KubeObject): string | undefined {
    const { metadata } = object;
    if (metadata.name || !metadata.generateName) return undefined;
    // Spec: Kubernetes names.maxGeneratedNameLength, so that the suffix fits into a DNS label.
    const prefix = metadata.generateName.slice(0, 58);
    metadata.name = prefix + nameSuffix(this.#random);
    return prefix;
  }

  /** Sets the fields that the server owns on a new object. */
  #begin(object: KubeObject, request: WriteRequest): void {
    const { type, version } = request.served;
    if (type.namespaced) this.#requireNamespace(object.metadata.name, request);
    if (object.metadata.resourceVersion) {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    const { name, generateName, namespace, labels, annotations, ownerReferences, finalizers, managedFields } =
      object.metadata;
    object.metadata = {
      name,
      ...(generateName === undefined ? {} : { generateName }),
      ...(namespace === undefined ? {} : { namespace }),
      uid: this.#random.uuid(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: formatTime(request.nowMs),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ...(managedFields === undefined ? {} : { managedFields }),
    };
    if (!countsGenerations(request.served)) delete object.metadata.generation;
    // A status that a client sends along is dropped: only `/status` writes it.
    if (version.status) delete object['status'];
  }

  #requireNamespace(name: string, request: WriteRequest): void {
    const { namespace, served } = request;
    if (namespace === '') throw badRequest('an empty namespace may not be set during creation');
    const stored = this.store.get(keyOf(this.tenant, { group: '', resource: 'namespaces' }, '', namespace));
    if (!stored) throw notFound({ group: '', resource: 'namespaces', name: namespace });
    if (!stored.value.includes('"deletionTimestamp"')) return;
    if (parseStored(stored).metadata.deletionTimestamp === undefined) return;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const refused = forbidden(refOf(served, name), why);
    throw new StatusError(refused.code, refused.reason, refused.message, {
      ...refused.details,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    });
  }

  /**
   * Changes an object: `change` makes the new one out of the current one, which it may alter. Without a
   * resourceVersion in the new object a race with another writer is run again, with one it is refused.
   *
   * @throws StatusError 404, 409 with what to do, 422.
   */
  async update(
    change: (current: KubeObject) => KubeObject | Promise<KubeObject>,
    request: WriteRequest,
  ): Promise<Written> {
    const { served, namespace, name } = request;
    for (let attempt = 0; ; attempt++) {
      const stored = this.get(served, namespace, name);
      const old = this.renderer.object(stored, served);
      const next = await change(this.renderer.object(stored, served));
      const guarded = checkPreconditions(next, old, served);
      const written = await this.#replace(next, old, stored, request, guarded || attempt >= retriesMax);
      if (written) return written;
    }
  }

  /** Writes `next` in place of `old`; undefined when another writer was faster and `final` is not set. */
  async #replace(
    next: KubeObject,
    old: KubeObject,
    stored: StoredObject,
    request: WriteRequest,
    final: boolean,
  ): Promise<Written | undefined> {
    const { served } = request;
    keepServerFields(next, old, request);
    admit(next, old, request);
    trackUpdate(old, next, request);
    bumpGeneration(next, old, served);
    const judged = await this.judge(reviewedUpdate(request, next, old));
    if (sameButForTimes(next, old)) {
      return { object: old, text: this.renderer.text(stored, served), created: false };
    }
    this.gate?.check(request, 'update', next, old);
    try {
      if (isFinished(next)) return await this.remove(next, stored.revision, request, judged);
      return await this.#put(next, stored.revision, request, [], judged);
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'Conflict' || final) throw error;
      return undefined;
    }
  }

  /**
   * Has the policies judge a write that has passed admission.
   * @throws StatusError when one denies it
   */
  async judge(write: ReviewedWrite): Promise<Judgement | undefined> {
    return await this.#review?.review(write);
  }

  /** Commits an object that has passed admission, in its storage version. */
  async #put(
    object: KubeObject,
    expect: number,
    request: WriteRequest,
    besides: readonly StoreOperation[] = [],
    judged?: Judgement,
  ): Promise<Written> {
    const { served, dryRun } = request;
    const key = this.key(served, object.metadata.namespace ?? '', object.metadata.name);
    if (dryRun) {
      if (expect === 0 && this.store.get(key))
        throw conflict(refOf(served, object.metadata.name), staleMessage);
      this.#commits.rehearse(key, object.metadata.name, JSON.stringify(object), request);
      // What is not stored has no version.
      if (expect === 0) Reflect.deleteProperty(object.metadata, 'resourceVersion');
      else object.metadata.resourceVersion = String(expect);
      return { object, text: JSON.stringify(object), created: expect === 0 };
    }
    const requested = object.apiVersion;
    const storage = groupVersion(served.type.group, served.type.storageVersion);
    let text = '';
    const put: StoreOperation = {
      type: 'put',
      key,
      expect,
      value: (revision) => {
        object.metadata.resourceVersion = String(revision);
        text = JSON.stringify(object);
        if (storage === requested) return text;
        object.apiVersion = storage;
        const stored = JSON.stringify(object);
        object.apiVersion = requested;
        return stored;
      },
    };
    const { name } = object.metadata;
    const write: ObjectWrite = { request, name, operation: put, annotations: judged?.annotations };
    const stored = await this.#commitOne(write, besides);
    if (served.type.origin === 'crd') this.renderer.remember(stored, served.version, text);
    return { object, text, created: expect === 0 };
  }

  /** Writes `next` in place of `stored` as it is, past admission; an equal object is not written again. */
  async put(
    next: KubeObject,
    stored: StoredObject,
    request: WriteRequest,
    judged?: Judgement,
  ): Promise<Written> {
    if (equalJson(next, this.renderer.object(stored, request.served))) {
      return { object: next, text: this.renderer.text(stored, request.served), created: false };
    }
    return await this.#put(next, stored.revision, request, [], judged);
  }

  /** Takes an object out of the store; watchers get `last` as its last state. */
  async remove(
    last: KubeObject,
    expect: number,
    request: WriteRequest,
    judged?: Judgement,
  ): Promise<Written> {
    const { served } = request;
    if (!request.dryRun) {
      const operation: StoreOperation = {
        type: 'delete',
        key: this.key(served, last.metadata.namespace ?? '', last.metadata.name),
        expect,
        value: (revision) => {
          last.metadata.resourceVersion = String(revision);
          return JSON.stringify(last);
        },
      };
      const { name } = last.metadata;
      await this.#commitOne({ request, name, operation, annotations: judged?.annotations });
    }
    return { object: last, text: JSON.stringify(last), created: false };
  }

  /**
   * Commits several writes, all or none, as they are and past admission; `besides` are changes and checks of keys that
   * are no objects of the API, such as the journal of a run.
   *
   * @returns the objects as stored, those of `writes` first
   * @throws StatusError 404 or 409 naming the object that has moved, 503 when the store cannot write
   */
  async commitAll(
    writes: readonly ObjectWrite[],
    besides: readonly StoreOperation[] = [],
  ): Promise<StoredObject[]> {
    return await this.#commits.all(writes, besides);
  }

  /** Enters an action below an object, which must not be answered before. @throws StatusError 503 */
  async auditAction(parent: KubeObject, request: WriteRequest): Promise<void> {
    const { served, user, origin, subresource } = request;
    const { namespace = '', name } = parent.metadata;
    try {
      await this.#audit?.acted(subjectOf(served, namespace, name), user, origin, { subresource });
    } catch (error) {
      throw statusOf(error, refOf(served, name));
    }
  }

  /** Commits one write and answers what the store refuses as the API does. */
  async #commitOne(write: ObjectWrite, besides: readonly StoreOperation[] = []): Promise<StoredObject> {
    const [stored] = await this.#commits.all([write], besides);
    if (!stored) throw new Error('the store answered a commit of one operation with none');
    return stored;
  }
}

/** @returns whether the new object names the state that it was made from. */
function checkPreconditions(next: KubeObject, old: KubeObject, served: ServedResource): boolean {
  const ref = refOf(served, old.metadata.name);
  const { uid, resourceVersion } = next.metadata;
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    throw conflict(
      ref,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
    );
  }
  if (resourceVersion === undefined || resourceVersion === '') return false;
  if (resourceVersion !== old.metadata.resourceVersion) throw conflict(ref, staleMessage);
  return true;
}

/** Puts back what a client cannot change through this endpoint. */
function keepServerFields(next: KubeObject, old: KubeObject, request: WriteRequest): void {
  const { metadata } = old;
  next.metadata.uid = metadata.uid;
  next.metadata.creationTimestamp = metadata.creationTimestamp;
  next.metadata.resourceVersion = metadata.resourceVersion;
  for (const field of [
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'generateName',
  ] as const) {
    if (metadata[field] === undefined) delete next.metadata[field];
    else Object.assign(next.metadata, { [field]: metadata[field] });
  }
  if (request.subresource === 'status') {
    const { managedFields } = next.metadata;
    next.metadata = { ...metadata };
    if (managedFields) next.metadata.managedFields = managedFields;
    for (const field of Object.keys(next)) {
      if (field === 'status' || field === 'metadata' || field === 'apiVersion' || field === 'kind') continue;
      if (old[field] === undefined) delete next[field];
    }
    for (const field of Object.keys(old)) {
      if (field !== 'status' && field !== 'metadata') next[field] = old[field];
    }
  } else if (request.served.version.status) {
    if (old['status'] === undefined) delete next['status'];
    else next['status'] = old['status'];
  }
}

/** Kinds with a spec count its changes; the others (ConfigMap, Role, Namespace ...) have no generation, as in Kubernetes. */
function countsGenerations({ type, version }: ServedResource): boolean {
  return type.origin === 'crd' || (version.status && type.group !== '');
}

/** A change of anything but metadata and status is a new generation. */
function bumpGeneration(next: KubeObject, old: KubeObject, served: ServedResource): void {
  if (!countsGenerations(served)) return;
  const { metadata: _m, status, ...desired } = next;
  const { metadata: _o, status: oldStatus, ...oldDesired } = old;
  const changed =
    !equalJson(desired, oldDesired) || (!served.version.status && !equalJson(status, oldStatus));
  const deleted =
    next.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined;
  if (changed || deleted) next.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

/** Whether nothing keeps a deleted object any longer. */
function isFinished(object: KubeObject): boolean {
  if (object.metadata.deletionTimestamp === undefined) return false;
  if ((object.metadata.finalizers ?? []).length > 0) return false;
  return !hasNamespaceFinalizers(object);
}

/** Namespaces have finalizers of their own in their spec. Spec: Kubernetes core/v1 NamespaceSpec. */
export function hasNamespaceFinalizers(object: KubeObject): boolean {
  if (object.kind !== 'Namespace' || object.apiVersion !== 'v1') return false;
  const spec = object['spec'];
  if (typeof spec !== 'object' || spec === null || !('finalizers' in spec)) return false;
  return Array.isArray(spec.finalizers) && spec.finalizers.length > 0;
}

/** @throws StatusError 405 when the resource does not have the verb. */
export function requireVerb(served: ServedResource, verb: ServedResource['type']['verbs'][number]): void {
  if (!served.type.verbs.includes(verb)) throw methodNotAllowed();
}
