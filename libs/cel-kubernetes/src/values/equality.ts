import type { Spend } from '../cost/cost-budget.ts';
import { Duration } from './duration.ts';
import { KeyedList } from './keyed-list.ts';
import { isList, type List, listItem, listSize } from './list-value.ts';
import { isJsonObject, isMap, type MapLike, mapGet, mapKeys, mapSize } from './map-value.ts';
import { OpaqueValue } from './opaque-value.ts';
import { OptionalValue } from './optional-value.ts';
import { Timestamp } from './timestamp.ts';
import { TypeValue } from './type-value.ts';
import { Uint } from './uint.ts';
import { known } from './unknown-value.ts';

/**
 * Whether two values are equal. Numbers are equal across their types, values of unlike types are unequal, and
 * NaN equals nothing.
 *
 * Spec: CEL language definition, "Equality".
 *
 * @param work - told of the work of going through lists, maps and long texts
 */
export function equals(left: unknown, right: unknown, work: Spend): boolean {
  switch (typeof left) {
    case 'string':
      if (left.length > longText && typeof right === 'string') work(left.length / longText);
      return left === right;
    case 'boolean':
      return left === right;
    case 'bigint':
    case 'number':
      return numbersEqual(left, right);
    default:
      if (left === null || right === null) return left === right;
      return objectsEqual(left, right, work);
  }
}

/** Characters that are compared in about 100 ns. */
const longText = 1000;

/** The number inside a numeric value, or undefined. */
export function numberOf(value: unknown): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}

/** A whole number and a double are compared as doubles, as in cel-go, though that loses digits beyond 2^53. */
function numbersEqual(left: bigint | number, right: unknown): boolean {
  const other = numberOf(right);
  if (other === undefined) return false;
  return typeof left === typeof other ? left === other : Number(left) === Number(other);
}

function objectsEqual(left: unknown, right: unknown, work: Spend): boolean {
  if (left instanceof Uint) return numbersEqual(left.value, right);
  if (isList(left)) return isList(right) && listsEqual(left, right, work);
  if (isMap(left)) return isMap(right) && mapsEqual(left, right, work);
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos;
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof Uint8Array) return right instanceof Uint8Array && bytesEqual(left, right);
  if (left instanceof OptionalValue) {
    if (!(right instanceof OptionalValue) || left.present !== right.present) return false;
    return !left.present || equals(left.value, right.value, work);
  }
  return left instanceof OpaqueValue && left.equals(right);
}

function listsEqual(left: List, right: List, work: Spend): boolean {
  const size = listSize(left);
  if (size !== listSize(right)) return false;
  if (left instanceof KeyedList && right instanceof KeyedList) return keyedListsEqual(left, right, work);
  work(size + 1);
  // Numbers of JSON need not become ints to be compared with each other.
  if (Array.isArray(left) && Array.isArray(right)) {
    const other: readonly unknown[] = right;
    return left.every((item: unknown, index) =>
      equals(known(item) ?? null, known(other[index]) ?? null, work),
    );
  }
  for (let index = 0; index < size; index++) {
    if (!equals(listItem(left, index), listItem(right, index), work)) return false;
  }
  return true;
}

function keyedListsEqual(left: KeyedList, right: KeyedList, work: Spend): boolean {
  const [items, others] = [left.byKey(work), right.byKey(work)];
  if (items.size !== others.size) return false;
  return items
    .entries()
    .every(
      ([key, item]) => others.has(key) && equals(known(item) ?? null, known(others.get(key)) ?? null, work),
    );
}

function mapsEqual(left: MapLike, right: MapLike, work: Spend): boolean {
  const size = mapSize(left);
  if (size !== mapSize(right)) return false;
  work(size * 2 + 2);
  if (isJsonObject(left) && isJsonObject(right)) {
    return Object.keys(left).every(
      (key) => Object.hasOwn(right, key) && equals(known(left[key]) ?? null, known(right[key]) ?? null, work),
    );
  }
  return mapKeys(left).every((key) => {
    const other = mapGet(right, key);
    return other !== undefined && equals(mapGet(left, key), other, work);
  });
}

function bytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
