/** Bytes of all files of a module together, and how many there may be: it is all in memory while it is read. */
export const unpackedBytesMax = 64 * 1024 * 1024;
export const filesMax = 4_000;
/** Characters of a path within an archive, and links that lead to each other. */
export const pathMax = 512;
export const linksMax = 8;
/** Variables, outputs, resources, providers or modules of one module. */
export const membersMax = 1_000;
/** Characters that are kept of a description, a default or a type. */
export const textMax = 4_096;
/** Types within each other. */
export const typeDepthMax = 32;
/** Bytes of its files `*.tf` and `*.tofu` together; the largest modules that people write have some hundred kilobytes. */
export const sourceBytesMax = 4 * 1024 * 1024;
