import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, test } from 'node:test';
import { at } from '../harness/https-client.ts';
import { Cluster } from './cluster.ts';
import { Follower, listOf } from './follower.ts';
import { describeLatency, measureWrites } from './latency.ts';
import { Ledger } from './ledger.ts';
import { within } from './within.ts';
import { writeAll } from './writers.ts';

const path = '/api/v1/namespaces/default/configmaps';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const starvedMs = 3_000;
const idleWatches = Number(process.env['PLINTH_IDLE_WATCHES'] ?? 2_000);
/** Memory of one idle watch with its TLS connection, in MiB: twice what is measured. */
const idleWatchMiBMax = 0.2;

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
});
after(() => cluster.close());

test(`${idleWatches} idle watches cost little, and all hear of a change`, async (t) => {
  const before = cluster.server.rssMiB();
  const watches: IncomingMessage[] = [];
  let heard = 0;
  try {
    const { revision } = await listOf(cluster, leases);
    for (let opened = 0; opened < idleWatches; opened += 100) {
      const query = `watch=true&resourceVersion=${revision}`;
      const batch = Array.from({ length: Math.min(100, idleWatches - opened) }, () =>
        cluster.admin.open('GET', `${leases}?${query}`),
      );
      for (const watch of await Promise.all(batch)) {
        assert.equal(watch.statusCode, 200);
        watch.once('data', () => heard++);
        watches.push(watch);
      }
    }
    const grown = cluster.server.rssMiB() - before;
    const beside = await measureWrites(cluster.admin, { path, prefix: 'idle', count: 300, concurrency: 8 });
    t.diagnostic(`${Math.round(grown)} MiB for ${watches.length} watches; ${describeLatency(beside)}`);
    assert.ok(beside.p99 < starvedMs, describeLatency(beside));
    assert.ok(grown < 64 + idleWatches * idleWatchMiBMax, `the server grew by ${grown} MiB`);
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'news' } };
    assert.equal((await cluster.admin.post(leases, lease)).status, 201);
    await within(20_000, 'every watch to hear of the lease', () => heard === watches.length || undefined);
  } finally {
    for (const watch of watches) watch.destroy();
  }
});

test('watchers that never read neither fill the server nor disturb the others', async (t) => {
  const { revision } = await listOf(cluster, path);
  const follower = new Follower(cluster, { path, fromRevision: revision, below: () => 0, restartEvery: 0 });
  const stalled: IncomingMessage[] = [];
  const writes = 4_000;
  try {
    for (let i = 0; i < 20; i++) {
      const watch = await cluster.admin.open('GET', `${path}?watch=true&resourceVersion=${revision}`);
      watch.pause();
      stalled.push(watch);
    }
    const before = cluster.server.rssMiB();
    const big = await measureWrites(cluster.admin, {
      path,
      prefix: 'big',
      count: writes,
      concurrency: 16,
      bytes: 10_000,
    });
    const ledger = new Ledger();
    let number = 0;
    await writeAll(cluster.admin, {
      ledger,
      path,
      writers: 8,
      objectsPerWriter: 4,
      below: () => 1,
      next: () => ++number,
      writesMax: 200,
    });
    await within(
      10_000,
      'the follower that reads',
      () => follower.digest.count === ledger.happened.count || undefined,
    );
    assert.deepEqual(follower.wrong, []);
    const grown = cluster.server.rssMiB() - before;
    t.diagnostic(
      `${writes} writes of 10 kB beside ${stalled.length} stalled watches: ${describeLatency(big)}`,
    );
    t.diagnostic(`the server grew by ${Math.round(grown)} MiB`);
    // 40 MB are stored; buffered for each watch they would be 800 MB.
    assert.ok(grown < 400, `the server grew by ${grown} MiB`);
    assert.ok(big.p99 < starvedMs, describeLatency(big));
    const [first] = stalled;
    assert.ok(first);
    await readToEnd(first, revision, ledger.newestRevision);
  } finally {
    for (const watch of stalled) watch.destroy();
    await follower.end();
  }
});

/** Reads a watch that was left alone: it must bring all there was, in order, or say that its place is gone. */
async function readToEnd(watch: IncomingMessage, from: number, newest: number): Promise<void> {
  let last = from;
  let events = 0;
  let rest = '';
  watch.setEncoding('utf8');
  watch.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event: unknown = JSON.parse(line);
      const revision = Number(at(event, 'object', 'metadata', 'resourceVersion'));
      assert.ok(revision > last, `revision ${revision} after ${last}`);
      last = revision;
      events++;
    }
  });
  watch.resume();
  await within(20_000, 'the watch that was left alone to catch up', () => last >= newest || undefined);
  assert.ok(events >= 4_200, `${events} events`);
}
