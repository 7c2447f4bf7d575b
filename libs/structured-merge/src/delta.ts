import { type FieldError, prefixErrors, report } from './field-error.ts';
import { FieldSet } from './field-set.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { itemElement } from './list-item.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { atomFor, type ListAtom, type MapAtom, memberType, type ResolvedType } from './resolved-type.ts';
import { SetBuilder } from './set-builder.ts';
import { asList, asMap } from './typed-value.ts';

/** Differences at and below one place. */
export interface Delta {
  /** Whether the place itself is a leaf that was modified. */
  readonly self: boolean;
  readonly added: FieldSet | undefined;
  readonly modified: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

/** `set`, or the empty set for none. */
export function orEmpty(set: FieldSet | undefined): FieldSet {
  return set ?? FieldSet.EMPTY;
}

/** Both differences together. */
export function unionDeltas(a: Delta | undefined, b: Delta | undefined): Delta | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    self: a.self || b.self,
    added: unionSets(a.added, b.added),
    modified: unionSets(a.modified, b.modified),
    removed: unionSets(a.removed, b.removed),
  };
}

function unionSets(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a.union(b);
}

/**
 * The paths below a value that only one of two compared objects has. Unlike `toFieldSet` it includes the
 * structs and lists on the way, because they too came or went.
 *
 * @returns the set, or undefined when the value is a leaf
 */
export function addedFields(
  type: ResolvedType,
  value: JsonValue,
  errors: FieldError[],
): FieldSet | undefined {
  const atom = atomFor(type, value);
  switch (atom.kind) {
    case 'scalar':
      return undefined;
    case 'list': {
      const items = asList(value);
      return atom.atomic || items === undefined ? undefined : addedItems(atom, items, errors);
    }
    case 'map': {
      const members = asMap(value);
      return atom.atomic || members === undefined ? undefined : addedMembers(atom, members, errors);
    }
    case 'invalid':
      report(errors, atom.message);
      return undefined;
  }
}

function addedMembers(map: MapAtom, members: JsonObject, errors: FieldError[]): FieldSet | undefined {
  const set = new SetBuilder();
  for (const key of Object.keys(members)) {
    const value = members[key];
    if (value === undefined) continue;
    const field = map.fields.get(key);
    const element = field?.element ?? fieldElement(key);
    const before = errors.length;
    set.add(element, true, addedFields(memberType(map, field), value, errors));
    if (errors.length > before) prefixErrors(errors, before, element);
  }
  return set.build();
}

function addedItems(list: ListAtom, items: readonly JsonValue[], errors: FieldError[]): FieldSet | undefined {
  const set = new SetBuilder();
  for (const { element, values } of groupItems(list, items, errors).values()) {
    const [first] = values;
    // Of an item that occurs more than once nobody can own a part.
    const children =
      values.length > 1 || first === undefined ? undefined : addedItem(list, element, first, errors);
    set.add(element, true, children);
  }
  return set.build();
}

/** The paths below an item that only one of two compared lists has. */
export function addedItem(
  list: ListAtom,
  element: PathElement,
  item: JsonValue,
  errors: FieldError[],
): FieldSet | undefined {
  const before = errors.length;
  const fields = addedFields(list.element, item, errors);
  if (errors.length > before) prefixErrors(errors, before, element);
  return fields;
}

/** The items of a list that have one path element. */
export interface ItemGroup {
  readonly element: PathElement;
  readonly values: JsonValue[];
}

/** The items of an associative list by the text of their elements, in list order. */
export function groupItems(
  list: ListAtom,
  items: readonly JsonValue[],
  errors: FieldError[],
): Map<string, ItemGroup> {
  const groups = new Map<string, ItemGroup>();
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (item === undefined) continue;
    const element = itemElement(list, item, i, errors);
    if (element === undefined) continue;
    const group = groups.get(element.text);
    if (group === undefined) groups.set(element.text, { element, values: [item] });
    else group.values.push(item);
  }
  return groups;
}
