/** Every bound of backups: unit, default, reason. */

/**
 * Bytes of records after which a file of an archive is closed. It is held whole in memory on both sides, and the event
 * loop is free after each: this much takes about 2 ms to encode and hash, and 1 MiB tripled the p99 of writes meanwhile.
 */
export const partBytes = 256 * 1024;

/** Milliseconds that a client may take nothing of its backup before it is given up, so that others get theirs. */
export const stallMsMax = 60_000;

/**
 * Milliseconds that a store may lag behind what another process has signed of it, and how often it is looked at: a
 * process learns of the commits of others within a fraction of a second.
 */
export const lagMsMax = 5_000;
export const lagLookMs = 50;

/** Objects that are sorted in one turn of the event loop: about 3 ms. */
export const sortedAtOnce = 20_000;

/** Bytes of one file of an archive that is read: a part and one object of the greatest size, with room. */
export const fileBytesMax = 256 * 1024 * 1024;

/** Entries of a log that are asked of the store at once. */
export const entriesPerRead = 500;

/**
 * How far a restored store counts on from the revision of its backup. The control plane that was backed up went on
 * giving out revisions that clients remember; none of them must be given out again for something else, so that a client
 * that watches from one of them is told to list anew. At 10,000 writes a second this is a day.
 */
export const restoredRevisionStep = 1_000_000_000;
