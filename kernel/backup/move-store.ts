import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from '@plinth/tlog';
import type { Random } from '../ports/random.ts';
import { type Logs, type Store, type StoreCipher, StoreError } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { LoadedObject, StoreTarget } from '../store/store-target.ts';
import { openStoreCipher } from '../store-cipher.ts';
import { BackupError, mismatch } from './backup-error.ts';
import { requireEqual, type StoreSum, sumOf, sumOfSnapshot } from './compare-store.ts';
import { requireWhole } from './data-place.ts';
import { entriesPerRead, partBytes } from './limits.ts';
import { LogTree } from './log-tree.ts';
import { markMoved, requireNotMoved } from './moved-mark.ts';
import { type FilePlaces, signedCheckpoints, signedHeads } from './private-files.ts';
import { inRevisionOrder, type StoreSnapshot, takeSnapshot } from './snapshot.ts';
import type { StorePlace } from './store-place.ts';

/** What is moved, and where to. */
export interface MoveOptions extends FilePlaces {
  readonly to: StorePlace;
  /** The place in words, without a password. */
  readonly title: string;
  readonly random: Random;
}

/** The proof that nothing has changed: what both stores came to. */
export interface Moved extends StoreSum {
  readonly revision: number;
  /** What was signed about the audit logs, by the names of the logs; it holds for the entries at their new place. */
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  /** Whether the store was there already, from a move that ended before it could say so. */
  readonly wasThere: boolean;
}

/**
 * Moves the store of a data directory that nobody uses to another place: every object at its revision, sealed values
 * sealed with the same keys, every log with its openings. History begins at the revision of the move. Both stores are
 * then read in full and compared.
 *
 * Interrupted, it can be repeated. Afterwards the directory is refused by a start without the new place; its store stays
 * as it was.
 * @throws StoreError `locked` when the store is in use, or the place holds another one; BackupError; KeyError
 */
export async function moveStore(options: MoveOptions): Promise<Moved> {
  const { dataDirectory, keysDirectory, random, to, title } = options;
  requireWhole(dataDirectory);
  requireNotMoved(dataDirectory);
  requireKeys(keysDirectory);
  const cipher = openStoreCipher(keysDirectory, random);
  const checkpoints = signedCheckpoints(signedHeads(options).flatMap(({ files }) => files));
  const source = await openSqliteStore({ directory: join(dataDirectory, 'store'), cipher });
  try {
    const { writable, cause, hint } = source.health();
    if (!writable)
      throw new StoreError('read-only', cause ?? 'the store is damaged', hint === undefined ? {} : { hint });
    const snapshot = takeSnapshot(source);
    const expected = await sumOfSnapshot(snapshot, source.logs, none);
    await requireSigned(source.logs, snapshot, checkpoints);
    const target = await emptyPlace(to);
    try {
      if (target) await load(target, snapshot, source.logs, cipher);
      await compare(await to.open(cipher), snapshot, expected, target === undefined);
    } catch (error) {
      await target?.remove();
      throw error;
    }
    await target?.close();
    markMoved(dataDirectory, title);
    return { ...expected, revision: snapshot.revision, checkpoints, wasThere: target === undefined };
  } finally {
    await source.close();
  }
}

const none = (): boolean => false;

function requireKeys(keysDirectory: string): void {
  if (existsSync(join(keysDirectory, 'keys'))) return;
  throw mismatch(`${keysDirectory} has no keys, without which what is sealed cannot be moved`);
}

/** Undefined when a store is there already: whether it is the same is then compared. */
async function emptyPlace(to: StorePlace): Promise<StoreTarget | undefined> {
  try {
    return await to.load();
  } catch (error) {
    if (error instanceof StoreError && error.code === 'locked') return undefined;
    throw error;
  }
}

async function load(
  target: StoreTarget,
  snapshot: StoreSnapshot,
  logs: Logs,
  cipher: StoreCipher,
): Promise<void> {
  const { ends, revision } = snapshot;
  let batch: LoadedObject[] = [];
  let chars = 0;
  for (const object of await inRevisionOrder(snapshot)) {
    const { key, revision: at, value } = object;
    batch.push(cipher.covers(key) ? { key, revision: at, value: cipher.seal(key, at, value) } : object);
    chars += value.length;
    if (chars < partBytes) continue;
    await target.putObjects(batch);
    batch = [];
    chars = 0;
  }
  if (batch.length > 0) await target.putObjects(batch);
  for (const [log, end] of ends) {
    for (let from = 0; from < end; ) {
      const entries = await logs.read(log, from, Math.min(entriesPerRead, end - from));
      if (entries.length === 0) throw mismatch(`the log ${log} ends at ${from} and not at ${end}`);
      await target.putEntries(log, entries);
      from += entries.length;
    }
  }
  await target.finish(revision);
}

/** The entries that are moved are those that were signed. */
async function requireSigned(
  logs: Logs,
  { ends }: StoreSnapshot,
  checkpoints: ReadonlyMap<string, Checkpoint>,
): Promise<void> {
  for (const [log, checkpoint] of checkpoints) {
    const end = ends.get(log) ?? 0;
    const tree = new LogTree(log, checkpoint);
    while (tree.size < Math.min(end, checkpoint.size)) {
      tree.add(await logs.read(log, tree.size, Math.min(entriesPerRead, checkpoint.size - tree.size)));
    }
    tree.end();
  }
}

async function compare(
  store: Store,
  { revision }: StoreSnapshot,
  expected: StoreSum,
  wasThere: boolean,
): Promise<void> {
  try {
    const { writable, cause } = store.health();
    if (!writable) throw mismatch(cause ?? 'the store at its new place cannot be written');
    if (store.revision !== revision)
      throw mismatch(`it is at revision ${store.revision}, expected ${revision}`);
    requireEqual(await sumOf(store, none), expected);
  } catch (error) {
    if (!wasThere || !(error instanceof BackupError)) throw error;
    throw new StoreError('locked', `there is another store already: ${error.message}`, {
      hint: 'name an empty database; nothing was changed',
      cause: error,
    });
  } finally {
    await store.close();
  }
}
