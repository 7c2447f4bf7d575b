import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { schemaVersion } from '../sqlite-file.ts';
import { migrate, sqliteMigrations } from '../sqlite-migrations.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { rehearseUpgrade, storeSchemaVersion, upgradeStore } from '../sqlite-upgrade.ts';
import { killInMigration } from './killed-migration.ts';
import { bucket, names, put, refused, textOf } from './operations.ts';
import { Places } from './places.ts';
import { slowStep } from './slow-step.ts';

const places = new Places();
after(() => places.remove());

/** A store as the first version left it: without the tables of the append-only logs. */
async function firstVersion(objects = 3): Promise<string> {
  const directory = places.make();
  const store = await openSqliteStore({ directory });
  for (let i = 0; i < objects; i += 500) {
    const count = Math.min(500, objects - i);
    await store.commit(Array.from({ length: count }, (_, k) => put(`${bucket}n/o${i + k}`, 'x'.repeat(500))));
  }
  await store.close();
  const database = new DatabaseSync(join(directory, 'store.db'));
  database.exec('DROP TABLE logs; DROP TABLE entries;');
  database.exec("UPDATE meta SET value = 1 WHERE name = 'schemaVersion'");
  database.close();
  return directory;
}

test('the steps are numbered without gaps, and named once', () => {
  assert.deepEqual(
    sqliteMigrations.map(({ version }) => version),
    sqliteMigrations.map((_, i) => i + 1),
  );
  assert.equal(new Set(sqliteMigrations.map(({ name }) => name)).size, sqliteMigrations.length);
  assert.equal(schemaVersion, sqliteMigrations.length);
});

test('a dry run does it on a copy, and says what it did', async () => {
  const directory = await firstVersion();
  const before = readdirSync(directory).sort();
  const { from, to, steps, tables, copyBytes, freeBytes, safetyCopy } = rehearseUpgrade(directory);
  assert.deepEqual([from, to, safetyCopy], [1, schemaVersion, undefined]);
  assert.deepEqual(
    steps.map(({ version, name }) => `${version} ${name}`),
    ['2 append-only-logs'],
  );
  assert.deepEqual(tables, [
    { table: 'entries', after: 0 },
    { table: 'log', before: 3, after: 3 },
    { table: 'logs', after: 0 },
    { table: 'meta', before: 3, after: 3 },
  ]);
  assert.ok(copyBytes !== undefined && copyBytes > 0 && (freeBytes ?? 0) > copyBytes);
  assert.equal(storeSchemaVersion(directory), 1);
  assert.deepEqual(readdirSync(directory).sort(), before);
});

test('a start brings an older store up, and keeps a copy that serves the older program', async () => {
  const directory = await firstVersion();
  const store = await openSqliteStore({ directory });
  assert.equal(store.count(bucket), 3);
  await store.commit([put(`${bucket}n/new`, 'y')], [{ log: 'l', entry: () => ({ value: 'first' }) }]);
  await store.close();
  assert.equal(storeSchemaVersion(directory), schemaVersion);
  const copy = join(directory, 'before-upgrade-from-1.db');
  assert.equal(statSync(copy).mode & 0o777, 0o600);
  // Going back: the copy takes the place of the database.
  renameSync(copy, join(directory, 'store.db'));
  rmSync(join(directory, 'store.db-wal'), { force: true });
  assert.equal(storeSchemaVersion(directory), 1);
  const again = await openSqliteStore({ directory });
  assert.equal(textOf(again.get(`${bucket}n/o0`)), 'x'.repeat(500));
  assert.equal(again.get(`${bucket}n/new`), undefined);
  await again.close();
});

test('an upgrade by hand does the same, once', async () => {
  const directory = await firstVersion();
  const report = upgradeStore(directory);
  assert.equal(report.safetyCopy, join(directory, 'before-upgrade-from-1.db'));
  assert.equal(storeSchemaVersion(directory), schemaVersion);
  assert.deepEqual(upgradeStore(directory).steps, []);
});

test('a store in use is not upgraded', async () => {
  const directory = places.make();
  const store = await openSqliteStore({ directory });
  await refused('locked', () => rehearseUpgrade(directory));
  await refused('locked', () => upgradeStore(directory));
  await store.close();
});

test('a step that fails leaves the version before', async () => {
  const directory = await firstVersion();
  const broken = {
    ...slowStep,
    up: () => {
      throw new Error('broken step');
    },
  };
  const database = new DatabaseSync(join(directory, 'store.db'));
  assert.throws(() => migrate(database, [...sqliteMigrations, broken], 1), { message: 'broken step' });
  database.close();
  assert.equal(storeSchemaVersion(directory), 2);
  const store = await openSqliteStore({ directory });
  assert.equal(store.count(bucket), 3);
  await store.close();
});

test('kill -9 in an upgrade leaves the old version or the new one, never half', async (t) => {
  const original = await firstVersion(20_000);
  upgradeStore(original);
  const found: string[] = [];
  for (let i = 0; i < 10; i++) {
    const directory = places.make();
    cpSync(original, directory, { recursive: true });
    rmSync(join(directory, 'before-upgrade-from-1.db'));
    await killInMigration(directory, i * 25);
    const database = new DatabaseSync(join(directory, 'store.db'));
    const version = Number(
      database.prepare("SELECT value FROM meta WHERE name = 'schemaVersion'").get()?.['value'],
    );
    const longer = Number(
      database.prepare("SELECT count(*) AS n FROM log WHERE key LIKE '%-longer'").get()?.['n'],
    );
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE name = 'renamed'").all().length;
    assert.deepEqual([longer, tables], version === 3 ? [20_000, 1] : [0, 0], `after kill ${i + 1}`);
    database.close();
    assert.ok([2, 3].includes(version));
    const copy = join(directory, 'before-upgrade-from-2.db');
    // What was changed was copied whole before.
    if (version === 3) assert.ok(existsSync(copy));
    if (existsSync(copy)) {
      renameSync(copy, join(directory, 'store.db'));
      rmSync(join(directory, 'store.db-wal'), { force: true });
    }
    const store = await openSqliteStore({ directory });
    assert.equal(store.count(bucket), 20_000);
    assert.equal(names([...store.list(bucket, { limit: 1 }).objects]).slice(0, 3), 'o0=');
    await store.close();
    found.push(String(version));
  }
  t.diagnostic(`versions found after the kills: ${found.join(' ')}`);
});
