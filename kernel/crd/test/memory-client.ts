import { applyMergePatch } from '@plinth/kube-patch';
import type { Registry } from '../../api/registry.ts';
import type { Client, DeleteOptions, ObjectName, ResourceId } from '../../model/client.ts';
import type { JsonObject, KubeObject } from '../../model/object.ts';
import { conflict, notFound } from '../../model/status-error.ts';

/** A client over a map: resource versions, finalizers and deletion as in the API, nothing else. */
export class MemoryClient implements Client {
  readonly #objects = new Map<string, KubeObject>();
  readonly #registry: Registry;
  #revision = 0;
  /** Every write, in order: verb and key. */
  readonly writes: string[] = [];
  /** Called before each write; may throw or write itself. */
  beforeWrite: (write: string) => void = () => undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  put(id: ResourceId, object: KubeObject): KubeObject {
    const next = structuredClone(object);
    next.metadata.resourceVersion = String(++this.#revision);
    this.#objects.set(keyOf(id, next.metadata), next);
    return next;
  }

  get(id: ResourceId, name: ObjectName): KubeObject | undefined {
    return this.#objects.get(keyOf(id, name));
  }

  list(id: ResourceId): KubeObject[] {
    const prefix = `${id.group}/${id.resource}/`;
    return [...this.#objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object);
  }

  async create(id: ResourceId, object: KubeObject): Promise<KubeObject> {
    return this.put(id, object);
  }

  async update(id: ResourceId, object: KubeObject): Promise<KubeObject> {
    return this.put(id, object);
  }

  async patch(
    id: ResourceId,
    name: ObjectName,
    patch: JsonObject,
    subresource?: string,
  ): Promise<KubeObject> {
    this.#note('patch', id, name, subresource);
    const old = this.#require(id, name);
    const { resourceVersion } = (patch['metadata'] ?? {}) as JsonObject;
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
      throw conflict({ ...id, name: name.name }, 'it has been modified');
    }
    const patched = applyMergePatch(old, patch);
    if (!patched.ok) throw new Error(patched.error.message);
    const next = patched.value as KubeObject;
    if (subresource === 'status') next['spec'] = old['spec'];
    else if (next['status'] !== undefined) next['status'] = old['status'];
    if (next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0) {
      this.#objects.delete(keyOf(id, name));
      return next;
    }
    return this.put(id, next);
  }

  async apply(id: ResourceId, object: JsonObject): Promise<KubeObject> {
    return this.put(id, object as KubeObject);
  }

  async delete(id: ResourceId, name: ObjectName, _options?: DeleteOptions): Promise<void> {
    this.#note('delete', id, name);
    const old = this.#require(id, name);
    if ((old.metadata.finalizers ?? []).length === 0) this.#objects.delete(keyOf(id, name));
    else this.put(id, { ...old, metadata: { ...old.metadata, deletionTimestamp: '2026-05-01T12:00:00Z' } });
  }

  resources(): ReturnType<Client['resources']> {
    return this.#registry.all();
  }

  resourceFor(apiVersion: string, kind: string): ReturnType<Client['resourceFor']> {
    return this.#registry.forKind(apiVersion, kind)?.type;
  }

  onResourcesChanged(changed: () => void): () => void {
    return this.#registry.onChange(changed);
  }

  follow(): () => void {
    throw new Error('nobody follows here');
  }

  #require(id: ResourceId, name: ObjectName): KubeObject {
    const object = this.get(id, name);
    if (!object) throw notFound({ ...id, name: name.name });
    return object;
  }

  #note(verb: string, id: ResourceId, name: ObjectName, subresource = ''): void {
    const write = `${verb} ${id.resource}${subresource === '' ? '' : `/${subresource}`} ${name.name}`;
    this.beforeWrite(write);
    this.writes.push(write);
  }
}

function keyOf(id: ResourceId, name: ObjectName): string {
  return `${id.group}/${id.resource}/${name.namespace ?? ''}/${name.name}`;
}
