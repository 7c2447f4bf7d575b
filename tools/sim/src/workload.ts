import type { Client, JsonObject, KubeObject, ObjectName, Random, ResourceId } from '@plinth/kernel';
import type { Core } from '@plinth/kernel/testing';
import { invariant } from './invariant.ts';
import {
  ages,
  clusterRole,
  configMap,
  definition,
  event,
  holdFinalizer,
  instance,
  kindsOf,
  namespace,
  workspace,
} from './objects.ts';
import { type SourceDirectory, sourcePath } from './source-directory.ts';

/** What the clients of the simulation did, for the comparison in the end. */
export interface Deeds {
  /** Revisions that were answered to a write. */
  readonly acknowledged: Set<number>;
  /** How often a client asked for the deletion of a uid, whatever became of it. */
  readonly deletes: Map<string, number>;
  /** Writes that were asked for and those that were answered with success. */
  asked: number;
  done: number;
}

/** Namespaces, names and groups are few, so that operations meet. */
const places = ['a', 'b', 'c'];
const groups = ['one.example.dev', 'two.example.dev'];
/** Kinds whose objects own nothing in the simulation. */
const neverOwners = new Set(['Event', 'ClusterRole', 'Namespace', 'Workspace']);
const propagations = ['Background', 'Foreground', 'Orphan', undefined] as const;

/** One client's doings: each call of `act` is one operation at random. */
export class Workload {
  readonly deeds: Deeds = { acknowledged: new Set(), deletes: new Map(), asked: 0, done: 0 };
  readonly #random: Random;
  readonly #nowMs: () => number;
  readonly #durableRevision: () => number;
  readonly #source: SourceDirectory;
  #made = 0;

  /**
   * @param nowMs the time that clients write into events
   * @param durableRevision the newest revision that is on the disk, which no answer may be ahead of
   * @param source the directory that people edit
   */
  constructor(random: Random, nowMs: () => number, durableRevision: () => number, source: SourceDirectory) {
    this.#source = source;
    this.#random = random;
    this.#nowMs = nowMs;
    this.#durableRevision = durableRevision;
  }

  /** Makes something to work with, so that few operations come to nothing. */
  async begin(core: Core): Promise<void> {
    const client = core.client('user-0');
    for (const place of places) await this.#create(client, namespaces, namespace(place));
    for (let i = 0; i < 3; i++) await this.#createDefinition(client);
    this.#source.edit(this.#random, places);
    await this.#createWorkspace(client);
  }

  /** Begins one operation on a control plane. @throws StatusError as the API answers it */
  async act(core: Core): Promise<void> {
    const client = core.client(`user-${this.#random.below(3)}`);
    const operation = this.#operations[this.#random.below(this.#operations.length)];
    await operation?.(client);
  }

  /** Makes what has to be there for the workspace to be right in the end. */
  async restore(core: Core): Promise<void> {
    const client = core.client('user-0');
    for (const name of places) {
      if (!client.get(namespaces, { name })) await this.#create(client, namespaces, namespace(name));
    }
    if (!client.get(workspaces, { name: 'ws' })) await this.#createWorkspace(client);
  }

  /** Takes away what clients hold objects with, so that all that is being deleted can go. */
  async release(core: Core): Promise<void> {
    const client = core.client('user-0');
    for (const [id, object] of everything(client)) {
      const { finalizers = [], uid } = object.metadata;
      if (!finalizers.includes(holdFinalizer)) continue;
      const rest = finalizers.filter((finalizer) => finalizer !== holdFinalizer);
      await this.#patch(client, id, object, { metadata: { uid, finalizers: rest } });
    }
  }

