import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Checkpoint, openCheckpoint, parseVerifierKey } from '@plinth/tlog';
import { sharedSigningKey, signingKeyIn } from '../audit/signing-key.ts';
import { readPrivateFile } from '../crypto/private-file.ts';
import { isObject } from '../model/json.ts';
import { damaged, mismatch } from './backup-error.ts';

/** A file of the data directory as it lies in an archive. */
export interface ArchivedFile {
  /** Path below the data directory, with slashes. */
  readonly name: string;
  readonly content: Buffer;
}

/** Where the files of a control plane lie; the same directory, unless several processes share keys. */
export interface FilePlaces {
  readonly dataDirectory: string;
  readonly keysDirectory: string;
}

const audit = 'audit';

/** Files of the data directory that an archive may hold. */
const archivable =
  /^(?:keys\/\d{4,9}\.key|pki\/[\w-]+\.(?:crt|key)|audit\/[a-z0-9-]+\/(?:head\.json|signing-key|tenant|verifier))$/;

/** Whether an archive may hold such a file. */
export function isArchivable(name: string): boolean {
  return archivable.test(name);
}

/** Whether a start cannot make the file anew, as it does what the authority has issued. */
export function isIrreplaceable(name: string): boolean {
  return !/^pki\/(?:server|admin)\./.test(name);
}

/** Keyring, certificates and signing keys: with them an archive is all that a control plane is. */
export function keyFiles({ dataDirectory, keysDirectory }: FilePlaces): ArchivedFile[] {
  const files = new Map<string, ArchivedFile>();
  // What processes share goes before what one of them has of its own.
  for (const place of [keysDirectory, dataDirectory]) {
    const names = [
      ...filesIn(place, 'keys'),
      ...filesIn(place, 'pki'),
      ...tenantsIn(place).map((tenant) => `${audit}/${tenant}/signing-key`),
    ];
    for (const name of names) {
      if (files.has(name) || !isArchivable(name) || !existsSync(join(place, name))) continue;
      files.set(name, fileIn(place, name));
    }
  }
  return [...files.values()];
}

/** What was signed last about the log of a tenant, with the key that it can be verified with. */
export interface SignedHead {
  /** Name of the log. */
  readonly log: string;
  readonly files: readonly ArchivedFile[];
}

/**
 * What was signed about the audit logs, as far as it is known here.
 * @throws KeyError when a signing key is damaged
 */
export function signedHeads({ dataDirectory, keysDirectory }: FilePlaces): SignedHead[] {
  return tenantsIn(dataDirectory).flatMap((tenant) => {
    const head = `${audit}/${tenant}/head.json`;
    if (!existsSync(join(dataDirectory, head))) return [];
    const owner = `${audit}/${tenant}/tenant`;
    const uid = readPrivateFile(join(dataDirectory, owner))?.trim();
    const ownKey = join(dataDirectory, audit, tenant, 'signing-key');
    const signer = existsSync(ownKey)
      ? signingKeyIn(ownKey)
      : sharedSigningKey(join(keysDirectory, audit), { name: tenant, uid: uid ?? '' });
    const verifier = { name: `${audit}/${tenant}/verifier`, content: Buffer.from(`${signer.verifierKey}\n`) };
    const owners = uid === undefined ? [] : [fileIn(dataDirectory, owner)];
    return [{ log: `${tenant}/audit`, files: [...owners, verifier, fileIn(dataDirectory, head)] }];
  });
}

/**
 * What was signed about the audit logs, by the names of the logs.
 * @param files heads and verifiers of an archive
 * @throws BackupError when a head was not signed with the key beside it
 */
export function signedCheckpoints(files: readonly ArchivedFile[]): Map<string, Checkpoint> {
  const contents = new Map(files.map(({ name, content }) => [name, content]));
  const checkpoints = new Map<string, Checkpoint>();
  for (const [name, content] of contents) {
    const tenant = /^audit\/([a-z0-9-]+)\/head\.json$/.exec(name)?.[1];
    if (tenant === undefined) continue;
    const verifier = parseVerifierKey(contents.get(`audit/${tenant}/verifier`)?.toString().trim() ?? '');
    if (!verifier.ok) throw damaged(`${name} comes without its verifier: ${verifier.error.message}`);
    const opened = openCheckpoint(Buffer.from(noteOf(name, content)), [verifier.value]);
    if (!opened.ok) throw mismatch(`the checkpoint in ${name}: ${opened.error.message}`);
    checkpoints.set(`${tenant}/audit`, opened.value.checkpoint);
  }
  return checkpoints;
}

function noteOf(name: string, content: Buffer): string {
  try {
    const head: unknown = JSON.parse(content.toString());
    if (isObject(head) && typeof head['note'] === 'string') return head['note'];
  } catch (error) {
    throw damaged(`${name} is not JSON`, error);
  }
  throw damaged(`${name} has no note`);
}

function tenantsIn(directory: string): string[] {
  const place = join(directory, audit);
  if (!existsSync(place)) return [];
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function filesIn(directory: string, name: string): string[] {
  const place = join(directory, name);
  if (!existsSync(place)) return [];
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${name}/${entry.name}`)
    .sort();
}

function fileIn(directory: string, name: string): ArchivedFile {
  return { name, content: readFileSync(join(directory, name)) };
}
