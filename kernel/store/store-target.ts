import type { LogEntry } from './port.ts';

/** An object as it is loaded: its value as text, or sealed for its key and revision. */
export interface LoadedObject {
  readonly key: string;
  readonly revision: number;
  readonly value: string | Uint8Array;
}

/**
 * An empty place that a whole store is loaded into: the state of every object at its revision, and the append-only logs.
 * Its engine refuses to open it until `finish` has made it complete, so that an interrupted load is never taken for one.
 */
export interface StoreTarget {
  /** Takes states of objects, each key and each revision once, in the order of their revisions. */
  putObjects(objects: readonly LoadedObject[]): void | Promise<void>;
  /** Takes the next entries of a log. */
  putEntries(log: string, entries: readonly LogEntry[]): void | Promise<void>;
  /**
   * Makes it complete, durably. History begins here.
   * @param revision the newest that was given out; not below that of any object
   */
  finish(revision: number): void | Promise<void>;
  /** Removes what was loaded, also after `finish`; the place is empty again. */
  remove(): void | Promise<void>;
  /** Gives up; what was loaded stays incomplete. Does nothing after `finish`. */
  close(): void | Promise<void>;
}
