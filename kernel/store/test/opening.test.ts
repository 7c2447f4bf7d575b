import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { inspectStore } from '../sqlite-inspect.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { bucket, put, refused, remove, textOf } from './operations.ts';
import { Places } from './places.ts';
import { turning } from './turning-cipher.ts';

const places = new Places();
after(() => places.remove());

test('the directory and its files are for their owner only', async () => {
  const directory = join(places.make(), 'deep', 'data');
  const store = await openSqliteStore({ directory });
  await store.commit([put(`${bucket}n/a`, 'x')]);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  for (const name of readdirSync(directory)) {
    assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
  }
  assert.ok(store.stats().diskBytes > 8_192);
  await store.close();
  assert.ok(!existsSync(join(directory, 'store.pid')));
});

test('a second opener is told who has the store; it opens once it is closed', async () => {
  const directory = places.make();
  const store = await openSqliteStore({ directory });
  const error = await refused('locked', () => openSqliteStore({ directory }));
  assert.ok(error.message.includes(directory) && error.message.includes(String(process.pid)), error.message);
  assert.match(error.hint ?? '', /stop process/);
  await refused('locked', () => openSqliteStore({ directory, readOnly: true }));
  assert.equal(readFileSync(join(directory, 'store.pid'), 'utf8'), `${process.pid}\n`);
  const inspection = inspectStore(directory);
  assert.deepEqual(
    [inspection.examined, inspection.ownerPid, inspection.problems.map(({ code }) => code)],
    [false, process.pid, ['locked']],
  );
  await store.commit([put(`${bucket}n/a`, 'x')]);
  await store.close();
  await (await openSqliteStore({ directory })).close();
});

test('a store of a newer version is refused and left alone', async () => {
  const directory = places.make();
  await (await openSqliteStore({ directory })).close();
  const database = new DatabaseSync(join(directory, 'store.db'));
  database.exec("UPDATE meta SET value = 99 WHERE name = 'schemaVersion'");
  database.close();
  const error = await refused('newer', () => openSqliteStore({ directory }));
  assert.match(error.message, /schema version 99/);
  assert.ok(error.hint !== undefined);
  assert.deepEqual(
    inspectStore(directory).problems.map(({ code }) => code),
    ['newer'],
  );
});

test('a lost database is not taken for a first start', async () => {
  const directory = places.make();
  const store = await openSqliteStore({ directory });
  await store.commit([put(`${bucket}n/a`, 'x')]);
  await store.close();
  rmSync(join(directory, 'store.db'));
  const error = await refused('damaged', () => openSqliteStore({ directory }));
  assert.match(error.message, /missing or empty/);
  assert.deepEqual(
    inspectStore(directory).problems.map(({ code }) => code),
    ['damaged'],
  );
});

test('a database of something else is refused', async () => {
  const directory = places.make();
  const database = new DatabaseSync(join(directory, 'store.db'));
  database.exec('CREATE TABLE other (a)');
  database.close();
  assert.match(
    (await refused('damaged', () => openSqliteStore({ directory }))).message,
    /not the database of a Plinth/,
  );
});

test('without rights the refusal says so', async (t) => {
  const directory = places.make();
  await (await openSqliteStore({ directory })).close();
  if (process.getuid?.() === 0) {
    t.skip('root may do everything');
    return;
  }
  chmodSync(join(directory, 'store.db'), 0o400);
  await refused('permission', () => openSqliteStore({ directory }));
  chmodSync(directory, 0o000);
  try {
    const error = await refused('permission', () => openSqliteStore({ directory }));
    assert.ok(error.message.includes(directory) && error.hint !== undefined);
    assert.deepEqual(
      inspectStore(directory).problems.map(({ code }) => code),
      ['permission'],
    );
  } finally {
    chmodSync(directory, 0o700);
  }
});

test('read-only: everything is served, nothing is written', async () => {
  const directory = places.make();
  await refused('damaged', () => openSqliteStore({ directory, readOnly: true }));
  assert.deepEqual(readdirSync(directory), []);
  let store = await openSqliteStore({ directory });
  await store.commit([put(`${bucket}n/a`, 'x')]);
  await store.close();
  const before = readFileSync(join(directory, 'store.db'));
  store = await openSqliteStore({ directory, readOnly: true });
  assert.equal(textOf(store.get(`${bucket}n/a`)), 'x');
  await refused('read-only', () => store.commit([put(`${bucket}n/a`, 'y')]));
  await refused('read-only', () => store.compact(1));
  assert.equal(store.health().writable, false);
  await store.close();
  assert.deepEqual(readFileSync(join(directory, 'store.db')), before);
});

test('what the cipher covers is on no disk in plain text, and comes back', async () => {
  const directory = places.make();
  let store = await openSqliteStore({ directory, cipher: turning });
  const secret = 't/core/secrets/n/a';
  await store.commit([put(secret, 'hidden-treasure'), put(`${bucket}n/a`, 'plain-sight')]);
  await store.commit([put(secret, 'hidden-treasure-2')]);
  const disk = (): string =>
    readdirSync(directory)
      .map((name) => readFileSync(join(directory, name), 'latin1'))
      .join('');
  assert.ok(disk().includes('plain-sight') && !disk().includes('hidden-treasure'));
  await store.close();
  assert.ok(!disk().includes('hidden-treasure'));
  store = await openSqliteStore({ directory, cipher: turning });
  assert.equal(textOf(store.get(secret)), 'hidden-treasure-2');
  await store.commit([remove(secret)]);
  await store.close();

  store = await openSqliteStore({ directory });
  assert.match(store.health().cause ?? '', /t\/core\/secrets\/n\/a at revision 1: it is sealed/);
  assert.equal(textOf(store.get(`${bucket}n/a`)), 'plain-sight');
  await refused('read-only', () => store.commit([put(`${bucket}n/a`, 'x')]));
  await store.close();
});

test('a sound store is inspected without being changed', async () => {
  const directory = places.make();
  const store = await openSqliteStore({ directory });
  await Promise.all(Array.from({ length: 20 }, (_, i) => store.commit([put(`${bucket}n/${i}`, 'x')])));
  await store.commit([remove(`${bucket}n/3`)]);
  await store.compact(10);
  await store.close();
  const before = readFileSync(join(directory, 'store.db'));
  const { syncMs, storeId, diskBytes, ...rest } = inspectStore(directory);
  assert.deepEqual(rest, {
    directory,
    schemaVersion: 2,
    revision: 21,
    compactedRevision: 10,
    objects: 19,
    problems: [],
    examined: true,
  });
  assert.ok((syncMs ?? 0) > 0 && diskBytes > 0);
  assert.equal(readFileSync(join(directory, 'store.id'), 'utf8'), `${storeId}\n`);
  assert.deepEqual(readFileSync(join(directory, 'store.db')), before);
  assert.deepEqual(readdirSync(directory).sort(), ['store.db', 'store.id']);
});
