import { isJsonObject, type JsonObject, putMember } from './json-value.ts';
import { PatchRefusal } from './patch-error.ts';

/** Names and prefixes of the members of a strategic merge patch that are not data. */
export const PATCH_DIRECTIVE = '$patch';
const RETAIN_KEYS_DIRECTIVE = '$retainKeys';
export const DELETE_FROM_LIST_PREFIX = '$deleteFromPrimitiveList/';
export const ELEMENT_ORDER_PREFIX = '$setElementOrder/';

/**
 * Tells whether a member of a patch is an instruction and not data.
 * @param key the member's name
 * @returns true for directives
 */
export function isDirective(key: string): boolean {
  return (
    key === PATCH_DIRECTIVE ||
    key === RETAIN_KEYS_DIRECTIVE ||
    key.startsWith(DELETE_FROM_LIST_PREFIX) ||
    key.startsWith(ELEMENT_ORDER_PREFIX)
  );
}

/** Says that a patch value denotes no data, so that its field or element must not be there. */
export const NOTHING: unique symbol = Symbol('nothing');

/**
 * Turns a patch value for which there is nothing to merge with into plain data: null members, directives
 * and elements marked for deletion disappear.
 * @param value a value from the patch
 * @returns the data, or `NOTHING` where the value only asks for a deletion
 */
export function plainData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainData).filter((item) => item !== NOTHING);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, PATCH_DIRECTIVE) && value[PATCH_DIRECTIVE] === 'delete') return NOTHING;
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    if (isDirective(key) || value[key] === null) continue;
    const data = plainData(value[key]);
    if (data !== NOTHING) putMember(result, key, data);
  }
  return result;
}

/**
 * Drops the members of the original that `$retainKeys` does not name.
 * @param result the copy of the original to change
 * @param patch the patch of the same object
 * @param path field path, for messages
 */
export function retainKeys(result: JsonObject, patch: JsonObject, path: string): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS_DIRECTIVE)) return;
  const names = patch[RETAIN_KEYS_DIRECTIVE];
  if (!Array.isArray(names)) {
    throw new PatchRefusal(
      'malformed',
      path,
      `${at(path)}"${RETAIN_KEYS_DIRECTIVE}" must be a list of field names`,
    );
  }
  const retained = new Set<unknown>(names);
  for (const key of Object.keys(patch)) {
    if (isDirective(key) || patch[key] === null || retained.has(key)) continue;
    throw new PatchRefusal(
      'malformed',
      path,
      `${at(path)}the patch sets "${key}", which its own "${RETAIN_KEYS_DIRECTIVE}" list does not name`,
    );
  }
  for (const key of Object.keys(result)) {
    if (!retained.has(key)) delete result[key];
  }
}

/**
 * Starts a message with its place.
 * @param path field path, empty for the document
 * @returns `"path: "` or nothing
 */
export function at(path: string): string {
  return path === '' ? '' : `${path}: `;
}
