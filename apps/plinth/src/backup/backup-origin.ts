import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  databasePlace,
  examineDatabase,
  newestSchemaVersion,
  openSqliteStore,
  openStoreCipher,
  requireNotMoved,
  requireWhole,
  type Store,
  type StoreCipher,
  StoreError,
  storeSchemaVersion,
  systemClock,
  systemRandom,
  writeBackup,
} from '@plinth/kernel';
import { ApiClient } from '../api/api-client.ts';
import { readConnection } from '../api/kubeconfig.ts';
import { type Invocation, valueOf } from '../cli/command.ts';
import { Failure } from '../cli/failure.ts';
import { dataArgument, dataDirectoryOf } from '../cli/place.ts';
import { programVersion } from '../cli/version.ts';
import { describeDatabase } from '../up/database.ts';

/** Where a control plane that does not run keeps its data and its keys. */
export interface DataPlaces {
  readonly dataDirectory: string;
  readonly keysDirectory: string;
}

/** The places that a command is about. */
export function dataPlacesOf(invocation: Invocation): DataPlaces {
  const dataDirectory = dataDirectoryOf(invocation);
  return { dataDirectory, keysDirectory: valueOf(invocation, 'keys') ?? dataDirectory };
}

/** Where a backup comes from. */
export interface BackupOrigin {
  /** What is said of it. */
  readonly title: string;
  /** The archive, neither compressed nor encrypted. */
  readonly archive: AsyncIterable<Uint8Array>;
}

/** A backup of a control plane that runs: it makes it, and goes on meanwhile. */
export function serverOrigin(kubeconfig: string, withKeys: boolean): BackupOrigin {
  const client = new ApiClient(readConnection([kubeconfig]));
  return {
    title: `the control plane at ${client.server}`,
    archive: client.chunks(`/backup?keys=${withKeys}`),
  };
}

/**
 * A backup of a data directory: from the process that has it, or straight from its files when none has.
 * @throws Failure when there is none, StoreError when it cannot be opened
 */
export function directoryOrigin(places: DataPlaces, withKeys: boolean): BackupOrigin {
  const { dataDirectory } = places;
  const directory = join(dataDirectory, 'store');
  if (!existsSync(directory)) {
    throw new Failure(`there is no store in ${dataDirectory}`, {
      hint: 'name a data directory with --data, or a running control plane with --kubeconfig',
      file: directory,
    });
  }
  requireWhole(dataDirectory);
  // Its store stands still since: a backup of it would look like one of today.
  requireNotMoved(dataDirectory);
  try {
    requirePresentSchema(dataDirectory, storeSchemaVersion(directory));
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'locked') throw error;
    return serverOrigin(join(dataDirectory, 'kubeconfig'), withKeys);
  }
  requireKeys(places);
  const open = (cipher: StoreCipher): Promise<Store> => openSqliteStore({ directory, cipher });
  return {
    title: `${dataDirectory}, which no process uses`,
    archive: archiveOf(places, open, withKeys),
  };
}

/**
 * A backup straight from a database, beside the processes that use it.
 * @param places where this process, or any other on the database, keeps keys and heads of audit logs
 */
export function databaseOrigin(database: string, places: DataPlaces, withKeys: boolean): BackupOrigin {
  requireKeys(places);
  return {
    title: describeDatabase(database),
    archive: archiveOf(places, (cipher) => openDatabase(database, cipher), withKeys),
  };
}

/** Opening an empty database would make a store in it. */
async function openDatabase(database: string, cipher: StoreCipher): Promise<Store> {
  const { schemaVersion } = await examineDatabase(database);
  if (schemaVersion > 0) return await databasePlace(database).open(cipher);
  throw new Failure(`there is no store in ${describeDatabase(database)}`, {
    hint: 'check the database of the URL; for the embedded store, leave --database and PLINTH_DATABASE away',
  });
}

function requireKeys({ dataDirectory, keysDirectory }: DataPlaces): void {
  const keys = join(keysDirectory, 'keys');
  if (existsSync(keys)) return;
  throw new Failure(`${keysDirectory} has no keys: what is sealed in the store cannot be opened`, {
    hint: `name the directory of the keys with --keys; see what is wrong with: plinth doctor${dataArgument(dataDirectory)}`,
    file: keys,
  });
}

/** To be read, a store is brought up; a backup is no reason to. */
function requirePresentSchema(dataDirectory: string, version: number): void {
  if (version === newestSchemaVersion) return;
  throw new Failure(
    `the store in ${dataDirectory} has schema version ${version}, this program works with ${newestSchemaVersion}`,
    {
      hint: `back it up with the program that it is of, or bring it up first: plinth upgrade${dataArgument(dataDirectory)}`,
      file: dataDirectory,
    },
  );
}

async function* archiveOf(
  { dataDirectory, keysDirectory }: DataPlaces,
  open: (cipher: StoreCipher) => Promise<Store>,
  withKeys: boolean,
): AsyncGenerator<Uint8Array> {
  const cipher = openStoreCipher(keysDirectory, systemRandom);
  const store = await open(cipher);
  try {
    const { writable, cause, hint } = store.health();
    // Objects that cannot be read are not there, and a backup without them would not say so.
    if (!writable)
      throw new Failure(cause ?? 'the store cannot be written', hint === undefined ? {} : { hint });
    yield* writeBackup({
      store,
      cipher,
      dataDirectory,
      keysDirectory,
      program: programVersion(),
      clock: systemClock,
      withKeys,
    });
  } finally {
    await store.close();
  }
}
