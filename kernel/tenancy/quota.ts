import type { BoundedWrite, WriteQuota } from '../api/write-quota.ts';
import type { StoreBound } from '../store/port.ts';
import type { TenantQuotas } from './tenant-kind.ts';

/**
 * What Plinth itself writes for what a tenant was let do already (statuses, journals, events, what a namespace begins
 * with) is counted and never refused: refusing it would leave work half done.
 */
const exempt: ReadonlySet<string> = new Set(['system:plinth', 'system:plinth:runs']);

/** The bounds of one tenant's storage, as its Tenant sets them now. */
export class TenantQuota implements WriteQuota {
  readonly #tenant: string;
  readonly #byBucket = new Map<string, StoreBound>();
  #all: StoreBound | undefined;

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  /** Takes new limits over; what is there already stays. */
  set({ objects = {}, storedBytes }: TenantQuotas): void {
    this.#byBucket.clear();
    for (const [name, limit] of Object.entries(objects)) {
      if (name === '*') continue;
      const prefix = bucketOfQuota(this.#tenant, name);
      this.#byBucket.set(prefix, { type: 'bound', prefix, objects: limit });
    }
    const total = objects['*'];
    this.#all =
      total === undefined && storedBytes === undefined
        ? undefined
        : {
            type: 'bound',
            prefix: `${this.#tenant}/`,
            ...(total === undefined ? {} : { objects: total }),
            ...(storedBytes === undefined ? {} : { bytes: storedBytes }),
          };
  }

  bounds(writes: readonly BoundedWrite[]): readonly StoreBound[] {
    if (this.#all === undefined && this.#byBucket.size === 0) return [];
    const bounds = new Set<StoreBound>();
    for (const { key, user } of writes) {
      if (exempt.has(user.username)) continue;
      if (this.#all) bounds.add(this.#all);
      const bound = this.#byBucket.get(key.slice(0, bucketEnd(key)));
      if (bound) bounds.add(bound);
    }
    return [...bounds];
  }
}

/** The bucket of a resource as quotas name it: `configmaps`, `deployments.apps`. */
function bucketOfQuota(tenant: string, name: string): string {
  const dot = name.indexOf('.');
  const [resource, group] = dot < 0 ? [name, 'core'] : [name.slice(0, dot), name.slice(dot + 1)];
  return `${tenant}/${group}/${resource}/`;
}

/** Where the bucket of a key ends, its closing slash included. */
function bucketEnd(key: string): number {
  return key.indexOf('/', key.indexOf('/', key.indexOf('/') + 1) + 1) + 1;
}
