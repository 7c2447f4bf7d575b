import { popHeap, pushHeap } from './heap.ts';

interface Delayed {
  readonly key: string;
  readonly dueAtMs: number;
}

/** Keys ordered by when they are due: a binary heap, with the earliest time per key. */
export class DelayHeap {
  readonly #heap: Delayed[] = [];
  readonly #dueAtMs = new Map<string, number>();

  get size(): number {
    return this.#dueAtMs.size;
  }

  /** When the first key is due, in the milliseconds that were given; undefined when there is none. */
  get nextAtMs(): number | undefined {
    this.#dropSuperseded();
    return this.#heap[0]?.dueAtMs;
  }

  /** Puts `key` in; a key that is there keeps the earlier of both times. */
  put(key: string, dueAtMs: number): void {
    const known = this.#dueAtMs.get(key);
    if (known !== undefined && known <= dueAtMs) return;
    this.#dueAtMs.set(key, dueAtMs);
    pushHeap(this.#heap, { key, dueAtMs }, isEarlier);
  }

  remove(key: string): void {
    this.#dueAtMs.delete(key);
  }

  clear(): void {
    this.#heap.length = 0;
    this.#dueAtMs.clear();
  }

  /** Takes out the keys that are due at `nowMs`, the earliest first. */
  takeDue(nowMs: number): string[] {
    const due: string[] = [];
    for (let at = this.nextAtMs; at !== undefined && at <= nowMs; at = this.nextAtMs) {
      const first = popHeap(this.#heap, isEarlier);
      if (!first) break;
      this.#dueAtMs.delete(first.key);
      due.push(first.key);
    }
    return due;
  }

  // An entry whose key was removed or moved to an earlier time stays in the heap until it surfaces.
  #dropSuperseded(): void {
    for (let first = this.#heap[0]; first; first = this.#heap[0]) {
      if (this.#dueAtMs.get(first.key) === first.dueAtMs) return;
      popHeap(this.#heap, isEarlier);
    }
  }
}

function isEarlier(a: Delayed, b: Delayed): boolean {
  return a.dueAtMs < b.dueAtMs;
}
