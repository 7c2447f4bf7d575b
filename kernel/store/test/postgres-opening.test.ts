/** Databases that are away, foreign, older, newer or unfit, and what comes back from a sound one. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { after, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { StoreError } from '../port.ts';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import { eventually } from './eventually.ts';
import { bucket, put, refused, remove, textOf } from './operations.ts';
import { startPostgres } from './postgres-server.ts';
import { turning } from './turning-cipher.ts';

const server = await startPostgres();
const skip = 'skip' in server ? server.skip : false;

/** The URL of another user, password or database. */
function changed(
  url: string,
  parts: { user?: string; password?: string; database?: string; port?: number },
): string {
  const next = new URL(url);
  if (parts.user !== undefined) next.username = parts.user;
  if (parts.password !== undefined) next.password = parts.password;
  if (parts.database !== undefined) next.pathname = `/${parts.database}`;
  if (parts.port !== undefined) next.port = String(parts.port);
  return next.href;
}

/** Opens, and expects a refusal that names everything but the password. */
async function refusedToOpen(code: string, url: string): Promise<StoreError> {
  const error = await refused(code, () => openPostgresStore({ url }));
  assert.ok(error.hint !== undefined);
  const { username, password, host } = new URL(url);
  assert.ok(error.message.includes(host) && error.message.includes(`as user ${username}`), error.message);
  assert.ok(!inspect(error, { depth: 9 }).includes(password), 'the password is told');
  return error;
}

