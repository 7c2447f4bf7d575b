export { applyJsonPatch, MAX_COPIED_VALUES, MAX_JSON_PATCH_OPERATIONS } from './json-patch.ts';
export { jsonEqual, MAX_DEPTH } from './json-value.ts';
export { applyMergePatch } from './merge-patch.ts';
export type { PatchError, PatchErrorCode, PatchResult } from './patch-error.ts';
export type { PatchSchema, ResolveRef } from './patch-schema.ts';
export { applyStrategicMergePatch, type StrategicMergeOptions } from './strategic-merge-patch.ts';
