import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Store, StoreError, type Watcher } from '../port.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { Places } from './places.ts';

const places = new Places();
after(() => places.remove());

const writes = Number(process.env['PLINTH_STORM_WRITES'] ?? 20_000);
const watchers = Number(process.env['PLINTH_STORM_WATCHERS'] ?? 50);
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

test(`${writes} writes and ${watchers} watchers that restart: none lost, doubled or reordered`, async (t) => {
  const store = await openSqliteStore({ directory: places.make() });
  try {
    const followers = Array.from({ length: watchers }, (_, i) => {
      return new Follower(store, i % 5 === 0 ? `${bucket}n${i % 4}/` : bucket);
    });
    const expected = new Map<string, { seen: number; sum: number }>();
    const count = (prefix: string, revision: number): void => {
      const so = expected.get(prefix) ?? { seen: 0, sum: 0 };
      expected.set(prefix, { seen: so.seen + 1, sum: so.sum + revision });
    };
    let next = 0;
    const write = async (): Promise<void> => {
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
    await Promise.all(Array.from({ length: 64 }, write));
    for (const follower of followers) {
      follower.drain();
      assert.deepEqual(
        { seen: follower.seen, sum: follower.sum },
        expected.get(follower.prefix),
        follower.prefix,
      );
    }
    const restarts = followers.reduce((total, follower) => total + follower.restarts, 0);
    assert.ok(restarts > watchers, 'watchers did restart');
    t.diagnostic(`${restarts} restarts, ${store.stats().groups} groups`);
  } finally {
    await store.close();
  }
});
