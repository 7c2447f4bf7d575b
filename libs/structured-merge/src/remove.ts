import type { FieldError } from './field-error.ts';
import { FieldSet } from './field-set.ts';
import { type JsonObject, type JsonValue, type MutableJsonObject, setOwn } from './json-value.ts';
import { itemElement } from './list-item.ts';
import { fieldElement, type Path } from './path-element.ts';
import { atomFor, type ListAtom, type MapAtom, memberType, type ResolvedType } from './resolved-type.ts';
import { collectFields } from './to-field-set.ts';
import { asList, asMap, emptyList, emptyMap, type TypedValue } from './typed-value.ts';

/**
 * Takes fields and items out of an object. A map or list that loses all it has becomes null; it disappears
 * only if its own path is in the set.
 *
 * @param object the object
 * @param items paths to remove
 * @returns the object without them; what is untouched is shared
 * Spec: structured-merge-diff v6, TypedValue.RemoveItems
 */
export function removeItems(object: TypedValue, items: FieldSet): TypedValue {
  return { type: object.type, value: remove(object.type, object.value, items) };
}

function remove(type: ResolvedType, value: JsonValue, items: FieldSet): JsonValue {
  const atom = atomFor(type, value);
  switch (atom.kind) {
    case 'scalar':
      return value;
    case 'list': {
      const list = asList(value);
      return list === undefined || list.length === 0 || atom.atomic
        ? null
        : removeFromList(atom, list, items);
    }
    case 'map': {
      const map = asMap(value);
      return map === undefined || emptyMap(map) || atom.atomic ? null : removeFromMap(atom, map, items);
    }
    case 'invalid':
      return null;
  }
}

function removeFromList(list: ListAtom, values: readonly JsonValue[], items: FieldSet): JsonValue {
  const out: JsonValue[] = [];
  for (const [i, value] of values.entries()) {
    const element = itemElement(list, value, i, []);
    const entry = element === undefined ? undefined : items.entry(element);
    if (entry?.member) continue;
    out.push(entry?.children === undefined ? value : remove(list.element, value, entry.children));
  }
  return out.length > 0 ? out : null;
}

function removeFromMap(map: MapAtom, members: JsonObject, items: FieldSet): JsonValue {
  const out: MutableJsonObject = {};
  let kept = 0;
  for (const key of Object.keys(members)) {
    const value = members[key];
    if (value === undefined) continue;
    const field = map.fields.get(key);
    const entry = items.entry(field?.element ?? fieldElement(key));
    if (entry?.member) continue;
    kept++;
    const below = entry?.children;
    setOwn(out, key, below === undefined ? value : remove(memberType(map, field), value, below));
  }
  return kept > 0 ? out : null;
}

/**
 * Takes only the given fields and items of an object.
 *
 * @param object the object
 * @param items paths to keep; give `leaves()` of an owned set, or whole subtrees are kept
 * @param options `appendKeyFields`: keep also the key fields of the items that the paths go through
 * @returns an object of those parts, null when there are none
 * Spec: structured-merge-diff v6, TypedValue.ExtractItems
 */
export function extractItems(
  object: TypedValue,
  items: FieldSet,
  options: { readonly appendKeyFields?: boolean } = {},
): TypedValue {
  const wanted = options.appendKeyFields ? items.union(keyFieldsOf(object, items)) : items;
  return { type: object.type, value: extract(object.type, object.value, wanted) };
}

/** The key fields of all list items on those paths of `items` that the object has. */
function keyFieldsOf(object: TypedValue, items: FieldSet): FieldSet {
  const errors: FieldError[] = [];
  const present = collectFields(object, errors);
  if (errors.length > 0) return FieldSet.EMPTY;
  const paths: Path[] = [];
  for (const path of items.intersection(present).paths()) {
    for (const [i, element] of path.entries()) {
      if (element.kind !== 'key') continue;
      for (const key of element.content) paths.push([...path.slice(0, i + 1), fieldElement(key.name)]);
    }
  }
  return FieldSet.of(...paths);
}

function extract(type: ResolvedType, value: JsonValue, items: FieldSet): JsonValue {
  const atom = atomFor(type, value);
  switch (atom.kind) {
    case 'scalar':
      return value;
    case 'list': {
      const list = asList(value);
      if (list === undefined) return null;
      return atom.atomic || emptyList(list) ? value : extractFromList(atom, list, items);
    }
    case 'map': {
      const map = asMap(value);
      if (map === undefined) return null;
      return atom.atomic || emptyMap(map) ? value : extractFromMap(atom, map, items);
    }
    case 'invalid':
      return null;
  }
}

function extractFromList(list: ListAtom, values: readonly JsonValue[], items: FieldSet): JsonValue {
  const out: JsonValue[] = [];
  for (const [i, value] of values.entries()) {
    const element = itemElement(list, value, i, []);
    const entry = element === undefined ? undefined : items.entry(element);
    if (entry === undefined) continue;
    out.push(entry.children === undefined ? value : extract(list.element, value, entry.children));
  }
  return out.length > 0 ? out : null;
}

function extractFromMap(map: MapAtom, members: JsonObject, items: FieldSet): JsonValue {
  const out: MutableJsonObject = {};
  let kept = 0;
  for (const key of Object.keys(members)) {
    const value = members[key];
    if (value === undefined) continue;
    const field = map.fields.get(key);
    const entry = items.entry(field?.element ?? fieldElement(key));
    if (entry === undefined) continue;
    kept++;
    // Upstream looks below a member with the set of the level above; extraction results depend on it.
    const below = entry.member || entry.children === undefined ? items : entry.children;
    setOwn(out, key, extract(memberType(map, field), value, below));
  }
  return kept > 0 ? out : null;
}
