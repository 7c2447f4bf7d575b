import type { Json, KubeObject } from '../model/object.ts';
import type { RunFailure } from './run-error.ts';

/** What an operation of a run is. */
export type OperationKind =
  | 'step'
  | 'exec'
  | 'sleep'
  | 'approval'
  | 'waitFor'
  | 'child'
  | 'compensation'
  | 'now'
  | 'random'
  /** Not an operation: that the run was cancelled, timed out or failed, which no replay may decide otherwise. */
  | 'interrupt';

/**
 * How far an operation is.
 *
 *   intent   the effect may have begun (only steps that must not be repeated)
 *   retry    an attempt failed, the next one comes at `untilMs`
 *   waiting  parked: for a time, an approval, an object or another run
 *   done     `result` is what it answers with in every replay
 *   failed   `error` likewise
 */
export type EntryState = 'intent' | 'retry' | 'waiting' | 'done' | 'failed';

/** What is journaled of one operation. Instants are milliseconds since the Unix epoch. */
export interface JournalEntry {
  /** Place in the journal; part of the store key. */
  readonly seq: number;
  readonly kind: OperationKind;
  /** Unique in the run: the second operation of a name is `name#2`. */
  readonly name: string;
  state: EntryState;
  /** Place in the order in which results were handed to the function; a replay keeps to it. */
  order?: number;
  /** Attempts that were made. */
  attempt?: number;
  startedAtMs?: number;
  finishedAtMs?: number;
  /** When a waiting operation goes on, or gives up. */
  untilMs?: number;
  result?: Json;
  error?: RunFailure;
  /** Whether a compensation has to run when the run fails. */
  compensable?: boolean;
  /** Of an approval: what approvals have to name, and what was asked for. */
  demand?: { digest: string; groups: readonly string[]; count: number; message: string };
  /** Of a child: the name of the run that was started. */
  child?: { name: string; definition: string };
}

/** Whether the function has, or can have, the outcome of an operation. */
export function isSettled(entry: JournalEntry): boolean {
  return entry.state === 'done' || entry.state === 'failed';
}

/** Prefix of the journal of one run. Uids are unique, so namespaces need not be named. */
export function journalPrefix(tenant: string, runUid: string): string {
  return `${tenant}/plinth.dev/runjournals/${runUid}/`;
}

/** Pattern of the journals of every tenant: what steps led to may be secret, so it is sealed on the disk. */
export const sealedJournalBucket = '*/plinth.dev/runjournals/';

/** Bucket of all journals of a tenant: an internal one, which the API does not serve and whose values are sealed. */
export function journalBucket(tenant: string): string {
  return `${tenant}/plinth.dev/runjournals/`;
}

/** Store key of an entry; keys sort by `seq`. */
export function entryKey(tenant: string, runUid: string, seq: number): string {
  return `${journalPrefix(tenant, runUid)}${String(seq).padStart(5, '0')}`;
}

/** Reads an entry that this program has written. @throws SyntaxError when the text is damaged */
export function parseEntry(text: string): JournalEntry {
  const value: unknown = JSON.parse(text);
  if (!isEntry(value)) throw new SyntaxError(`not an entry of a journal: ${text.slice(0, 80)}`);
  return value;
}

function isEntry(value: unknown): value is JournalEntry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'seq' in value &&
    typeof value.seq === 'number' &&
    'name' in value &&
    typeof value.name === 'string' &&
    'state' in value &&
    'kind' in value
  );
}

/** An object as an operation answers with it: without what only the API server needs. */
export function plainObject(object: KubeObject): KubeObject {
  const { managedFields: _m, ...metadata } = object.metadata;
  return { ...object, metadata };
}
