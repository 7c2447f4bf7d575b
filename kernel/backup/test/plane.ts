import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { AuditTree } from '../../audit/audit-tree.ts';
import { openSigningKey } from '../../audit/signing-key.ts';
import { openServiceAccountKey } from '../../auth/authenticators/service-account-key.ts';
import { openPki } from '../../auth/pki/certificate-authority.ts';
import { ensurePrivateDirectory } from '../../crypto/private-file.ts';
import { systemClock } from '../../ports/clock.ts';
import { systemRandom } from '../../ports/random.ts';
import type { Store, StoreCipher } from '../../store/port.ts';
import { openSqliteStore } from '../../store/sqlite-store.ts';
import { openStoreCipher } from '../../store-cipher.ts';
import { writeBackup } from '../write-backup.ts';

const made: string[] = [];
const open = new Set<Plane>();
after(async () => {
  for (const plane of open) await plane.close();
  for (const place of made) rmSync(place, { recursive: true, force: true });
});

/** A directory of its own for a test; removed in the end. */
export function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-backup-'));
  made.push(directory);
  return directory;
}

/** What a control plane keeps, without its API: a store, keys, certificates, and a signed audit log. */
export interface Plane {
  readonly dataDirectory: string;
  readonly store: Store;
  readonly cipher: StoreCipher;
  readonly tree: AuditTree;
  /** Commits an object with an entry of the audit log. */
  write(key: string, text: string): Promise<void>;
  /** The archive as one piece. */
  backup(withKeys?: boolean, store?: Store): Promise<Buffer>;
  close(): Promise<void>;
}

export async function openPlane(dataDirectory = join(place(), 'data')): Promise<Plane> {
  ensurePrivateDirectory(dataDirectory);
  const cipher = openStoreCipher(dataDirectory, systemRandom);
  const store = await openSqliteStore({ directory: join(dataDirectory, 'store'), cipher });
  await openPki(join(dataDirectory, 'pki'), { clock: systemClock, random: systemRandom, extraNames: [] });
  openServiceAccountKey(join(dataDirectory, 'pki'));
  const audits = join(dataDirectory, 'audit');
  ensurePrivateDirectory(audits);
  const directory = join(audits, 'default');
  const log = 'default/audit';
  const signer = openSigningKey(directory, 'default', systemRandom);
  const tree = await AuditTree.open({
    logs: store.logs,
    log,
    directory,
    signer,
    clock: systemClock,
    onFault: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const plane: Plane = {
    dataDirectory,
    store,
    cipher,
    tree,
    async write(key, text) {
      const value = (revision: number): string => JSON.stringify({ text, revision });
      const entry = (sequence: number) => ({ value: `${sequence} ${key}`, opening: `who wrote ${key}` });
      await store.commit([{ type: 'put', key, value }], [{ log, entry }]);
    },
    backup: async (withKeys = true, from = store) =>
      await collect(archiveOf({ dataDirectory, store: from, cipher }, withKeys)),
    async close() {
      if (!open.delete(plane)) return;
      await tree.close();
      await store.close();
    },
  };
  open.add(plane);
  return plane;
}

export function archiveOf(
  plane: Pick<Plane, 'dataDirectory' | 'store' | 'cipher'>,
  withKeys: boolean,
): ReadableStream<Uint8Array> {
  return writeBackup({
    ...plane,
    keysDirectory: plane.dataDirectory,
    program: '0.1.0',
    clock: systemClock,
    withKeys,
  });
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** An archive in the pieces that a network would make of it. */
export async function* pieces(archive: Uint8Array, bytes = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < archive.length; at += bytes) yield archive.subarray(at, at + bytes);
}
