import type { Append, Store, StoredObject, StoreOperation } from '../../store/port.ts';

/** When a process dies, counted in its commits from 0: before one becomes durable, or after it and before its answer. */
export interface DeathAt {
  readonly commit: number;
  readonly when: 'before' | 'after';
}

/** A store as one process sees it: once the process is dead nothing that it does has an effect, and nothing answers. */
export class MortalStore implements Store {
  readonly logs: Store['logs'];
  readonly #store: Store;
  readonly #died: () => void;
  readonly #death: DeathAt | undefined;
  #isDead = false;
  commits = 0;

  constructor(store: Store, died: () => void, death: DeathAt | undefined) {
    this.#store = store;
    this.logs = store.logs;
    this.#died = died;
    this.#death = death;
  }

  get revision(): number {
    return this.#store.revision;
  }

  get compactedRevision(): number {
    return this.#store.compactedRevision;
  }

  kill(): void {
    this.#isDead = true;
  }

  get(key: string): StoredObject | undefined {
    return this.#store.get(key);
  }

  list(...args: Parameters<Store['list']>): ReturnType<Store['list']> {
    return this.#store.list(...args);
  }

  count(prefix: string): number {
    return this.#store.count(prefix);
  }

  usage(prefix: string): ReturnType<Store['usage']> {
    return this.#store.usage(prefix);
  }

  buckets(): string[] {
    return this.#store.buckets();
  }

  async commit(
    operations: readonly StoreOperation[],
    appends: readonly Append[] = [],
  ): Promise<StoredObject[]> {
    if (this.#isDead) return await never();
    const isLast = this.commits++ === this.#death?.commit;
    if (isLast && this.#death?.when === 'before') {
      this.#died();
      return await never();
    }
    const stored = await this.#store.commit(operations, appends);
    if (isLast) this.#died();
    return this.#isDead ? await never() : stored;
  }

  watch(prefix: string, fromRevision: number, wake: () => void): ReturnType<Store['watch']> {
    return this.#store.watch(prefix, fromRevision, () => {
      if (!this.#isDead) wake();
    });
  }

  compact(revision: number): Promise<void> {
    return this.#store.compact(revision);
  }

  purge(prefix: string): Promise<void> {
    return this.#store.purge(prefix);
  }

  health(): ReturnType<Store['health']> {
    return this.#store.health();
  }

  stats(): ReturnType<Store['stats']> {
    return this.#store.stats();
  }

  async close(): Promise<void> {
    this.kill();
  }
}

function never<Value>(): Promise<Value> {
  return new Promise(() => undefined);
}
