/** Bytes of a request body; larger ones are refused with 413. Spec: Kubernetes MaxRequestBodyBytes, 3 MiB. */
export const bodyBytesMax = 3 * 1024 * 1024;
/** Of a refused request whose connection is kept. */
export const discardedBytesMax = 1024 * 1024;
/** Bytes of a request line and its headers; selectors of many names need more than Node's default. */
export const headerBytesMax = 64 * 1024;
/** Writes under way at once; above it they are answered 429. 64 clients with 16 writes each fit. */
export const writesMax = 1024;
/** Reads under way at once, watches not counted. */
export const readsMax = 2048;
/** Watches open at once; each costs about 20 kB with its connection. */
export const watchesMax = 10_000;
/**
 * Lists of more objects than this are written piece by piece, so that other requests come in between: 250 objects of
 * 1 kB take about 0.5 ms.
 */
export const listPieceObjects = 250;
/** Long lists being written at once; the others wait their turn. */
export const longListsMax = 2;
/** Long lists waiting; above it they are answered 429. */
export const longListsWaitingMax = 200;
/** Answers from this size on are compressed for clients that accept it. Spec: Kubernetes defaultGzipThresholdBytes. */
export const gzipBytesMin = 128 * 1024;
/** How long a client may take to send a whole request, in milliseconds. */
export const requestMsMax = 60_000;
/**
 * Milliseconds of requests that are begun in one turn of the event loop while there are several tenants; the others wait
 * for the next turn, tenants in rotation.
 */
export const turnMs = 1;
/** Requests of one tenant that wait for their turn; above it they are answered 429. */
export const tenantWaitingMax = 1024;
/** Share of the requests under way that one tenant may have while there are several. */
export const tenantSeatsShare = 0.5;
/**
 * Writes that are begun and not answered, over all tenants that are active: each has an equal part of them, and at least
 * the number below. Small groups commit quickly: with 80 connections of one tenant, another's p99 rose 14 times when all
 * 80 could be in one group.
 */
export const turnWritesMax = 16;
export const tenantWritesMin = 4;
/** The same of a tenant that is the only active one: enough for the rate of a server without tenants. */
export const aloneWritesMax = 64;
/** Milliseconds after its last request that a tenant counts as active. */
export const activeMs = 30_000;
