import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { place, plinth, up } from '../cli/program.ts';
import { boundedDisk } from './full-disk.ts';

test('a full disk is told as such by backup and restore, and nothing is left that looks complete', async (t) => {
  const disk = boundedDisk();
  if ('reason' in disk) return t.skip(disk.reason);
  t.after(() => disk.remove());
  if (disk.kind !== 'tmpfs') return t.skip('the shim bounds the store alone; this takes the right to mount');
  const data = join(place(), 'data');
  await (await up(['--data', data, '--no-workspace'])).stop();
  const sound = join(place(), 'backup.tar.gz');
  assert.equal((await plinth(['backup', sound, '--data', data])).code, 0);
  disk.fill();
  const backup = await plinth(['backup', join(disk.directory, 'b.tar.gz'), '--data', data]);
  assert.equal(backup.code, 1);
  assert.match(backup.stderr, /no space is left for .*\n {2}hint: free space/);
  assert.doesNotMatch(backup.stderr, /fault of the program/);
  const restore = await plinth(['restore', sound, '--data', join(disk.directory, 'data')]);
  assert.equal(restore.code, 1);
  assert.match(restore.stderr, /hint: .*free space/);
  assert.doesNotMatch(restore.stderr, /fault of the program/);
  const left = readdirSync(disk.directory, { recursive: true }).map(String);
  assert.deepEqual(
    left.filter((name) => !['ballast', 'data'].includes(name)),
    [],
  );
  disk.free();
  assert.equal((await plinth(['backup', join(disk.directory, 'b.tar.gz'), '--data', data])).code, 0);
  const again = await plinth(['restore', sound, '--data', join(disk.directory, 'data')]);
  assert.equal(again.code, 0, again.stderr);
});
