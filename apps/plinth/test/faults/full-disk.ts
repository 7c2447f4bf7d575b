import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place whose disk can run out of space and get it back. */
export interface BoundedDisk {
  /** How the bound is made, for the report. */
  readonly kind: 'tmpfs' | 'shim';
  readonly directory: string;
  /** Variables for the server that runs on it. */
  readonly env: NodeJS.ProcessEnv;
  fill(): void;
  free(): void;
  remove(): void;
}

/** Makes a small file system when rights allow it, otherwise one that a shim makes believe; else says why not. */
export function boundedDisk(): BoundedDisk | { readonly reason: string } {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-disk-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', directory]);
  if (mounted.status === 0) {
    const ballast = join(directory, 'ballast');
    return {
      kind: 'tmpfs',
      directory,
      env: {},
      fill: () => fillUp(ballast),
      free: () => rmSync(ballast),
      remove() {
        spawnSync('umount', ['-l', directory]);
        remove();
      },
    };
  }
  const shim = buildShim(directory);
  if ('reason' in shim) {
    remove();
    return shim;
  }
  const space = join(directory, 'space');
  // The server finds its directory there already, so that the shim knows its path from the start.
  const root = join(directory, 'data', 'store');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  return {
    kind: 'shim',
    directory,
    env: { LD_PRELOAD: shim.path, PLINTH_SHIM_ROOT: root, PLINTH_SHIM_SPACE_FILE: space },
    fill: () => writeFileSync(space, '0'),
    free: () => rmSync(space),
    remove,
  };
}

function buildShim(directory: string): { path: string } | { reason: string } {
  if (process.platform !== 'linux') return { reason: 'neither mounting nor LD_PRELOAD is possible here' };
  const source = fileURLToPath(new URL('../../../../kernel/store/test/fsync-shim.c', import.meta.url));
  const path = join(directory, 'fsync-shim.so');
  const built = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', path, source, '-ldl', '-pthread'], {
    encoding: 'utf8',
  });
  if (built.error)
    return { reason: `mounting needs rights, and there is no C compiler: ${built.error.message}` };
  if (built.status !== 0) throw new Error(`fsync-shim.c does not compile: ${built.stderr}`);
  return { path };
}

function fillUp(path: string): void {
  for (let bytes = 1024 * 1024; bytes >= 1; bytes = Math.floor(bytes / 16)) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOSPC') throw error;
    }
  }
}
