import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file of the portal in all its forms, ready to be sent. */
export interface BundleFile {
  readonly plain: Buffer;
  readonly gzip: Buffer | undefined;
  readonly brotli: Buffer | undefined;
}

/** The portal's files by their path, such as `index.html` and `assets/index-1a2b3c4d.js`. */
export type Bundle = ReadonlyMap<string, BundleFile>;

const home = new URL('../../../portal/', import.meta.url);
const buildMsMax = 120_000;

/**
 * Reads the portal: in a checkout from where its sources are built, which happens now if it has not yet; in the published
 * package from where it was packed.
 *
 * @throws Error with a message that says why there is none
 */
export async function openBundle(): Promise<Bundle> {
  const script = fileURLToPath(new URL('build.ts', home));
  const folder = existsSync(script) ? await built(script) : fileURLToPath(new URL('dist', home));
  const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const forms = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
  const files = new Map<string, BundleFile>();
  for (const [path, plain] of forms) {
    if (/\.(gz|br)$/.test(path)) continue;
    const name = path.slice(folder.length + 1).replaceAll('\\', '/');
    files.set(name, { plain, gzip: forms.get(`${path}.gz`), brotli: forms.get(`${path}.br`) });
  }
  return files;
}

/** Builds in a process of its own, so that the bundler takes neither time nor memory of the control plane. */
function built(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [script],
      { timeout: buildMsMax, maxBuffer: 1 << 20 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(stderr.trim() || error.message, { cause: error }));
        else resolve(stdout.trim());
      },
    );
  });
}
