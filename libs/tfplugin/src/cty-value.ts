import { Decimal, printNumber } from './cty-number.ts';
import type { CtyType } from './cty-type.ts';

/** A value that will only be known after apply. There is one of it: `unknownValue`. */
export class Unknown {
  readonly isUnknown = true;
}

/** The value that will only be known after apply. */
export const unknownValue: Unknown = Object.freeze(new Unknown());

/** A value whose type is not fixed by the schema (`"dynamic"`), with the type that it has. */
export class TypedValue {
  readonly type: CtyType;
  readonly value: CtyValue;

  constructor(type: CtyType, value: CtyValue) {
    this.type = type;
    this.value = value;
  }
}

/** An object or a map. */
export interface CtyObject {
  readonly [name: string]: CtyValue;
}

/**
 * A value of the Terraform language. Lists, sets and tuples are arrays; objects and maps are objects. `null` is the absence of
 * a value of any type.
 */
export type CtyValue =
  | null
  | string
  | number
  | boolean
  | Decimal
  | Unknown
  | TypedValue
  | readonly CtyValue[]
  | CtyObject;

/** Whether the value is an object or a map, and known. */
export function isCtyObject(value: CtyValue | undefined): value is CtyObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !isCtyArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Decimal) &&
    !(value instanceof TypedValue)
  );
}

/** Whether the value is a list, a set or a tuple, and known. */
export function isCtyArray(value: CtyValue | undefined): value is readonly CtyValue[] {
  return Array.isArray(value);
}

/** Whether the value, and all that is in it, is known. */
export function isWhollyKnown(value: CtyValue): boolean {
  if (value instanceof Unknown) return false;
  if (value instanceof TypedValue) return isWhollyKnown(value.value);
  if (isCtyArray(value)) return value.every(isWhollyKnown);
  return !isCtyObject(value) || Object.values(value).every(isWhollyKnown);
}

/**
 * A text that is the same for equal values of a type and for no others: attributes and keys are sorted, and so are the
 * elements of sets. For comparing and hashing; nothing reads it back.
 */
export function canonicalText(value: CtyValue | undefined, type: CtyType): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Unknown) return '?';
  if (value instanceof TypedValue)
    return `${JSON.stringify(value.type)}:${canonicalText(value.value, value.type)}`;
  if (value instanceof Decimal) return value.text;
  if (typeof value === 'number') return printNumber(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  if (isCtyArray(value)) {
    const texts = value.map((element, index) => canonicalText(element, elementType(type, index)));
    return `[${(type[0] === 'set' ? [...new Set(texts)].sort() : texts).join()}]`;
  }
  if (!isCtyObject(value)) return '';
  // An attribute that is left out is null.
  const names = type[0] === 'object' ? Object.keys(type[1]) : Object.keys(value);
  const members = names.sort().map((name) => {
    const text = canonicalText(value[name], elementType(type, name));
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${members.join()}}`;
}

/** Whether two values of a type are equal, unknown ones included. */
export function equalValues(left: CtyValue | undefined, right: CtyValue | undefined, type: CtyType): boolean {
  return canonicalText(left, type) === canonicalText(right, type);
}

/** The type of what is in a value of a type: of an element, or of the attribute of this name. */
export function elementType(type: CtyType, step: string | number): CtyType {
  if (typeof type === 'string') return 'dynamic';
  switch (type[0]) {
    case 'tuple':
      return type[1][Number(step)] ?? 'dynamic';
    case 'object':
      return type[1][String(step)] ?? 'dynamic';
    default:
      return type[1];
  }
}
