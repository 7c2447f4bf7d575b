import type { UserInfo } from '../auth/port.ts';
import type { Store, StoreBound } from '../store/port.ts';
import { checkBound, UsageCounts } from '../store/usage.ts';

/** A write as quotas see it: the key of the object, and for whom it is. */
export interface BoundedWrite {
  readonly key: string;
  readonly user: UserInfo;
}

/** Bounds what a tenant may store. */
export interface WriteQuota {
  /** The bounds that a commit of these writes must keep, which are committed with it, so that no race exceeds them. */
  bounds(writes: readonly BoundedWrite[]): readonly StoreBound[];
}

/**
 * Checks a write that is not going to be committed.
 * @param bytes UTF-16 units of the object that would be stored
 * @throws StoreError `exceeded`
 */
export function checkQuota(quota: WriteQuota, store: Store, write: BoundedWrite, bytes: number): void {
  const bounds = quota.bounds([write]);
  if (bounds.length === 0) return;
  const added = new UsageCounts();
  added.change(write.key, store.get(write.key)?.value.length, bytes);
  for (const bound of bounds) checkBound(bound, store.usage(bound.prefix), added.of(bound.prefix));
}
