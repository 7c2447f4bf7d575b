/** How the shards did since it was last looked. */
export interface ShardUse {
  readonly shards: number;
  /** Part of the time that requests were under way, over all shards: 2 when two were busy all the time. */
  readonly busy: number;
  /** Part of the time that the log was not read because as much waited as may. */
  readonly blocked: number;
  /** Whether a request failed: then more requests at once are no help. */
  readonly hasFailed: boolean;
}

/** Below it the log is read fast enough. */
const blockedMax = 0.1;
/** How much more than what is used is kept. */
const headroom = 1.5;

/**
 * How many requests are made at once. Prometheus reckons with the rate of ingest, which is not known to who reads a log with a
 * backlog; so it goes up by half while reading is held up, and down to what was used.
 */
export function nextShards({ shards, busy, blocked, hasFailed }: ShardUse, min: number, max: number): number {
  const bounded = (count: number): number => Math.min(max, Math.max(min, count));
  if (hasFailed) return bounded(shards);
  if (blocked > blockedMax) return bounded(Math.ceil(shards * headroom));
  const needed = Math.ceil(busy * headroom);
  // Each change waits until all is sent: small ones are not worth it.
  return needed < shards * 0.7 ? bounded(needed) : bounded(shards);
}
