/** Every bound of runs: unit, default, reason. */

/** Bytes of a step's result as JSON. Results live in memory with the store; larger data belongs into a blob. */
export const resultBytesMax = 256 * 1024;
/** Bytes of a run's output as JSON: it is part of the Run object. */
export const outputBytesMax = 256 * 1024;
/** Operations in the journal of one run. A run replays its journal when it wakes, which 1,000 entries keep at about 1 ms. */
export const operationsMax = 1_000;
/** Characters of an operation's name. */
export const nameCharsMax = 200;
/** Steps that the status lists; those before are only counted. Keeps a Run object below 32 KiB. */
export const statusStepsMax = 50;
/** Characters of a message in the status. */
export const messageCharsMax = 1_024;

/** Invocations under way at once. They share one event loop: more would add memory, not speed. */
export const workersMax = 64;
/**
 * Share of the workers that is kept free for tenants who hold less than their fair share. Measured beside 97,000 waiting
 * runs of another tenant, each a step of 5 to 35 ms, p99 from enqueue to start against that of an idle engine: about three
 * times at 0.25, 2.3 times at 0.5 (seven rounds), 1.75 times at 0.625 (ten rounds, 0.5 to 2.9), no better at 0.75.
 */
export const reservedShare = 0.625;
/** Finished runs whose last commit is under way; beyond them nothing new starts, which bounds what is held in memory. */
export const finishingMax = 512;
/** Waiting runs that are kept in memory as objects, about 4 kB each; the others are read again when they start. */
export const parsedMax = 2_000;
/** Runs that are read from the store's log in one go. */
export const eventsPerRead = 500;

/** Milliseconds that a run is under way before its status says so; shorter ones are only written when they end. */
export const announceAfterMs = 250;
/** Longest timer, in milliseconds: a wall clock that was set is noticed within it. */
export const timerMsMax = 30_000;
/**
 * Milliseconds that a step has to end after it was told to, before the run goes on without it. Programs are killed 5 s
 * after they were asked to end, and their logs closed then.
 */
export const abortGraceMs = 10_000;
/** Milliseconds between attempts to write while the store cannot. */
export const storeRetryMs = 1_000;

/** Retries of a failed step, first wait and longest wait in milliseconds, unless the step says otherwise. */
export const retryLimit = 4;
export const retryBackoffMs = 1_000;
export const retryBackoffMsMax = 60_000;

/** Finished runs that are kept per tenant; the oldest beyond them are deleted. */
export const finishedRunsMax = 10_000;
/** Runs deleted in one commit. */
export const deletionBatch = 200;
/**
 * Milliseconds that a replay may spend between two operations: the function then waits for something that is none, such
 * as an import, and is still given the benefit of the doubt.
 */
export const replayGraceMs = 1_000;
/** Milliseconds that a unit of runs waits for what is under way before it stays where it is. */
export const drainMsMax = 5_000;
/** Milliseconds between two looks whether a unit has come to rest. */
export const drainPollMs = 20;
