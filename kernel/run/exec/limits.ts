/** Every bound of running programs and of their logs: unit, default, reason. */

/** Bytes of the shortest secret: shorter ones stand in ordinary text by chance and would black it out. */
export const secretBytesMin = 4;

/** Bytes of the longest secret: the largest private keys and kubeconfigs are at 6 KiB. */
export const secretBytesMax = 8 * 1024;

/**
 * Bytes of all secrets of a program together. Each is looked for in about 40 written forms; 32 KiB of private keys make an
 * automaton of 30 MB in 150 ms, on the side. 20 passwords of 32 characters make 1 MB in 10 ms.
 */
export const secretsBytesMax = 32 * 1024;

/** Bytes of the log of a step, over all its attempts. Beyond it the beginning and the end are kept. */
export const logBytesMax = 16 * 1024 * 1024;

/**
 * Bytes of the beginning that are always kept. It says what was asked for; what went wrong stands at the end, which gets
 * the larger part.
 */
export const logHeadBytes = 4 * 1024 * 1024;

/** Bytes of one file of a log. It is what is dropped at once, and what is left behind when the end is read. */
export const logSegmentBytes = 1024 * 1024;

/** Bytes of output in one record: what a read from a program gives at the most. */
export const recordBytesMax = 64 * 1024;

/** Milliseconds that the beginning of a line waits for its end before it is shown: prompts and progress have none. */
export const lineWaitMs = 250;

/** Milliseconds between attempts to write after a failure: a full disk is asked once a second. */
export const logRetryMs = 1_000;

/** Bytes of standard output, from its beginning, and of standard error, up to its end, that the caller gets. */
export const capturedBytes = 64 * 1024;

/**
 * Bytes per second of output that are taken from one program once it has had its burst; it waits in its writes. It keeps
 * one that prints without end at about a tenth of a processor and off the store's disk.
 */
export const outputBytesPerSecond = 8 * 1024 * 1024;

/** Bytes that are taken as fast as they come: what nearly all programs print in all. */
export const outputBurstBytes = 16 * 1024 * 1024;
/** Bytes of a line that is formatted: terraform prints all outputs in one. */
export const formattedLineBytesMax = 1024 * 1024;
