import { isObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/object.ts';

/** What differs between two runs although the state is the same. */
const serverFields = new Set([
  'resourceVersion',
  'creationTimestamp',
  'managedFields',
  'generation',
  'observedGeneration',
]);
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/**
 * The state that objects describe, in a form that two runs can be compared by: uids are replaced by whose they are,
 * instants by a word, and what the server counts is left out. Events tell what happened, not what is; they are left out.
 */
export function snapshot(objects: readonly KubeObject[]): unknown {
  const kept = objects.filter(({ kind }) => kind !== 'Event');
  const names = new Map(
    kept.map(({ kind, metadata }) => [
      metadata.uid,
      `uid of ${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
    ]),
  );
  const plain = (value: unknown): unknown => {
    if (typeof value === 'string') return names.get(value) ?? (time.test(value) ? 'an instant' : value);
    if (Array.isArray(value)) return value.map(plain);
    if (!isObject(value)) return value;
    const entries = Object.entries(value).filter(
      ([key, item]) => !serverFields.has(key) && item !== undefined,
    );
    return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]));
  };
  return kept.map(plain);
}
