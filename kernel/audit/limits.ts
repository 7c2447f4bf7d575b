/** Every bound of the audit: unit, default, reason. */

/**
 * Milliseconds between an entry and the signed checkpoint that covers it, at most, while the disk keeps up. A second is
 * what readers may expect; the rest is room for a slow disk. Each integration signs once and writes two files.
 */
export const integrateEveryMs = 250;

/** Milliseconds until a checkpoint that could not be written is tried again. */
export const retryMs = 1_000;

/** Hashes of entries kept until they are integrated; beyond it entries are read from the log. 32 bytes each. */
export const leavesAheadMax = 100_000;

/** Entries read at once to integrate them: hashing so many holds the event loop for about 3 ms. */
export const leavesPerRead = 2_000;

/** Events handed over in one turn to a client that reads them. */
export const eventsPerRead = 500;
