import type { Spend } from '../cost/cost-budget.ts';
import { Duration } from './duration.ts';
import { ListValue } from './list-value.ts';
import { isJsonObject } from './map-value.ts';
import type { Read } from './read.ts';
import { Timestamp } from './timestamp.ts';
import { typeNameOf } from './type-name.ts';
import { Uint } from './uint.ts';
import { known } from './unknown-value.ts';

/**
 * A list of JSON whose items have keys and whose order means nothing.
 *
 * Spec: Kubernetes, "CRD validation rules": lists of type set and map are equal whatever their order, and `X + Y` is
 * X with the items of Y that have another key added, and those of the same key in the place of the ones of X.
 */
export class KeyedList extends ListValue {
  /** The properties that are the key; none when the item itself is. */
  readonly keys: readonly string[];

  constructor(items: readonly unknown[], read: Read, keys: readonly string[]) {
    super(items, read);
    this.keys = keys;
  }

  /** The items, as they came, by their keys. Of two items with one key, the last. */
  byKey(work: Spend): Map<string, unknown> {
    work(this.items.length * indexWork);
    return new Map(this.items.map((item) => [keyOf(item, this.keys), item]));
  }

  /** This list with the items of another one put in. */
  merge(other: readonly unknown[], work: Spend): KeyedList {
    const merged = this.byKey(work);
    work(other.length * indexWork);
    for (const item of other) {
      const key = keyOf(item, this.keys);
      // What is equal in a set is left as it is; in a map, the later item has the say.
      if (this.keys.length > 0 || !merged.has(key)) merged.set(key, item);
    }
    return new KeyedList([...merged.values()], this.read ?? ((item) => item), this.keys);
  }
}

/** Writing down a key takes some 0.5 µs. */
const indexWork = 5;

function keyOf(item: unknown, keys: readonly string[]): string {
  const key = keys.length > 0 && isJsonObject(item) ? keys.map((name) => item[name] ?? null) : item;
  return JSON.stringify(key, ordered) ?? '';
}

/**
 * Makes the text of an object independent of the order of its properties. Values that an expression made are written by
 * their name at most: one may hold a part many times over, and has no place in a list of JSON.
 */
function ordered(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  known(value);
  if (value instanceof Timestamp || value instanceof Duration || value instanceof Uint)
    return value.toString();
  if (!isJsonObject(value)) return typeNameOf(value);
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
