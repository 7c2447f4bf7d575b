/** Versions of one definition; each is compiled and published on its own. */
export const versionsMax = 32;
/** Selectable fields of a version. Spec: apiextensions.k8s.io/v1 MaxSelectableFields. */
export const selectableFieldsMax = 8;
/** Characters of a deprecation warning, which becomes a header. Spec: apiextensions.k8s.io/v1. */
export const deprecationWarningMax = 256;
/** Characters of the JSON text of one version's schema: three times the largest that is known to be in use. */
export const schemaTextMax = 3 * 1024 * 1024;
/** Instances that are deleted at the same time when their definition is deleted. */
export const deletionsAtOnce = 32;
/** Milliseconds until it is looked again whether the instances of a deleted definition are gone. */
export const instancesGonePollMs = 500;
/** Unknown fields of a schema that a write is warned of. */
export const unknownFieldWarningsMax = 10;
