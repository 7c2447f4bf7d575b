import type { Checkpoint } from '@plinth/tlog';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import type { LogEntry } from '../store/port.ts';
import type { LoadedObject } from '../store/store-target.ts';
import { BackupError, damaged, mismatch } from './backup-error.ts';
import { fileBytesMax } from './limits.ts';
import { LogTree } from './log-tree.ts';
import {
  type BackupFile,
  type BackupLog,
  type BackupManifest,
  manifestName,
  parseManifest,
  sealName,
} from './manifest.ts';
import { type ArchivedFile, isArchivable, signedCheckpoints } from './private-files.ts';
import { type LoggedEntry, ObjectDigest, parseEntries, parseObjects, sha256Of } from './records.ts';

/** Takes what an archive holds, as it goes by. Only when the whole was read is it known to be sound. */
export interface BackupVisitor {
  objects?(objects: readonly LoadedObject[]): void | Promise<void>;
  entries?(log: string, entries: readonly LogEntry[]): void | Promise<void>;
  /** Keys, certificates, and heads of audit logs. */
  file?(file: ArchivedFile): void | Promise<void>;
}

/** An archive that was read to its end and is what was written. */
export interface VerifiedBackup {
  readonly manifest: BackupManifest;
  /** Bytes of the archive, neither compressed nor encrypted. */
  readonly bytes: number;
  /** What was signed about the audit logs, by the names of the logs: all of it holds. */
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
}

/**
 * Reads an archive and checks all of it: every hash, every count, the digest of the objects, the roots of the logs, and
 * the signed checkpoints against the entries.
 * @throws BackupError, or what the source or the visitor throws
 */
export async function readBackup(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  visitor: BackupVisitor = {},
): Promise<VerifiedBackup> {
  const feed = new Feed(source);
  const reading = new Reading(visitor);
  const entries = feed.entries();
  try {
    for (let next = await feed.guard(entries.next()); !next.done; next = await feed.guard(entries.next())) {
      const { header, body } = next.value;
      if (header.type !== 'file')
        throw damaged(`${header.name} is a ${header.type ?? 'thing'}, and not a file`);
      if (header.size > fileBytesMax)
        throw damaged(`${header.name} has ${header.size} bytes, more than ${fileBytesMax}`);
      await reading.take({ name: header.name, content: await feed.guard(contentOf(body)) });
    }
  } catch (error) {
    // The first fault is the one that is told, whatever ending the source comes to.
    await entries.return?.().catch(() => undefined);
    throw error;
  }
  return { ...reading.end(), bytes: feed.bytes };
}

async function contentOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The bytes of an archive on their way into the decoder. */
class Feed {
  readonly #source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  #fault: unknown;
  #hasFault = false;
  bytes = 0;

  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#source = source;
  }

  entries(): AsyncIterator<ParsedTarEntry> {
    const decoded = ReadableStream.from(this.#counted()).pipeThrough(createTarDecoder({ strict: true }));
    return decoded[Symbol.asyncIterator]();
  }

  /** Tells what is wrong with the archive from what is wrong with where it comes from. */
  async guard<T>(step: Promise<T>): Promise<T> {
    try {
      return await step;
    } catch (error) {
      if (this.#hasFault) throw this.#fault;
      throw damaged(
        `it cannot be read to its end: ${error instanceof Error ? error.message : String(error)}`,
        error,
      );
    }
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#source) {
        this.bytes += chunk.byteLength;
        yield chunk;
      }
    } catch (error) {
      this.#hasFault = true;
      this.#fault = error;
      throw error;
    }
  }
}

/** What was read of an archive so far. */
class Reading {
  readonly #visitor: BackupVisitor;
  readonly #files: BackupFile[] = [];
  readonly #digest = new ObjectDigest();
  readonly #heads: ArchivedFile[] = [];
  readonly #logs: BackupLog[] = [];
  #checkpoints: Map<string, Checkpoint> | undefined;
  #log: { readonly name: string; readonly tree: LogTree } | undefined;
  #manifest: { readonly content: BackupManifest; readonly sha256: string } | undefined;
  #isSealed = false;

  constructor(visitor: BackupVisitor) {
    this.#visitor = visitor;
  }

