import { isJsonObject, type JsonObject, MAX_DEPTH, putMember, shallowCopy } from './json-value.ts';
import { capture, PatchRefusal, type PatchResult } from './patch-error.ts';

/**
 * Applies a JSON merge patch. The input is never changed; the result shares the untouched parts with it.
 * @param doc the document, any JSON value
 * @param patch the merge patch, any JSON value: objects merge, null deletes, everything else replaces
 * @returns the patched document; refused only when the patch is nested too deeply
 *
 * Spec: RFC 7386 section 2
 */
export function applyMergePatch(doc: unknown, patch: unknown): PatchResult {
  return capture(() => merge(doc, patch, '', 0));
}

function merge(target: unknown, patch: unknown, path: string, depth: number): unknown {
  if (!isJsonObject(patch)) return patch;
  if (depth > MAX_DEPTH) {
    throw new PatchRefusal('limit', path, `the merge patch is nested more than ${MAX_DEPTH} levels deep`);
  }
  const result: JsonObject = isJsonObject(target) ? shallowCopy(target) : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) {
      delete result[key];
    } else {
      const current = Object.hasOwn(result, key) ? result[key] : undefined;
      putMember(result, key, merge(current, value, path === '' ? key : `${path}.${key}`, depth + 1));
    }
  }
  return result;
}
