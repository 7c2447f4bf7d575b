import assert from 'node:assert/strict';
import type { Store, Watcher } from '../port.ts';

/** Reads what a store shows of some prefixes, and insists on every revision, once and in order. */
export class RevisionReader {
  readonly #seen: number[] = [];
  readonly #fromRevision: number;
  readonly #watcher: Watcher;
  #failure: unknown;

  constructor(store: Store, prefix: string, fromRevision = store.revision) {
    this.#fromRevision = fromRevision;
    this.#watcher = store.watch(prefix, fromRevision, () => this.#read());
  }

  /** What it has seen. @throws when a revision is missing, doubled or out of order, or the watch was refused */
  get revisions(): readonly number[] {
    if (this.#failure !== undefined) throw new Error('the watch was refused', { cause: this.#failure });
    for (const [i, revision] of this.#seen.entries()) {
      assert.equal(revision, this.#fromRevision + i + 1, 'a revision is missing, doubled or out of order');
    }
    return this.#seen;
  }

  #read(): void {
    try {
      for (;;) {
        const events = this.#watcher.read(100);
        if (events.length === 0) return;
        for (const { object } of events) this.#seen.push(object.revision);
      }
    } catch (error) {
      this.#failure = error;
    }
  }
}
