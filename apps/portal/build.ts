// Builds the portal unless it is built already, and prints the folder:  node apps/portal/build.ts
// A build lies in dist/HASH, the hash being that of everything it is made from. It appears there whole or not at all, so that
// several processes may build at once and one that is killed leaves nothing that looks complete.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const home = fileURLToPath(new URL('.', import.meta.url));
const sources = join(home, 'web');
/** Files below this are not worth a second form. */
const compressBytesMin = 512;

const built = join(home, 'dist', hashOfSources());
if (!existsSync(built)) await build(built);
process.stdout.write(`${built}\n`);

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const files = [join(home, 'build.ts'), join(home, 'package.json'), ...filesBelow(sources)];
  for (const file of files)
    hash
      .update(`${file.slice(home.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

async function build(target: string): Promise<void> {
  const { build: bundle } = await import('vite');
  const making = `${target}.${process.pid}`;
  await bundle({
    configFile: false,
    root: sources,
    base: '/ui/',
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic' } },
    build: {
      outDir: making,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: { polyfill: false },
      // Nothing of a page may stand in a data: URL but images.
      assetsInlineLimit: 0,
    },
  });
  for (const file of filesBelow(making)) compress(file);
  mkdirSync(join(home, 'dist'), { recursive: true });
  if (existsSync(target)) rmSync(making, { recursive: true });
  else renameSync(making, target);
  for (const other of readdirSync(join(home, 'dist'))) {
    const path = join(home, 'dist', other);
    // What another process makes at this moment is left alone.
    if (path !== target && !other.includes('.')) rmSync(path, { recursive: true, force: true });
  }
}

function compress(file: string): void {
  const bytes = readFileSync(file);
  if (bytes.length < compressBytesMin) return;
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: quality }));
}