  async take(file: ArchivedFile): Promise<void> {
    const { name, content } = file;
    if (name === sealName && this.#manifest && !this.#isSealed) {
      compare(`the SHA-256 of its ${manifestName}`, content.toString().trimEnd(), this.#manifest.sha256);
      this.#isSealed = true;
      return;
    }
    if (this.#manifest) throw damaged(`${name} stands behind ${manifestName}`);
    if (name === manifestName) {
      this.#manifest = { content: parseManifest(content.toString()), sha256: sha256Of(content) };
      return;
    }
    this.#files.push({ name, bytes: content.byteLength, sha256: sha256Of(content) });
    if (/^store\/objects-\d{6,}\.ndjson$/.test(name)) await this.#objects(parseObjects(name, content));
    else if (/^store\/entries-\d{6,}\.ndjson$/.test(name)) await this.#entries(parseEntries(name, content));
    else if (isArchivable(name)) {
      if (name.startsWith('audit/')) this.#heads.push(file);
      await this.#visitor.file?.(file);
    } else throw damaged(`it holds a file ${JSON.stringify(name)}, which does not belong there`);
  }

  /** Compares what was read with what the manifest says. */
  end(): Omit<VerifiedBackup, 'bytes'> {
    const manifest = this.#manifest?.content;
    if (!manifest || !this.#isSealed) {
      const hint = 'it was cut off while it was made or copied: take it again';
      throw new BackupError('backup.incomplete', `the backup ends before its ${manifestName}`, hint);
    }
    this.#endLog();
    for (const name of manifest.keyFiles)
      if (!isArchivable(name)) throw damaged(`${name} is no file of keys`);
    compareFiles(manifest.files, this.#files);
    compare('objects', manifest.objects, this.#digest.count);
    compare('sealed objects', manifest.sealed, this.#digest.sealed);
    compare('the digest of its objects', manifest.digest, this.#digest.digest());
    compare('its logs', JSON.stringify(manifest.logs), JSON.stringify(this.#logs));
    const checkpoints = this.#signed();
    for (const [log, { size }] of checkpoints) {
      if (size === 0 || this.#logs.some(({ name }) => name === log)) continue;
      throw mismatch(`a checkpoint over ${size} entries of the log ${log} was signed, but it has none`);
    }
    return { manifest, checkpoints };
  }

  async #objects(objects: readonly LoadedObject[]): Promise<void> {
    for (const { key, revision, value } of objects) {
      this.#digest.add(key, revision, typeof value === 'string' ? value : undefined);
    }
    await this.#visitor.objects?.(objects);
  }

  async #entries(entries: readonly LoggedEntry[]): Promise<void> {
    for (let from = 0; from < entries.length; ) {
      const log = entries[from]?.log ?? '';
      let to = from;
      while (entries[to]?.log === log) to++;
      const own = entries.slice(from, to);
      if (this.#log?.name !== log) {
        this.#endLog();
        this.#log = { name: log, tree: new LogTree(log, this.#signed().get(log)) };
      }
      this.#log.tree.add(own);
      await this.#visitor.entries?.(log, own);
      from = to;
    }
  }

  #endLog(): void {
    if (this.#log) this.#logs.push(this.#log.tree.end());
    this.#log = undefined;
  }

  /** What was signed; the heads stand before the entries. */
  #signed(): Map<string, Checkpoint> {
    this.#checkpoints ??= signedCheckpoints(this.#heads);
    return this.#checkpoints;
  }
}

function compareFiles(expected: readonly BackupFile[], found: readonly BackupFile[]): void {
  for (const [i, { name, bytes, sha256 }] of expected.entries()) {
    const file = found[i];
    if (file?.name !== name) throw damaged(`${name} is missing`);
    if (file.bytes === bytes && file.sha256 === sha256) continue;
    throw damaged(`${name} is not what was written: it has the SHA-256 ${file.sha256}, expected ${sha256}`);
  }
  const surplus = found[expected.length];
  if (surplus) throw damaged(`${surplus.name} is not in its manifest`);
}

function compare(what: string, expected: number | string, found: number | string): void {
  if (expected !== found) throw damaged(`${what}: found ${found}, expected ${expected}`);
}