  /** Frequent operations stand more than once. */
  readonly #operations: readonly ((client: Client) => Promise<void>)[] = [
    (client) => this.#createConfigMap(client),
    (client) => this.#createConfigMap(client),
    (client) => this.#createConfigMap(client),
    (client) => this.#createInstance(client),
    (client) => this.#createInstance(client),
    (client) => this.#create(client, namespaces, namespace(this.#pick(places))),
    (client) => this.#create(client, namespaces, namespace(this.#pick(places))),
    (client) => this.#createDefinition(client),
    (client) => this.#create(client, roles, clusterRole(this.#random)),
    (client) => this.#create(client, roles, clusterRole(this.#random)),
    (client) => this.#create(client, { group: '', resource: 'events' }, this.#event()),
    (client) => this.#deleteAny(client, (id) => id.resource === 'configmaps'),
    (client) => this.#deleteAny(client, (id) => id.resource === 'configmaps' || groups.includes(id.group)),
    (client) => this.#deleteAny(client, (id) => id.group === roles.group && id.resource === roles.resource),
    (client) => this.#deleteAny(client, (id) => this.#random.below(4) === 0 && id.resource === 'namespaces'),
    (client) => this.#deleteAny(client, (id) => this.#random.below(4) === 0 && id.resource === crds.resource),
    (client) =>
      this.#deleteAny(client, (id) => this.#random.below(4) === 0 && id.resource === workspaces.resource),
    (client) => this.#createWorkspace(client),
    async () => this.#source.edit(this.#random, places),
    async () => this.#source.edit(this.#random, places),
    (client) => this.#changeData(client),
    (client) => this.#changeOwners(client),
    (client) => this.#relabelRole(client),
    (client) => this.#relabelRole(client),
    (client) => this.#releaseOne(client),
  ];

  async #createConfigMap(client: Client): Promise<void> {
    const place = this.#pick(places);
    const object = configMap(this.#name('cm'), place, this.#random);
    object.metadata = { ...object.metadata, ...this.#meta(client, place) };
    await this.#create(client, { group: '', resource: 'configmaps' }, object);
  }

  async #createInstance(client: Client): Promise<void> {
    const types = client.resources().filter((type) => type.origin === 'crd');
    if (types.length === 0) return;
    const type = this.#pick(types);
    const place = type.namespaced ? this.#pick(places) : undefined;
    const object = instance(type, this.#name('in'), place, this.#random);
    object.metadata = { ...object.metadata, ...this.#meta(client, place) };
    await this.#create(client, type, object);
  }

  async #createDefinition(client: Client): Promise<void> {
    await this.#create(client, crds, definition(this.#pick(groups), this.#pick(kindsOf), this.#random));
  }

  async #createWorkspace(client: Client): Promise<void> {
    await this.#create(client, workspaces, workspace('ws', sourcePath));
  }

  #event(): KubeObject {
    return event(this.#name('ev'), this.#pick(places), this.#nowMs() - this.#pick(ages));
  }

  /** Owners and finalizers at random; an owner may be anything that is there, or nothing at all. */
  #meta(
    client: Client,
    place: string | undefined,
  ): Pick<KubeObject['metadata'], 'ownerReferences' | 'finalizers'> {
    const ownerReferences = this.#owners(client, place);
    return {
      ...(ownerReferences.length > 0 ? { ownerReferences } : {}),
      ...(this.#random.below(8) === 0 ? { finalizers: [holdFinalizer] } : {}),
    };
  }

  #owners(client: Client, place: string | undefined) {
    const count = this.#pick([0, 0, 1, 1, 1, 2]);
    const found = everything(client)
      .map(([, object]) => object)
      .filter(({ kind }) => !neverOwners.has(kind))
      // Some references point into other namespaces, which is wrong.
      .filter(
        ({ metadata }) => !metadata.namespace || metadata.namespace === place || this.#random.below(8) === 0,
      );
    const owners = Array.from({ length: found.length === 0 ? 0 : count }, () => this.#pick(found));
    return [...new Map(owners.map((owner) => [owner.metadata.uid, owner])).values()].map((owner) => ({
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name,
      // One in twenty names an object that was never there.
      uid: this.#random.below(20) === 0 ? this.#random.uuid() : owner.metadata.uid,
      ...(this.#random.below(2) === 0 ? { blockOwnerDeletion: true } : {}),
    }));
  }

  async #deleteAny(client: Client, among: (id: ResourceId) => boolean): Promise<void> {
    const found = this.#mine(client).filter(([id]) => among(id));
    if (found.length === 0) return;
    const [id, object] = this.#pick(found);
    const { uid } = object.metadata;
    const propagation = this.#pick(propagations);
    this.deeds.deletes.set(uid, (this.deeds.deletes.get(uid) ?? 0) + 1);
    this.deeds.asked++;
    await client.delete(id, nameOf(object), { uid, ...(propagation ? { propagation } : {}) });
    this.deeds.done++;
  }

  async #changeData(client: Client): Promise<void> {
    const found = this.#mine(client).filter(
      ([id]) => id.resource === 'configmaps' || groups.includes(id.group),
    );
    if (found.length === 0) return;
    const [id, object] = this.#pick(found);
    const field = id.resource === 'configmaps' ? 'data' : 'spec';
    await this.#patch(client, id, object, { [field]: { n: String(this.#random.below(5)) } });
  }

  async #changeOwners(client: Client): Promise<void> {
    const found = this.#mine(client).filter(
      ([id]) => id.resource === 'configmaps' || groups.includes(id.group),
    );
    if (found.length === 0) return;
    const [id, object] = this.#pick(found);
    const { uid, resourceVersion, namespace: place } = object.metadata;
    const ownerReferences = this.#owners(client, place).filter((owner) => owner.uid !== uid);
    await this.#patch(client, id, object, { metadata: { uid, resourceVersion, ownerReferences } });
  }

  async #relabelRole(client: Client): Promise<void> {
    const found = this.#mine(client).filter(([id]) => id.resource === roles.resource);
    if (found.length === 0) return;
    const [id, object] = this.#pick(found);
    const label = this.#pick([null, 'yes']);
    await this.#patch(client, id, object, { metadata: { labels: { 'example.dev/part': label } } });
  }

  async #releaseOne(client: Client): Promise<void> {
    const held = everything(client).filter(([, { metadata }]) =>
      metadata.finalizers?.includes(holdFinalizer),
    );
    if (held.length === 0) return;
    const [id, object] = this.#pick(held);
    const rest = (object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== holdFinalizer);
    const { uid, resourceVersion } = object.metadata;
    await this.#patch(client, id, object, { metadata: { uid, resourceVersion, finalizers: rest } });
  }

  async #create(client: Client, id: ResourceId, object: KubeObject): Promise<void> {
    this.deeds.asked++;
    this.#acknowledge(await client.create(id, object));
  }

  async #patch(client: Client, id: ResourceId, object: KubeObject, patch: JsonObject): Promise<void> {
    this.deeds.asked++;
    this.#acknowledge(await client.patch(id, nameOf(object), patch));
  }

  #acknowledge(object: KubeObject): void {
    const revision = Number(object.metadata.resourceVersion);
    invariant(revision <= this.#durableRevision(), `revision ${revision} is answered before it is durable`);
    this.deeds.done++;
    this.deeds.acknowledged.add(revision);
  }

  /** What the clients made: not what every control plane has. */
  #mine(client: Client): [ResourceId, KubeObject][] {
    return everything(client).filter(([id, { metadata }]) => {
      if (id.resource === 'configmaps') return metadata.name !== 'kube-root-ca.crt';
      if (id.resource === 'namespaces') return places.includes(metadata.name);
      return id.resource !== roles.resource || metadata.name.startsWith('sim-');
    });
  }

  #name(prefix: string): string {
    // Names come back after a while, with another uid.
    return `${prefix}-${this.#made++ % 12}`;
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#random.below(items.length)];
    if (item === undefined && items.length === 0) throw new Error('nothing to pick from');
    return item as T;
  }
}

const roles = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' } as const;
const namespaces = { group: '', resource: 'namespaces' } as const;
const workspaces = { group: 'plinth.dev', resource: 'workspaces' } as const;
const crds = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' } as const;

function nameOf({ metadata }: KubeObject): ObjectName {
  const { name, namespace } = metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

/** Every object of every served resource that can be listed, with its resource. */
export function everything(client: Client): [ResourceId, KubeObject][] {
  return client
    .resources()
    .filter((type) => type.verbs.includes('list'))
    .flatMap((type) => client.list(type).map((object): [ResourceId, KubeObject] => [type, object]));
}
