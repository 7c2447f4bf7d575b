import type { Image } from '../image.ts';
import { ImageLoader, type Loaded } from '../image-loader.ts';
import type { StoreCipher } from '../port.ts';
import { StoredState } from '../stored-state.ts';
import { chunkBytes, chunkRowsMax } from './limits.ts';
import { columnsOf, type RawState, stateColumns, stateOf } from './rows.ts';
import { numberIn, type PostgresSession, type Row, textIn } from './session.ts';

/** The row of `plinth.meta`: where the database stands. */
export interface Head {
  readonly version: number;
  readonly storeId: string;
  readonly head: number;
  readonly compacted: number;
  readonly number: number;
  readonly purged: number;
  readonly removed: number;
}

/** Columns of `plinth.meta`, in the order that `headOf` expects. */
export const headColumns = 'version, store_id::text, head, compacted, number, purged, removed';

/** Reads the columns of `plinth.meta`, which come first in a row. */
export function headOf(row: Row | undefined): Head {
  return {
    version: numberIn(row, 0),
    storeId: textIn(row, 1),
    head: numberIn(row, 2),
    compacted: numberIn(row, 3),
    number: numberIn(row, 4),
    purged: numberIn(row, 5),
    removed: numberIn(row, 6),
  };
}

/** A database at one instant, without its objects. */
export interface Snapshot {
  readonly head: Head;
  /** The number of entries of each log. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Fills an empty image with all that is in the database at one instant. */
export async function loadImage(
  session: PostgresSession,
  image: Image,
  cipher: StoreCipher | undefined,
): Promise<Snapshot & { readonly loaded: Loaded }> {
  let loader: ImageLoader | undefined;
  const snapshot = await readSnapshot(session, ({ head }) => {
    const begun = new ImageLoader(image, head.compacted, cipher);
    loader = begun;
    return (states) => begun.take(columnsOf(states));
  });
  const loaded = loader?.finish();
  if (loaded === undefined) throw new Error('a snapshot was read without being begun');
  // Revisions that were given out and whose rows are gone, such as those of a tenant that was purged.
  image.advance(snapshot.head.head);
  return { ...snapshot, loaded };
}

/** A row that nothing needs once the history begins at revision `at`. */
export interface Superseded {
  readonly revision: number;
  readonly at: number;
}

/** Reads the present state of all objects, and which rows of the history came before it. */
export async function loadStates(
  session: PostgresSession,
  cipher: StoreCipher | undefined,
): Promise<Snapshot & { readonly states: Map<string, StoredState>; readonly superseded: Superseded[] }> {
  const states = new Map<string, StoredState>();
  const superseded: Superseded[] = [];
  const snapshot = await readSnapshot(session, ({ head }) => (chunk) => {
    for (const state of chunk) {
      const { key, revision: at } = state;
      const before = states.get(key);
      if (before !== undefined && at > head.compacted) superseded.push({ revision: before.revision, at });
      if (state.type === 1) {
        states.delete(key);
        if (at > head.compacted) superseded.push({ revision: at, at });
      } else {
        states.set(key, openState(state, cipher));
      }
    }
  });
  return { ...snapshot, states, superseded };
}

/**
 * The state of a row.
 * @throws what the cipher throws when the value was not sealed for this object, or with another key
 */
export function openState({ key, revision, value }: RawState, cipher: StoreCipher | undefined): StoredState {
  if (typeof value === 'string') return new StoredState(key, value, revision);
  if (cipher === undefined) throw new Error('no key for sealed values was given');
  return new StoredState(key, cipher.open(key, revision, value), revision);
}

/** Reads all rows of the log in one snapshot: the server prepares the next chunk while this takes in the last. */
async function readSnapshot(
  session: PostgresSession,
  begin: (snapshot: Snapshot) => (states: RawState[]) => void,
): Promise<Snapshot> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const head = headOf(await session.row(`SELECT ${headColumns} FROM plinth.meta`));
  const logs = await session.query('SELECT name, ended FROM plinth.logs WHERE ended > 0');
  const snapshot = { head, ends: new Map(logs.rows.map((row) => [textIn(row, 0), numberIn(row, 1)])) };
  const take = begin(snapshot);
  await session.query(
    `DECLARE states NO SCROLL CURSOR FOR SELECT ${stateColumns} FROM plinth.states ORDER BY revision`,
  );
  let rowsMax = 100;
  let next = session.query(`FETCH ${rowsMax} FROM states`);
  for (;;) {
    const { rows } = await next;
    if (rows.length === 0) break;
    const states = rows.map((row) => stateOf(row, 0));
    rowsMax = chunkRows(states);
    next = session.query(`FETCH ${rowsMax} FROM states`);
    // Whoever gets an error here gets it again where the answer is awaited.
    next.catch(() => {
      // It is thrown by the next round.
    });
    take(states);
  }
  await session.query('COMMIT');
  return snapshot;
}

/** How many rows are about one chunk, going by the last one. */
function chunkRows(states: readonly RawState[]): number {
  let bytes = 0;
  for (const { key, value } of states) bytes += key.length + value.length;
  const fitting = Math.floor((chunkBytes * states.length) / Math.max(bytes, 1));
  // Twice as many at the most: one small chunk says little about the next.
  return Math.min(Math.max(fitting, 1), 2 * states.length, chunkRowsMax);
}
