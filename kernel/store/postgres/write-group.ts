import type { StagedEntry } from '../append-logs.ts';
import type { Change } from '../image.ts';
import type { Draft } from './draft.ts';
import { pieceBytesMax } from './limits.ts';
import { isRefusedByServer } from './refusals.ts';
import type { Answer, PostgresSession, Statement } from './session.ts';

/** A group that is ready to be written. */
export interface PostgresGroup {
  /** Its number, one more than that of the group before it, whoever wrote that. */
  readonly number: number;
  readonly draft: Draft;
  /** Where the history begins from now on; undefined when that stays as it is. */
  readonly compacted: number | undefined;
}

/** What became of a group: `unknown` when the connection was lost over it. */
export type GroupOutcome =
  | { readonly is: 'committed' }
  | { readonly is: 'refused'; readonly cause: unknown }
  | { readonly is: 'unknown'; readonly cause: unknown };

const insertStates = `
  INSERT INTO plinth.states (revision, type, key, value, sealed)
  SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::bytea[])`;

/**
 * All of a small group in one statement. A log that is new gets its number from the statement itself, so the entries are
 * joined with what is returned for the logs, which the table does not show yet.
 */
const writeStatement: Statement = {
  name: 'plinth_write',
  text: `
    WITH new_states AS (${insertStates}
    ), ended AS (
      INSERT INTO plinth.logs (name, ended, changed)
      SELECT name, ended, $10::bigint FROM unnest($11::text[], $12::bigint[]) AS n (name, ended)
      ON CONFLICT (name) DO UPDATE SET ended = excluded.ended, changed = excluded.changed
      RETURNING number, name
    ), new_entries AS (
      INSERT INTO plinth.entries (log, sequence, value, opening)
      SELECT ended.number, n.sequence, n.value, n.opening
      FROM unnest($6::text[], $7::bigint[], $8::text[], $9::text[]) AS n (log, sequence, value, opening)
      JOIN ended ON ended.name = n.log
    ), writer AS (
      INSERT INTO plinth.writers (id, number) VALUES ($13::uuid, $10::bigint)
      ON CONFLICT (id) DO UPDATE SET number = excluded.number, at = now()
    )
    UPDATE plinth.meta SET head = $14, number = $10::bigint, compacted = coalesce($15::bigint, compacted)`,
};

/** What a large group has beyond its first pieces. */
const statesStatement: Statement = { name: 'plinth_write_states', text: insertStates };
const entriesStatement: Statement = {
  name: 'plinth_write_entries',
  text: `
    INSERT INTO plinth.entries (log, sequence, value, opening)
    SELECT l.number, n.sequence, n.value, n.opening
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS n (log, sequence, value, opening)
    JOIN plinth.logs l ON l.name = n.log`,
};

/**
 * Writes a group and commits it, in one round trip unless it is large. The session holds the write lock.
 *
 * A large group goes piece by piece: the server counts the time until it has read a statement whole as silence, and would
 * end the session over one that takes too long to be made and to arrive.
 * @param writer the process that writes, so that it can find out later whether the group got there
 */
export async function writeGroup(
  session: PostgresSession,
  group: PostgresGroup,
  writer: string,
): Promise<GroupOutcome> {
  const { changes, sealed, entries } = group.draft;
  const states = changes.map((change, i) => ({ change, sealed: sealed[i] }));
  const [firstStates = [], ...moreStates] = piecesOf(states, ({ change }) => change.state.value.length);
  const [firstEntries = [], ...moreEntries] = piecesOf(
    entries,
    ({ value, opening }) => value.length + (opening?.length ?? 0),
  );
  const write = (): Promise<Answer> =>
    session.query(writeStatement, [
      ...stateColumnsOf(firstStates),
      ...entryColumnsOf(firstEntries),
      ...headValuesOf(group, writer),
    ]);
  if (moreStates.length === 0 && moreEntries.length === 0) return commit(session, [write()]);
  try {
    await write();
    for (const piece of moreStates) await session.query(statesStatement, stateColumnsOf(piece));
    for (const piece of moreEntries) await session.query(entriesStatement, entryColumnsOf(piece));
  } catch (cause) {
    // Nobody has asked for a commit, so there is none, whatever became of the session.
    session.query('ROLLBACK').catch(() => {
      // It is lost, and its transaction with it.
    });
    return { is: 'refused', cause };
  }
  return commit(session, []);
}

async function commit(session: PostgresSession, writing: readonly Promise<Answer>[]): Promise<GroupOutcome> {
  const [ended, ...written] = await Promise.allSettled([session.query('COMMIT'), ...writing]);
  if (ended.status === 'rejected') {
    const cause: unknown = ended.reason;
    return { is: isRefusedByServer(cause) ? 'refused' : 'unknown', cause };
  }
  // A transaction with a statement that failed is rolled back by its COMMIT.
  const failed = written.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') return { is: 'refused', cause: failed.reason };
  if (ended.value.command === 'COMMIT') return { is: 'committed' };
  return { is: 'refused', cause: new Error(`COMMIT was answered with ${ended.value.command}`) };
}

/** Cuts a list into pieces of a bounded size, of at least one item each. */
function piecesOf<Item>(items: readonly Item[], sizeOf: (item: Item) => number): Item[][] {
  const pieces: Item[][] = [];
  let piece: Item[] = [];
  let size = 0;
  for (const item of items) {
    const own = sizeOf(item);
    if (piece.length > 0 && size + own > pieceBytesMax) {
      pieces.push(piece);
      piece = [];
      size = 0;
    }
    piece.push(item);
    size += own;
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

interface WrittenState {
  readonly change: Change;
  readonly sealed: Uint8Array | undefined;
}

function stateColumnsOf(states: readonly WrittenState[]): unknown[] {
  return [
    states.map(({ change }) => change.state.revision),
    states.map(({ change }) => (change.type === 'delete' ? 1 : 0)),
    states.map(({ change }) => change.state.key),
    states.map(({ change, sealed }) => (sealed === undefined ? change.state.value : null)),
    states.map(({ sealed }) => (sealed === undefined ? null : Buffer.from(sealed))),
  ];
}

function entryColumnsOf(entries: readonly StagedEntry[]): unknown[] {
  return [
    entries.map(({ log }) => log),
    entries.map(({ sequence }) => sequence),
    entries.map(({ value }) => value),
    entries.map(({ opening }) => opening ?? null),
  ];
}

function headValuesOf({ number, draft, compacted }: PostgresGroup, writer: string): unknown[] {
  const ends = new Map(draft.entries.map(({ log, sequence }) => [log, sequence + 1]));
  return [number, [...ends.keys()], [...ends.values()], writer, draft.revision, compacted ?? null];
}
