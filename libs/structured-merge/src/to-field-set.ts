import { type FieldError, type Outcome, outcome, prefixErrors, report } from './field-error.ts';
import { FieldSet } from './field-set.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { itemElement } from './list-item.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { atomFor, type ListAtom, type MapAtom, memberType, type ResolvedType } from './resolved-type.ts';
import { SetBuilder } from './set-builder.ts';
import { asList, asMap, emptyMap, type TypedValue } from './typed-value.ts';

/** What a value contributes: itself as a leaf, the paths below it, or nothing. */
type Fields = 'leaf' | FieldSet | undefined;

/**
 * The fields that an object mentions: scalars, atomic lists and maps, items of associative lists, nulls, empty
 * maps, and members of maps; not the structs that hold them.
 *
 * @param object the object; of an item that occurs more than once only the item itself is mentioned
 * @returns the set, or errors for what the schema does not know and items that cannot be identified
 * Spec: structured-merge-diff v6, TypedValue.ToFieldSet
 */
export function toFieldSet(object: TypedValue): Outcome<FieldSet> {
  const errors: FieldError[] = [];
  return outcome(collectFields(object, errors), errors);
}

/** As {@link toFieldSet}, with the errors added to a list of the caller. */
export function collectFields(object: TypedValue, errors: FieldError[]): FieldSet {
  const fields = walk(object.type, object.value, errors);
  return fields === undefined || fields === 'leaf' ? FieldSet.EMPTY : fields;
}

function walk(type: ResolvedType, value: JsonValue, errors: FieldError[]): Fields {
  const atom = atomFor(type, value);
  switch (atom.kind) {
    case 'scalar':
      return 'leaf';
    case 'list': {
      if (atom.atomic) return 'leaf';
      const items = asList(value);
      return items === undefined ? undefined : walkList(atom, items, errors);
    }
    case 'map': {
      if (atom.atomic) return 'leaf';
      const members = asMap(value);
      return members === undefined ? undefined : walkMap(atom, members, errors);
    }
    case 'invalid':
      report(errors, atom.message);
      return undefined;
  }
}

function walkList(list: ListAtom, items: readonly JsonValue[], errors: FieldError[]): Fields {
  const set = new SetBuilder();
  const found = new Map<string, { element: PathElement; item: JsonValue; count: number }>();
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (item === undefined) continue;
    const element = itemElement(list, item, i, errors);
    if (element === undefined) continue;
    const known = found.get(element.text);
    if (known === undefined) found.set(element.text, { element, item, count: 1 });
    else known.count++;
  }
  for (const { element, item, count } of found.values()) {
    if (count > 1) {
      set.add(element, true, undefined);
      continue;
    }
    const before = errors.length;
    const fields = walk(list.element, item, errors);
    if (errors.length > before) prefixErrors(errors, before, element);
    set.add(element, true, fields === 'leaf' ? undefined : fields);
  }
  return set.build();
}

function walkMap(map: MapAtom, members: JsonObject, errors: FieldError[]): Fields {
  const set = new SetBuilder();
  for (const key of Object.keys(members)) {
    const value = members[key];
    if (value === undefined) continue;
    const field = map.fields.get(key);
    const element = field?.element ?? fieldElement(key);
    const before = errors.length;
    const fields = walk(memberType(map, field), value, errors);
    if (errors.length > before) prefixErrors(errors, before, element);
    const leaf = fields === 'leaf';
    const member = leaf || field === undefined || value === null || isEmptyMap(value);
    set.add(element, member, leaf ? undefined : fields);
  }
  return set.build();
}

function isEmptyMap(value: JsonValue): boolean {
  const map = asMap(value);
  return map !== undefined && emptyMap(map);
}
