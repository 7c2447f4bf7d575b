export {
  MAX_ALIASED_VALUES,
  MAX_ALIASES,
  MAX_BYTES,
  MAX_DEPTH,
  MAX_DOCUMENTS,
  MAX_ERRORS,
} from './limits.ts';
export { type Location, locate } from './locate.ts';
export { formatManifestError, type ManifestError, type Position } from './manifest-error.ts';
export {
  type ManifestDocument,
  type ManifestOptions,
  type ParsedManifests,
  parseManifests,
} from './parse-manifests.ts';
export { type DuplicateField, type ParsedSingle, parseSingle, type SingleOptions } from './parse-single.ts';
