import { isObject } from '../model/json.ts';

// Reading fields of objects whose type only the schema knows. `prepare` hooks run before the schema has been
// checked, so every reader answers something harmless for a value of the wrong type.

/** The value as an object; an empty one when it is none. */
export function recordOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

/** The value as a list; an empty one when it is none. */
export function listOfValues(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a list of objects; what is none stands there as an empty one, so that indexes hold. */
export function recordsOf(value: unknown): Record<string, unknown>[] {
  return listOfValues(value).map(recordOf);
}

/** The strings of a list. */
export function textsOf(value: unknown): string[] {
  return listOfValues(value).filter((item) => typeof item === 'string');
}

/** The value as a string; an empty one when it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The field as an object that may be changed: made and put there when it is absent. */
export function ownRecord(parent: Record<string, unknown>, field: string): Record<string, unknown> {
  const value = parent[field];
  if (isObject(value)) return value;
  const made: Record<string, unknown> = {};
  if (value === undefined) parent[field] = made;
  return made;
}

/**
 * Removes fields that are null, at any depth, as the Go types of the built-in kinds do when they are decoded:
 * clients written in Go send `"eventTime": null` and `"rules": null` for what is not set.
 */
export function dropNulls(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item);
    return;
  }
  const object = value as Record<string, unknown>;
  for (const key in object) {
    const field = object[key];
    if (field === null) delete object[key];
    else if (typeof field === 'object') dropNulls(field);
  }
}
