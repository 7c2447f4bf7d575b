/** A JSON object whose members have not been looked at yet. */
export type JsonObject = { [key: string]: unknown };

/**
 * Deepest nesting, in levels of objects and arrays, that a patch may reach. The recursion here costs one
 * frame a level; Node's default stack holds about ten times as many.
 */
export const MAX_DEPTH = 1_000;

/**
 * Tells a JSON object from arrays, null and scalars.
 * @param value any JSON value
 * @returns true for a JSON object
 */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Sets a member as an own property, whatever its name: a plain assignment to `__proto__` would replace the
 * object's prototype instead.
 * @param target the object to change
 * @param key the member's name
 * @param value the member's value
 */
export function putMember(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/**
 * Reads an own member, never an inherited one such as `constructor`.
 * @param target the object to read
 * @param key the member's name
 * @returns the value, or undefined where the object has no such member
 */
export function getMember(target: JsonObject, key: string): unknown {
  return Object.hasOwn(target, key) ? target[key] : undefined;
}

/**
 * Copies one level of an object, keeping `__proto__` members as data.
 * @param source the object to copy
 * @returns a new object with the same members
 */
export function shallowCopy(source: JsonObject): JsonObject {
  // Spread defines members, it does not assign them, so a `__proto__` member stays a member.
  return { ...source };
}

/**
 * Compares two JSON values: numbers by value, objects regardless of member order.
 * @param left any JSON value
 * @param right any JSON value
 * @returns true when both denote the same JSON value
 *
 * Spec: RFC 6902 section 4.6
 */
export function jsonEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => jsonEqual(item, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && jsonEqual(left[key], right[key]));
}
