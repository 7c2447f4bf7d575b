import { groupVersion, type ResourceType, type ResourceVersion } from '../model/resource-type.ts';

/** A resource in one of its served versions: what a URL or an apiVersion and kind lead to. */
export interface ServedResource {
  readonly type: ResourceType;
  readonly version: ResourceVersion;
}

/** The resources that are served at this moment. CustomResourceDefinitions come and go while the process runs. */
export class Registry {
  readonly #types = new Map<string, ResourceType>();
  readonly #byPath = new Map<string, ServedResource>();
  readonly #byKind = new Map<string, ServedResource>();
  readonly #listeners = new Set<() => void>();
  #generation = 0;

  /** Grows with every change; what is derived from the registry is cached under it. */
  get generation(): number {
    return this.#generation;
  }

  /** Adds or replaces a resource. */
  set(type: ResourceType): void {
    this.#types.set(`${type.group}/${type.resource}`, type);
    this.#rebuild();
  }

  /** Adds or replaces many at once. */
  setAll(types: readonly ResourceType[]): void {
    for (const type of types) this.#types.set(`${type.group}/${type.resource}`, type);
    this.#rebuild();
  }

  remove(group: string, resource: string): void {
    if (this.#types.delete(`${group}/${resource}`)) this.#rebuild();
  }

  get(group: string, resource: string): ResourceType | undefined {
    return this.#types.get(`${group}/${resource}`);
  }

  /** The resource at `/apis/<group>/<version>/<resource>`. */
  at(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`);
  }

  forKind(apiVersion: string, kind: string): ServedResource | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  /** All resources, ordered by group and name. */
  all(): ResourceType[] {
    return [...this.#types.values()].sort((a, b) =>
      a.group === b.group ? (a.resource < b.resource ? -1 : 1) : a.group < b.group ? -1 : 1,
    );
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #rebuild(): void {
    this.#byPath.clear();
    this.#byKind.clear();
    for (const type of this.#types.values()) {
      for (const version of type.versions) {
        const served: ServedResource = { type, version };
        this.#byPath.set(`${type.group}/${version.name}/${type.resource}`, served);
        this.#byKind.set(`${groupVersion(type.group, version.name)}/${type.kind}`, served);
      }
    }
    this.#generation++;
    for (const listener of this.#listeners) listener();
  }
}
