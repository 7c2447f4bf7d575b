import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textAt } from '../harness/https-client.ts';
import { Cluster } from './cluster.ts';
import { Follower, listOf } from './follower.ts';
import { Ledger } from './ledger.ts';
import { within } from './within.ts';
import { writeAll } from './writers.ts';

const path = '/api/v1/namespaces/default/configmaps';
/** A stop waits for requests under way, and no longer than this. */
const stopMsMax = 5_000;

test('SIGTERM under load: a clean stop within 5 s, exit code 0, everything acknowledged is there', async (t) => {
  const cluster = await Cluster.start();
  const followers: Follower[] = [];
  try {
    const below = (bound: number): number => Math.floor(Math.random() * bound);
    const ledger = new Ledger();
    let number = 0;
    for (let round = 0; round < 2; round++) {
      const { revision } = await listOf(cluster, path);
      for (let i = 0; i < 10; i++) {
        followers.push(new Follower(cluster, { path, fromRevision: revision, below, restartEvery: 0 }));
      }
      const refusals = new Set<string>();
      const writing = writeAll(cluster.admin, {
        ledger,
        path,
        writers: 64,
        objectsPerWriter: 8,
        below,
        next: () => ++number,
        writesMax: Number.POSITIVE_INFINITY,
        onRefusal: ({ status, text }) => refusals.add(`${status} ${text}`),
      });
      const enough = ledger.acknowledged + 500;
      await within(20_000, '500 writes', () => ledger.acknowledged >= enough || undefined);
      const { server } = cluster;
      const exit = await cluster.end('SIGTERM');
      await writing;
      t.diagnostic(`stopped in ${Math.round(exit.tookMs)} ms, ${refusals.size} refusals`);
      assert.deepEqual([exit.code, exit.signal], [0, null]);
      assert.ok(exit.tookMs < stopMsMax, `the stop took ${exit.tookMs} ms`);
      assert.equal(server.errors, '', 'a clean stop reports no faults');
      assert.deepEqual([...refusals], [], 'a request that was taken is answered');
      await cluster.restart();
      const { items } = await listOf(cluster, path);
      assert.deepEqual(
        ledger.settle(items.filter((item) => textAt(item, 'metadata', 'name').startsWith('o-'))),
        [],
      );
    }
    for (const { wrong } of followers) assert.deepEqual(wrong, []);
  } finally {
    await Promise.all(followers.map((follower) => follower.end()));
    await cluster.close();
  }
});
