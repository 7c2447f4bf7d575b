import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { ChangedObject } from './dependants.ts';

/** A field of an object that names another one. */
export interface Reference {
  readonly field: string;
  readonly target: ChangedObject;
}

/**
 * Endings of field names behind the kind that they refer to, by the conventions of the Kubernetes API: `configMapRef`,
 * `secretKeyRef`, `storeRefs`, `claimReference`, `serviceAccountName`, and the bare kind as in `configMap: {name}`.
 */
const endings = ['KeyRef', 'KeySelector', 'Refs', 'Ref', 'References', 'Reference', 'Names', 'Name'];

/** Parts of an object that say nothing about what it needs. */
const skipped: ReadonlySet<string> = new Set([
  'managedFields',
  'ownerReferences',
  'status',
  'annotations',
  'labels',
]);

/**
 * Finds the fields by which an object references others: an object with a `name` under a field that ends in the way a
 * reference does, or that says its kind itself (`roleRef`, `subjects`), and a text under `<kind>Name`. The name, the
 * kind and the namespace all have to agree; what only looks alike is left out.
 *
 * @param byName the objects that may be referenced, by their names
 */
export function findReferences(
  object: KubeObject,
  byName: ReadonlyMap<string, readonly ChangedObject[]>,
): Reference[] {
  const found: Reference[] = [];
  const own = object.metadata.namespace ?? '';
  const visit = (value: unknown, field: string, path: string): void => {
    if (Array.isArray(value)) {
      value.forEach((item, i) => visit(item, field, `${path}[${i}]`));
      return;
    }
    if (typeof value === 'string') {
      if (/Names?$/.test(field)) note({ name: value, stem: stemOf(field) }, path);
      return;
    }
    if (!isObject(value)) return;
    const { name, kind, namespace } = value;
    if (typeof name === 'string' && path !== '') {
      note(
        {
          name,
          stem: typeof kind === 'string' ? kind.toLowerCase() : stemOf(field),
          ...(typeof namespace === 'string' ? { namespace } : {}),
        },
        path,
      );
    }
    for (const [child, inner] of Object.entries(value)) {
      if (skipped.has(child)) continue;
      visit(inner, child, path === '' ? child : `${path}.${child}`);
    }
  };
  const note = (named: { name: string; stem: string; namespace?: string }, path: string): void => {
    for (const target of byName.get(named.name) ?? []) {
      const { kind, namespace = '' } = target.ref;
      if (kind.toLowerCase() !== named.stem) continue;
      if (namespace !== '' && namespace !== (named.namespace ?? own)) continue;
      if (!found.some((one) => one.target === target)) found.push({ field: path, target });
    }
  };
  const { metadata: _, ...declared } = object;
  visit(declared, '', '');
  return found;
}

/** The kind that a field's name says, in lower case. */
function stemOf(field: string): string {
  const ending = endings.find((one) => field.endsWith(one) && field.length > one.length);
  const stem = ending === undefined ? field : field.slice(0, -ending.length);
  return stem.toLowerCase();
}
