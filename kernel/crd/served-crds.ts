import type { Registry } from '../api/registry.ts';
import { equalJson } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { ResourceType } from '../model/resource-type.ts';
import { crdOf, isTrue, splitCrdName } from './crd-object.ts';
import { resourceOfCrd, VersionCache } from './resource-of-crd.ts';

/** The resources in the registry that come from definitions. Everything here is synchronous and writes no object. */
export class ServedCrds {
  readonly #registry: Registry;
  readonly #versions = new VersionCache();
  readonly #uids = new Map<string, string>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /**
   * Serves a definition if it is established.
   * @returns whether it is served now
   */
  establishNow(object: KubeObject): boolean {
    const type = this.#typeOf(object);
    if (!type) return false;
    const present = this.#registry.get(type.group, type.resource);
    if (!present || !sameType(present, type)) this.#registry.set(type);
    return true;
  }

  /** Serves all definitions that are established: what was stored is served again before the API is ready. */
  serveStored(objects: readonly KubeObject[]): void {
    this.#registry.setAll(objects.map((object) => this.#typeOf(object)).filter((type) => type !== undefined));
  }

  /** Ends the serving of a definition that is gone. */
  remove(name: string): void {
    const { plural, group } = splitCrdName(name);
    if (this.#registry.get(group, plural)?.origin === 'crd') this.#registry.remove(group, plural);
    const uid = this.#uids.get(name);
    if (uid !== undefined) this.#versions.forget(uid);
    this.#uids.delete(name);
  }

  #typeOf(object: KubeObject): ResourceType | undefined {
    const crd = crdOf(object);
    if (!isTrue(crd, 'Established') || crd.acceptedNames.plural === '') return undefined;
    const { plural, group } = splitCrdName(crd.name);
    // A kind of the program itself keeps its place, whatever a definition from an older version says.
    if (this.#registry.get(group, plural)?.origin === 'builtin') return undefined;
    this.#uids.set(crd.name, crd.uid);
    return resourceOfCrd(object, this.#versions);
  }
}

/** Versions and strategy are compared by identity: they are made once and kept. */
function sameType(a: ResourceType, b: ResourceType): boolean {
  const { versions: leftVersions, strategy: leftStrategy, ...left } = a;
  const { versions: rightVersions, strategy: rightStrategy, ...right } = b;
  return leftVersions === rightVersions && leftStrategy === rightStrategy && equalJson(left, right);
}
