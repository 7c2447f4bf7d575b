/**
 * Deletes objects whose owners are gone, and does for deleted owners what their deletion asked for.
 *
 * Keys of its queue are uids, of a dependant or of an owner that is being deleted:
 *
 *   dependant: judge each owner by a live read
 *     all are solid, unknown or invalid                       -> keep
 *     some are, others absent or waiting                      -> drop the references to the others
 *     none is                                                 -> delete, fenced by uid and resourceVersion
 *   owner with `foregroundDeletion`: dependants with blockOwnerDeletion go first, then the finalizer
 *   owner with `orphan`: dependants lose their reference to it, then it loses the finalizer
 *
 * Spec: Kubernetes, "Owners and Dependents", "Garbage Collection".
 */
import type { ObjectChange, ResourceId } from '../model/client.ts';
import type { Json, KubeObject, OwnerReference } from '../model/object.ts';
import type { ControlEnvironment, Controller, RunningController } from './controller.ts';
import { followServed, type ServedFollow } from './informer.ts';
import type { MetricFamily } from './metrics.ts';
import {
  type DeletingOwner,
  type Dependent,
  foregroundFinalizer,
  OwnerGraph,
  orphanFinalizer,
} from './owner-graph.ts';
import { judgeOwner, type OwnerVerdict } from './owner-verdict.ts';
import { settleGone } from './plan-apply.ts';
import { WorkQueue } from './queue.ts';
import { WorkRunner } from './work-runner.ts';

/** Deletes that may be on their way at the same time: enough to fill the store's group commits. */
const concurrency = 32;

/** How often work that waits for the first report of all objects looks again. */
const syncPollMs = 50;

/** The owner garbage collector; the rules are at the top of its file. */
export function garbageCollector(): Controller {
  return { name: 'garbage-collector', start: (environment) => new Collector(environment) };
}

class Collector implements RunningController {
  readonly #environment: ControlEnvironment;
  readonly #graph = new OwnerGraph();
  readonly #queue: WorkQueue;
  readonly #runner: WorkRunner;
  readonly #follow: ServedFollow;
  #deleted = 0;

