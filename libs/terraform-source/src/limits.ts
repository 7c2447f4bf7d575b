/** Bytes of all files together; the largest root modules that people write have some hundred kilobytes. */
export const sourceBytesMax = 8 * 1024 * 1024;
/** Values within each other, and locals that lead to locals. */
export const foldDepthMax = 100;
/** Instances of a resource with a count or for_each that is known; with more of them nothing is known of the resource. */
export const instancesMax = 1_000;
