/** A JSON value as `JSON.parse` returns it. `undefined` never occurs inside; it stands for "absent". */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A JSON object under construction. */
export interface MutableJsonObject {
  [key: string]: JsonValue;
}

/** Whether `value` is a JSON array. */
export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether `value` is a JSON object. */
export function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member `key` of `map`, or undefined; inherited properties such as `constructor` are not seen. */
export function getOwn(map: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Sets a member; `__proto__` becomes an ordinary member instead of the prototype. */
export function setOwn(map: MutableJsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    map[key] = value;
  }
}

/** Whether a value from outside, such as the result of `JSON.parse`, is a JSON value through and through. */
export function isJsonValue(value: unknown): value is JsonValue {
  if (typeof value === 'object') return value === null || Object.values(value).every(isJsonValue);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Parses JSON text; throws a `SyntaxError` when it is not JSON. */
export function parseJson(text: string): JsonValue {
  const value: unknown = JSON.parse(text);
  if (!isJsonValue(value)) throw new SyntaxError('not a JSON value');
  return value;
}
