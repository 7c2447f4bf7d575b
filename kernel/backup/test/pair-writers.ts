import type { Store } from '../../store/port.ts';

/** The bucket of the pairs. */
export const pairs = 'default/core/pairs/';

/** Writes pairs of objects, each with an entry of the audit log in the same commit, as fast as the store takes them. */
export class PairWriters {
  /** The last number of each writer that was acknowledged. */
  readonly acknowledged = new Map<number, number>();
  commits = 0;
  readonly #store: Store;
  readonly #ended: Promise<unknown>;
  #isOver = false;

  constructor(store: Store, writers: number) {
    this.#store = store;
    this.#ended = Promise.all(Array.from({ length: writers }, (_, writer) => this.#write(writer)));
  }

  /** Resolves when so many commits were acknowledged. */
  async until(commits: number): Promise<void> {
    while (this.commits < commits) await turn();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#ended;
  }

  async #write(writer: number): Promise<void> {
    for (let number = 1; !this.#isOver; number++) {
      const value = (): string => JSON.stringify({ number });
      await this.#store.commit(
        [
          { type: 'put', key: `${pairs}n/${writer}-left`, value },
          { type: 'put', key: `${pairs}n/${writer}-right`, value },
        ],
        [{ log: 'default/audit', entry: () => ({ value: `${writer} ${number}` }) }],
      );
      this.acknowledged.set(writer, number);
      this.commits++;
      await turn();
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
