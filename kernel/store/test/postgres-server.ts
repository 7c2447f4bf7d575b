import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Where distributions put the programs of the server, one folder per version. */
const roots = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt', '/usr/local/opt'];

/** Milliseconds for the server to come up or go down; a loaded machine takes a few seconds. */
const turnMsMax = 30_000;

/**
 * Runs the server and prints its process id. When the standard input closes before the server ends, the test was killed:
 * then the server is ended and its files are deleted, so that nothing outlives the test. `$0` is the place of the files.
 */
const keeper = `
  exec 3<&0
  "$@" </dev/null >&2 &
  server=$!
  echo "$server"
  (
    cat <&3 >/dev/null
    trap '' TERM
    kill -QUIT "$server"
    while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
    rm -rf "$0"
  ) >/dev/null &
  watcher=$!
  wait "$server"
  kill "$watcher"
`;

/** How a server is told to go: `fast` rolls back what is open, `immediate` is a crash. */
export type StopMode = 'fast' | 'immediate';

/** A PostgreSQL server that belongs to one test file. */
export interface PostgresServer {
  /** Database `postgres`, as the superuser. */
  readonly url: string;
  /** Such as `15.19`. */
  readonly version: string;
  /** Folder of `pg_dump`, `psql`, `pgbench` and the rest. */
  readonly programs: string;
  /** The data directory. */
  readonly directory: string;
  /** Makes an empty database and returns its URL. */
  database(): Promise<string>;
  /** Runs one statement as the superuser, in the database of `url` when it is given. */
  query(sql: string, values?: readonly unknown[], url?: string): Promise<Record<string, unknown>[]>;
  /** Ends connections that match a condition over `pg_stat_activity`; returns how many. */
  terminate(condition: string): Promise<number>;
  /** Takes the server down; `start` brings it up again on the same port. */
  halt(mode?: StopMode): Promise<void>;
  start(): Promise<void>;
  /** Halts and starts. */
  restart(mode?: StopMode): Promise<void>;
  /** Freezes all its processes, and lets them go on. */
  pause(): void;
  resume(): void;
  /** Takes it down for good and deletes its files. */
  stop(): Promise<void>;
}

