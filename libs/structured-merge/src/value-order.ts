import { getOwn, isList, isMap, type JsonObject, type JsonValue } from './json-value.ts';

/**
 * Whether two JSON values are the same: lists in order, objects regardless of key order, 2 and 2.0 equal.
 *
 * @param a any JSON value
 * @param b any JSON value
 * @returns true when equal
 * Spec: structured-merge-diff v6, value.Equals
 */
export function valuesEqual(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (isList(a)) return isList(b) && listsEqual(a, b);
  return isMap(a) && isMap(b) && mapsEqual(a, b);
}

function listsEqual(a: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    const y = b[i];
    if (x === undefined || y === undefined || !valuesEqual(x, y)) return false;
  }
  return true;
}

function mapsEqual(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    const x = a[key];
    const y = getOwn(b, key);
    if (x === undefined || y === undefined || !valuesEqual(x, y)) return false;
  }
  return true;
}

/** Orders strings by code point, which is also the order of their UTF-8 bytes. Returns <0, 0 or >0. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      // A surrogate is half of a character above U+FFFF, so it sorts after every other code unit.
      const xHalf = x >= 0xd800 && x <= 0xdfff;
      const yHalf = y >= 0xd800 && y <= 0xdfff;
      if (xHalf !== yHalf) return xHalf ? 1 : -1;
      return x - y;
    }
  }
  return a.length - b.length;
}

function rank(value: JsonValue): number {
  switch (typeof value) {
    case 'number':
      return 0;
    case 'string':
      return 1;
    case 'boolean':
      return 2;
    default:
      if (value === null) return 5;
      return isList(value) ? 3 : 4;
  }
}

/**
 * Total order of JSON values: numbers, strings, booleans, lists, objects, null.
 *
 * @param a any JSON value
 * @param b any JSON value
 * @returns <0, 0 or >0
 * Spec: structured-merge-diff v6, value.Compare
 */
export function compareValues(a: JsonValue, b: JsonValue): number {
  if (a === b) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (isList(a) && isList(b)) return compareLists(a, b);
  if (isMap(a) && isMap(b)) return compareMaps(a, b);
  return rank(a) - rank(b);
}

function compareLists(a: readonly JsonValue[], b: readonly JsonValue[]): number {
  for (let i = 0; ; i++) {
    const x = a[i];
    const y = b[i];
    if (x === undefined || y === undefined) return a.length - b.length;
    const order = compareValues(x, y);
    if (order !== 0) return order;
  }
}

function compareMaps(a: JsonObject, b: JsonObject): number {
  const aKeys = Object.keys(a).sort(compareStrings);
  const bKeys = Object.keys(b).sort(compareStrings);
  for (let i = 0; ; i++) {
    const x = aKeys[i];
    const y = bKeys[i];
    if (x === undefined || y === undefined) return aKeys.length - bKeys.length;
    // The map that has the smaller key comes first.
    if (x !== y) return compareStrings(x, y);
    const order = compareValues(a[x] ?? null, b[y] ?? null);
    if (order !== 0) return order;
  }
}
