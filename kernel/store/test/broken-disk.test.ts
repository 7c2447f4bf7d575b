import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { surviveBrokenDisk } from './broken-disk.ts';
import { buildShim } from './killed-writer.ts';
import { Places } from './places.ts';

const places = new Places();
after(() => places.remove());
const built = buildShim(places);
const skip = 'reason' in built ? built.reason : false;

function runUnderShim(kind: 'full' | 'sync', variable: string): void {
  const place = places.make();
  const directory = join(place, 'data');
  mkdirSync(directory, { mode: 0o700 });
  const steering = join(place, 'steering');
  const script = fileURLToPath(new URL('./broken-disk-child.ts', import.meta.url));
  const run = spawnSync(process.execPath, [script, directory, kind, steering, places.make()], {
    encoding: 'utf8',
    timeout: 30_000,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      LD_PRELOAD: 'shim' in built ? built.shim : '',
      PLINTH_SHIM_ROOT: directory,
      [variable]: steering,
    },
  });
  assert.equal(run.status, 0, run.stderr);
}

test('a disk without space: clear refusals, reads go on, nothing acknowledged is lost', { skip }, () => {
  runUnderShim('full', 'PLINTH_SHIM_SPACE_FILE');
});

test('a disk that fails to sync: the same', { skip }, () => {
  runUnderShim('sync', 'PLINTH_SHIM_FAIL_FILE');
});

test('a file system that is really full', async (t) => {
  const place = places.make();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', place], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    t.skip(`mounting a tmpfs needs rights: ${mounted.error?.message ?? mounted.stderr.trim()}`);
    return;
  }
  try {
    const ballast = join(place, 'ballast');
    await surviveBrokenDisk({
      directory: join(place, 'data'),
      scratch: places.make(),
      cause: /the disk is full/,
      break: () => fill(ballast),
      repair: () => rmSync(ballast),
    });
  } finally {
    spawnSync('umount', ['-l', place]);
  }
});

function fill(path: string): void {
  try {
    for (;;) writeFileSync(path, Buffer.alloc(64 * 1024), { flag: 'a' });
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC', String(error));
  }
}
