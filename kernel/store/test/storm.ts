import assert from 'node:assert/strict';
import { type Store, StoreError, type Watcher } from '../port.ts';
import { eventually } from './eventually.ts';

/** How many writes and watchers a storm has, unless it is told otherwise. */
export const stormWrites = Number(process.env['PLINTH_STORM_WRITES'] ?? 20_000);
export const stormWatchers = Number(process.env['PLINTH_STORM_WATCHERS'] ?? 50);
const bucket = 't/core/configmaps/';
const objects = 500;

/**
 * A watcher that stops and starts again at random from where it was, reads in pieces of random size, and sometimes
 * sleeps through some wakes. It checks order as it reads and folds what it saw into two numbers.
 */
class Follower {
  readonly prefix: string;
  seen = 0;
  sum = 0;
  restarts = 0;
  #last = 0;
  readonly #store: Store;
  #watcher: Watcher;

  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.prefix = prefix;
    this.#watcher = store.watch(prefix, 0, () => this.#woken());
  }

  /** Reads all there is. */
  drain(): void {
    while (this.#read(1_000) > 0) {}
    assert.equal(this.#watcher.revision, this.#store.revision);
    this.#watcher.close();
  }

  #woken(): void {
    const dice = Math.random();
    if (dice < 0.1) return;
    this.#read(1 + Math.floor(Math.random() * 500));
    if (dice < 0.2) this.#restart();
  }

  #read(max: number): number {
    const events = this.#watcher.read(max);
    for (const { object } of events) {
      assert.ok(object.revision > this.#last, `revision ${object.revision} after ${this.#last}`);
      this.#last = object.revision;
      this.seen++;
      this.sum += object.revision;
    }
    return events.length;
  }

  #restart(): void {
    const { revision } = this.#watcher;
    assert.ok(revision >= this.#last);
    this.#watcher.close();
    this.restarts++;
    this.#watcher = this.#store.watch(this.prefix, revision, () => this.#woken());
  }
}

/**
 * Writes through all stores at once, while watchers of one of them stop and start: none may lose, double or reorder a
 * revision.
 * @returns a line about what happened
 */
export async function storm(
  writers: readonly Store[],
  watched: Store,
  writes = stormWrites,
): Promise<string> {
  const followers = Array.from({ length: stormWatchers }, (_, i) => {
    return new Follower(watched, i % 5 === 0 ? `${bucket}n${i % 4}/` : bucket);
  });
  const expected = new Map<string, { seen: number; sum: number }>();
  const count = (prefix: string, revision: number): void => {
    const so = expected.get(prefix) ?? { seen: 0, sum: 0 };
    expected.set(prefix, { seen: so.seen + 1, sum: so.sum + revision });
  };
  let next = 0;
  const write = async (store: Store): Promise<void> => {
    while (next < writes) {
      const i = next++;
      const prefix = `${bucket}n${i % 4}/`;
      const key = `${prefix}${(i * 31) % objects}`;
      const gone = i % 7 === 0 && store.get(key) !== undefined;
      const value = (): string => `{"i":${i}}`;
      try {
        const [object] = await store.commit([{ type: gone ? 'delete' : 'put', key, value }]);
        for (const place of [bucket, prefix]) count(place, object?.revision ?? 0);
      } catch (error) {
        // Two deletes of one key at once: the second finds nothing.
        assert.ok(error instanceof StoreError && error.code === 'conflict', String(error));
      }
    }
  };
  const tasks = writers.flatMap((store) => Array.from({ length: 64 / writers.length }, () => write(store)));
  await Promise.all(tasks);
  const newest = Math.max(...writers.map(({ revision }) => revision));
  await eventually('all is seen', () => watched.revision === newest);
  for (const follower of followers) {
    follower.drain();
    assert.deepEqual(
      { seen: follower.seen, sum: follower.sum },
      expected.get(follower.prefix),
      follower.prefix,
    );
  }
  const restarts = followers.reduce((total, follower) => total + follower.restarts, 0);
  assert.ok(restarts > stormWatchers, 'watchers did restart');
  return `${restarts} restarts, ${watched.stats().groups} groups`;
}
