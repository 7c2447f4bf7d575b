import { createTarPacker, type TarPackController } from 'modern-tar';
import { defaultTenant } from '../api/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logs, Store, StoreCipher, StoredObject } from '../store/port.ts';
import { BackupError } from './backup-error.ts';
import { entriesPerRead, lagLookMs, lagMsMax, partBytes } from './limits.ts';
import { LogTree } from './log-tree.ts';
import {
  type BackupFile,
  type BackupLog,
  type BackupManifest,
  formatVersion,
  manifestName,
  sealName,
} from './manifest.ts';
import { keyFiles, type SignedHead, signedCheckpoints, signedHeads } from './private-files.ts';
import { entryLine, ObjectDigest, objectLine, sha256Of } from './records.ts';
import { inRevisionOrder, type StoreSnapshot, takeSnapshot, turn } from './snapshot.ts';

/** The log that is always there. */
const hostLog = `${defaultTenant}/audit`;

/** What is backed up. */
export interface BackupSource {
  readonly store: Store;
  /** Seals what the store keeps sealed. */
  readonly cipher: StoreCipher;
  /** Where certificates and audit heads lie. */
  readonly dataDirectory: string;
  /** Where keys lie that several processes share; the data directory for one that is alone. */
  readonly keysDirectory: string;
  /** Version of the program. */
  readonly program: string;
  readonly clock: Clock;
  /** Whether keys and certificates go along: without them the archive alone opens no secret and proves nobody. */
  readonly withKeys: boolean;
}

/**
 * Writes a control plane as a tar archive, while it runs: objects and logs at one revision, and the files that belong to
 * them. The store goes on meanwhile; it is held up for no longer than one list of everything.
 *
 * The manifest and its hash come last, so an archive that was cut off is none.
 * @returns the archive; an error of it says that there is none. Cancelling it ends the work.
 */
export function writeBackup(source: BackupSource): ReadableStream<Uint8Array> {
  const { readable, controller } = createTarPacker();
  pack(source, controller).catch((error: unknown) => controller.error(error));
  return readable;
}

async function pack(source: BackupSource, controller: TarPackController): Promise<void> {
  const { store, cipher, clock, withKeys } = source;
  const { heads, snapshot } = await takeSigned(source);
  const nowMs = clock.now();
  const archive = new Archive(controller, nowMs);
  for (const { log, files } of heads) {
    // A tenant that is being deleted loses its log before its files.
    if (log !== hostLog && !snapshot.ends.has(log)) continue;
    for (const { name, content } of files) await archive.add(name, content);
  }
  const digest = await packObjects(archive, await inRevisionOrder(snapshot), cipher);
  const logs = await packLogs(archive, snapshot, store.logs);
  const keys = keyFiles(source);
  if (withKeys) for (const { name, content } of keys) await archive.add(name, content);
  const manifest: BackupManifest = {
    format: 'plinth-backup',
    formatVersion,
    program: source.program,
    createdAt: new Date(nowMs).toISOString(),
    revision: snapshot.revision,
    objects: digest.count,
    sealed: digest.sealed,
    digest: digest.digest(),
    logs,
    withKeys,
    keyFiles: keys.map(({ name }) => name),
    files: archive.files,
  };
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 1)}\n`);
  await archive.add(manifestName, text);
  await archive.add(sealName, Buffer.from(`${sha256Of(text)}\n`));
  controller.finalize();
}

/**
 * Takes a snapshot and what was signed about the logs before it. Another process may have signed entries that this one
 * has not read yet: then it is taken again a moment later.
 */
async function takeSigned(source: BackupSource): Promise<{ heads: SignedHead[]; snapshot: StoreSnapshot }> {
  const { store, clock } = source;
  for (const startedMs = clock.monotonic(); ; ) {
    const heads = signedHeads(source);
    const snapshot = takeSnapshot(store);
    const checkpoints = signedCheckpoints(heads.flatMap(({ files }) => files));
    const isBehind = [...checkpoints].some(
      ([log, { size }]) =>
        (log === hostLog || snapshot.ends.has(log)) && size > (snapshot.ends.get(log) ?? 0),
    );
    // Entries that do not come are lost: whoever reads the archive is told.
    if (!isBehind || clock.monotonic() - startedMs > lagMsMax) return { heads, snapshot };
    await new Promise<void>((resolve) => clock.after(lagLookMs, resolve));
  }
}

/** The files of an archive as they are written. */
class Archive {
  readonly #controller: TarPackController;
  readonly #mtime: Date;
  readonly #files: BackupFile[] = [];

  constructor(controller: TarPackController, nowMs: number) {
    this.#controller = controller;
    this.#mtime = new Date(nowMs);
  }

  /** What was added so far. */
  get files(): BackupFile[] {
    return [...this.#files];
  }

  /** Adds a file; resolves when the reader has room for more. */
  async add(name: string, content: Buffer): Promise<void> {
    const bytes = content.byteLength;
    this.#files.push({ name, bytes, sha256: sha256Of(content) });
    const body = this.#controller.add({ name, size: bytes, type: 'file', mode: 0o600, mtime: this.#mtime });
    const writer = body.getWriter();
    if (bytes > 0) await writer.write(content);
    await writer.close();
    await turn();
  }
}

/** Gathers lines into files of an archive. */
class Parts {
  readonly #archive: Archive;
  readonly #prefix: string;
  #lines: string[] = [];
  #chars = 0;
  #count = 0;

  /** @param prefix of the names, such as `store/objects` */
  constructor(archive: Archive, prefix: string) {
    this.#archive = archive;
    this.#prefix = prefix;
  }

  /** @returns whether a file is full, and should be closed with `flush` */
  add(line: string): boolean {
    this.#lines.push(line);
    this.#chars += line.length;
    return this.#chars >= partBytes;
  }

  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const name = `${this.#prefix}-${String(++this.#count).padStart(6, '0')}.ndjson`;
    const content = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#chars = 0;
    await this.#archive.add(name, content);
  }
}

async function packObjects(
  archive: Archive,
  objects: readonly StoredObject[],
  cipher: StoreCipher,
): Promise<ObjectDigest> {
  const parts = new Parts(archive, 'store/objects');
  const digest = new ObjectDigest();
  for (const { key, revision, value } of objects) {
    const isSealed = cipher.covers(key);
    digest.add(key, revision, isSealed ? undefined : value);
    const written = isSealed ? cipher.seal(key, revision, value) : value;
    if (parts.add(objectLine({ key, revision, value: written }))) await parts.flush();
  }
  await parts.flush();
  return digest;
}

async function packLogs(archive: Archive, { ends }: StoreSnapshot, logs: Logs): Promise<BackupLog[]> {
  const parts = new Parts(archive, 'store/entries');
  const all: BackupLog[] = [];
  for (const [log, end] of ends) {
    const tree = new LogTree(log);
    while (tree.size < end) {
      const entries = await logs.read(log, tree.size, Math.min(entriesPerRead, end - tree.size));
      if (entries.length === 0) throw removedMeanwhile(log);
      tree.add(entries);
      for (const entry of entries) if (parts.add(entryLine({ log, ...entry }))) await parts.flush();
    }
    all.push(tree.end());
  }
  await parts.flush();
  return all;
}

function removedMeanwhile(log: string): BackupError {
  return new BackupError(
    'backup.moved',
    `the log ${log} was removed while it was backed up, with its tenant`,
    'take the backup again',
  );
}
