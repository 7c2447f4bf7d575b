/**
 * The keys that all processes on one database have in common: those that seal values, the certificate authority, the key
 * of service account tokens and the one that signs the audit log. The database remembers which ones they are, so that a
 * process with others is refused before it seals, signs or issues anything.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultTenant } from '../api/keys.ts';
import { openSigningKey } from '../audit/signing-key.ts';
import { openServiceAccountKey } from '../auth/authenticators/service-account-key.ts';
import { KeyError } from '../crypto/key-error.ts';
import { type Keyring, openKeyring } from '../crypto/keyring.ts';
import { isObject } from '../model/json.ts';
import type { Random } from '../ports/random.ts';
import { readSchemaVersion } from '../store/postgres/migrations.ts';
import { PostgresSession } from '../store/postgres/session.ts';

/** What the database remembers of the keys. No key can be got out of it. */
export interface KeyFingerprint {
  /** Id of the newest key that seals. */
  readonly sealing: string;
  /** Digest of the authority's public key, and of the key of service account tokens. */
  readonly authority: string;
  readonly tokens: string;
  /** The verifier key of the audit log. */
  readonly audit: string;
  /** Where they were made, for people: host and directory. */
  readonly from: string;
}

const parts = {
  sealing: 'keys/',
  authority: 'pki/ca.crt and pki/ca.key',
  tokens: 'pki/sa.key',
  audit: `audit/${defaultTenant}/signing-key`,
} as const;

type Part = keyof typeof parts;

/**
 * Reads what the database remembers of the keys that it is used with; undefined when it is new.
 * @throws StoreError when it does not answer or is newer
 */
export async function rememberedKeys(url: string): Promise<KeyFingerprint | undefined> {
  return await withSession(url, async (session) => {
    if ((await readSchemaVersion(session)) === 0) return undefined;
    return await readFingerprint(session);
  });
}

/**
 * Has the database remember the keys, unless it remembers some.
 * @returns those that it remembers from now on
 */
export async function rememberKeys(url: string, own: KeyFingerprint): Promise<KeyFingerprint> {
  return await withSession(url, async (session) => {
    await session.query(`UPDATE plinth.meta SET key_fingerprint = $1 WHERE key_fingerprint IS NULL`, [
      JSON.stringify(own),
    ]);
    return (await readFingerprint(session)) ?? own;
  });
}

/** Has the database remember that a newer key seals from now on. */
export async function rememberRotation(url: string, old: KeyFingerprint, sealing: string): Promise<void> {
  await withSession(url, async (session) => {
    await session.query(`UPDATE plinth.meta SET key_fingerprint = $1 WHERE key_fingerprint = $2`, [
      JSON.stringify({ ...old, sealing }),
      JSON.stringify(old),
    ]);
  });
}

/**
 * Refuses a directory that lacks keys which the database has been used with: a start would make new ones there.
 * @throws KeyError `key.missing`
 */
export function requireKeys(directory: string, remembered: KeyFingerprint): void {
  const files = ['keys', 'pki/ca.crt', 'pki/ca.key', 'pki/sa.key', `audit/${defaultTenant}/signing-key`];
  const absent = files.filter((name) => !existsSync(join(directory, name)));
  if (absent.length === 0) return;
  throw new KeyError(
    'key.missing',
    `${resolve(directory)} lacks ${absent.join(', ')}, with which the database has been used`,
    remedy(remembered),
  );
}

/**
 * The fingerprint of the keys in a directory, once they are all made.
 * @param ca PEM text of the authority's certificate
 * @throws KeyError when one cannot be read
 */
export function fingerprintOf(
  directory: string,
  ca: string,
  random: Random,
): { readonly fingerprint: KeyFingerprint; readonly keyring: Keyring } {
  const keyring = openKeyring(join(directory, 'keys'), random);
  const authority = new X509Certificate(ca).publicKey.export({ type: 'spki', format: 'der' });
  const signer = openSigningKey(join(directory, 'audit', defaultTenant), defaultTenant, random);
  const fingerprint = {
    sealing: keyring.newest.id,
    authority: createHash('sha256').update(authority).digest('base64url'),
    tokens: openServiceAccountKey(join(directory, 'pki')).id,
    audit: signer.verifierKey,
    from: `${hostname()}:${resolve(directory)}`,
  };
  return { fingerprint, keyring };
}

/**
 * Refuses keys that are not those of the database.
 * @throws KeyError `key.mismatch` naming the files that differ
 */
export function compareKeys(
  directory: string,
  { fingerprint, keyring }: { readonly fingerprint: KeyFingerprint; readonly keyring: Keyring },
  remembered: KeyFingerprint,
): void {
  const differ = (Object.keys(parts) as Part[]).filter((part) =>
    // A process may know a newer key already; it must know the one that others seal with.
    part === 'sealing' ? !keyring.find(remembered.sealing) : fingerprint[part] !== remembered[part],
  );
  if (differ.length === 0) return;
  throw new KeyError(
    'key.mismatch',
    `the keys in ${resolve(directory)} are not those that the database is used with: ` +
      `${differ.map((part) => parts[part]).join(', ')} differ`,
    remedy(remembered),
  );
}

function remedy({ from }: KeyFingerprint): string {
  return (
    `every process on a database has the same keys: copy keys/, pki/ca.crt, pki/ca.key, pki/sa.key and audit/*/signing-key ` +
    `from ${from}, or mount that directory here, and name it with --keys`
  );
}

async function readFingerprint(session: PostgresSession): Promise<KeyFingerprint | undefined> {
  const [text] = (await session.row('SELECT key_fingerprint FROM plinth.meta')) ?? [];
  if (typeof text !== 'string') return undefined;
  const value: unknown = JSON.parse(text);
  const field = (name: string): string => {
    const found = isObject(value) ? value[name] : undefined;
    return typeof found === 'string' ? found : '';
  };
  return {
    sealing: field('sealing'),
    authority: field('authority'),
    tokens: field('tokens'),
    audit: field('audit'),
    from: field('from'),
  };
}

async function withSession<Result>(
  url: string,
  work: (session: PostgresSession) => Promise<Result>,
): Promise<Result> {
  const session = await PostgresSession.connect(url, 'migrate', 'plinth keys');
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
