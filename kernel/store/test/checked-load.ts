import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type LogEntry, type Store, StoreError } from '../port.ts';
import { bucket, put, textOf } from './operations.ts';

/** The log that writers of a load append to. */
const log = 'load/audit';
/** Times that a log is read while the database is not back, 5 ms apart. */
const readsMax = 2_000;

/**
 * Writers that each count up an object of their own, with an entry in a log per step, and insist on the truth: after a
 * refusal the object must be as it was, after an answer it must be as it was answered.
 */
export class CheckedLoad {
  /** Steps that were answered, and commits that were refused. */
  steps = 0;
  refusals: StoreError[] = [];
  readonly #store: Store;
  readonly #name: string;
  #stopping = false;
  readonly #counts: number[];
  readonly #running: Promise<void>;

  /** @param name tells the writers of this load from those of others on the same database */
  constructor(store: Store, name: string, writers = 16) {
    this.#store = store;
    this.#name = name;
    this.#counts = Array.from({ length: writers }, () => 0);
    this.#running = Promise.all(this.#counts.map((_, writer) => this.#write(writer))).then(() => {});
  }

  /** Lets the writers finish, then compares what they were told with what is there. */
  async finish(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    for (const [writer, count] of this.#counts.entries()) {
      if (count > 0) assert.equal(textOf(this.#store.get(this.#keyOf(writer))), String(count));
    }
    const next = this.#counts.map(() => 1);
    for (let from = 0; from < this.#store.logs.end(log); ) {
      const entries = await this.#read(from);
      for (const { sequence, value } of entries) {
        const [name, writer, number] = value.split(' ');
        if (name !== this.#name) continue;
        const expected = next[Number(writer)] ?? 0;
        assert.equal(Number(number), expected, `entry ${sequence}: ${value}`);
        next[Number(writer)] = expected + 1;
      }
      from += entries.length;
    }
    assert.deepEqual(
      next,
      this.#counts.map((count) => count + 1),
      'each step has its entry',
    );
  }

  /** Rethrows what stopped a writer. */
  get failed(): Promise<void> {
    return this.#running;
  }

  async #write(writer: number): Promise<void> {
    const key = this.#keyOf(writer);
    let revision = 0;
    while (!this.#stopping) {
      const number = (this.#counts[writer] ?? 0) + 1;
      try {
        const [object] = await this.#store.commit(
          [put(key, String(number), revision)],
          [{ log, entry: () => ({ value: `${this.#name} ${writer} ${number}` }) }],
        );
        revision = object?.revision ?? 0;
        this.#counts[writer] = number;
        this.steps++;
      } catch (error) {
        // A conflict would say that a commit is there although it was refused.
        assert.ok(error instanceof StoreError && error.code === 'read-only', String(error));
        assert.ok(error.hint !== undefined);
        this.refusals.push(error);
        await delay(5);
      }
    }
  }

  /** Reading has a connection of its own, which may be back later than that of the writers. */
  async #read(from: number): Promise<readonly LogEntry[]> {
    for (let left = readsMax; ; left--) {
      try {
        return await this.#store.logs.read(log, from, 10_000);
      } catch (error) {
        assert.ok(left > 0 && error instanceof StoreError && error.code === 'read-only', String(error));
        await delay(5);
      }
    }
  }

  #keyOf(writer: number): string {
    return `${bucket}${this.#name}/${writer}`;
  }
}
