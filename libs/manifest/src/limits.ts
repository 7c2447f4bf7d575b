/** Largest text, in bytes of UTF-8: the largest public CRD bundles are around 5 MiB. */
export const MAX_BYTES = 16 * 1024 * 1024;
/** Most YAML documents in one text. */
export const MAX_DOCUMENTS = 10_000;
/** Most aliases (`*name`) in one document. */
export const MAX_ALIASES = 1_000;
/** Most values that the aliases of one document may stand for: an anchor bomb gets here in a few steps. */
export const MAX_ALIASED_VALUES = 100_000;
/** Deepest nesting of objects and lists: the parser recurses, and real manifests stay below 60. */
export const MAX_DEPTH = 300;
/** Most errors reported for one text: the rest would only repeat the first. */
export const MAX_ERRORS = 100;
