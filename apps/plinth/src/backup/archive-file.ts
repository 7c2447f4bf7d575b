import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  openSync,
  readSync,
} from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { BackupError, readBackup, type VerifiedBackup } from '@plinth/kernel';
import { codeOf, Failure } from '../cli/failure.ts';
import { isSealed, isSealing, opened, type Sealing, sealed } from './sealing.ts';

/** An archive in a file. */
export interface ArchiveFile extends VerifiedBackup {
  readonly path: string;
  /** Bytes of the file. */
  readonly fileBytes: number;
}

/**
 * Writes an archive into a file of mode 0600, compressed and encrypted, and checks all of it as it goes by. The file has
 * its name only when it is whole and durable.
 * @throws BackupError, or Failure when the file is there already
 */
export async function writeArchive(
  path: string,
  source: AsyncIterable<Uint8Array>,
  sealing: Sealing,
): Promise<ArchiveFile> {
  if (existsSync(path)) {
    throw new Failure(`${path} is there already`, {
      hint: 'name another file: a backup replaces none',
      file: path,
    });
  }
  const part = `${path}.part`;
  await rm(part, { force: true });
  const check = new PassingCheck();
  try {
    await pipeline(
      check.pass(source),
      createGzip({ level: constants.Z_BEST_SPEED }),
      (chunks: AsyncIterable<Uint8Array>) => (isSealing(sealing) ? sealed(chunks, sealing) : chunks),
      createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }),
    );
    const verified = await check.verdict;
    await rename(part, path);
    syncDirectory(dirname(path));
    return { ...verified, path, fileBytes: (await stat(path)).size };
  } catch (error) {
    await rm(part, { force: true });
    throw spaceFailure(error, path) ?? error;
  }
}

/** What a write without space means; its error does not name the file. */
function spaceFailure(error: unknown, path: string): Failure | undefined {
  const code = codeOf(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined;
  return new Failure(`the backup does not fit: no space is left for ${path}`, {
    hint: `free space on the file system of ${dirname(path)}, or name another place; nothing is left of it`,
    file: path,
    cause: error,
  });
}

/**
 * Reads an archive from a file, whether it is compressed, encrypted or neither.
 * @throws Failure when it cannot be decrypted, BackupError when it cannot be decompressed
 */
export async function* readArchive(path: string, sealing: Sealing): AsyncGenerator<Uint8Array> {
  const start = startOf(path, 64);
  if (isSealed(start)) {
    yield* inflated(opened(createReadStream(path), sealing, path));
  } else if (start[0] === 0x1f && start[1] === 0x8b) {
    yield* inflated(createReadStream(path));
  } else {
    yield* createReadStream(path);
  }
}

async function* inflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  let fault: Error | undefined;
  const fed = pipeline(chunks, gunzip).catch((error: unknown) => {
    fault = asError(error);
  });
  try {
    for await (const chunk of gunzip) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    await fed;
  } catch (error) {
    await fed;
    fault ??= asError(error);
  }
  if (fault === undefined) return;
  const code = codeOf(fault) ?? '';
  if (code === 'Z_BUF_ERROR') {
    throw new BackupError(
      'backup.incomplete',
      'the backup is cut off: its compressed data end too early',
      'it was interrupted while it was made or copied: take it again',
      { cause: fault },
    );
  }
  if (!code.startsWith('Z_')) throw fault;
  throw new BackupError(
    'backup.damaged',
    `the backup is damaged: its compressed data are wrong (${code})`,
    'take another backup; keep this one until it is clear what happened to it',
    { cause: fault },
  );
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error('the compressed data cannot be read', { cause: thrown });
}

/** Checks an archive on its way to somewhere else. */
class PassingCheck {
  readonly #branch = new TransformStream<Uint8Array, Uint8Array>();
  readonly verdict: Promise<VerifiedBackup>;

  constructor() {
    this.verdict = readBackup(this.#branch.readable);
    // Whoever passes the archive on learns of it there.
    this.verdict.catch(() => undefined);
  }

  async *pass(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const writer = this.#branch.writable.getWriter();
    writer.closed.catch(() => undefined);
    try {
      for await (const chunk of source) {
        await Promise.race([writer.write(chunk), this.verdict]);
        yield chunk;
      }
      await Promise.race([writer.close(), this.verdict]);
      await this.verdict;
    } catch (error) {
      await writer.abort(error).catch(() => undefined);
      throw error;
    }
  }
}

function startOf(path: string, bytes: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(bytes);
    return start.subarray(0, readSync(file, start, 0, bytes, 0));
  } finally {
    closeSync(file);
  }
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
