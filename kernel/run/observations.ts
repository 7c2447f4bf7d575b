import type { Store } from '../store/port.ts';
import { followBucket } from './bucket-follower.ts';
import { runs } from './run-kind.ts';

/** Who wants to know of which objects. Buckets are followed while somebody does. */
export class Observations<Observer> {
  readonly #observers = new Map<string, Set<Observer>>();
  readonly #buckets = new Map<string, { count: number; stop: () => void }>();
  readonly #wake: (observer: Observer) => void;
  readonly #fault: (what: string, error: unknown) => void;

  constructor(wake: (observer: Observer) => void, fault: (what: string, error: unknown) => void) {
    this.#wake = wake;
    this.#fault = fault;
  }

  /** @param bucket the bucket of `key` with its closing slash; undefined when its changes are told otherwise */
  add(store: Store, bucket: string | undefined, key: string, observer: Observer): void {
    let observers = this.#observers.get(key);
    if (!observers) {
      observers = new Set();
      this.#observers.set(key, observers);
    }
    if (observers.has(observer)) return;
    observers.add(observer);
    if (bucket === undefined) return;
    const followed = this.#buckets.get(bucket);
    if (followed) {
      followed.count++;
      return;
    }
    const stop = followBucket(store, bucket, {
      changed: ({ object }) => this.changed(object.key),
      listed: (objects) => {
        for (const { key: one } of objects) this.changed(one);
      },
      fault: this.#fault,
    });
    this.#buckets.set(bucket, { count: 1, stop });
  }

  remove(bucket: string | undefined, key: string, observer: Observer): void {
    const observers = this.#observers.get(key);
    if (!observers?.delete(observer)) return;
    if (observers.size === 0) this.#observers.delete(key);
    const followed = bucket === undefined ? undefined : this.#buckets.get(bucket);
    if (!followed || bucket === undefined) return;
    followed.count--;
    if (followed.count > 0) return;
    followed.stop();
    this.#buckets.delete(bucket);
  }

  /** An object has changed. */
  changed(key: string): void {
    const observers = this.#observers.get(key);
    if (observers) for (const observer of observers) this.#wake(observer);
  }

  stop(): void {
    for (const { stop } of this.#buckets.values()) stop();
    this.#buckets.clear();
    this.#observers.clear();
  }
}

/** The bucket of a key with its closing slash; undefined for runs, which the engine follows anyway. */
export function bucketToFollow(key: string): string | undefined {
  const bucket = key.split('/', 3).join('/');
  return bucket.endsWith(`/${runs.group}/${runs.resource}`) ? undefined : `${bucket}/`;
}
