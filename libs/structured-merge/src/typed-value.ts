import { isList, isMap, type JsonObject, type JsonValue } from './json-value.ts';
import { type ResolvedType, resolveType } from './resolved-type.ts';
import type { Schema, TypeRef } from './schema.ts';

/** An object with its type. The object that does not exist yet has the value null. */
export interface TypedValue {
  readonly value: JsonValue;
  readonly type: ResolvedType;
}

/**
 * Joins a value and its type. The value is not checked; see `validate`.
 *
 * @param value the object
 * @param schema the schema
 * @param ref reference to the object's type; a string is the type's name
 * @returns the typed value
 */
export function typed(value: JsonValue, schema: Schema, ref: TypeRef | string): TypedValue {
  return { value, type: resolveType(schema, ref) };
}

/** The value as a list; undefined for null, for nothing and for any other value. */
export function asList(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return isList(value) ? value : undefined;
}

/** The value as a map; undefined for null, for nothing and for any other value. */
export function asMap(value: JsonValue | undefined): JsonObject | undefined {
  return isMap(value) ? value : undefined;
}

/** Whether a list is missing or has no items. */
export function emptyList(list: readonly JsonValue[] | undefined): boolean {
  return list === undefined || list.length === 0;
}

/** Whether a map is missing or has no members. */
export function emptyMap(map: JsonObject | undefined): boolean {
  for (const key in map) if (Object.hasOwn(map, key)) return false;
  return true;
}
