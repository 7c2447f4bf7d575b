import { hostname } from 'node:os';
import { type Ground, type GroundOptions, openCertificates, rolesOf } from '../ground.ts';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import { openStoreCipher } from '../store-cipher.ts';
import { Cluster } from './cluster.ts';
import {
  compareKeys,
  fingerprintOf,
  rememberedKeys,
  rememberKeys,
  rememberRotation,
  requireKeys,
} from './shared-keys.ts';

/**
 * Opens what a process on a shared database stands on. Keys are compared with those that the database has been used with
 * before anything is made, opened or sealed with them.
 *
 * @throws KeyError `key.missing`, `key.mismatch`; StoreError when the database is down, newer, or gives no rights
 */
export async function openShared(options: GroundOptions, database: string): Promise<Ground> {
  const { dataDirectory, keysDirectory = dataDirectory, clock, random, onFault, version } = options;
  const remembered = await rememberedKeys(database);
  if (remembered) requireKeys(keysDirectory, remembered);
  const pki = await openCertificates(options);
  const own = fingerprintOf(keysDirectory, pki.ca, random);
  if (remembered) compareKeys(keysDirectory, own, remembered);
  const cipher = openStoreCipher(keysDirectory, random);
  const store = await openPostgresStore({ url: database, clock, cipher });
  try {
    const known = await rememberKeys(database, own.fingerprint);
    compareKeys(keysDirectory, own, known);
    if (known.sealing !== own.fingerprint.sealing) {
      await rememberRotation(database, known, own.fingerprint.sealing);
    }
  } catch (error) {
    await store.close().catch((closing: unknown) => onFault('closing the store', closing));
    throw error;
  }
  const roles = rolesOf(options.role);
  const { onNotice = () => undefined } = options;
  const host = hostname();
  const cluster = new Cluster({ store, clock, random, host, roles, version, onFault, onNotice });
  return { store, pki, cipher, keysDirectory, roles, cluster };
}
