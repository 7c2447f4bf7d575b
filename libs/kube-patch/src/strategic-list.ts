import { isJsonObject, type JsonObject } from './json-value.ts';
import { PatchRefusal } from './patch-error.ts';
import { at, NOTHING, PATCH_DIRECTIVE, plainData } from './strategic-directive.ts';

/** Merges a patch element into the element of the original with the same key. */
export type MergeElement = (original: JsonObject, patch: JsonObject) => JsonObject;

/** What identifies an element: its merge key's value, or the element itself in a list of scalars. */
type Identity = string | number | boolean | null;

/**
 * Reads the identity of a list element.
 * @param item the element
 * @param mergeKey member that identifies it; undefined in lists of scalars
 * @param path field path of the list, for messages
 * @returns the scalar that identifies the element
 */
export function identity(item: unknown, mergeKey: string | undefined, path: string): Identity {
  if (mergeKey === undefined) return scalar(item, path, 'an element');
  if (!isJsonObject(item)) {
    const message = `the list merges by "${mergeKey}", so its elements must be objects`;
    throw new PatchRefusal('not_applicable', path, at(path) + message);
  }
  if (!Object.hasOwn(item, mergeKey)) {
    const message = `an element has no "${mergeKey}", the key by which the list merges`;
    throw new PatchRefusal('not_applicable', path, at(path) + message);
  }
  return scalar(item[mergeKey], path, `the merge key "${mergeKey}"`);
}

function scalar(value: unknown, path: string, what: string): Identity {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const found = Array.isArray(value) ? 'a list' : 'an object';
  throw new PatchRefusal('not_applicable', path, `${at(path)}${what} must be a scalar, found ${found}`);
}

/**
 * Merges a list whose patch strategy is `merge`.
 * @param original the list to change; left as it is
 * @param patch the list in the patch, with its `$patch` elements
 * @param mergeKey member that identifies an element; undefined for lists of scalars
 * @param mergeElement merges two elements of the same identity
 * @param path field path of the list, for messages
 * @returns the merged list, ordered as {@link orderElements} does by the patch
 */
export function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string | undefined,
  mergeElement: MergeElement,
  path: string,
): unknown[] {
  if (![...original, ...patch].some(isJsonObject)) {
    const merged = [...original, ...patch].map((item) => identity(item, undefined, path));
    return orderElements([...new Set(merged)], patch, original, undefined, path);
  }
  if (mergeKey === undefined) {
    const message = 'a list of objects without a merge key cannot be merged';
    throw new PatchRefusal('not_applicable', path, at(path) + message);
  }
  const { deleted, replaces, elements } = sortOut(patch, mergeKey, path);
  if (replaces) return elements.map(plainData).filter((item) => item !== NOTHING);
  const kept = original.filter((item) => !deleted.has(identity(item, mergeKey, path)));
  const merged: unknown[] = [...kept];
  const indexOf = firstIndexes(kept, mergeKey, path);
  for (const element of elements) {
    const key = identity(element, mergeKey, path);
    const index = indexOf.get(key);
    const existing = index === undefined ? undefined : merged[index];
    if (index === undefined || !isJsonObject(existing)) {
      indexOf.set(key, merged.length);
      merged.push(plainData(element));
    } else {
      merged[index] = mergeElement(existing, element);
    }
  }
  return orderElements(merged, elements, original, mergeKey, path);
}

type SortedOut = { deleted: Set<Identity>; replaces: boolean; elements: JsonObject[] };

/** Separates the elements of a patch list from the directives among them. */
function sortOut(patch: readonly unknown[], mergeKey: string, path: string): SortedOut {
  const result: SortedOut = { deleted: new Set(), replaces: false, elements: [] };
  for (const item of patch) {
    if (!isJsonObject(item) || !Object.hasOwn(item, PATCH_DIRECTIVE)) {
      identity(item, mergeKey, path);
      if (isJsonObject(item)) result.elements.push(item);
    } else if (item[PATCH_DIRECTIVE] === 'delete') {
      result.deleted.add(identity(item, mergeKey, path));
    } else if (item[PATCH_DIRECTIVE] === 'replace') {
      result.replaces = true;
    } else {
      const found = JSON.stringify(item[PATCH_DIRECTIVE]);
      const message = `"${PATCH_DIRECTIVE}" in a list must be "delete" or "replace", found ${found}`;
      throw new PatchRefusal('malformed', path, at(path) + message);
    }
  }
  return result;
}

/**
 * Takes scalars out of a list.
 * @param original the list to change; left as it is
 * @param toDelete the scalars that `$deleteFromPrimitiveList` names
 * @param path field path of the list, for messages
 * @returns the other elements in their order
 */
export function deleteScalars(
  original: readonly unknown[],
  toDelete: readonly unknown[],
  path: string,
): unknown[] {
  const deleted = new Set<unknown>(toDelete.map((item) => identity(item, undefined, path)));
  return original.filter((item) => !deleted.has(item));
}

/**
 * Orders a merged list. Elements named in `order` stand in that order; the others stand in the order of the
 * original; and where an element of one group and one of the other were both in the original, the one that
 * came first there comes first.
 * @param merged the elements
 * @param order the patch list or the `$setElementOrder` list (elements need only their merge key)
 * @param original the list before the merge
 * @param mergeKey member that identifies an element; undefined for lists of scalars
 * @param path field path of the list, for messages
 * @returns the same elements, ordered
 */
export function orderElements(
  merged: readonly unknown[],
  order: readonly unknown[],
  original: readonly unknown[],
  mergeKey: string | undefined,
  path: string,
): unknown[] {
  const inOrder = firstIndexes(order, mergeKey, path);
  const inOriginal = firstIndexes(original, mergeKey, path);
  const keyed = merged.map((item) => ({ item, key: identity(item, mergeKey, path) }));
  const named = stableByIndex(
    keyed.filter(({ key }) => inOrder.has(key)),
    inOrder,
  );
  const others = stableByIndex(
    keyed.filter(({ key }) => !inOrder.has(key)),
    inOriginal,
  );
  const result: unknown[] = [];
  let next = 0;
  for (const entry of named) {
    // What the original lacks goes before all others: nothing lies ahead of position 0.
    const position = inOriginal.get(entry.key) ?? 0;
    for (let other = others[next]; other !== undefined; other = others[next]) {
      const otherPosition = inOriginal.get(other.key);
      if (otherPosition === undefined || otherPosition >= position) break;
      result.push(other.item);
      next += 1;
    }
    result.push(entry.item);
  }
  for (const other of others.slice(next)) result.push(other.item);
  return result;
}

type Keyed = { item: unknown; key: Identity };

function stableByIndex(entries: Keyed[], indexes: ReadonlyMap<Identity, number>): Keyed[] {
  const rank = (entry: Keyed): number => indexes.get(entry.key) ?? Number.MAX_SAFE_INTEGER;
  return entries.sort((left, right) => rank(left) - rank(right));
}

function firstIndexes(
  list: readonly unknown[],
  mergeKey: string | undefined,
  path: string,
): Map<Identity, number> {
  const indexes = new Map<Identity, number>();
  for (const [index, item] of list.entries()) {
    const key = identity(item, mergeKey, path);
    if (!indexes.has(key)) indexes.set(key, index);
  }
  return indexes;
}
