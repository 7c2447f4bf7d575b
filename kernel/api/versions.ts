import { type KubeObject, parseObject } from '../model/object.ts';
import { groupVersion, type ResourceVersion } from '../model/resource-type.ts';
import type { StoredObject } from '../store/port.ts';
import type { ServedResource } from './registry.ts';

/** Reads a stored object. Every call gives a fresh object that the caller may change. */
export function parseStored(stored: StoredObject): KubeObject {
  return parseObject(stored.value);
}

interface Rendered {
  readonly version: ResourceVersion;
  readonly text: string;
}

/**
 * Stored objects as texts in a served version. Built-in kinds have one version and stand in the store as they are
 * served. An object of a CustomResourceDefinition is defaulted and pruned by the schema of the version that is asked
 * for, which may have changed since it was written; the outcome is remembered as long as the stored object lives.
 *
 * Spec: CustomResourceDefinition versioning, conversion strategy `None`.
 */
export class Renderer {
  readonly #rendered = new WeakMap<StoredObject, Rendered>();

  /** The object as JSON text in the version of `served`. */
  text(stored: StoredObject, served: ServedResource): string {
    if (served.type.origin === 'builtin') return stored.value;
    const known = this.#rendered.get(stored);
    if (known?.version === served.version) return known.text;
    const text = JSON.stringify(toVersion(parseStored(stored), served));
    // The same text twice is one string in memory.
    this.remember(stored, served.version, text === stored.value ? stored.value : text);
    return text;
  }

  /** The object in the version of `served`; fresh, the caller may change it. */
  object(stored: StoredObject, served: ServedResource): KubeObject {
    if (served.type.origin === 'builtin') return parseStored(stored);
    const known = this.#rendered.get(stored);
    if (known?.version === served.version) return parseObject(known.text);
    return toVersion(parseStored(stored), served);
  }

  /** Notes a text that is known already, because it has just been written in this version. */
  remember(stored: StoredObject, version: ResourceVersion, text: string): void {
    this.#rendered.set(stored, { version, text });
  }
}

function toVersion(object: KubeObject, served: ServedResource): KubeObject {
  object.apiVersion = groupVersion(served.type.group, served.version.name);
  served.version.schema.prune(object);
  served.version.schema.applyDefaults(object);
  return object;
}
