import { finishingMax } from './limits.ts';
import type { Ticket } from './ticket.ts';
import { WorkerShares } from './worker-shares.ts';

/** Who is under way: runs that hold a worker, and those of which only the end is being written. */
export class WorkerRoom {
  readonly active = new Set<Ticket>();
  readonly #shares: WorkerShares;
  #finishing = 0;

  constructor(workers: number, tenants: number) {
    this.#shares = new WorkerShares(workers, tenants);
  }

  set tenants(count: number) {
    this.#shares.tenants = count;
  }

  /** Whether nothing may begin now. */
  get isFull(): boolean {
    return this.#shares.isFull || this.#finishing >= finishingMax;
  }

  /** Runs under way, those that only end included. */
  get size(): number {
    return this.active.size + this.#finishing;
  }

  mayTake(tenant: string): boolean {
    return this.#shares.mayTake(tenant);
  }

  /** A run gets a worker. */
  enter(ticket: Ticket): void {
    this.active.add(ticket);
    this.#shares.take(ticket.tenant);
  }

  /** Frees the worker of a run of which only the end is to be written. @returns false when it has none */
  finish(ticket: Ticket): boolean {
    if (!this.active.has(ticket)) return false;
    this.leave(ticket);
    ticket.isFinishing = true;
    this.#finishing++;
    return true;
  }

  /** A run is not under way any more: its worker is free, or the room of its last commit. */
  leave(ticket: Ticket): void {
    if (ticket.isFinishing) {
      ticket.isFinishing = false;
      this.#finishing--;
    }
    if (this.active.delete(ticket)) this.#shares.release(ticket.tenant);
  }
}
