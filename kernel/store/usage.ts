import { bucketOf } from './key.ts';
import { type StoreBound, StoreError, type StoreUsage } from './port.ts';

interface Count {
  objects: number;
  bytes: number;
}

const nothing: StoreUsage = Object.freeze({ objects: 0, bytes: 0 });

/**
 * How much lies below each tenant and each bucket, kept as changes come. It serves for what is there and for what is
 * about to come: figures of changes may be negative.
 */
export class UsageCounts {
  readonly #counts = new Map<string, Count>();

  /** @param prefix a tenant or a bucket with its closing slash */
  of(prefix: string): StoreUsage {
    checkUsagePrefix(prefix);
    return this.#counts.get(prefix.slice(0, -1)) ?? nothing;
  }

  /**
   * A value comes in place of another.
   * @param before UTF-16 units of the value that goes; undefined: there was none
   * @param after those of the value that comes; undefined: none comes
   * @param sign -1 takes back what was counted before
   */
  change(key: string, before: number | undefined, after: number | undefined, sign: 1 | -1 = 1): void {
    const objects = sign * ((after === undefined ? 0 : 1) - (before === undefined ? 0 : 1));
    const bytes = sign * ((after ?? 0) - (before ?? 0));
    if (objects === 0 && bytes === 0) return;
    this.#add(tenantOf(key), objects, bytes);
    this.#add(bucketOf(key), objects, bytes);
  }

  clear(): void {
    this.#counts.clear();
  }

  #add(name: string, objects: number, bytes: number): void {
    const count = this.#counts.get(name);
    if (count === undefined) {
      this.#counts.set(name, { objects, bytes });
      return;
    }
    count.objects += objects;
    count.bytes += bytes;
    if (count.objects === 0 && count.bytes === 0) this.#counts.delete(name);
  }
}

export function addUsage(a: StoreUsage, b: StoreUsage): StoreUsage {
  return { objects: a.objects + b.objects, bytes: a.bytes + b.bytes };
}

/**
 * Checks a bound of a batch.
 * @param before what lies below the prefix without the batch
 * @param added what the batch adds to it
 * @throws StoreError `exceeded`
 */
export function checkBound(bound: StoreBound, before: StoreUsage, added: StoreUsage): void {
  for (const measure of ['objects', 'bytes'] as const) {
    const limit = bound[measure];
    if (limit === undefined || added[measure] <= 0) continue;
    const found = before[measure] + added[measure];
    if (found <= limit) continue;
    throw new StoreError(
      'exceeded',
      `${found} ${measure} would lie below ${bound.prefix}, of which ${added[measure]} are new; at most ${limit} may`,
      { exceeded: { prefix: bound.prefix, measure, limit, found, added: added[measure] } },
    );
  }
}

/** @throws TypeError when it is neither a tenant nor a bucket, with its closing slash */
export function checkUsagePrefix(prefix: string): void {
  if (/^[^/]+\/(?:[^/]+\/[^/]+\/)?$/.test(prefix)) return;
  throw new TypeError(`'${prefix}' is not tenant/ or tenant/group/resource/`);
}

/** @throws TypeError when it is not a tenant with its closing slash */
export function checkTenantPrefix(prefix: string): void {
  if (/^[^/]+\/$/.test(prefix)) return;
  throw new TypeError(`'${prefix}' is not tenant/`);
}

function tenantOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