describe('PostgreSQL: opening a store', { skip }, () => {
  after(() => ('skip' in server ? undefined : server.stop()));

  test('what cannot be opened is refused with the cause, the place and a remedy, never with the password', async () => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const nobody = createServer().listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const address = nobody.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    nobody.close();
    await once(nobody, 'close');
    const down = await refusedToOpen('unavailable', changed(url, { port }));
    assert.match(down.message, /ECONNREFUSED/);
    const none = await refusedToOpen('unavailable', changed(url, { database: 'No such' }));
    assert.match(none.hint ?? '', /CREATE DATABASE "No%20such"|CREATE DATABASE "No such"/);
    const wrong = await refusedToOpen('permission', changed(url, { password: 'a-wrong-one' }));
    assert.match(wrong.hint ?? '', /pg_hba\.conf/);
    await refusedToOpen('permission', changed(url, { user: 'stranger', password: 'unheard-of' }));
    for (const bad of [
      '',
      'mysql://a:secret@b/c',
      'postgres://a:secret@b:x/c',
      'postgres://a:sec%ret@b/c',
      '/var/lib',
    ]) {
      const error = await refused('unavailable', () => openPostgresStore({ url: bad }));
      assert.ok(!inspect(error).includes('sec') && error.hint !== undefined, inspect(error));
    }
  });

  test('the socket of a server on this machine will do', async () => {
    assert.ok(!('skip' in server));
    const url = new URL(await server.database());
    const database = url.pathname.slice(1);
    const query = `host=${encodeURIComponent(dirname(server.directory))}&port=${url.port}`;
    const store = await openPostgresStore({
      url: `postgres://postgres:${url.password}@/${database}?${query}`,
    });
    await store.commit([put(`${bucket}n/a`, '1')]);
    assert.equal(store.health().writable, true);
    await store.close();
  });

  test('without rights the refusal says which statement grants them', async () => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const database = new URL(url).pathname.slice(1);
    await server.query(`CREATE ROLE guest LOGIN PASSWORD 'the-guest'`);
    const guest = changed(url, { user: 'guest', password: 'the-guest' });
    const make = await refusedToOpen('permission', guest);
    assert.match(make.hint ?? '', new RegExp(`GRANT CREATE ON DATABASE ${database} TO guest`));
    await (await openPostgresStore({ url })).close();
    await refusedToOpen('permission', guest);
    await server.query('GRANT USAGE ON SCHEMA plinth TO guest', [], url);
    await server.query('GRANT SELECT ON ALL TABLES IN SCHEMA plinth TO guest', [], url);
    await refusedToOpen('permission', guest);
    // An owner of nothing but an empty schema can do all that is needed.
    const other = await server.database();
    await server.query('CREATE SCHEMA plinth AUTHORIZATION guest', [], other);
    const store = await openPostgresStore({ url: changed(other, { user: 'guest', password: 'the-guest' }) });
    await store.commit(
      [put(`${bucket}n/a`, '1')],
      [{ log: 'l', entry: () => ({ value: '1', opening: 'x' }) }],
    );
    await store.logs.eraseOpenings('l', [0]);
    await store.close();
  });

  test('a newer schema is refused and left alone; a process that runs when it comes stops writing', async () => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const store = await openPostgresStore({ url });
    try {
      await store.commit([put(`${bucket}n/a`, '1')]);
      await server.query('UPDATE plinth.meta SET version = 99', [], url);
      const error = await refusedToOpen('newer', url);
      assert.match(error.message, /has schema version 99, this program knows up to \d+$/);
      await refused('newer', () => store.commit([put(`${bucket}n/a`, '2')]));
      assert.equal(store.health().writable, false);
      assert.equal(textOf(store.get(`${bucket}n/a`)), '1');
    } finally {
      await store.close();
    }
  });

  test('tables that are not those of a store, and rows that are missing, are damage', async () => {
    assert.ok(!('skip' in server));
    const foreign = await server.database();
    await server.query('CREATE SCHEMA plinth CREATE TABLE other (a int)', [], foreign);
    assert.match((await refusedToOpen('damaged', foreign)).message, /not those of a store/);
    const empty = await server.database();
    await (await openPostgresStore({ url: empty })).close();
    await server.query('DELETE FROM plinth.meta', [], empty);
    await refusedToOpen('damaged', empty);
    const url = await server.database();
    const store = await openPostgresStore({ url });
    try {
      await store.commit([put(`${bucket}n/a`, '1')]);
      // Somebody tampers: a revision is given out, and no row is there.
      await server.query('UPDATE plinth.meta SET head = head + 1, number = number + 1', [], url);
      await eventually('it is noticed', () => !store.health().writable);
      assert.match(store.health().cause ?? '', /revision 2 is missing/);
      await refused('damaged', () => store.commit([put(`${bucket}n/a`, '2')]));
    } finally {
      await store.close();
    }
  });

  test('a database that was set back under a running process is refused until it starts again', async () => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const store = await openPostgresStore({ url });
    for (const text of '123') await store.commit([put(`${bucket}n/a`, text)]);
    await server.query('DELETE FROM plinth.states WHERE revision > 1', [], url);
    await server.query('UPDATE plinth.meta SET head = 1, number = 1', [], url);
    const error = await refused('damaged', () => store.commit([put(`${bucket}n/a`, '4')]));
    assert.match(error.message, /went back from revision 3 to 1/);
    assert.match(error.hint ?? '', /start the process again/);
    await store.close();
    const again = await openPostgresStore({ url });
    assert.equal(textOf(again.get(`${bucket}n/a`)), '1');
    assert.equal((await again.commit([put(`${bucket}n/a`, '2')]))[0]?.revision, 2);
    await again.close();
  });

  test('processes that start together make the tables once', async () => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore({ url })));
    await Promise.all(stores.map((store, i) => store.commit([put(`${bucket}n/${i}`, 'x')])));
    await eventually('all see all', () => stores.every((store) => store.count(bucket) === 4));
    const rows = await server.query('SELECT count(*)::int AS n FROM plinth.meta', [], url);
    assert.deepEqual(rows, [{ n: 1 }]);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('a server that does not sync is not fit, and neither is another encoding', async () => {
    const unsafe = await startPostgres({ fsync: 'off', synchronous_commit: 'off' });
    assert.ok(!('skip' in unsafe));
    try {
      assert.match((await refusedToOpen('unavailable', unsafe.url)).message, /fsync off/);
      assert.ok(!('skip' in server));
      await server.query(`CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
      assert.match(
        (await refusedToOpen('unavailable', changed(server.url, { database: 'latin' }))).message,
        /LATIN1/,
      );
    } finally {
      await unsafe.stop();
    }
  });

  test('a database that acknowledges before it syncs does not do so for a store', async () => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    await server.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
    const store = await openPostgresStore({ url });
    // The server writes the setting of each session that commits into its log of commits only; ask the one that writes.
    await server.query(
      `CREATE FUNCTION plinth.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF current_setting('synchronous_commit') <> 'on' THEN RAISE 'not synced'; END IF; RETURN NEW; END $$;
       CREATE TRIGGER note BEFORE UPDATE ON plinth.meta FOR EACH ROW EXECUTE FUNCTION plinth.note()`,
      [],
      url,
    );
    await store.commit([put(`${bucket}n/a`, '1')]);
    await store.close();
  });

  test('what the cipher covers is in no table in plain text, and comes back; others cannot open it', async () => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const secret = 't/core/secrets/n/a';
    let store = await openPostgresStore({ url, cipher: turning });
    const other = await openPostgresStore({ url, cipher: turning });
    const keyless = await openPostgresStore({ url });
    await store.commit([put(secret, 'hidden-treasure'), put(`${bucket}n/a`, 'plain-sight')]);
    await store.commit([put(secret, 'hidden-treasure-2')]);
    const text = JSON.stringify(
      await server.query('SELECT s.*, encode(sealed, $1) AS bytes FROM plinth.states s', ['escape'], url),
    );
    assert.ok(text.includes('plain-sight') && !text.includes('hidden-treasure'), text);
    await eventually('the other has it', () => textOf(other.get(secret)) === 'hidden-treasure-2');
    await eventually('the one without the key says so', () => !keyless.health().writable);
    assert.match(keyless.health().cause ?? '', /t\/core\/secrets\/n\/a at revision 1 is sealed/);
    assert.equal(keyless.revision, 0, 'it shows nothing rather than half');
    await Promise.all([store.close(), other.close(), keyless.close()]);
    store = await openPostgresStore({ url, cipher: turning });
    assert.equal(textOf(store.get(secret)), 'hidden-treasure-2');
    await store.commit([remove(secret)]);
    await store.close();
    store = await openPostgresStore({ url });
    assert.match(store.health().cause ?? '', /t\/core\/secrets\/n\/a at revision 1: it is sealed/);
    assert.equal(textOf(store.get(`${bucket}n/a`)), 'plain-sight');
    await refused('read-only', () => store.commit([put(`${bucket}n/a`, 'x')]));
    await store.close();
  });

  test('large values, all of Unicode and what JSON escapes come back as they were', async () => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const store = await openPostgresStore({ url });
    const follower = await openPostgresStore({ url });
    const strange = `{"\\'}NULL\0\u0001\u001f\u007f\u0080\u2028\u{10ffff}\u{1f600}\ud800 \\x41 \t\r\n$1 %s`;
    const large = 'aü"\\'.repeat(600_000);
    const opening = JSON.stringify(strange);
    await store.commit(
      [put(`${bucket}n/strange`, strange), put(`${bucket}n/large`, large), put(`${bucket}n/é "\\{}`, 'x')],
      [{ log: 'a "strange" {log}', entry: () => ({ value: JSON.stringify(large), opening }) }],
    );
    const check = async (one: typeof store): Promise<void> => {
      assert.equal(textOf(one.get(`${bucket}n/strange`)), strange);
      assert.equal(textOf(one.get(`${bucket}n/large`)), large);
      assert.equal(textOf(one.get(`${bucket}n/é "\\{}`)), 'x');
      const [entry] = await one.logs.read('a "strange" {log}', 0, 10);
      assert.deepEqual([entry?.value === JSON.stringify(large), entry?.opening], [true, opening]);
    };
    await eventually('the follower has it', () => follower.revision === 3);
    for (const one of [store, follower]) await check(one);
    // A group of many large values: in pieces on the way to the follower, at once for its readers.
    const many = Array.from({ length: 4 }, (_, i) => put(`${bucket}n/many-${i}`, large));
    const entry = {
      log: 'pieces',
      entry: (sequence: number) => ({ value: `${sequence}`, opening: JSON.stringify(large) }),
    };
    await store.commit(many, [entry, entry, { ...entry, log: 'other' }, entry]);
    await eventually('the follower has them', () => follower.revision === 7);
    await Promise.all([store.close(), follower.close()]);
    const again = await openPostgresStore({ url });
    await check(again);
    assert.deepEqual([again.logs.end('pieces'), again.logs.end('other')], [3, 1]);
    for (const [log, count] of [
      ['pieces', 3],
      ['other', 1],
    ] as const) {
      const read = await again.logs.read(log, 0, 9);
      assert.deepEqual(
        read.map(({ opening }) => opening === JSON.stringify(large)),
        Array(count).fill(true),
      );
    }
    assert.equal(again.count(bucket), 7);
    await again.close();
  });

  test('what PostgreSQL would not give back as it was is refused as a bug', async () => {
    assert.ok(!('skip' in server));
    const store = await openPostgresStore({ url: await server.database() });
    const raw = (value: string) => ({ type: 'put', key: `${bucket}n/a`, value: () => value }) as const;
    for (const value of ['a\0b', '\ud800']) {
      await assert.rejects(store.commit([raw(value)]), TypeError);
      await assert.rejects(store.commit([], [{ log: 'l', entry: () => ({ value }) }]), TypeError);
      await assert.rejects(
        store.commit([], [{ log: 'l', entry: () => ({ value: '', opening: value }) }]),
        TypeError,
      );
      await assert.rejects(store.commit([put(`${bucket}n/${value}`, 'x')]), TypeError);
    }
    await store.commit([raw('')], [{ log: 'l', entry: () => ({ value: 'fine' }) }]);
    assert.deepEqual([store.revision, store.logs.end('l'), store.get(`${bucket}n/a`)?.value], [1, 1, '']);
    await store.close();
  });

  test('a statement that the server refuses refuses its group, and writing resumes by itself', async () => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const store = await openPostgresStore({ url });
    await store.commit([put(`${bucket}n/a`, '1')]);
    await server.query('ALTER TABLE plinth.states ADD CONSTRAINT broken CHECK (revision < 2)', [], url);
    const error = await refused('read-only', () => store.commit([put(`${bucket}n/a`, '2')]));
    assert.match(error.message, /broken/);
    assert.equal(store.health().writable, false);
    assert.equal(textOf(store.get(`${bucket}n/a`)), '1');
    await server.query('ALTER TABLE plinth.states DROP CONSTRAINT broken', [], url);
    await eventually('it writes again', async () => {
      try {
        await store.commit([put(`${bucket}n/a`, '2')]);
        return true;
      } catch (failure) {
        assert.ok(failure instanceof StoreError && failure.code === 'read-only');
        return false;
      }
    });
    assert.equal(store.health().writable, true);
    assert.equal(store.get(`${bucket}n/a`)?.revision, 2);
    await store.close();
  });
});