/**
 * Starts a private server of the newest PostgreSQL on this machine, with its settings as they come.
 *
 * Runs as user `postgres` or `nobody` when the test runs as root, because the server refuses root.
 * @param settings such as `{ fsync: 'off' }`, given on the command line
 * @returns the server, or why there is none
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer | { readonly skip: string }> {
  const programs = findPrograms();
  if (programs === undefined) return { skip: 'no PostgreSQL server program is on this machine' };
  const user = unprivilegedUser();
  if ('skip' in user) return user;
  const server = new PrivateServer(programs, user, settings);
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

class PrivateServer implements PostgresServer {
  readonly programs: string;
  readonly version: string;
  readonly directory: string;
  readonly #place: string;
  readonly #user: User;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #password = randomBytes(12).toString('hex');
  #port = 0;
  #databases = 0;
  #child: ChildProcess | undefined;
  #pid = 0;
  #gone: Promise<void> = Promise.resolve();

  constructor(programs: string, user: User, settings: Readonly<Record<string, string>>) {
    this.programs = programs;
    this.#user = user;
    this.#settings = settings;
    const shown = spawnSync(join(programs, 'postgres'), ['--version'], { encoding: 'utf8' });
    this.version = /\d+(\.\d+)*/.exec(shown.stdout)?.[0] ?? '';
    this.#place = mkdtempSync(join(tmpdir(), 'plinth-pg-'));
    this.directory = join(this.#place, 'data');
    chmodSync(this.#place, 0o700);
    if (user.uid !== undefined) chownSync(this.#place, user.uid, user.gid ?? user.uid);
  }

  get url(): string {
    return this.#urlOf('postgres');
  }

  async initialise(): Promise<void> {
    const passwordFile = join(this.#place, 'password');
    writeFileSync(passwordFile, this.#password, { mode: 0o600 });
    if (this.#user.uid !== undefined)
      chownSync(passwordFile, this.#user.uid, this.#user.gid ?? this.#user.uid);
    const args = ['-D', this.directory, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile];
    const child = spawn(
      join(this.programs, 'initdb'),
      [...args, '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
      { ...this.#user, env: cleanEnvironment(), cwd: this.#place, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (code !== 0) throw new Error(`initdb failed with ${String(code)}: ${errors}`);
    this.#port = await freePort();
  }

  async database(): Promise<string> {
    const name = `test_${++this.#databases}`;
    await this.query(`CREATE DATABASE ${name}`);
    return this.#urlOf(name);
  }

  async query(
    sql: string,
    values: readonly unknown[] = [],
    url = this.url,
  ): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url, application_name: 'plinth-test' });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
      return rows;
    } finally {
      await client.end();
    }
  }

  async terminate(condition: string): Promise<number> {
    const rows = await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (${condition})`,
    );
    return rows.length;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error('the server runs already');
    const given = Object.entries(this.#settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const program = join(this.programs, 'postgres');
    const place = ['-D', this.directory, '-p', String(this.#port), '-k', this.#place];
    const fixed = ['listen_addresses=127.0.0.1', 'logging_collector=on', 'log_directory=../log'];
    const command = [program, ...place, ...fixed.flatMap((setting) => ['-c', setting]), ...given];
    const child = spawn('/bin/sh', ['-c', keeper, this.#place, ...command], {
      ...this.#user,
      env: cleanEnvironment(),
      cwd: this.#place,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child = child;
    // The server may end at any time, and then nobody reads what closes its keeper.
    child.stdin.on('error', () => child.stdin.destroy());
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve()));
    this.#pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.stdout.setEncoding('utf8').once('data', (line: string) => resolve(Number.parseInt(line, 10)));
    });
    child.unref();
    await this.#answering();
  }

  async halt(mode: StopMode = 'fast'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    if (child.exitCode === null && this.#pid > 0) {
      child.ref();
      process.kill(this.#pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    }
    await bounded(this.#gone, 'the server does not end');
    child.stdin?.end();
    child.stdout?.destroy();
  }

  async restart(mode: StopMode = 'fast'): Promise<void> {
    await this.halt(mode);
    await this.start();
  }

  pause(): void {
    // First the one that starts others, so that none is missed.
    process.kill(this.#pid, 'SIGSTOP');
    for (const pid of childrenOf(this.#pid)) process.kill(pid, 'SIGSTOP');
  }

  resume(): void {
    for (const pid of childrenOf(this.#pid)) process.kill(pid, 'SIGCONT');
    process.kill(this.#pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    await this.halt('immediate');
    rmSync(this.#place, { recursive: true, force: true });
  }

  #urlOf(database: string): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.#port}/${database}`;
  }

  async #answering(): Promise<void> {
    const end = performance.now() + turnMsMax;
    for (;;) {
      try {
        await this.query('SELECT 1');
        return;
      } catch (error) {
        if (performance.now() > end || this.#child?.exitCode !== null) {
          throw new Error(`the server does not come up: ${this.#log()}`, { cause: error });
        }
        await delay(20);
      }
    }
  }

  #log(): string {
    const folder = join(this.#place, 'log');
    if (!existsSync(folder)) return 'it wrote no log';
    return readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('')
      .slice(-2_000);
  }
}

function findPrograms(): string | undefined {
  for (const root of roots) {
    if (!existsSync(root)) continue;
    const versions = readdirSync(root).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    for (const version of versions) {
      const programs = join(root, version, 'bin');
      if (existsSync(join(programs, 'initdb')) && existsSync(join(programs, 'postgres'))) return programs;
    }
  }
  return undefined;
}

/** Whom the server runs as: this user, unless that is root. */
function unprivilegedUser(): User | { readonly skip: string } {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const account = accounts.find(([name]) => name === wanted);
    if (account !== undefined) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  return { skip: 'the PostgreSQL server refuses to run as root, and there is no user postgres or nobody' };
}

/** The environment without what would lead the programs to another server. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PG') && !name.startsWith('LC_'),
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function childrenOf(pid: number): number[] {
  const listed = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return listed.stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child = 0]) => child)
    .filter((child) => child > 0);
}

async function bounded(promise: Promise<void>, complaint: string): Promise<void> {
  const timer = new AbortController();
  const late = delay(turnMsMax, undefined, { signal: timer.signal }).then(() => {
    throw new Error(complaint);
  });
  await Promise.race([promise, late]).finally(() => {
    late.catch(() => {
      // Called off: the promise was in time.
    });
    timer.abort();
  });
}
