import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { MemoryStore } from '../../auth/test/memory-store.ts';
import type { Store } from '../port.ts';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import { openSqliteStore } from '../sqlite-store.ts';

/** The engines that tests of what stands on a store run on. */
type LabEngine = 'memory' | 'sqlite' | 'postgres';

/** Where a store of a test lies: it can be closed and opened again there. */
export interface LabPlace {
  open(): Promise<Store>;
  /** Closes the stores that are still open and deletes what they hold. */
  remove(): Promise<void>;
}

/** An empty database of a test's own. */
export interface LabDatabase {
  readonly url: string;
  /** All that the tables hold, as text; bytes that are no letters are escaped. */
  contents(): Promise<string>;
  remove(): Promise<void>;
}

/** The engine that the environment names; in memory when it names none, so that tests are quick. */
function namedEngine(): LabEngine {
  const named = process.env['PLINTH_TEST_ENGINE'] ?? 'memory';
  if (named === 'memory' || named === 'sqlite' || named === 'postgres') return named;
  throw new Error(`PLINTH_TEST_ENGINE is ${named}: expected memory, sqlite or postgres`);
}

/**
 * Makes a place for a store of a test on the engine that `PLINTH_TEST_ENGINE` names. On `postgres` it is a database of
 * its own on the server of `PLINTH_TEST_DATABASE`. The place is removed after the test that asks for it.
 */
export async function makeLabPlace(engine: LabEngine = namedEngine()): Promise<LabPlace> {
  if (engine === 'memory') return memoryPlace();
  const place = engine === 'sqlite' ? sqlitePlace() : await postgresPlace();
  after(() => place.remove());
  return place;
}

/** A place for a test that opens its store again: in files when no engine is named, for memory forgets nothing. */
export function makeLastingPlace(): Promise<LabPlace> {
  const engine = namedEngine();
  return makeLabPlace(engine === 'memory' ? 'sqlite' : engine);
}

/** Opens an empty store of a place of its own. */
export async function openLabStore(): Promise<Store> {
  return await (await makeLabPlace()).open();
}

/** A database for a whole control plane of a test; absent unless the environment names the engine `postgres`. */
export async function makeLabDatabase(): Promise<LabDatabase | undefined> {
  return namedEngine() === 'postgres' ? await makeDatabase() : undefined;
}

/**
 * Gives promises their turn until a store has nothing left to make durable. A virtual clock stands still meanwhile, so
 * that a commit takes no time of it on any engine.
 */
export async function untilStored(store: Store): Promise<void> {
  await setImmediate();
  while (store.stats().pending > 0) {
    await setTimeout(1);
    await setImmediate();
  }
}

function memoryPlace(): LabPlace {
  const store = new MemoryStore();
  return { open: async () => store, remove: async () => undefined };
}

function sqlitePlace(): LabPlace {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-lab-'));
  return openings(
    () => openSqliteStore({ directory }),
    async () => rmSync(directory, { recursive: true, force: true }),
  );
}

async function postgresPlace(): Promise<LabPlace> {
  const database = await makeDatabase();
  return openings(
    () => openPostgresStore({ url: database.url }),
    () => database.remove(),
  );
}

async function makeDatabase(): Promise<LabDatabase> {
  const server = process.env['PLINTH_TEST_DATABASE'];
  if (server === undefined) {
    throw new Error(
      'PLINTH_TEST_ENGINE is postgres: name a server in PLINTH_TEST_DATABASE, as postgres://...',
    );
  }
  const name = `plinth_lab_${randomBytes(8).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return {
    url: url.href,
    contents: () => contentsOf(url.href),
    remove: async () => {
      await execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function contentsOf(url: string): Promise<string> {
  const tables = await execute(url, `SELECT tablename AS text FROM pg_tables WHERE schemaname = 'plinth'`);
  const escaped = new URL(url);
  escaped.searchParams.set('options', '-c bytea_output=escape');
  const texts: string[] = [];
  for (const table of tables) {
    texts.push(...(await execute(escaped.href, `SELECT row::text AS text FROM plinth.${table} AS row`)));
  }
  return texts.join('\n');
}

/** A place that knows what is open there. */
function openings(open: () => Promise<Store>, remove: () => Promise<void>): LabPlace {
  const stores: Store[] = [];
  return {
    open: async () => {
      const store = await open();
      stores.push(store);
      return store;
    },
    remove: async () => {
      for (const store of stores.splice(0)) await store.close();
      await remove();
    },
  };
}

/** Runs one statement; returns the column `text` of its rows. */
async function execute(url: string, sql: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'plinth-test' });
  await client.connect();
  try {
    const { rows } = await client.query<{ text: string }>(sql);
    return rows.map(({ text }) => text);
  } finally {
    await client.end();
  }
}
