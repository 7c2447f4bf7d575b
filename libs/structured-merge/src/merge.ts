import { type FieldError, type Outcome, outcome, prefixErrors, report } from './field-error.ts';
import { getOwn, type JsonObject, type JsonValue, type MutableJsonObject, setOwn } from './json-value.ts';
import { itemElement } from './list-item.ts';
import { elementToString, fieldElement, type PathElement } from './path-element.ts';
import {
  atomFor,
  type ListAtom,
  type MapAtom,
  memberType,
  type ResolvedAtom,
  type ResolvedType,
} from './resolved-type.ts';
import { asList, asMap, emptyList, emptyMap, type TypedValue } from './typed-value.ts';
import { reportScalar } from './validate.ts';

/**
 * Lays a partial object over an object. Nothing is removed; leaves of the patch win; a list whose items the
 * patch changes takes the order of the patch.
 *
 * @param live the object
 * @param patch a partial object of the same type, valid as of `validate`
 * @returns the merged object, which may share parts with both inputs, or errors
 * Spec: structured-merge-diff v6, TypedValue.Merge
 */
export function merge(live: TypedValue, patch: TypedValue): Outcome<TypedValue> {
  const errors: FieldError[] = [];
  return outcome(mergeObjects(live, patch, errors), errors);
}

/** As {@link merge}, with the errors added to a list of the caller. */
export function mergeObjects(live: TypedValue, patch: TypedValue, errors: FieldError[]): TypedValue {
  if (live.type !== patch.type) report(errors, 'expected objects of the same type');
  return { type: live.type, value: mergeValue(live.type, live.value, patch.value, errors) };
}

/** Merges two present values. */
function mergeValue(type: ResolvedType, left: JsonValue, right: JsonValue, errors: FieldError[]): JsonValue {
  if (left === right) return left;
  const leftAtom = atomFor(type, left);
  const rightAtom = atomFor(type, right);
  // The form that the value had before matters for its errors only.
  if (leftAtom !== rightAtom) mergeAs(leftAtom, left, right, errors);
  return mergeAs(rightAtom, left, right, errors);
}

function mergeAs(atom: ResolvedAtom, left: JsonValue, right: JsonValue, errors: FieldError[]): JsonValue {
  switch (atom.kind) {
    case 'scalar': {
      const found: FieldError[] = [];
      if (!reportScalar(atom, left, 'lhs: ', found) && !reportScalar(atom, right, 'rhs: ', found)) {
        errors.push(...found);
      }
      return right;
    }
    case 'list': {
      const from = asList(left);
      const to = asList(right);
      if (atom.atomic || (emptyList(from) && emptyList(to))) return right;
      return mergeItems(atom, from ?? [], to ?? [], errors);
    }
    case 'map': {
      const from = asMap(left);
      const to = asMap(right);
      if (atom.atomic || (emptyMap(from) && emptyMap(to))) return right;
      return mergeMembers(atom, from ?? {}, to ?? {}, errors);
    }
    case 'invalid':
      report(errors, atom.message);
      return right;
  }
}

function mergeMembers(map: MapAtom, from: JsonObject, to: JsonObject, errors: FieldError[]): JsonObject {
  const out: MutableJsonObject = {};
  let same = true;
  for (const key of Object.keys(from)) {
    const left = from[key];
    if (left === undefined) continue;
    const right = getOwn(to, key);
    if (right === undefined) {
      setOwn(out, key, left);
      continue;
    }
    const field = map.fields.get(key);
    const before = errors.length;
    const merged = mergeValue(memberType(map, field), left, right, errors);
    if (errors.length > before) prefixErrors(errors, before, field?.element ?? fieldElement(key));
    if (merged !== left) same = false;
    setOwn(out, key, merged);
  }
  for (const key of Object.keys(to)) {
    const right = to[key];
    if (right === undefined || Object.hasOwn(from, key)) continue;
    same = false;
    setOwn(out, key, right);
  }
  return same ? from : out;
}

interface Indexed {
  readonly elements: readonly PathElement[];
  readonly byText: ReadonlyMap<string, JsonValue>;
}

/**
 * Merges two granular lists. The result has the items of both, each once where the right list names it, in
 * the order of the right list; items only on the left keep their place relative to their neighbours.
 */
function mergeItems(
  list: ListAtom,
  left: readonly JsonValue[],
  right: readonly JsonValue[],
  errors: FieldError[],
): JsonValue {
  const before = errors.length;
  const rights = indexItems(list, right, false, errors);
  const lefts = indexItems(list, left, true, errors);
  if (errors.length > before) return right;

  const out: JsonValue[] = [];
  const merged = new Set<string>();
  const takeRight = (element: PathElement): void => {
    merged.add(element.text);
    out.push(mergeItem(list, element, lefts.byText, rights.byText, errors));
  };
  const shared = rights.elements.filter((element) => lefts.byText.has(element.text));
  let nextShared = 0;
  let l = 0;
  let r = 0;
  for (;;) {
    const leftElement = lefts.elements[l];
    const rightElement = rights.elements[r];
    if (leftElement !== undefined && rightElement !== undefined) {
      if (leftElement.text === rightElement.text) {
        takeRight(rightElement);
        l++;
        r++;
        nextShared++;
        continue;
      }
      const awaited = shared[nextShared];
      if (awaited !== undefined && rights.byText.has(leftElement.text) && awaited.text !== leftElement.text) {
        // Shared, but the right list wants it later.
        l++;
        continue;
      }
    }
    if (leftElement !== undefined) {
      if (!rights.byText.has(leftElement.text)) {
        const item = left[l];
        if (item !== undefined) out.push(item);
        l++;
        continue;
      }
      if (merged.has(leftElement.text)) l++;
    }
    if (rightElement !== undefined) {
      takeRight(rightElement);
      r++;
      if (shared[nextShared]?.text === rightElement.text) nextShared++;
    } else if (leftElement === undefined) {
      break;
    }
  }
  return sameItems(left, out) ? left : out;
}

function mergeItem(
  list: ListAtom,
  element: PathElement,
  lefts: ReadonlyMap<string, JsonValue>,
  rights: ReadonlyMap<string, JsonValue>,
  errors: FieldError[],
): JsonValue {
  const left = lefts.get(element.text);
  const right = rights.get(element.text) ?? null;
  if (left === undefined) return right;
  const before = errors.length;
  const item = mergeValue(list.element, left, right, errors);
  if (errors.length > before) prefixErrors(errors, before, element);
  return item;
}

function indexItems(
  list: ListAtom,
  items: readonly JsonValue[],
  allowDuplicates: boolean,
  errors: FieldError[],
): Indexed {
  const elements: PathElement[] = [];
  const byText = new Map<string, JsonValue>();
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (item === undefined) continue;
    const element = itemElement(list, item, i, errors);
    if (element === undefined) continue;
    const repeated = byText.has(element.text);
    if (repeated && !allowDuplicates) {
      report(errors, `duplicate entries for key ${elementToString(element)}`);
      continue;
    }
    // Duplicates give nothing to merge with: the patch replaces them all.
    byText.set(element.text, repeated ? null : item);
    elements.push(element);
  }
  return { elements, byText };
}

function sameItems(a: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
