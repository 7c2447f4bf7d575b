import assert from 'node:assert/strict';
import { cpSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Store } from '../port.ts';
import { inspectStore } from '../sqlite-inspect.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { bucket, put, refused, textOf } from './operations.ts';
import { Places } from './places.ts';

const places = new Places();
after(() => places.remove());
const pageBytes = 8_192;

async function filled(objects: number): Promise<string> {
  const directory = places.make();
  const store = await openSqliteStore({ directory });
  for (let i = 0; i < objects; i++)
    await store.commit([put(`${bucket}n/${i}`, `marker-${i}-${'x'.repeat(1_000)}`)]);
  await store.close();
  return directory;
}

async function using(directory: string, use: (store: Store) => Promise<void>): Promise<void> {
  const store = await openSqliteStore({ directory });
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

function flip(path: string, offset: number, length = 1): void {
  const bytes = readFileSync(path);
  for (let i = 0; i < length; i++) bytes[offset + i] = (bytes[offset + i] ?? 0) ^ 0x15;
  writeFileSync(path, bytes);
}

test('a flipped bit in a value is found and its key named; everything else is served', async () => {
  const directory = await filled(50);
  const path = join(directory, 'store.db');
  flip(path, readFileSync(path).indexOf('marker-7-') + 100);
  await using(directory, async (store) => {
    const health = store.health();
    assert.equal(health.writable, false);
    assert.match(
      health.cause ?? '',
      /damaged: t\/core\/configmaps\/n\/7 at revision 8: the checksum does not match/,
    );
    assert.match(health.hint ?? '', /plinth doctor.*backup/);
    assert.equal(store.get(`${bucket}n/7`), undefined);
    assert.equal(store.list(bucket).objects.length, 49);
    assert.match(textOf(store.get(`${bucket}n/8`)) ?? '', /^marker-8-/);
    const error = await refused('read-only', () => store.commit([put(`${bucket}n/8`, 'x')]));
    assert.match(error.message, /damaged/);
  });
  const [problem, ...more] = inspectStore(directory).problems;
  assert.deepEqual([problem?.code, problem?.damage?.key, more], ['damaged', `${bucket}n/7`, []]);
});

test('when the newest state of an object is damaged, an older one is not served for it', async () => {
  const directory = places.make();
  await using(directory, async (store) => {
    await store.commit([put(`${bucket}n/a`, 'old-state')]);
    await store.commit([put(`${bucket}n/a`, 'new-state')]);
  });
  const path = join(directory, 'store.db');
  flip(path, readFileSync(path).indexOf('new-state'));
  await using(directory, async (store) => {
    assert.equal(store.get(`${bucket}n/a`), undefined);
    assert.match(store.health().cause ?? '', /configmaps\/n\/a at revision 2/);
    assert.equal(store.revision, 2);
  });
});

test('a page that makes no sense costs its rows, not the store', async () => {
  const directory = await filled(100);
  const path = join(directory, 'store.db');
  const page = Math.floor(readFileSync(path).indexOf('marker-40-') / pageBytes);
  flip(path, page * pageBytes, 200);
  await using(directory, async (store) => {
    const found = store.count(bucket);
    assert.ok(found >= 90 && found < 100, `${found} of 100 are readable`);
    assert.match(store.health().cause ?? '', /damaged: revisions? \d+/);
    assert.equal(store.get(`${bucket}n/40`), undefined);
    assert.match(textOf(store.get(`${bucket}n/99`)) ?? '', /^marker-99-/);
  });
  const { problems, objects } = inspectStore(directory);
  assert.ok(problems.some(({ damage }) => damage !== undefined && damage.from <= 41 && damage.to >= 41));
  assert.ok((objects ?? 0) >= 90);
});

test('a file that was cut short is served up to the cut', async () => {
  const directory = await filled(200);
  const path = join(directory, 'store.db');
  truncateSync(path, Math.floor(statSync(path).size / pageBytes / 2) * pageBytes);
  await using(directory, async (store) => {
    assert.ok(store.count(bucket) > 30);
    assert.equal(store.health().writable, false);
  });
  assert.ok(inspectStore(directory).problems.length > 0);
});

test('a file that cannot be read at all is refused with what to do', async () => {
  const directory = await filled(3);
  flip(join(directory, 'store.db'), 0, 100);
  const error = await refused('damaged', () => openSqliteStore({ directory }));
  assert.ok(error.message.includes(directory));
  assert.match(error.hint ?? '', /backup/);
  assert.deepEqual(
    inspectStore(directory).problems.map(({ code }) => code),
    ['damaged'],
  );
});

/** A directory as a crash leaves it: all commits still in SQLite's log. */
async function crashed(commits: number): Promise<string> {
  const directory = places.make();
  const copy = places.make();
  await using(directory, async (store) => {
    for (let i = 0; i < commits; i++)
      await store.commit([put(`${bucket}n/${i}`, `marker-${i}-${'x'.repeat(1_000)}`)]);
    for (const name of ['store.db', 'store.db-wal', 'store.id'])
      cpSync(join(directory, name), join(copy, name));
  });
  return copy;
}

test('damage in the log of SQLite is not mistaken for its end', async () => {
  const sound = await crashed(20);
  await using(sound, async (store) => {
    assert.equal(store.count(bucket), 20);
    assert.deepEqual(store.health(), { writable: true });
  });
  for (const where of ['header', 'frame'] as const) {
    const directory = await crashed(20);
    const path = join(directory, 'store.db-wal');
    flip(path, where === 'header' ? 12 : readFileSync(path).indexOf('marker-10-'));
    const before = readFileSync(path);
    assert.match(inspectStore(directory).problems[0]?.message ?? '', /store.db-wal is damaged at byte/);
    await using(directory, async (store) => {
      assert.match(
        store.health().cause ?? '',
        /store.db-wal is damaged at byte \d+, with whole commits behind it/,
      );
      await refused('read-only', () => store.commit([put(`${bucket}n/x`, 'x')]));
      if (where === 'frame') assert.equal(store.count(bucket), 10, 'what is before the damage is served');
    });
    assert.deepEqual(readFileSync(path), before, 'the evidence is kept');
  }
});

test('a commit that a crash tore is the end of the log, not damage', async () => {
  const directory = await crashed(20);
  const path = join(directory, 'store.db-wal');
  truncateSync(path, statSync(path).size - 3_000);
  await using(directory, async (store) => {
    assert.deepEqual(store.health(), { writable: true });
    assert.equal(store.count(bucket), 19);
  });
});

test('random flips anywhere are never served as data', async () => {
  const original = await filled(40);
  const path = join(original, 'store.db');
  const size = statSync(path).size;
  for (let i = 0; i < Number(process.env['PLINTH_FLIPS'] ?? 25); i++) {
    const directory = places.make();
    cpSync(original, directory, { recursive: true });
    const offset = Math.floor(Math.random() * size);
    flip(join(directory, 'store.db'), offset);
    let store: Store;
    try {
      store = await openSqliteStore({ directory });
    } catch {
      continue; // Refused as a whole: nothing is served.
    }
    try {
      for (const { key, value, revision } of store.list(bucket).objects) {
        const n = key.slice(key.lastIndexOf('/') + 1);
        const text = `marker-${n}-${'x'.repeat(1_000)}`;
        assert.equal(value, JSON.stringify({ text, revision }), `flip at ${offset}`);
      }
      const complete = store.count(bucket) === 40;
      assert.ok(complete || !store.health().writable, `flip at ${offset} lost objects silently`);
    } finally {
      await store.close();
    }
  }
});
