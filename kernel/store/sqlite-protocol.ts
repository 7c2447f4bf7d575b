/** The messages between the store and its writer thread. Every request gets exactly one reply, in order. */

import type { AppendGroup } from './append-logs.ts';
import type { Group } from './group-commit.ts';
import type { LogEntry, StoreErrorCode } from './port.ts';

export type SqliteRequest =
  | { readonly type: 'open'; readonly directory: string; readonly readOnly: boolean }
  /** Asks for the next chunk of rows. */
  | { readonly type: 'read' }
  /** All is loaded and undamaged: writing begins. */
  | { readonly type: 'ready' }
  | { readonly type: 'write'; readonly group: Group }
  /** Asks how many of these rows are there, after the writer died over them. */
  | { readonly type: 'confirm'; readonly revisions: readonly number[]; readonly entries: AppendGroup }
  | { readonly type: 'entries'; readonly log: string; readonly from: number; readonly max: number }
  | { readonly type: 'erase'; readonly log: string; readonly sequences: readonly number[] }
  /** Removes at most `max` entries from the end of a log, and an empty log. */
  | { readonly type: 'remove'; readonly log: string; readonly max: number }
  /** Deletes rows so that nothing of them stays in the file. */
  | { readonly type: 'purge'; readonly revisions: readonly number[] }
  | { readonly type: 'close' };

export type SqliteReply =
  /** With `damage` the store can be read in part, and not written. */
  | {
      readonly type: 'opened';
      readonly compacted: number;
      readonly damage: Damage | undefined;
      /** The number of entries of each append-only log. */
      readonly ends: ReadonlyMap<string, number>;
    }
  | {
      readonly type: 'rows';
      readonly rows: Rows;
      readonly last: boolean;
      readonly damages: readonly Damage[];
    }
  | { readonly type: 'done' }
  | { readonly type: 'removed'; readonly left: number }
  | { readonly type: 'written'; readonly syncMs: number }
  | { readonly type: 'entries'; readonly entries: LogEntry[] }
  | { readonly type: 'confirmed'; readonly found: number }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/** Rows in revision order; the arrays run in parallel. */
export interface Rows {
  readonly revisions: number[];
  readonly types: number[];
  readonly keys: string[];
  readonly values: (string | Uint8Array)[];
}

/** A place of the log that cannot be read or does not hold what was written. */
export interface Damage {
  /** First and last revision concerned; equal for a single row. */
  readonly from: number;
  readonly to: number;
  /** The key, where it can be told. */
  readonly key: string | undefined;
  readonly reason: string;
}

/** A StoreError on its way between threads, where classes are lost. */
export interface Refusal {
  readonly code: StoreErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
}
