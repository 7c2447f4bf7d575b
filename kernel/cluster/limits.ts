/** Every bound of several processes on one database: unit, default, reason. */

/**
 * Milliseconds between renewals of a process's membership. With `memberSilenceMsMax` it bounds how long work stands still
 * after a process died: at most 7 s, measured 4 to 7 s, where 10 s are promised.
 */
export const renewEveryMs = 1_000;
/** Milliseconds after which a silent process counts as dead. Others measure them, each by its own monotonic clock. */
export const memberSilenceMsMax = 6_000;
/**
 * Milliseconds after the beginning of its last renewal at which a process stops its work by itself: before others may
 * take it, with 1.5 s for clocks that run differently and for an event loop that is late.
 */
export const ownershipMsMax = 4_500;
/** Milliseconds between attempts to renew after one failed. */
export const renewRetryMs = 250;
/** Milliseconds after which the record of a dead process is deleted; until then `kubectl get leases` shows it. */
export const deadMemberKeptMs = 60_000;
/** Milliseconds until a process that would not give a unit up, because a program runs for it, is asked again. */
export const yieldAgainMs = 30_000;
/** Milliseconds until a unit whose taking failed is tried again. */
export const takeAgainMs = 1_000;
/**
 * Units that runs are divided in, by their uids: some more than processes, so that they can be shared evenly, and few, as
 * each is a record. A power of 16.
 */
export const runUnits = 16;
