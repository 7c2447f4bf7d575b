import { type FieldError, prefixErrors, report } from './field-error.ts';
import { isList, isMap, type JsonObject, type JsonValue } from './json-value.ts';
import { itemElement } from './list-item.ts';
import { elementToString, fieldElement, indexElement } from './path-element.ts';
import {
  atomFor,
  type ListAtom,
  type MapAtom,
  memberType,
  type ResolvedType,
  type ScalarAtom,
  undeclaredType,
} from './resolved-type.ts';
import type { TypedValue } from './typed-value.ts';

/**
 * Checks an object against its type. Null is valid everywhere except as an item of an associative list.
 *
 * @param object the object
 * @param options `allowDuplicates`: sets and associative lists may have equal members, as stored objects may
 * @returns all errors; empty when the object is valid
 * Spec: structured-merge-diff v6, TypedValue.Validate
 */
export function validate(
  object: TypedValue,
  options: { readonly allowDuplicates?: boolean } = {},
): readonly FieldError[] {
  const errors: FieldError[] = [];
  walk(object.type, object.value, options.allowDuplicates ?? false, errors);
  return errors;
}

function walk(type: ResolvedType, value: JsonValue, duplicates: boolean, errors: FieldError[]): void {
  const atom = atomFor(type, value);
  switch (atom.kind) {
    case 'scalar':
      reportScalar(atom, value, '', errors);
      break;
    case 'list':
      if (isList(value)) walkList(atom, value, duplicates, errors);
      else if (value !== null) report(errors, `expected list, got ${typeName(value)}`);
      break;
    case 'map':
      if (isMap(value)) walkMap(atom, value, duplicates, errors);
      else if (value !== null) report(errors, `expected map, got ${typeName(value)}`);
      break;
    case 'invalid':
      report(errors, atom.message);
  }
}

function walkList(
  list: ListAtom,
  items: readonly JsonValue[],
  duplicates: boolean,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  for (const [i, item] of items.entries()) {
    const element = list.associative ? itemElement(list, item, i, errors) : indexElement(i);
    if (element === undefined) continue;
    if (list.associative && !duplicates && seen.has(element.text)) {
      report(errors, `duplicate entries for key ${elementToString(element)}`);
    }
    seen.add(element.text);
    const before = errors.length;
    walk(list.element, item, duplicates, errors);
    prefixErrors(errors, before, element);
  }
}

function walkMap(map: MapAtom, members: JsonObject, duplicates: boolean, errors: FieldError[]): void {
  for (const key of Object.keys(members)) {
    const value = members[key];
    if (value === undefined) continue;
    const field = map.fields.get(key);
    const before = errors.length;
    const type = memberType(map, field);
    if (type === undeclaredType) report(errors, 'field not declared in schema');
    else walk(type, value, duplicates, errors);
    if (errors.length > before) prefixErrors(errors, before, field?.element ?? fieldElement(key));
  }
}

/**
 * Reports a value that is no scalar of the wanted type. Absent values and null are valid.
 *
 * @returns whether the value is valid
 */
export function reportScalar(
  atom: ScalarAtom,
  value: JsonValue | undefined,
  side: string,
  errors: FieldError[],
): boolean {
  if (value === undefined || value === null) return true;
  const found = typeName(value);
  const { scalar } = atom;
  const valid = scalar === 'untyped' ? found !== 'map' && found !== 'list' : found === scalar;
  if (!valid) {
    report(errors, `${side}expected ${scalar === 'untyped' ? 'any scalar' : scalar}, got ${found}`);
  }
  return valid;
}

function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (isList(value)) return 'list';
  if (isMap(value)) return 'map';
  return typeof value === 'number' ? 'numeric' : typeof value;
}
