import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { makeLabPlace, untilStored } from './lab-store.ts';

const put = { type: 'put', key: 't/core/things/ns/a', value: () => '{}' } as const;

test('a place keeps what its store holds, and a store that is told to be in files is', async () => {
  for (const engine of ['memory', 'sqlite'] as const) {
    const place = await makeLabPlace(engine);
    const first = await place.open();
    await first.commit([put]);
    assert.equal(first.stats().diskBytes > 0, engine === 'sqlite');
    await first.close();
    const second = await place.open();
    assert.equal(second.get(put.key)?.revision, 1);
  }
});

test('a commit that is not durable yet is waited for', async () => {
  const store = await (await makeLabPlace('sqlite')).open();
  const committed = store.commit([put]);
  assert.ok(store.stats().pending > 0);
  await untilStored(store);
  assert.equal(store.get(put.key)?.revision, 1);
  await committed;
});

test('an engine that does not exist, and a server that is not named, are refused', () => {
  const place = JSON.stringify(new URL('./lab-store.ts', import.meta.url).href);
  const script = `await import(${place}).then((lab) => lab.openLabStore())`;
  const ask = (env: Record<string, string>): string =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
    }).stderr;
  assert.match(ask({ PLINTH_TEST_ENGINE: 'mysql' }), /PLINTH_TEST_ENGINE is mysql: expected memory, sqlite/);
  assert.match(ask({ PLINTH_TEST_ENGINE: 'postgres' }), /name a server in PLINTH_TEST_DATABASE/);
});
