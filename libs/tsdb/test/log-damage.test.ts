import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { everything, openDatabase, refOf, samplesOf, TemporaryDirectory } from './database-fixture.ts';

const name = '{__name__="up"}';

/** Five commits of one sample each, without a clean stop. @returns the size of the log after each. */
async function fiveCommits(directory: string): Promise<number[]> {
  const database = await openDatabase(directory);
  const sizes: number[] = [];
  for (let time = 1; time <= 5; time++) {
    database.append(refOf(database, { __name__: 'up' }), time, time);
    await database.commit(10);
    sizes.push(readFileSync(`${directory}/wal/00000000`).length);
  }
  return sizes;
}

test('a log that ends in the middle of a record gives all records before it', async () => {
  for (const cut of [1, 7, 8, 20, 39]) {
    using directory = new TemporaryDirectory();
    const sizes = await fiveCommits(directory.path);
    truncateSync(`${directory.path}/wal/00000000`, (sizes[4] ?? 0) - cut);
    const database = await openDatabase(directory.path);
    assert.deepEqual(samplesOf(database.reader, everything), { [name]: '1:1 2:2 3:3 4:4' });
    const [damage, ...others] = database.replayed.damage;
    assert.deepEqual([damage?.kind, damage?.file, damage?.offset], ['torn', '00000000', sizes[3]]);
    assert.deepEqual(others, []);
    database.append(refOf(database, { __name__: 'up' }), 5, 5);
    await database.commit(10);
    const again = await openDatabase(directory.path);
    assert.deepEqual(again.replayed.damage, []);
    assert.deepEqual(samplesOf(again.reader, everything), { [name]: '1:1 2:2 3:3 4:4 5:5' });
  }
});

test('zeros or noise behind the log are a torn write', async () => {
  for (const tail of [new Uint8Array(4096), new Uint8Array(100).fill(0xa5)]) {
    using directory = new TemporaryDirectory();
    const sizes = await fiveCommits(directory.path);
    appendFileSync(`${directory.path}/wal/00000000`, tail);
    const database = await openDatabase(directory.path);
    assert.deepEqual(samplesOf(database.reader, everything), { [name]: '1:1 2:2 3:3 4:4 5:5' });
    assert.deepEqual(
      database.replayed.damage.map(({ kind, offset }) => [kind, offset]),
      [['torn', sizes[4]]],
    );
  }
});

test('a flipped bit in the middle is reported with its place; what stands before it is kept, the file is set aside', async () => {
  using directory = new TemporaryDirectory();
  const sizes = await fiveCommits(directory.path);
  const file = `${directory.path}/wal/00000000`;
  const bytes = readFileSync(file);
  const at = (sizes[1] ?? 0) + 30;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const database = await openDatabase(directory.path);
  assert.deepEqual(samplesOf(database.reader, everything), { [name]: '1:1 2:2' });
  const [damage] = database.replayed.damage;
  assert.deepEqual([damage?.kind, damage?.offset], ['corrupt', sizes[1]]);
  assert.match(damage?.reason ?? '', /checksum/);
  assert.deepEqual(readdirSync(`${directory.path}/wal`), ['head-00000001', 'lost-00000000']);
});

test('a damaged snapshot is reported, and the log behind it is still read', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  database.append(refOf(database, { __name__: 'up' }), 1, 1);
  await database.commit(10);
  await database.close();
  const file = `${directory.path}/wal/head-00000001`;
  truncateSync(file, readFileSync(file).length - 8);
  const again = await openDatabase(directory.path);
  assert.deepEqual(
    again.replayed.damage.map(({ file }) => file),
    ['head-00000001'],
  );
  assert.deepEqual(samplesOf(again.reader, everything), { [name]: '1:1' });
});
