import { type Store, StoreError, type StoreEvent, type Watcher } from '@plinth/kernel/testing';
import { invariant } from './invariant.ts';
import type { Row, SimulatedDisk } from './simulated-disk.ts';

/**
 * A watcher of one bucket that outlives processes: it resumes from the last revision that it saw, as clients do, and
 * checks that it misses, repeats and reorders nothing of what became durable.
 */
export class Tail {
  readonly #prefix: string;
  readonly #disk: SimulatedDisk;
  #watcher: Watcher | undefined;
  #store: Store | undefined;
  #revision = 0;
  /** How much of the disk's history it has compared with. */
  #compared = 0;
  seen = 0;

  constructor(prefix: string, disk: SimulatedDisk) {
    this.#prefix = prefix;
    this.#disk = disk;
  }

  /** A new process serves: goes on from where it was. */
  resume(store: Store): void {
    invariant(
      this.#revision <= store.revision,
      `${this.#prefix}: the revision went back from ${this.#revision}`,
    );
    this.#store = store;
    this.#unlessCompacted(() => this.#follow());
    this.read();
  }

  /** Reads all that is to be had. */
  read(): void {
    this.#unlessCompacted(() => {
      for (let events = this.#next(); events.length > 0; events = this.#next()) {
        for (const event of events) this.#take(event);
      }
    });
  }

  /** The process is dead; what it has not told is told by the next. */
  cut(): void {
    this.#watcher = undefined;
    this.#store = undefined;
  }

  #next(): readonly StoreEvent[] {
    return this.#watcher?.read(100) ?? [];
  }

  #follow(): void {
    this.#watcher?.close();
    this.#watcher = this.#store?.watch(this.#prefix, this.#revision, () => this.read());
  }

  /** Where its place in the log is gone it lists again, as a client does; what was between is not to be had. */
  #unlessCompacted(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'compacted') throw error;
      this.#revision = this.#store?.revision ?? 0;
      this.#skipTo(this.#revision);
      this.#follow();
    }
  }

  #take({ object, type, previous }: StoreEvent): void {
    const row = this.#expected();
    invariant(row !== undefined, `${this.#prefix}: an event at ${object.revision} that is not durable`);
    const matches = row.revision === object.revision && row.key === object.key && row.value === object.value;
    invariant(
      matches,
      `${this.#prefix}: the event at ${object.revision} came instead of the one at ${row.revision}`,
    );
    invariant(row.deleted === (type === 'deleted'), `${object.key}: ${type} at ${object.revision}`);
    invariant((type === 'added') === (previous === undefined), `${object.key}: ${type} with a state before`);
    this.#revision = object.revision;
    this.seen++;
  }

  #expected(): Row | undefined {
    for (; this.#compared < this.#disk.history.length; this.#compared++) {
      const row = this.#disk.history[this.#compared];
      if (!row?.key.startsWith(this.#prefix)) continue;
      this.#compared++;
      return row;
    }
    return undefined;
  }

  #skipTo(revision: number): void {
    const { history } = this.#disk;
    while ((history[this.#compared]?.revision ?? Number.POSITIVE_INFINITY) <= revision) this.#compared++;
  }
}
