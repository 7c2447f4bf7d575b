/** Every bound of tenants: unit, default, reason. */

/** Characters of a tenant's name: it is part of every store key, of URLs and of file names. */
export const tenantNameCharsMax = 40;

/** Objects that the deletion of a tenant removes in one commit; others' writes come in between. */
export const removedObjectsMax = 200;

/** Milliseconds that work under way has when a tenant is stopped. */
export const stopGraceMs = 2_000;

/** Milliseconds between two writes of the usage into the status of a Tenant. */
export const usageStatusMs = 30_000;

/** Milliseconds of requests that one entry of the audit log counts. A tenant that nobody asks for anything has none. */
export const requestCountMs = 60_000;

/** Entries of an audit log that are read in one go when usage is counted anew. */
export const entriesPerRead = 1_000;

/** Entries of an audit log after which what was counted is stored, so that a start need not read the whole log. */
export const entriesPerRecord = 10_000;

/** Hours and months that usage is kept for. */
export const hoursKept = 48;
export const monthsKept = 13;

/** Requests that may come at once where a Tenant sets a rate and no burst: seconds of the rate, and at least so many. */
export const burstSeconds = 2;
export const burstMin = 10;

/** Tenants that are started at the same time; each takes some milliseconds of the event loop. */
export const startsAtOnce = 4;

/** Milliseconds until a tenant that could not be started is tried again. */
export const startRetryMs = 10_000;

/**
 * Milliseconds between the deletion of a Tenant and the removal of its contents where other processes serve it, too: they
 * hear of it within a second, and what they have under way ends.
 */
export const peersStopMs = stopGraceMs + 1_000;
