import {
  addedFields,
  addedItem,
  type Delta,
  groupItems,
  type ItemGroup,
  orEmpty,
  unionDeltas,
} from './delta.ts';
import { type FieldError, type Outcome, outcome, prefixErrors, report } from './field-error.ts';
import type { FieldSet } from './field-set.ts';
import { getOwn, type JsonObject, type JsonValue } from './json-value.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import {
  atomFor,
  type ListAtom,
  type MapAtom,
  memberType,
  type ResolvedAtom,
  type ResolvedType,
} from './resolved-type.ts';
import { SetBuilder } from './set-builder.ts';
import { asList, asMap, emptyList, emptyMap, type TypedValue } from './typed-value.ts';
import { reportScalar } from './validate.ts';
import { valuesEqual } from './value-order.ts';

/** Fields that differ between two objects. No path is in two of the sets. */
export interface Comparison {
  /** Fields that only the second object has, with the structs that hold them. */
  readonly added: FieldSet;
  /** Leaves that both objects have, with different values. */
  readonly modified: FieldSet;
  /** Fields that only the first object has, with the structs that held them. */
  readonly removed: FieldSet;
}

/**
 * Compares two objects of one type. Parts that are the same instance are not looked into.
 *
 * @param from the object before
 * @param to the object after
 * @returns the differences, or errors where the objects do not fit their type
 * Spec: structured-merge-diff v6, TypedValue.Compare
 */
export function compare(from: TypedValue, to: TypedValue): Outcome<Comparison> {
  const errors: FieldError[] = [];
  return outcome(compareObjects(from, to, errors), errors);
}

/** As {@link compare}, with the errors added to a list of the caller. */
export function compareObjects(from: TypedValue, to: TypedValue, errors: FieldError[]): Comparison {
  if (from.type !== to.type) report(errors, 'expected objects of the same type');
  const delta = compareValue(from.type, from.value, to.value, errors);
  return {
    added: orEmpty(delta?.added),
    modified: orEmpty(delta?.modified),
    removed: orEmpty(delta?.removed),
  };
}

/** Compares two present values; undefined when there is no difference. */
function compareValue(
  type: ResolvedType,
  left: JsonValue,
  right: JsonValue,
  errors: FieldError[],
): Delta | undefined {
  if (left === right) return undefined;
  const leftAtom = atomFor(type, left);
  const rightAtom = atomFor(type, right);
  const delta = compareAs(rightAtom, left, right, errors);
  if (leftAtom === rightAtom) return delta;
  // The value changed its form: what the old form held is gone, what the new form holds is new.
  return unionDeltas(compareAs(leftAtom, left, right, errors), delta);
}

function compareAs(
  atom: ResolvedAtom,
  left: JsonValue,
  right: JsonValue,
  errors: FieldError[],
): Delta | undefined {
  switch (atom.kind) {
    case 'scalar': {
      const found: FieldError[] = [];
      // One side may be of the form that the value has changed from or to.
      if (!reportScalar(atom, left, 'lhs: ', found) && !reportScalar(atom, right, 'rhs: ', found)) {
        errors.push(...found);
        return undefined;
      }
      return compareLeaf(left, right);
    }
    case 'list': {
      const from = asList(left);
      const to = asList(right);
      if (atom.atomic || (emptyList(from) && emptyList(to))) return compareLeaf(left, right);
      return compareItems(atom, from ?? [], to ?? [], errors);
    }
    case 'map': {
      const from = asMap(left);
      const to = asMap(right);
      if (atom.atomic || (emptyMap(from) && emptyMap(to))) return compareLeaf(left, right);
      return compareMembers(atom, from ?? {}, to ?? {}, errors);
    }
    case 'invalid':
      report(errors, atom.message);
      return undefined;
  }
}

function compareLeaf(left: JsonValue, right: JsonValue): Delta | undefined {
  if (valuesEqual(left, right)) return undefined;
  return { self: true, added: undefined, modified: undefined, removed: undefined };
}

