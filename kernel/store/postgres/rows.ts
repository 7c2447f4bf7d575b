import type { LogEntry } from '../port.ts';
import type { Rows } from '../sqlite-protocol.ts';
import { numberIn, type Row, textIn } from './session.ts';

/** Columns of a state, in the order that `stateOf` expects. */
export const stateColumns = 'revision, type, key, value, sealed';

/** A state as a row has it; the value is bytes where it is sealed. */
export interface RawState {
  readonly revision: number;
  readonly type: number;
  readonly key: string;
  readonly value: string | Uint8Array;
}

/**
 * Reads the columns of a state.
 * @param at the column where they begin
 * @throws TypeError when a column has another type
 */
export function stateOf(row: Row, at: number): RawState {
  const [revision, type, key, value, sealed] = row.slice(at, at + 5);
  const content = value ?? sealed;
  if (
    typeof revision === 'number' &&
    typeof type === 'number' &&
    typeof key === 'string' &&
    (typeof content === 'string' || content instanceof Uint8Array)
  ) {
    return { revision, type, key, value: content };
  }
  throw new TypeError(`a row of plinth.states at revision ${String(revision)} has a column of a wrong type`);
}

/** Rows side by side, as a loader takes them. */
export function columnsOf(states: readonly RawState[]): Rows {
  return {
    revisions: states.map(({ revision }) => revision),
    types: states.map(({ type }) => type),
    keys: states.map(({ key }) => key),
    values: states.map(({ value }) => value),
  };
}

/**
 * Reads the columns sequence, value and opening of an entry.
 * @param at the column where they begin
 */
export function entryOf(row: Row, at: number): LogEntry {
  const sequence = numberIn(row, at);
  const value = textIn(row, at + 1);
  const opening = row[at + 2];
  return typeof opening === 'string' ? { sequence, value, opening } : { sequence, value };
}
