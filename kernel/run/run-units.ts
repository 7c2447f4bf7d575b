import type { Fence } from '../cluster/fence.ts';
import { runUnits } from '../cluster/limits.ts';
import type { Ownership } from '../cluster/ownership.ts';
import type { Clock } from '../ports/clock.ts';
import { drainMsMax, drainPollMs } from './limits.ts';
import type { Ticket } from './ticket.ts';

/** What the engine does about the runs of a unit. */
export interface RunUnitWork {
  /** Some units have become this process's: their runs are to be taken up. */
  begun(): void;
  /** The runs of a unit that the engine knows. */
  ticketsOf(unit: number): readonly Ticket[];
  /** A run that was held back may go on. */
  resume(ticket: Ticket): void;
  /** A run is another process's: what is under way for it ends, and writes nothing. */
  drop(ticket: Ticket): void;
}

/** Which runs are this process's. They are divided in units by their uids. */
export class RunUnits {
  readonly #ownership: Ownership;
  readonly #clock: Clock;
  readonly #work: RunUnitWork;
  readonly #fences = new Map<number, Fence | undefined>();
  readonly #draining = new Set<number>();
  /** What is under way for dropped runs until it has ended, by their uids. */
  readonly #ending = new Map<string, Promise<void>>();
  #leaves: (() => void)[] = [];

  constructor(ownership: Ownership, clock: Clock, work: RunUnitWork) {
    this.#ownership = ownership;
    this.#clock = clock;
    this.#work = work;
  }

  /** Offers to carry runs out. */
  join(): void {
    for (let unit = 0; unit < runUnits; unit++) {
      const leave = this.#ownership.join(
        { name: `runs.${unit.toString(16)}`, role: 'workers' },
        {
          begin: (fence) => {
            this.#fences.set(unit, fence);
            this.#work.begun();
          },
          yield: async () => {
            if (!(await this.#drain(unit))) return false;
            this.#drop(unit);
            return true;
          },
          abandon: () => this.#drop(unit),
        },
      );
      this.#leaves.push(leave);
    }
  }

  /** Takes the offer back; the work has been ended before. */
  leave(): void {
    for (const leave of this.#leaves.splice(0)) leave();
    this.#fences.clear();
  }

  owns(runUid: string): boolean {
    return this.#fences.has(unitOf(runUid));
  }

  /** The fence of a run; undefined when it needs none, or is not this process's. */
  fenceOf(runUid: string): Fence | undefined {
    return this.#fences.get(unitOf(runUid));
  }

  /**
   * Keeps a run from beginning here: it is to go to another process, or what was under way when it was this process's
   * before has still to end.
   *
   * @param resume called when it may begin, unless the ticket is resumed or dropped first
   * @returns whether it has to wait; its state says so
   */
  holdBack(ticket: Ticket, resume: () => void): boolean {
    if (this.#draining.has(unitOf(ticket.uid))) {
      ticket.state = 'held';
      return true;
    }
    const ending = this.#ending.get(ticket.uid);
    if (!ending) return false;
    ticket.state = 'parked';
    void ending.then(resume);
    return true;
  }

  /**
   * Lets what is under way for a unit come to its end, so that another process can have it.
   * @returns false when that would take too long: nothing is ended only because work is shared out anew
   */
  async #drain(unit: number): Promise<boolean> {
    const clock = this.#clock;
    const untilMs = clock.monotonic() + drainMsMax;
    this.#draining.add(unit);
    for (;;) {
      const tickets = this.#work.ticketsOf(unit);
      const active = tickets.filter(({ invocation, state }) => invocation || state === 'active');
      if (active.length === 0) return true;
      const isLong = active.some(({ beganAtMs }) => clock.monotonic() - beganAtMs > drainMsMax);
      if (isLong || clock.monotonic() >= untilMs) break;
      await new Promise<void>((resolve) => clock.after(drainPollMs, resolve));
    }
    this.#draining.delete(unit);
    for (const ticket of this.#work.ticketsOf(unit)) this.#work.resume(ticket);
    return false;
  }

  #drop(unit: number): void {
    this.#fences.delete(unit);
    this.#draining.delete(unit);
    for (const ticket of this.#work.ticketsOf(unit)) {
      const { uid, invocation } = ticket;
      this.#work.drop(ticket);
      if (!invocation) continue;
      const ending = invocation.settled().finally(() => {
        if (this.#ending.get(uid) === ending) this.#ending.delete(uid);
      });
      this.#ending.set(uid, ending);
    }
  }
}

/** The unit of a run, from 0 to `runUnits` - 1. */
export function unitOf(runUid: string): number {
  let sum = 0;
  for (let i = 0; i < runUid.length; i++) sum += runUid.charCodeAt(i);
  return sum % runUnits;
}
