import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A PostgreSQL that runs as a process of its own, with its own durability settings as they come. */
export interface RunningPostgres {
  readonly url: string;
  readonly version: string;
  stop(): void;
}

/** Where Debian and Homebrew put the programs of the server. */
const roots = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];

function binaries(): string | undefined {
  for (const root of roots) {
    if (!existsSync(root)) continue;
    for (const name of readdirSync(root).sort().reverse()) {
      const place = join(root, name, 'bin');
      if (existsSync(join(place, 'initdb'))) return place;
    }
  }
  return undefined;
}

/** Starts a PostgreSQL in an empty directory; a reason when there is none on this machine. */
export function startPostgres(directory: string): RunningPostgres | { readonly reason: string } {
  const place = binaries();
  if (place === undefined) return { reason: 'PostgreSQL is not on this machine' };
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o777);
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const data = join(directory, 'data');
  const run = (program: string, args: readonly string[]): void => {
    const command = [join(place, program), ...args];
    // The server refuses to run as root.
    const asUser = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--', ...command] : command;
    const [file = '', ...rest] = asUser;
    const ended = spawnSync(file, rest, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
    if (ended.status !== 0) throw new Error(`${program}: ${ended.error?.message ?? ended.stderr}`);
  };
  run('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync']);
  const settings = `-p ${port} -k ${directory} -c listen_addresses=127.0.0.1`;
  run('pg_ctl', ['-D', data, '-o', settings, '-l', join(directory, 'log'), '-w', 'start']);
  const version = execFileSync(join(place, 'postgres'), ['--version'], { encoding: 'utf8' });
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    version: /\d+(\.\d+)*/.exec(version)?.[0] ?? '',
    stop: () => run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']),
  };
}
