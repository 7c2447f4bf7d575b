import type { Fence } from './fence.ts';

/** What a process is there for. */
export type Role = 'api' | 'controllers' | 'workers';

/** A part of the work that is done by one process at a time. */
export interface Unit {
  /** Lower case letters, digits, `-` and `.`; the same on all processes. */
  readonly name: string;
  /** Which processes may do it. */
  readonly role: Exclude<Role, 'api'>;
}

/** Somebody who does the work of a unit in this process. */
export interface UnitWork {
  /** This process owns the unit: the work begins. Every write for it goes under the fence; without one nobody else could own it. */
  begin(fence: Fence | undefined): void;
  /**
   * Another process is to have the unit: ends the work in good order.
   * @returns false when it cannot end soon and goes on instead; the process is asked again later
   */
  yield(): Promise<boolean>;
  /** The unit is lost: all work for it ends at once, and writes nothing. */
  abandon(): void;
}

/** Says which parts of the work are this process's. */
export interface Ownership {
  /**
   * Offers to do the work of a unit. Several may offer to do it; all of them begin, and end, together.
   * @returns what takes the offer back; whoever does so has ended the work before
   */
  join(unit: Unit, work: UnitWork): () => void;
}

/** The ownership of a process that is alone: everything is its own, and no record says so. */
export const soleOwnership: Ownership = {
  join(_unit, work) {
    work.begin(undefined);
    return () => undefined;
  },
};
