import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../../kernel/store/test/fsync-shim.c', import.meta.url));

/**
 * What makes every sync of a process slower: environment variables for it, or the reason why that cannot be had here.
 * @param directory for the compiled shim
 * @param storeDirectory the directory whose files are synced slowly; absolute
 * @param delayMs milliseconds added to each fsync and fdatasync
 */
export function slowDisk(
  directory: string,
  storeDirectory: string,
  delayMs: number,
): { env: Record<string, string> } | { reason: string } {
  mkdirSync(directory, { recursive: true });
  mkdirSync(storeDirectory, { recursive: true, mode: 0o700 });
  const shim = join(directory, 'fsync-shim.so');
  const built = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', shim, source, '-ldl', '-pthread'], {
    encoding: 'utf8',
  });
  if (built.error) return { reason: 'there is no C compiler' };
  if (built.status !== 0) return { reason: `the shim does not compile: ${built.stderr}` };
  return {
    env: {
      LD_PRELOAD: shim,
      PLINTH_SHIM_ROOT: realpathSync(storeDirectory),
      PLINTH_SHIM_SYNC_MS: String(delayMs),
    },
  };
}