  constructor(environment: ControlEnvironment) {
    this.#environment = environment;
    const { client, clock, random } = environment;
    this.#queue = new WorkQueue({
      name: 'garbage-collector',
      clock,
      random,
      wake: () => this.#runner.wake(),
      retriesPerSecond: 100,
    });
    this.#runner = new WorkRunner({
      name: 'garbage-collector',
      queue: this.#queue,
      clock,
      concurrency,
      work: (uid) => this.#work(uid),
      onFailure: async (key, error) => environment.onError?.('garbage-collector', key, error),
    });
    this.#follow = followServed(client, () => true, {
      changed: (id, change) => this.#changed(id, change),
      dropped: (id) => this.#dropped(id),
      resourcesChanged: () => this.#reconsiderAll(),
    });
  }

  busy(): boolean {
    return this.#queue.depth > 0 || this.#queue.working > 0;
  }

  async stop(timeoutMs: number): Promise<boolean> {
    this.#follow.stop();
    this.#queue.close();
    return await this.#runner.stop(timeoutMs);
  }

  collect(): MetricFamily[] {
    return [
      ...this.#queue.collect(),
      ...this.#runner.collect(),
      {
        name: 'plinth_garbage_collector_dependents',
        help: 'Objects with owner references.',
        type: 'gauge',
        samples: [{ labels: {}, value: this.#graph.size }],
      },
      {
        name: 'plinth_garbage_collector_deleted_total',
        help: 'Objects deleted because their owners were gone.',
        type: 'counter',
        samples: [{ labels: {}, value: this.#deleted }],
      },
    ];
  }

  #changed(id: ResourceId, change: ObjectChange): void {
    const { type } = change;
    // Most objects have no owners and are not being deleted: they are not even read.
    if (type !== 'deleted' && !change.mentions('ownerReferences') && !change.mentions('deletionTimestamp'))
      return;
    const { object } = change;
    const { uid } = object.metadata;
    const concerned = type === 'deleted' ? this.#graph.remove(object.metadata) : this.#graph.put(id, object);
    // Owners in foreground deletion wait for exactly this.
    for (const owner of concerned) if (this.#graph.deletingOwner(owner)) this.#queue.add(owner);
    if (type === 'deleted')
      for (const dependent of this.#graph.dependentsOf(uid)) this.#queue.add(dependent.uid);
    else if (this.#graph.dependent(uid) || this.#graph.deletingOwner(uid)) this.#queue.add(uid);
  }

  #dropped(id: ResourceId): void {
    const { uids, owners } = this.#graph.removeResource(id);
    for (const owner of owners) if (this.#graph.deletingOwner(owner)) this.#queue.add(owner);
    for (const uid of uids)
      for (const dependent of this.#graph.dependentsOf(uid)) this.#queue.add(dependent.uid);
  }

  // An owner whose kind was unknown may be known now.
  #reconsiderAll(): void {
    for (const dependent of this.#graph.dependents()) this.#queue.add(dependent.uid);
  }

  async #work(uid: string): Promise<void> {
    // Until all that is there has been reported, an owner may seem to be without dependants.
    if (!this.#follow.synced) {
      this.#queue.addAfter(uid, syncPollMs);
      return;
    }
    const owner = this.#graph.deletingOwner(uid);
    if (owner) await this.#settleOwner(owner);
    const dependent = this.#graph.dependent(uid);
    if (dependent) await this.#settleDependent(dependent);
  }

  async #settleOwner(owner: DeletingOwner): Promise<void> {
    const live = this.#environment.client.get(owner.id, owner.name);
    if (live?.metadata.uid !== owner.uid || live.metadata.deletionTimestamp === undefined) return;
    const finalizers = live.metadata.finalizers ?? [];
    const dependents = this.#graph
      .dependentsOf(owner.uid)
      .filter(({ name }) => mayOwn(owner, name.namespace));
    if (finalizers.includes(orphanFinalizer)) {
      for (const dependent of dependents) await this.#orphan(dependent, owner.uid);
      await this.#removeFinalizer(owner, live, orphanFinalizer);
      return;
    }
    if (!finalizers.includes(foregroundFinalizer)) return;
    for (const dependent of dependents) this.#queue.add(dependent.uid);
    const blocked = dependents.some(({ owners }) =>
      owners.some((link) => link.uid === owner.uid && link.blocks),
    );
    if (!blocked) await this.#removeFinalizer(owner, live, foregroundFinalizer);
  }

  async #removeFinalizer(owner: DeletingOwner, live: KubeObject, finalizer: string): Promise<void> {
    const { uid, resourceVersion, finalizers = [] } = live.metadata;
    const remaining = finalizers.filter((name) => name !== finalizer);
    const patch = { metadata: { uid, resourceVersion, finalizers: remaining } };
    await settleGone(() => this.#environment.client.patch(owner.id, owner.name, patch));
  }

  async #orphan(dependent: Dependent, ownerUid: string): Promise<void> {
    const live = this.#environment.client.get(dependent.id, dependent.name);
    if (live?.metadata.uid !== dependent.uid) return;
    const references = live.metadata.ownerReferences ?? [];
    const remaining = references.filter((reference) => reference.uid !== ownerUid);
    if (remaining.length < references.length) await this.#writeOwners(dependent, live, remaining);
  }

  async #writeOwners(
    dependent: Dependent,
    live: KubeObject,
    owners: readonly OwnerReference[],
  ): Promise<void> {
    const { uid, resourceVersion } = live.metadata;
    const patch = { metadata: { uid, resourceVersion, ownerReferences: owners as unknown as Json } };
    await settleGone(() => this.#environment.client.patch(dependent.id, dependent.name, patch));
  }

  async #settleDependent(dependent: Dependent): Promise<void> {
    const { client } = this.#environment;
    const live = client.get(dependent.id, dependent.name);
    if (live?.metadata.uid !== dependent.uid || live.metadata.deletionTimestamp !== undefined) return;
    const references = live.metadata.ownerReferences ?? [];
    const verdicts = new Map<OwnerReference, OwnerVerdict>();
    for (const reference of references)
      verdicts.set(reference, judgeOwner(client, live, reference, this.#graph));
    const those = (verdict: OwnerVerdict) =>
      references.filter((reference) => verdicts.get(reference) === verdict);
    const invalid = those('invalid');
    if (invalid.length > 0) this.#reportInvalid(live, invalid);
    // What nobody can tell keeps the object, but not the owners beside it that wait for its reference to go.
    const kept = references.filter((reference) => !isOver(verdicts.get(reference)));
    if (kept.length === references.length) return;
    if (kept.length > 0) await this.#writeOwners(dependent, live, kept);
    else await this.#delete(dependent, live, those('waiting').length > 0);
  }

  async #delete(dependent: Dependent, live: KubeObject, ownerWaits: boolean): Promise<void> {
    const { uid, resourceVersion, finalizers = [] } = live.metadata;
    const own = this.#graph.dependentsOf(uid);
    const foreground = finalizers.includes(foregroundFinalizer) || (ownerWaits && own.length > 0);
    const propagation = finalizers.includes(orphanFinalizer)
      ? 'Orphan'
      : foreground
        ? 'Foreground'
        : 'Background';
    if (
      ownerWaits &&
      own.some((item) => this.#graph.deletingOwner(item.uid)) &&
      (await this.#unblock(dependent, live))
    )
      return;
    await settleGone(() =>
      this.#environment.client.delete(dependent.id, dependent.name, { uid, resourceVersion, propagation }),
    );
    this.#deleted++;
  }

  // Owners in a circle would wait for each other for ever; the first one that is found no longer blocks.
  async #unblock(dependent: Dependent, live: KubeObject): Promise<boolean> {
    const references = live.metadata.ownerReferences ?? [];
    if (!references.some((reference) => reference.blockOwnerDeletion === true)) return false;
    await this.#writeOwners(
      dependent,
      live,
      references.map((item) => ({ ...item, blockOwnerDeletion: false })),
    );
    return true;
  }

  #reportInvalid(object: KubeObject, references: readonly OwnerReference[]): void {
    for (const { kind, apiVersion, name, uid } of references) {
      const where =
        object.metadata.namespace === undefined
          ? 'a cluster-scoped object'
          : `namespace "${object.metadata.namespace}"`;
      const message =
        `ownerRef [${apiVersion}/${kind}, name: ${name}, uid: ${uid}] does not exist in ${where}: ` +
        'owners must be in the same namespace or cluster-scoped; the object is kept';
      this.#environment.recorder.record({
        object,
        type: 'Warning',
        reason: 'OwnerRefInvalidNamespace',
        message,
      });
    }
  }
}

/** Whether an owner no longer keeps its dependants. */
function isOver(verdict: OwnerVerdict | undefined): boolean {
  return verdict === 'absent' || verdict === 'waiting';
}

function mayOwn(owner: DeletingOwner, dependentNamespace: string | undefined): boolean {
  return owner.name.namespace === undefined || owner.name.namespace === dependentNamespace;
}
