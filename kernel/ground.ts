import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openPki, type Pki } from './auth/pki/certificate-authority.ts';
import { requireWhole } from './backup/data-place.ts';
import { requireNotMoved } from './backup/moved-mark.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Role } from './cluster/ownership.ts';
import type { ByteCipher } from './crypto/envelope.ts';
import type { Clock } from './ports/clock.ts';
import type { Random } from './ports/random.ts';
import type { Store, StoreCipher } from './store/port.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import { openStoreCipher } from './store-cipher.ts';

/** What one process of a control plane does: one part of the work, or all of it. */
export type ProcessRole = Role | 'all';

/** What a kernel is to stand on. */
export interface GroundOptions {
  readonly dataDirectory: string;
  /**
   * URL of a PostgreSQL database, `postgres://...`, which several processes share. Absent: this process is alone, on the
   * embedded store.
   */
  readonly database?: string;
  /** What of the work this process does; other processes on the database do the rest. All of it unless told. */
  readonly role?: ProcessRole;
  /** Where the keys are that the processes on one database have in common; the data directory unless told. */
  readonly keysDirectory?: string;
  readonly host: string;
  /** Further names and addresses that clients call this process by, which its certificate holds for. */
  readonly names?: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFault: (what: string, error: unknown) => void;
  /** Told in a sentence what people should know and is no fault, such as another version of the program beside this one. */
  readonly onNotice?: (notice: string) => void;
}

/** What a kernel stands on, opened. */
export interface Ground {
  readonly store: Store;
  readonly pki: Pki;
  readonly cipher: StoreCipher & ByteCipher;
  readonly keysDirectory: string;
  readonly roles: readonly Role[];
  /** There when the process shares a database with others. */
  readonly cluster: Cluster | undefined;
}

/** The parts of the work that a role stands for. */
export function rolesOf(role: ProcessRole = 'all'): readonly Role[] {
  return role === 'all' ? ['api', 'controllers', 'workers'] : [role];
}

/**
 * Opens the store, the keys and the certificates.
 *
 * @throws StoreError or KeyError naming the directory, or the database, and the remedy
 */
export async function openGround(options: GroundOptions): Promise<Ground> {
  const { dataDirectory, database } = options;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  requireWhole(dataDirectory);
  if (database === undefined) return await openAlone(options);
  // The client of the database takes as long to load as the rest of the kernel.
  const { openShared } = await import('./cluster/shared-ground.ts');
  return await openShared(options, database);
}

async function openAlone(options: GroundOptions): Promise<Ground> {
  const { dataDirectory, clock, random } = options;
  requireNotMoved(dataDirectory);
  const keysDirectory = options.keysDirectory ?? dataDirectory;
  const cipher = openStoreCipher(keysDirectory, random);
  const [store, pki] = await Promise.all([
    openSqliteStore({ directory: join(dataDirectory, 'store'), clock, cipher }),
    openCertificates(options),
  ]);
  return { store, pki, cipher, keysDirectory, roles: rolesOf(), cluster: undefined };
}

/** Opens the certificates: the authority is one of the shared keys, what it issued to this process lies beside its data. */
export async function openCertificates(options: GroundOptions): Promise<Pki> {
  const { dataDirectory, keysDirectory = dataDirectory, clock, random, host, names = [] } = options;
  return await openPki(join(dataDirectory, 'pki'), {
    clock,
    random,
    extraNames: [host, ...names],
    authorityDirectory: join(keysDirectory, 'pki'),
  });
}
