import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemRandom } from '../../ports/random.ts';
import { openPostgresStore } from '../../store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../store/sqlite-store.ts';
import { type PostgresServer, startPostgres } from '../../store/testing.ts';
import { sumOf } from '../compare-store.ts';
import { moveStore } from '../move-store.ts';
import { requireNotMoved } from '../moved-mark.ts';
import { restoreBackup } from '../restore.ts';
import { takeSnapshot } from '../snapshot.ts';
import { databasePlace } from '../store-place.ts';
import { openPlane, type Plane, pieces, place } from './plane.ts';

const secret = 'default/core/secrets/n/db';
const none = (): boolean => false;
const started = await startPostgres();
const skip = 'skip' in started ? started.skip : false;

async function filled(objects = 300): Promise<Plane> {
  const plane = await openPlane();
  for (let i = 0; i < objects; i += 100) {
    const writes = Array.from({ length: 100 }, (_, k) =>
      plane.write(`default/core/configmaps/n/c${(i + k) % 1_000}`, `text ${i} Ünï ☃ \u0000 end`),
    );
    await Promise.all(writes);
  }
  await plane.write(secret, 'hunter2');
  await plane.store.commit([{ type: 'delete', key: 'default/core/configmaps/n/c7', value: () => '{}' }]);
  await plane.tree.settled();
  await plane.store.logs.eraseOpenings('default/audit', [5]);
  return plane;
}

describe('moving a store into PostgreSQL', { skip }, () => {
  let server: PostgresServer;
  before(() => {
    if ('skip' in started) return;
    server = started;
  });
  after(async () => await server?.stop());

  test('everything is there at its revision, sealed values open, and the audit log goes on', async () => {
    const plane = await filled();
    const { dataDirectory } = plane;
    await plane.close();
    const url = await server.database();
    const options = {
      dataDirectory,
      keysDirectory: dataDirectory,
      title: 'a database',
      random: systemRandom,
    };
    const moved = await moveStore({ ...options, to: databasePlace(url) });
    assert.deepEqual([moved.objects, moved.wasThere], [300, false]);
    assert.equal(moved.checkpoints.get('default/audit')?.size, 301);
    const source = await openSqliteStore({ directory: join(dataDirectory, 'store'), cipher: plane.cipher });
    const store = await openPostgresStore({ url, cipher: plane.cipher });
    assert.deepEqual(takeSnapshot(store), takeSnapshot(source));
    assert.deepEqual(await sumOf(store, none), await sumOf(source, none));
    assert.equal(store.compactedRevision, source.revision);
    assert.equal(JSON.parse(store.get(secret)?.value ?? '').text, 'hunter2');
    const rows = await server.query(
      `SELECT value, sealed FROM plinth.states WHERE key = '${secret}'`,
      [],
      url,
    );
    assert.ok(rows[0]?.['value'] === null && rows[0]['sealed'] instanceof Buffer, 'a secret stays sealed');
    const entry = (sequence: number) => ({ value: `${sequence} next` });
    await store.commit([], [{ log: 'default/audit', entry }]);
    assert.equal(store.logs.end('default/audit'), 302);
    await store.close();
    await source.close();
    assert.throws(() => requireNotMoved(dataDirectory), { code: 'store.moved' });
    await assert.rejects(moveStore({ ...options, to: databasePlace(url) }), { code: 'store.moved' });
  });

  test('a database that holds a store is refused, unless it is the same one', async () => {
    const [first, second] = [await filled(100), await filled(200)];
    const url = await server.database();
    await Promise.all([first.close(), second.close()]);
    const optionsOf = ({ dataDirectory }: Plane) => ({
      dataDirectory,
      keysDirectory: dataDirectory,
      title: 'a database',
      random: systemRandom,
      to: databasePlace(url),
    });
    await moveStore(optionsOf(first));
    await assert.rejects(moveStore(optionsOf(second)), { code: 'locked' });
    requireNotMoved(second.dataDirectory);
  });

  test('a store in use is not moved', async () => {
    const plane = await filled(100);
    const { dataDirectory } = plane;
    const to = databasePlace(await server.database());
    const options = { dataDirectory, keysDirectory: dataDirectory, title: 'x', random: systemRandom, to };
    await assert.rejects(moveStore(options), { code: 'locked' });
    await plane.close();
  });

  test('kill -9 in the middle leaves an empty database, and the move is repeated', async (t) => {
    const plane = await filled(3_000);
    const { dataDirectory } = plane;
    await plane.close();
    const url = await server.database();
    const script = fileURLToPath(new URL('./move-child.ts', import.meta.url));
    const child = spawn(process.execPath, [script, dataDirectory, url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise((resolve) => child.once('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await exited;
    const to = databasePlace(url);
    const options = { dataDirectory, keysDirectory: dataDirectory, title: 'x', random: systemRandom, to };
    const startedAt = performance.now();
    const moved = await moveStore(options);
    assert.deepEqual([moved.objects, moved.wasThere], [1_000, false]);
    t.diagnostic(`moved again in ${Math.round(performance.now() - startedAt)} ms`);
  });

  test('a backup is restored into a database', async () => {
    const plane = await filled(200);
    const before = takeSnapshot(plane.store);
    const archive = await plane.backup();
    await plane.close();
    const url = await server.database();
    const dataDirectory = join(place(), 'data');
    await restoreBackup({ source: pieces(archive), dataDirectory, random: systemRandom, database: url });
    const store = await openPostgresStore({ url, cipher: plane.cipher });
    assert.deepEqual(takeSnapshot(store).objects, before.objects);
    await store.close();
    // What is cut off leaves the next database as it was.
    const other = await server.database();
    const cut = pieces(archive.subarray(0, archive.length - 5_000));
    const again = {
      source: cut,
      dataDirectory: join(place(), 'data'),
      random: systemRandom,
      database: other,
    };
    await assert.rejects(restoreBackup(again), { name: 'BackupError' });
    const found = await server.query(`SELECT to_regnamespace('plinth') AS schema`, [], other);
    assert.deepEqual(found, [{ schema: null }]);
  });
});
