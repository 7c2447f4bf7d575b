// Keeps compiled code for the next start. Plain JavaScript, and loaded before the program: a program that had to be
// stripped of its types first would load the stripper at every start (measured: 50 ms and 16 MB).

import { mkdirSync, statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const GROUP_OR_WORLD_WRITES = 0o022;

/**
 * Keeps compiled code in the user's cache directory; one that others can write to is not used, because what is in it
 * is executed.
 */
export function keepCompiledCode() {
  if (process.env.NODE_DISABLE_COMPILE_CACHE || process.env.NODE_COMPILE_CACHE) return;
  const directory = cacheDirectory();
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { mode, uid } = statSync(directory);
    const isOurs = process.getuid === undefined || uid === process.getuid();
    if (!isOurs || (process.platform !== 'win32' && (mode & GROUP_OR_WORLD_WRITES) !== 0)) return;
  } catch {
    return; // No place to keep it: starting takes longer and is all the same otherwise.
  }
  nodeModule.enableCompileCache(directory);
  // Threads take it from the environment.
  process.env.NODE_COMPILE_CACHE = directory;
}

function cacheDirectory() {
  if (process.platform === 'win32') {
    return join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'plinth', 'compiled');
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'plinth', 'compiled');
  const base = process.env.XDG_CACHE_HOME;
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'plinth', 'compiled');
}