function compareMembers(
  map: MapAtom,
  from: JsonObject,
  to: JsonObject,
  errors: FieldError[],
): Delta | undefined {
  const added = new SetBuilder();
  const modified = new SetBuilder();
  const removed = new SetBuilder();
  for (const key of Object.keys(from)) {
    const left = from[key];
    const right = getOwn(to, key);
    if (left === undefined || left === right) continue;
    const field = map.fields.get(key);
    const element = field?.element ?? fieldElement(key);
    const type = memberType(map, field);
    const before = errors.length;
    if (right === undefined) {
      removed.add(element, true, addedFields(type, left, errors));
    } else {
      const delta = compareValue(type, left, right, errors);
      added.add(element, false, delta?.added);
      modified.add(element, delta?.self ?? false, delta?.modified);
      removed.add(element, false, delta?.removed);
    }
    if (errors.length > before) prefixErrors(errors, before, element);
  }
  for (const key of Object.keys(to)) {
    const right = to[key];
    if (right === undefined || Object.hasOwn(from, key)) continue;
    const field = map.fields.get(key);
    const element = field?.element ?? fieldElement(key);
    const before = errors.length;
    added.add(element, true, addedFields(memberType(map, field), right, errors));
    if (errors.length > before) prefixErrors(errors, before, element);
  }
  return { self: false, added: added.build(), modified: modified.build(), removed: removed.build() };
}

interface Sides {
  readonly added: SetBuilder;
  readonly modified: SetBuilder;
  readonly removed: SetBuilder;
}

/** Compares two granular lists, item by item; the order of items makes no difference. */
function compareItems(
  list: ListAtom,
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  errors: FieldError[],
): Delta | undefined {
  // Most lists do not change, and telling so needs no keys.
  if (valuesEqual(from, to)) return undefined;
  const left = groupItems(list, from, errors);
  const right = groupItems(list, to, errors);
  const sides = { added: new SetBuilder(), modified: new SetBuilder(), removed: new SetBuilder() };
  for (const [text, group] of left) {
    compareGroups(list, group.element, group.values, right.get(text)?.values ?? [], sides, errors);
  }
  for (const [text, group] of right) {
    if (!left.has(text)) compareGroups(list, group.element, [], group.values, sides, errors);
  }
  return {
    self: false,
    added: sides.added.build(),
    modified: sides.modified.build(),
    removed: sides.removed.build(),
  };
}

/** Items that occur once are compared; items that occur more often are a leaf that is owned as a whole. */
function compareGroups(
  list: ListAtom,
  element: PathElement,
  from: ItemGroup['values'],
  to: ItemGroup['values'],
  sides: Sides,
  errors: FieldError[],
): void {
  const left = from[0];
  const right = to[0];
  if (from.length > 1 && to.length > 1) {
    if (!valuesEqual(from, to)) sides.modified.add(element, true, undefined);
  } else if (from.length > 1) {
    if (right !== undefined) sides.added.add(element, true, addedItem(list, element, right, errors));
    sides.removed.add(element, true, undefined);
  } else if (to.length > 1) {
    if (left !== undefined) sides.removed.add(element, true, addedItem(list, element, left, errors));
    sides.added.add(element, true, undefined);
  } else if (left === undefined) {
    if (right !== undefined) sides.added.add(element, true, addedItem(list, element, right, errors));
  } else if (right === undefined) {
    sides.removed.add(element, true, addedItem(list, element, left, errors));
  } else {
    const before = errors.length;
    const delta = compareValue(list.element, left, right, errors);
    if (errors.length > before) prefixErrors(errors, before, element);
    sides.added.add(element, false, delta?.added);
    sides.modified.add(element, delta?.self ?? false, delta?.modified);
    sides.removed.add(element, false, delta?.removed);
  }
}
