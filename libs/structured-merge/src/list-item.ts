import { type FieldError, report } from './field-error.ts';
import { getOwn, isList, isMap, type JsonObject, type JsonValue } from './json-value.ts';
import { type KeyField, keyElementOf, type PathElement, valueElement } from './path-element.ts';
import type { ListAtom } from './resolved-type.ts';

/**
 * The path element that identifies an item of an associative list.
 *
 * @param list the list's type
 * @param item the item
 * @param position the item's place, for the message
 * @param errors receives what is wrong with the item
 * @returns the element, or undefined when the item cannot be identified
 * Spec: structured-merge-diff v6, typed/helpers.go
 */
export function itemElement(
  list: ListAtom,
  item: JsonValue,
  position: number,
  errors: FieldError[],
): PathElement | undefined {
  const problem = itemProblem(list, item);
  if (problem !== undefined) {
    report(errors, `element ${position}: ${problem}`);
    return undefined;
  }
  if (list.keys.length === 0) return valueElement(item);
  const keys = isMap(item) ? keyFields(list, item) : [];
  if (keys.length > 0) return keyElementOf(keys);
  report(
    errors,
    `element ${position}: associative list with keys has an element that omits all key fields ` +
      `${JSON.stringify(list.keys)} (and doesn't have default values for any key fields)`,
  );
  return undefined;
}

function itemProblem(list: ListAtom, item: JsonValue): string | undefined {
  if (!list.associative) return 'invalid indexing of non-associative list';
  if (list.keys.length > 0) {
    if (item === null) return 'associative list with keys may not have a null element';
    if (!isMap(item)) return 'associative list with keys may not have non-map elements';
    return undefined;
  }
  if (isMap(item)) return "associative list without keys has an element that's a map type";
  if (isList(item)) return 'not supported: associative list with lists as elements';
  return item === null ? "associative list without keys has an element that's an explicit null" : undefined;
}

/** A key field that is absent and has no default is left out: the key without it is another key. */
function keyFields(list: ListAtom, item: JsonObject): KeyField[] {
  const fields: KeyField[] = [];
  for (const name of list.keys) {
    const value = getOwn(item, name) ?? null;
    if (value !== null || Object.hasOwn(item, name)) {
      fields.push({ name, value });
    } else {
      const fallback = list.element.map?.fields.get(name)?.default ?? null;
      if (fallback !== null) fields.push({ name, value: fallback });
    }
  }
  return fields;
}
