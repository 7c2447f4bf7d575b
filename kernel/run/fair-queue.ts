/** Something that waits for a worker. */
export interface Waiting {
  readonly tenant: string;
  /** Higher goes first. */
  readonly priority: number;
  /** Smaller goes first among those of the same priority. */
  readonly order: number;
}

/**
 * Who is next: tenants take turns, whatever the length of their lines; within a tenant the higher priority goes first,
 * then the older. All operations take a time that grows with the logarithm of one tenant's line at most.
 */
export class FairQueue<Item extends Waiting> {
  readonly #lines = new Map<string, Item[]>();
  /** Tenants with somebody waiting, in the order of their turns. */
  #turns: string[] = [];
  #turn = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Tenants with somebody waiting. */
  get tenants(): number {
    return this.#turns.length;
  }

  add(item: Item): void {
    let line = this.#lines.get(item.tenant);
    if (!line) {
      line = [];
      this.#lines.set(item.tenant, line);
    }
    // A tenant that comes back waits for one round: its turn is after those that are there.
    if (line.length === 0) this.#turns.splice(this.#turn, 0, item.tenant);
    if (line.length === 0) this.#turn = (this.#turn + 1) % this.#turns.length;
    push(line, item);
    this.#size++;
  }

  /**
   * Takes out who is next.
   * @param mayTake whether a tenant may have another worker now
   */
  take(mayTake: (tenant: string) => boolean = () => true): Item | undefined {
    for (let skipped = 0; skipped < this.#turns.length; skipped++) {
      const tenant = this.#turns[this.#turn];
      const line = tenant === undefined ? undefined : this.#lines.get(tenant);
      if (tenant === undefined || !line) return undefined;
      if (!mayTake(tenant)) {
        this.#turn = (this.#turn + 1) % this.#turns.length;
        continue;
      }
      const item = pop(line);
      if (line.length === 0) {
        this.#turns.splice(this.#turn, 1);
        this.#lines.delete(tenant);
        if (this.#turn >= this.#turns.length) this.#turn = 0;
      } else this.#turn = (this.#turn + 1) % this.#turns.length;
      this.#size--;
      return item;
    }
    return undefined;
  }

  clear(): void {
    this.#lines.clear();
    this.#turns = [];
    this.#turn = 0;
    this.#size = 0;
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.priority === b.priority ? a.order < b.order : a.priority > b.priority;
}

function push<Item extends Waiting>(heap: Item[], item: Item): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (!above || isBefore(above, item)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = item;
}

function pop<Item extends Waiting>(heap: Item[]): Item | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    const right = heap[child + 1];
    let below = heap[child];
    if (right && below && isBefore(right, below)) {
      child += 1;
      below = right;
    }
    if (!below || isBefore(last, below)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return first;
}
