import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { creates } from './kernel-bench.ts';
import { runLoad } from './load.ts';
import { formatMeasured, type Measured } from './measure.ts';
import { type RunningPlinth, startPlinth } from './plinth.ts';
import { startPostgres } from './postgres.ts';
import { measureWatchLag } from './watch-lag.ts';

type Print = (text: string) => void;

/** Processes on one PostgreSQL: writes, beside what the bare database commits, and watches on another process. */
export async function benchCluster({ seconds }: { seconds: number }): Promise<void> {
  const print: Print = (text) => void process.stdout.write(`${text}\n`);
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-cluster-'));
  // PostgreSQL runs as a user of its own.
  chmodSync(directory, 0o755);
  const postgres = startPostgres(join(directory, 'postgres'));
  try {
    if ('reason' in postgres) {
      print(`not measured: ${postgres.reason}`);
      return;
    }
    print(`PostgreSQL ${postgres.version} with its own settings, ${seconds} s each`);
    for (const clients of [1, 64]) {
      const bare = await bareCommits(postgres.url, clients, seconds);
      print(formatMeasured(`bare database: one-row commits, ${clients} clients`, bare));
    }
    await processes(directory, postgres.url, seconds, print);
  } finally {
    if (!('reason' in postgres)) postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Commits of one row of about 600 bytes each, by clients that each wait for their own. */
async function bareCommits(url: string, clients: number, seconds: number): Promise<Measured> {
  const open = Array.from({ length: clients }, () => new pg.Client({ connectionString: url }));
  await Promise.all(open.map((client) => client.connect()));
  await open[0]?.query('CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, value text NOT NULL)');
  const value = 'x'.repeat(600);
  const measured = await runLoad(
    open.map((client) => async () => {
      await client.query({ name: 'bare', text: 'INSERT INTO bare (value) VALUES ($1)', values: [value] });
    }),
    seconds,
  );
  await Promise.all(open.map((client) => client.end()));
  return measured;
}

async function processes(directory: string, url: string, seconds: number, print: Print): Promise<void> {
  const keys = join(directory, 'process-0');
  const running: RunningPlinth[] = [];
  const start = async (role: string): Promise<RunningPlinth> => {
    const plinth = await startPlinth(join(directory, `process-${running.length}`), {
      env: { PLINTH_DATABASE: url },
      args: ['--role', role, '--keys', keys],
    });
    running.push(plinth);
    return plinth;
  };
  try {
    const first = await start('all');
    await creates(first, 'warm', Math.min(3, seconds));
    print(formatMeasured('Plinth, one process: creates, 64 clients', await creates(first, 'one', seconds)));
    const second = await start('api');
    await start('workers');
    const [a, b] = await Promise.all([creates(first, 'two-a', seconds), creates(second, 'two-b', seconds)]);
    print(formatMeasured('Plinth, three processes: creates at one', a));
    print(formatMeasured('... and at another, 64 clients each', b));
    const watching = { watchers: 50, watched: second.target };
    await measureWatchLag(first.target, { ...watching, perSecond: 999, seconds: 3 });
    const lag = await measureWatchLag(first.target, { ...watching, perSecond: 2_000, seconds });
    print(formatMeasured('watch lag at another process, 2,000 writes/s', lag));
  } finally {
    for (const plinth of running) await plinth.stop();
  }
}
