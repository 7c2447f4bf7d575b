import { popHeap, pushHeap } from '../control/heap.ts';

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
    pushHeap(line, item, isBefore);
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
      const item = popHeap(line, isBefore);
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

  /** Takes out all that wait of a tenant. */
  drop(tenant: string): void {
    const line = this.#lines.get(tenant);
    const place = this.#turns.indexOf(tenant);
    if (!line || place < 0) return;
    this.#lines.delete(tenant);
    this.#turns.splice(place, 1);
    if (place < this.#turn) this.#turn--;
    if (this.#turn >= this.#turns.length) this.#turn = 0;
    this.#size -= line.length;
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
