import { randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../ports/clock.ts';
import { describeDamage } from './damage.ts';
import { type DataFiles, dataFiles, ownerOf, prepareDirectory, sizeOf } from './data-directory.ts';
import { damagesListed, loadChunkBytes } from './limits.ts';
import type { LogEntry, StoreError } from './port.ts';
import { EntryTable } from './sqlite-entries.ts';
import { openRefusal } from './sqlite-errors.ts';
import { openForReading, openMeta, probeLock, schemaVersion } from './sqlite-file.ts';
import type { Damage } from './sqlite-protocol.ts';
import { checkStructure, LogScan } from './sqlite-scan.ts';
import { checkWal } from './wal-check.ts';

/** What is known of a data directory. Fields that the state of the store keeps from being known are absent. */
export interface StoreInspection {
  readonly directory: string;
  /** Bytes of the database and its log. */
  readonly diskBytes: number;
  /** The process that has the store open, if one has and it left its id. */
  readonly ownerPid?: number;
  readonly schemaVersion?: number;
  readonly storeId?: string;
  readonly revision?: number;
  readonly compactedRevision?: number;
  readonly objects?: number;
  /** Median milliseconds of one small write with its sync beside the database; absent without the right to write. */
  readonly syncMs?: number;
  /** Each thing that is wrong, in words; empty when the store is sound or was not examined. */
  readonly problems: readonly StoreProblem[];
  /** Whether the content was examined: not while another process has the store open. */
  readonly examined: boolean;
}

/** The append-only logs of a store that is examined. */
export interface InspectedLogs {
  /** The number of entries of each log. */
  readonly ends: ReadonlyMap<string, number>;
  /** @throws StoreError `damaged` */
  read(log: string, from: number, max: number): LogEntry[];
}

export interface StoreProblem {
  readonly code: 'locked' | 'newer' | 'damaged' | 'permission' | 'read-only';
  readonly message: string;
  readonly hint: string | undefined;
  /** For `damaged`: where. */
  readonly damage?: Damage;
}

/**
 * Examines a data directory without changing the store: every page, every checksum, version, size, speed of the disk.
 * The content is examined on a copy in the directory for temporary files, because SQLite writes even to read.
 * @param directory the data directory.
 * @param logs is shown the append-only logs when the content is examined.
 */
export function inspectStore(
  directory: string,
  logs: (found: InspectedLogs) => void = () => undefined,
): StoreInspection {
  const files = dataFiles(resolve(directory));
  const known = { directory: files.directory, diskBytes: sizeOf(files.database) + sizeOf(files.log) };
  const owner = ownerOf(files);
  const ownerPid = owner === undefined ? {} : { ownerPid: owner };
  try {
    prepareDirectory(files, true);
    probeLock(files);
  } catch (error) {
    return {
      ...known,
      ...ownerPid,
      problems: [problemOf(openRefusal(error, files.directory, owner))],
      examined: false,
    };
  }
  const copy = mkdtempSync(join(tmpdir(), 'plinth-inspect-'));
  try {
    const copied = dataFiles(copy);
    copyFileSync(files.database, copied.database);
    if (existsSync(files.log)) copyFileSync(files.log, copied.log);
    const logDamage = checkWal(copied.log);
    const damages = logDamage === undefined ? [] : [logDamage];
    return { ...known, ...measureSync(files), ...examine(files, copied, damages, logs), examined: true };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

type Examined = Pick<
  StoreInspection,
  'schemaVersion' | 'storeId' | 'revision' | 'compactedRevision' | 'objects' | 'problems'
>;

function examine(
  files: DataFiles,
  copied: DataFiles,
  found: readonly Damage[],
  logs: (found: InspectedLogs) => void,
): Examined {
  let database: DatabaseSync | undefined;
  try {
    database = openForReading(copied);
    const { compacted, ...meta } = openMeta(database, copied, false);
    const damages: Damage[] = [...found];
    const objects = new Set<string>();
    let revision = compacted;
    const scan = new LogScan(database);
    for (let last = false; !last; ) {
      const chunk = scan.chunk(loadChunkBytes);
      last = chunk.last;
      for (const damage of chunk.damages) if (damages.length < damagesListed) damages.push(damage);
      for (const [i, key] of chunk.rows.keys.entries()) {
        if (chunk.rows.types[i] === 1) objects.delete(key);
        else objects.add(key);
      }
      revision = Math.max(revision, chunk.rows.revisions.at(-1) ?? 0);
    }
    damages.push(...checkStructure(database, 'all'));
    const problems = damages.map(damageProblem);
    // A store of an older version has no logs yet.
    if (meta.schemaVersion === schemaVersion) showLogs(database, logs);
    return { ...meta, revision, compactedRevision: compacted, objects: objects.size, problems };
  } catch (error) {
    const refusal = openRefusal(error, files.directory, undefined);
    const message = refusal.message.replaceAll(copied.directory, files.directory);
    return { problems: [...found.map(damageProblem), { ...problemOf(refusal), message }] };
  } finally {
    database?.close();
  }
}

function showLogs(database: DatabaseSync, logs: (found: InspectedLogs) => void): void {
  const table = new EntryTable(database);
  logs({ ends: table.ends(), read: (log, from, max) => table.read(log, from, max) });
}

const restore = 'stop the server, keep the damaged files, and restore the newest backup';

function damageProblem(damage: Damage): StoreProblem {
  return { code: 'damaged', message: describeDamage(damage), hint: restore, damage };
}

function problemOf(error: StoreError): StoreProblem {
  const { code, message, hint } = error;
  switch (code) {
    case 'locked':
    case 'newer':
    case 'permission':
    case 'read-only':
      return { code, message, hint };
    default:
      return { code: 'damaged', message, hint };
  }
}

/** Median of a few small synced writes to a file of its own beside the database. */
function measureSync(files: DataFiles): { syncMs?: number } {
  const path = join(files.directory, `sync-probe-${process.pid}`);
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch {
    return {}; // No right to write here, or no space: that is found and named elsewhere.
  }
  try {
    const times: number[] = [];
    const block = randomBytes(4_096);
    for (let i = 0; i < 9; i++) {
      const start = systemClock.monotonic();
      writeSync(file, block);
      fsyncSync(file);
      times.push(systemClock.monotonic() - start);
    }
    return { syncMs: times.sort((a, b) => a - b)[4] ?? 0 };
  } catch {
    return {};
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}
