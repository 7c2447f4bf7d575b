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
    this.#push({ key, dueAtMs });
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
      const first = this.#pop();
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
      this.#pop();
    }
  }

  #push(entry: Delayed): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (!above || above.dueAtMs <= entry.dueAtMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Delayed | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const right = heap[child + 1];
      let below = heap[child];
      if (right && below && right.dueAtMs < below.dueAtMs) {
        child += 1;
        below = right;
      }
      if (!below || below.dueAtMs >= last.dueAtMs) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
