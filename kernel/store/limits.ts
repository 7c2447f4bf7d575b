/** Every bound of the store: unit, default, reason. */

/**
 * Operations in one group. A group is what one sync makes durable. 1,000 inserts of 1.1 kB hold the writer for about
 * 5 ms (measured 5 us each); larger groups raise latency and no longer throughput, since the sync is by then a small share.
 */
export const groupOperationsMax = 1_000;

/** Bytes (UTF-16 units) of values in one group; keeps a group of large objects as short as one of many small ones. */
export const groupBytesMax = 4 * 1024 * 1024;

/**
 * Events kept for watchers and for lists at older revisions. At 1,000 writes/s this is 100 s, ample for a client to
 * read 100,000 objects in pages of 500 or to reconnect; it costs about 60 bytes each besides the values.
 */
export const historyEventsMax = 100_000;

/** Bytes (UTF-16 units) of superseded values kept by the history. */
export const historyBytesMax = 64 * 1024 * 1024;

/** Share of the history that one automatic compaction drops: small, so that it takes well under a millisecond. */
export const historyStepShare = 1 / 64;

/**
 * Rows deleted along with a group at the least. Each may touch a page of its own (8 kB), so 128 add at most 1 MiB to
 * the log of that group, half of what triggers a copy.
 */
export const forgetStep = 128;

/** Milliseconds between attempts to write after a failure: a full disk is asked twice a second, not 10,000 times. */
export const retryMs = 500;

/**
 * Bytes written to SQLite's log before it is copied into the database; groups wait meanwhile. Measured with 64 callers
 * and 1.1 kB: 1 and 2 MiB give a p99 of 6 to 7 ms, 4 MiB 16 to 19 ms. Each copy costs two syncs more, so 2 rather
 * than 1 for disks that are slow at it.
 */
export const checkpointBytes = 2 * 1024 * 1024;

/** Bytes of one chunk of rows while loading, and chunks asked for ahead: the reader and the image work in parallel. */
export const loadChunkBytes = 1024 * 1024;
export const loadChunksAhead = 3;

/** Damages that are listed one by one; beyond that only their number grows. */
export const damagesListed = 100;

/** Bytes (UTF-16 units) of entries that one read of an append-only log gives at most, beyond its first entry. */
export const entriesReadBytes = 4 * 1024 * 1024;

/**
 * Rows, and entries of an append-only log, that are wiped in one transaction when a tenant is deleted. Writes wait for
 * it, and its pages are overwritten: 500 of 1 kB take a few milliseconds.
 */
export const purgedRowsMax = 500;
export const removedEntriesMax = 500;
