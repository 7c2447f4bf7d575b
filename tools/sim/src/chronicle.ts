import type { KubeObject } from '@plinth/kernel';
import { parseObject } from '@plinth/kernel/testing';
import { invariant } from './invariant.ts';
import type { Row } from './simulated-disk.ts';
import { wakeLateMsMax } from './simulated-store.ts';

/**
 * Follows what becomes durable, change by change, and checks what must hold at every instant, not only in the end:
 *
 * - a namespace goes after what is in it, and nothing is made where there is none
 * - a definition goes after its instances
 * - an object goes when nothing holds it, and does not come back from being deleted
 * - an owner that is deleted with `Orphan` goes after its dependants have forgotten it: those of which controllers
 *   could have heard by then
 */
export class Chronicle {
  readonly #present = new Map<string, KubeObject>();
  /** For owners that wait for their dependants to forget them: the uids of these. */
  readonly #orphaning = new Map<string, ReadonlySet<string>>();
  /** When the owners of an object last changed, in virtual milliseconds. */
  readonly #ownedSince = new Map<string, number>();
  readonly #deletesOf: (uid: string) => number;

  /** @param deletesOf how often clients asked for the deletion of an object */
  constructor(deletesOf: (uid: string) => number) {
    this.#deletesOf = deletesOf;
  }

  /**
   * A change is durable.
   *
   * @param atMs virtual milliseconds since the start
   * @throws Violation
   */
  take({ key, value, deleted }: Row, atMs: number): void {
    const object = parseObject(value);
    const before = this.#present.get(key);
    const owners = object.metadata.ownerReferences;
    if (JSON.stringify(owners) !== JSON.stringify(before?.metadata.ownerReferences)) {
      this.#ownedSince.set(object.metadata.uid, atMs);
    }
    if (!before) this.#checkCreate(key, object);
    else invariant(before.metadata.uid === object.metadata.uid, `${key} becomes another object`);
    if (before?.metadata.deletionTimestamp !== undefined) {
      const is = object.metadata.deletionTimestamp;
      invariant(is === before.metadata.deletionTimestamp, `${key} comes back from being deleted`);
    }
    this.#checkOrphaning(key, before, object, atMs);
    if (deleted) {
      this.#present.delete(key);
      this.#checkDelete(key, object);
    } else this.#present.set(key, object);
  }

  #checkCreate(key: string, object: KubeObject): void {
    const { namespace, deletionTimestamp } = object.metadata;
    invariant(deletionTimestamp === undefined, `${key} is made as one that is being deleted`);
    if (namespace === undefined) return;
    const home = this.#present.get(`default/core/namespaces//${namespace}`);
    invariant(home !== undefined, `${key} is made in a namespace that is not there`);
  }

  #checkDelete(key: string, { kind, metadata }: KubeObject): void {
    const { finalizers = [], name } = metadata;
    invariant(finalizers.length === 0, `${key} goes although ${finalizers.join()} holds it`);
    if (kind === 'Namespace') {
      const left = [...this.#present.values()].find((other) => other.metadata.namespace === name);
      invariant(left === undefined, `namespace ${name} goes before ${left?.kind} ${left?.metadata.name}`);
    }
    if (kind === 'CustomResourceDefinition') {
      const [plural, ...group] = name.split('.');
      const prefix = `default/${group.join('.')}/${plural}/`;
      const left = [...this.#present.keys()].find((other) => other.startsWith(prefix));
      invariant(left === undefined, `definition ${name} goes before ${left}`);
    }
  }

  #checkOrphaning(key: string, before: KubeObject | undefined, object: KubeObject, atMs: number): void {
    const { uid } = object.metadata;
    const dependants = this.#orphaning.get(uid);
    if (!dependants && waitsToOrphan(object)) {
      const known = this.#namers(object).map(({ metadata }) => metadata.uid);
      const heardOf = known.filter((one) => (this.#ownedSince.get(one) ?? 0) + wakeLateMsMax < atMs);
      this.#orphaning.set(uid, new Set(heardOf));
    }
    if (!dependants || !before || !waitsToOrphan(before) || waitsToOrphan(object)) return;
    // A second delete may have asked for something else: of a client, or of the workspace that the object is from.
    if (this.#deletesOf(uid) > 1 || object.metadata.annotations?.[workspaceAnnotation] !== undefined) return;
    const left = this.#namers(object).find(
      ({ metadata }) => dependants.has(metadata.uid) && metadata.deletionTimestamp === undefined,
    );
    invariant(
      left === undefined,
      `${key} orphans ${left?.kind} ${left?.metadata.name}, which still names it`,
    );
  }

  /** What names an object as an owner, and may. */
  #namers({ metadata: { uid, namespace } }: KubeObject): KubeObject[] {
    return [...this.#present.values()].filter(
      ({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) &&
        metadata.ownerReferences?.some((owner) => owner.uid === uid),
    );
  }
}

/** On every object that a workspace applies. */
const workspaceAnnotation = 'plinth.dev/workspace';

function waitsToOrphan({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes('orphan') === true;
}
