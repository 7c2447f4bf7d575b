import { reservedShare } from './limits.ts';

/**
 * Who holds how many workers. A tenant may always have its fair share: as many as the others who hold some. Beyond that
 * it may have what is free but for a reserve, so that others find a worker at once, however long its runs take.
 */
export class WorkerShares {
  readonly #workers: number;
  #reserve = 0;
  readonly #held = new Map<string, number>();
  #total = 0;

  /** @param tenants how many there are at all; a single one needs no reserve */
  constructor(workers: number, tenants: number) {
    this.#workers = workers;
    this.tenants = tenants;
  }

  /** How many tenants there are now. */
  set tenants(count: number) {
    this.#reserve = count > 1 ? Math.ceil(this.#workers * reservedShare) : 0;
  }

  /** Whether all workers are busy. */
  get isFull(): boolean {
    return this.#total >= this.#workers;
  }

  mayTake(tenant: string): boolean {
    if (this.isFull) return false;
    const held = this.#held.get(tenant) ?? 0;
    const tenants = this.#held.size + (held === 0 ? 1 : 0);
    if (held < Math.floor(this.#workers / tenants) && tenants > 1) return true;
    return this.#workers - this.#total > this.#reserve;
  }

  take(tenant: string): void {
    this.#held.set(tenant, (this.#held.get(tenant) ?? 0) + 1);
    this.#total++;
  }

  release(tenant: string): void {
    const left = (this.#held.get(tenant) ?? 1) - 1;
    if (left > 0) this.#held.set(tenant, left);
    else this.#held.delete(tenant);
    this.#total--;
  }
}
