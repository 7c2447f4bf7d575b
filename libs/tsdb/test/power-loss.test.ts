import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { test } from 'node:test';
import { Database, type LogFileSystem } from '../src/index.ts';
import { everything, refOf, samplesOf, TemporaryDirectory } from './database-fixture.ts';

/** A disk that forgets what was not synced, and may fail. */
class Disk {
  readonly #sizes = new Map<number, { path: string; synced: number }>();
  readonly #syncedSizes = new Map<string, number>();
  failure: Error | undefined;
  syncs = 0;
  /** Syncs wait here while the disk is slow. */
  held: (() => void)[] | undefined;

  readonly files: LogFileSystem = {
    ...fs,
    openSync: (path, flags) => {
      const file = fs.openSync(path, flags);
      if (flags.startsWith('w')) {
        this.#sizes.set(file, { path, synced: 0 });
        this.#syncedSizes.set(path, 0);
      }
      return file;
    },
    writeSync: (file, bytes, offset, length) => {
      if (this.failure) throw this.failure;
      return fs.writeSync(file, bytes, offset, length);
    },
    fdatasync: (file, done) => {
      const sync = (): void => {
        const open = this.#sizes.get(file);
        if (open) this.#syncedSizes.set(open.path, fs.fstatSync(file).size);
        this.syncs++;
        done(null);
      };
      if (this.held) this.held.push(sync);
      else sync();
    },
    renameSync: (from, to) => {
      fs.renameSync(from, to);
      const size = this.#syncedSizes.get(from);
      if (size !== undefined) this.#syncedSizes.set(to, size);
      this.#syncedSizes.delete(from);
    },
  };

  /** Cuts all files of the log to what was synced. */
  losePower(): void {
    for (const [path, size] of this.#syncedSizes) {
      if (path.includes('/wal/') && fs.existsSync(path)) fs.truncateSync(path, size);
    }
  }

  open(path: string): Promise<Database> {
    return Database.open(path, { files: this.files, hashSeed: 1, onCorrupt: assert.fail });
  }
}

test('a commit resolves only after its samples were synced; one sync serves all that wait', async () => {
  using directory = new TemporaryDirectory();
  const disk = new Disk();
  const database = await disk.open(directory.path);
  disk.held = [];
  let acknowledged = 0;
  const commits = Array.from({ length: 10 }, (_, i) => {
    database.append(refOf(database, { __name__: 'up' }), i, i);
    return database.commit(10).then(() => acknowledged++);
  });
  const written = new Promise<void>((resolve) => {
    const look = (): void => void (disk.held?.length ? resolve() : setImmediate(look));
    look();
  });
  await written;
  assert.equal(acknowledged, 0);
  disk.losePower();
  assert.deepEqual(samplesOf((await new Disk().open(directory.path)).reader, everything), {});
  const held = disk.held;
  disk.held = undefined;
  const before = disk.syncs;
  for (const sync of held) sync();
  await Promise.all(commits);
  assert.equal(acknowledged, 10);
  assert.equal(disk.syncs - before, 2, 'the first commit, and one for the nine that came meanwhile');
});

test('after power was lost, all that was acknowledged is there', async () => {
  using directory = new TemporaryDirectory();
  let disk = new Disk();
  let expected = '';
  for (let round = 0; round < 5; round++) {
    const database = await disk.open(directory.path);
    assert.deepEqual(database.replayed.damage, []);
    for (let i = 0; i < 3; i++) {
      const time = round * 10 + i;
      database.append(refOf(database, { __name__: 'up' }), time, time);
      await database.commit(100);
      expected += ` ${time}:${time}`;
    }
    assert.deepEqual(samplesOf(database.reader, everything), { '{__name__="up"}': expected.trim() });
    disk.losePower();
    disk = new Disk();
  }
});

test('after a failed write nothing more is taken, and nothing acknowledged is lost', async () => {
  using directory = new TemporaryDirectory();
  const disk = new Disk();
  const database = await disk.open(directory.path);
  const write = (time: number): Promise<unknown> => {
    database.append(refOf(database, { __name__: 'up' }), time, time);
    return database.commit(100);
  };
  await write(1);
  disk.failure = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  await assert.rejects(write(2), /write-ahead log: segment 0 cannot be written/);
  disk.failure = undefined;
  await assert.rejects(write(3), /write-ahead log/);
  await database.close();
  const again = await disk.open(directory.path);
  assert.deepEqual(samplesOf(again.reader, everything), { '{__name__="up"}': '1:1' });
  await again.close();
});
