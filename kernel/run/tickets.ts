import type { Objects } from '../api/objects.ts';
import { unitOf } from './run-units.ts';
import type { Ticket } from './ticket.ts';

/** All runs that the engine knows and that have not ended. */
export class Tickets {
  readonly #byKey = new Map<string, Ticket>();
  readonly #uids = new Set<string>();

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): Ticket | undefined {
    return this.#byKey.get(key);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Whether a run of this uid is among them. */
  hasUid(uid: string): boolean {
    return this.#uids.has(uid);
  }

  add(ticket: Ticket): void {
    this.#byKey.set(ticket.key, ticket);
    this.#uids.add(ticket.uid);
  }

  remove(ticket: Ticket): void {
    if (this.#byKey.get(ticket.key) === ticket) this.#byKey.delete(ticket.key);
    this.#uids.delete(ticket.uid);
  }

  ofObjects(objects: Objects): Ticket[] {
    return this.#those((ticket) => ticket.objects === objects);
  }

  ofTenant(tenant: string): Ticket[] {
    return this.#those((ticket) => ticket.tenant === tenant);
  }

  ofUnit(unit: number): Ticket[] {
    return this.#those(({ uid }) => unitOf(uid) === unit);
  }

  parked(): number {
    let count = 0;
    for (const { state } of this.#byKey.values()) if (state === 'parked') count++;
    return count;
  }

  #those(belongs: (ticket: Ticket) => boolean): Ticket[] {
    return [...this.#byKey.values()].filter(belongs);
  }
}
