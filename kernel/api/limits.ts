/** Bytes of a request body; larger ones are refused with 413. Spec: Kubernetes MaxRequestBodyBytes, 3 MiB. */
export const bodyBytesMax = 3 * 1024 * 1024;
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
