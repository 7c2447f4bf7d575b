import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom } from '../../ports/random.ts';
import { openSqliteStore } from '../../store/sqlite-store.ts';
import { BackupError, type BackupErrorCode } from '../backup-error.ts';
import { sumOf } from '../compare-store.ts';
import { requireWhole } from '../data-place.ts';
import { restoredRevisionStep } from '../limits.ts';
import { readBackup } from '../read-backup.ts';
import { restoreBackup } from '../restore.ts';
import { takeSnapshot } from '../snapshot.ts';
import { archiveOf, collect, openPlane, type Plane, pieces, place } from './plane.ts';

const secret = 'default/core/secrets/n/db';
const none = (): boolean => false;

async function refused(code: BackupErrorCode, action: () => unknown): Promise<BackupError> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof BackupError, `not a refusal: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`not refused with '${code}'`);
}

/** A plane with history, deletions, secrets, text of all kinds, and a signed log with an erased opening. */
async function filled(): Promise<Plane> {
  const plane = await openPlane();
  for (let i = 0; i < 300; i++) await plane.write(`default/core/configmaps/n/c${i % 100}`, `text ${i}`);
  await plane.write(secret, 'hunter2');
  await plane.write('default/core/configmaps/n/odd', 'Ünï ☃ "quoted" \\ \n \u0000 end \ud800');
  await plane.store.commit([{ type: 'delete', key: 'default/core/configmaps/n/c7', value: () => '{}' }]);
  await plane.tree.settled();
  await plane.store.logs.eraseOpenings('default/audit', [5]);
  await plane.write('default/core/configmaps/n/late', 'after what was signed');
  return plane;
}

test('what is restored is what was backed up: objects, revisions, secrets, logs, keys', async () => {
  const plane = await filled();
  const before = takeSnapshot(plane.store);
  const sum = await sumOf(plane.store, none);
  const archive = await plane.backup();
  assert.ok(!archive.includes('hunter2'), 'secrets stay sealed');
  const dataDirectory = join(place(), 'deep', 'data');
  const restored = await restoreBackup({ source: pieces(archive), dataDirectory, random: systemRandom });
  assert.equal(restored.manifest.objects, 102);
  assert.equal(restored.opened, 1);
  assert.equal(restored.checkpoints.get('default/audit')?.size, 302);
  await plane.close();
  const again = await openPlane(dataDirectory);
  assert.deepEqual(takeSnapshot(again.store).objects, before.objects);
  assert.deepEqual((await sumOf(again.store, none)).digest, sum.digest);
  assert.deepEqual((await sumOf(again.store, none)).logs, sum.logs);
  assert.equal(JSON.parse(again.store.get(secret)?.value ?? '').text, 'hunter2');
  assert.equal((await again.store.logs.read('default/audit', 5, 1))[0]?.opening, undefined);
  await again.tree.settled();
  assert.equal(again.tree.problem, undefined, 'the log goes on from what was signed');
  assert.equal(again.tree.size, 303);
  await again.close();
});

test('clients that remember a revision are told to list anew, also a later one of the lost store', async () => {
  const plane = await filled();
  const dataDirectory = join(place(), 'data');
  await restoreBackup({ source: pieces(await plane.backup()), dataDirectory, random: systemRandom });
  for (let i = 0; i < 10; i++) await plane.write('default/core/configmaps/n/lost', String(i));
  const remembered = plane.store.revision;
  await plane.close();
  const again = await openPlane(dataDirectory);
  assert.ok(again.store.revision >= restoredRevisionStep);
  await again.write('default/core/configmaps/n/new', 'x');
  for (const revision of [1, remembered]) {
    assert.throws(() => again.store.watch('default/core/configmaps/', revision, () => undefined), {
      code: 'compacted',
    });
  }
  await again.close();
});

test('modes are private, and nothing is left of the mark or the verifier', async () => {
  const plane = await filled();
  const dataDirectory = join(place(), 'data');
  await restoreBackup({ source: pieces(await plane.backup()), dataDirectory, random: systemRandom });
  await plane.close();
  assert.deepEqual(readdirSync(dataDirectory).sort(), ['audit', 'keys', 'pki', 'store']);
  for (const entry of readdirSync(dataDirectory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    assert.equal(statSync(path).mode & 0o777, entry.isDirectory() ? 0o700 : 0o600, path);
    assert.notEqual(entry.name, 'verifier');
  }
});

test('a backup without keys restores all but them, and a start waits for them', async () => {
  const plane = await filled();
  const archive = await plane.backup(false);
  assert.ok(!archive.includes('PRIVATE KEY') && !archive.includes('signing-key\u0000'));
  const dataDirectory = join(place(), 'data');
  const restored = await restoreBackup({ source: pieces(archive), dataDirectory, random: systemRandom });
  assert.equal(restored.opened, 0);
  assert.ok(
    restored.missing.includes('keys/0001.key') && restored.missing.includes('audit/default/signing-key'),
  );
  assert.ok(!existsSync(join(dataDirectory, 'keys')));
  await refused('restore.unfinished', () => requireWhole(dataDirectory));
  for (const name of restored.missing) {
    mkdirSync(join(dataDirectory, name, '..'), { recursive: true, mode: 0o700 });
    const content = readFileSync(join(plane.dataDirectory, name));
    writeFileSync(join(dataDirectory, name), content, { mode: 0o600 });
  }
  requireWhole(dataDirectory);
  await plane.close();
  const again = await openPlane(dataDirectory);
  assert.equal(JSON.parse(again.store.get(secret)?.value ?? '').text, 'hunter2');
  await again.close();
});

test('a place that is not empty is refused and left as it is', async () => {
  const plane = await filled();
  const archive = await plane.backup();
  const dataDirectory = place();
  writeFileSync(join(dataDirectory, 'mine'), 'x');
  const error = await refused('restore.occupied', () =>
    restoreBackup({ source: pieces(archive), dataDirectory, random: systemRandom }),
  );
  assert.match(error.message, /holds mine/);
  assert.deepEqual(readdirSync(dataDirectory), ['mine']);
  await plane.close();
});

test('an archive that is cut off anywhere is refused, and leaves an empty place', async () => {
  const plane = await filled();
  const archive = await plane.backup();
  await plane.close();
  const dataDirectory = join(place(), 'data');
  // The last 1,024 bytes are the end of a tar archive, which holds nothing.
  for (let i = 0; i < 40; i++) {
    const cut = Math.floor((i / 40) * (archive.length - 1_024));
    const source = pieces(archive.subarray(0, cut));
    await assert.rejects(readBackup(pieces(archive.subarray(0, cut))), BackupError, `at ${cut}`);
    if (i % 8 === 0) {
      await assert.rejects(restoreBackup({ source, dataDirectory, random: systemRandom }), BackupError);
      assert.deepEqual(readdirSync(dataDirectory), []);
    }
  }
});

test('a changed byte is found wherever it changes what would be restored', async () => {
  const plane = await filled();
  const archive = await plane.backup();
  await plane.close();
  const sound = JSON.stringify((await readBackup(pieces(archive))).manifest);
  let found = 0;
  const flips = 400;
  for (let i = 0; i < flips; i++) {
    const at = Math.floor((i / flips) * archive.length);
    const changed = Buffer.from(archive);
    changed[at] = (changed[at] ?? 0) ^ (1 << (i % 8));
    try {
      // Padding between files can be changed without changing any of them.
      assert.equal(JSON.stringify((await readBackup(pieces(changed))).manifest), sound, `at ${at}`);
    } catch (error) {
      assert.ok(error instanceof BackupError, `at ${at}: ${String(error)}`);
      found++;
    }
  }
  assert.ok(found > flips * 0.8, `${found} of ${flips}`);
});

test('an archive whose entries are not those that were signed is refused, although its hashes are right', async (t) => {
  const plane = await filled();
  await plane.close();
  const store = await openSqliteStore({
    directory: join(plane.dataDirectory, 'store'),
    cipher: plane.cipher,
  });
  t.after(() => store.close());
  // The same objects, and the log of somebody who wrote another history into the database.
  const forged: Plane['store'] = Object.create(store, {
    logs: {
      value: {
        ...store.logs,
        read: async (log: string, from: number, max: number) =>
          (await store.logs.read(log, from, max)).map((entry) =>
            entry.sequence === 42 ? { ...entry, value: 'nothing happened' } : entry,
          ),
      },
    },
    buckets: { value: () => store.buckets() },
    list: { value: (prefix: string) => store.list(prefix) },
    revision: { get: () => store.revision },
  });
  const archive = await collect(archiveOf({ ...plane, store: forged }, true));
  const error = await refused('backup.mismatch', () => readBackup(pieces(archive)));
  assert.match(error.message, /first 303 entries of the log default\/audit are not those that were signed/);
});

test('an archive of nothing, of something else, and of a newer program', async () => {
  await refused('backup.incomplete', () => readBackup(pieces(Buffer.alloc(1_024))));
  await refused('backup.damaged', () =>
    readBackup(pieces(Buffer.from('this is not an archive'.repeat(100)))),
  );
  const plane = await filled();
  const archive = await plane.backup();
  await plane.close();
  const at = archive.lastIndexOf('"formatVersion": 1,');
  assert.ok(at > 0);
  archive.write('"formatVersion": 9,', at);
  const error = await refused('backup.newer', () => readBackup(pieces(archive)));
  assert.match(error.message, /format 9, this program knows up to 1/);
});

test('a fault of the source or of the place is told as such, and leaves an empty place', async () => {
  const plane = await filled();
  const archive = await plane.backup();
  await plane.close();
  const dataDirectory = join(place(), 'data');
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield archive.subarray(0, 20_000);
    throw new Error('the network went away');
  };
  await assert.rejects(restoreBackup({ source: broken(), dataDirectory, random: systemRandom }), {
    message: 'the network went away',
  });
  assert.deepEqual(readdirSync(dataDirectory), []);
  const full = { entries: () => Promise.reject(new Error('no space left')) };
  await assert.rejects(readBackup(pieces(archive), full), { message: 'no space left' });
});

test('who stops reading ends the work', async () => {
  const plane = await filled();
  for (let i = 0; i < 20; i++) await plane.write(`default/core/configmaps/n/big${i}`, 'x'.repeat(900_000));
  const reader = archiveOf(plane, true).getReader();
  await reader.read();
  await reader.cancel();
  await plane.close();
});
