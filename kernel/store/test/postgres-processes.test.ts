/** Processes on one database that are killed and paused while they commit. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import { eventually } from './eventually.ts';
import { findLosses, RunningWriter } from './killed-writer.ts';
import { put } from './operations.ts';
import { startPostgres } from './postgres-server.ts';
import { RevisionReader } from './revision-reader.ts';

const server = await startPostgres();
const skip = 'skip' in server ? server.skip : false;

/** A process that is paused while it holds the write lock stops the others for about two seconds; some more is for a busy machine. */
const takeoverMsMax = 8_000;

describe('PostgreSQL: processes that are killed and paused', { skip }, () => {
  after(() => ('skip' in server ? undefined : server.stop()));

  test('kill -9 of one of two processes: nothing acknowledged is lost, no batch is half there, the other goes on', async (t) => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const steady = new RunningWriter(url, { prefix: 'steady-' });
    await steady.says(2);
    const kills = Number(process.env['PLINTH_KILLS'] ?? 5);
    let acknowledged = 0;
    try {
      for (let i = 0; i < kills; i++) {
        const victim = new RunningWriter(url, { prefix: `victim-${i}-` });
        await victim.says(2 + Math.floor(Math.random() * 300));
        const said = await victim.kill();
        const before = steady.lines;
        await steady.says(before + 50);
        const { losses } = await findLosses(url, said);
        // The one that goes on is ahead of what is compared here.
        const own = losses.filter((loss) => !loss.includes('steady-'));
        assert.deepEqual(own, [], `after kill ${i + 1}`);
        acknowledged += said.count;
      }
    } finally {
      const said = await steady.kill();
      acknowledged += said.count;
      assert.deepEqual((await findLosses(url, said)).losses, []);
    }
    t.diagnostic(`${kills + 1} kills, ${acknowledged} acknowledged pairs`);
  });

  test('SIGSTOP of a process that holds the write lock: another takes over, and the one that wakes doubles nothing', async (t) => {
    assert.ok(!('skip' in server));
    const url = await server.database();
    const store = await openPostgresStore({ url });
    const reader = new RevisionReader(store, 't/core/pairs/');
    const paused = new RunningWriter(url, {
      prefix: 'paused-',
      environment: { PLINTH_HISTORY: '100000' },
    });
    try {
      await paused.says(20);
      let pauses = 0;
      await eventually('it is paused while it holds the lock', async () => {
        pauses++;
        paused.child.kill('SIGSTOP');
        const rows = await server.query(
          `SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = 'plinth writer'`,
        );
        if (rows.length === 0) paused.child.kill('SIGCONT');
        return rows.length > 0;
      });
      const start = performance.now();
      const [object] = await store.commit([put('t/core/pairs/n/other', '1')]);
      const waitedMs = performance.now() - start;
      assert.ok(waitedMs < takeoverMsMax, `waited ${waitedMs} ms`);
      const before = paused.lines;
      paused.child.kill('SIGCONT');
      await paused.says(before + 50);
      const said = await paused.kill();
      assert.deepEqual((await findLosses(url, said)).losses, []);
      await eventually('all is seen', () => store.revision >= said.revision);
      assert.ok(object !== undefined && reader.revisions.length > 0);
      t.diagnostic(`paused ${pauses} times, took over after ${Math.round(waitedMs)} ms`);
    } finally {
      paused.child.kill('SIGKILL');
      await store.close();
    }
  });
});
