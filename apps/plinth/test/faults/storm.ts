import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { textAt } from '../harness/https-client.ts';
import { compareAudit } from './audit-check.ts';
import { Cluster } from './cluster.ts';
import { Follower, listOf } from './follower.ts';
import { Ledger } from './ledger.ts';
import { within } from './within.ts';
import { SharedCounter, writeAll } from './writers.ts';

/** How much of what happens in a storm. */
export interface StormOptions {
  /** Times that the server is killed under load. */
  readonly kills: number;
  /** Writes that are acknowledged between two kills: the least and the most. */
  readonly writesBetween: readonly [least: number, most: number];
  readonly watchers: number;
  /** Events between two restarts of a watch, on the average; 0: none but those by kills. */
  readonly restartEvery: number;
  /** Objects that lie there besides, so that a start has something to load. */
  readonly objects: number;
}

/** What a storm was like. */
export interface StormReport {
  readonly acknowledged: number;
  /** Writes without an answer that turned out to have happened. */
  readonly unanswered: number;
  readonly restarts: number;
  /** Milliseconds from the start of a process to its ready line, after a kill. */
  readonly readyMs: readonly number[];
  readonly seconds: number;
}

const path = '/api/v1/namespaces/default/configmaps';
const connections = 64;
/** The least that a loaded machine writes in a second; bounds how long a round may take. */
const writesPerSecondMin = 200;
const catchUpMsMax = 120_000;

/**
 * Writes over 64 connections while watchers follow, kills the server at random instants, starts it again and compares:
 * every acknowledged write is there, none is half there, revisions grow, and in the end every watcher has seen every
 * change once and in order.
 *
 * @throws AssertionError naming what was lost, doubled or reordered
 */
export async function storm(options: StormOptions): Promise<StormReport> {
  const cluster = await Cluster.start();
  const startedAt = performance.now();
  const followers: Follower[] = [];
  try {
    await fill(cluster, options.objects);
    const ledger = new Ledger();
    const { revision: fromRevision } = await listOf(cluster, path);
    const below = (bound: number): number => Math.floor(Math.random() * bound);
    for (let i = 0; i < options.watchers; i++) {
      followers.push(
        new Follower(cluster, { path, fromRevision, below, restartEvery: options.restartEvery }),
      );
    }
    let number = 0;
    const counters = [0, 1].map((i) => new SharedCounter(path, `counter-${i}`));
    for (let round = 0; round <= options.kills; round++) {
      const [least, most] = options.writesBetween;
      const writes = least + below(most - least + 1);
      const last = round === options.kills;
      await writeRound(cluster, { ledger, counters, writes, kill: !last, below, next: () => ++number });
      if (!last) await cluster.restart();
      await settle(cluster, ledger, counters, round);
    }
    await compare(cluster, ledger, followers);
    await compareAudit(cluster, ledger, path);
    const restarts = followers.reduce((sum, follower) => sum + follower.restarts, 0);
    return {
      acknowledged: ledger.acknowledged,
      unanswered: ledger.happened.count - ledger.acknowledged,
      restarts,
      readyMs: cluster.readyMs.slice(1),
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    await Promise.all(followers.map((follower) => follower.end()));
    await cluster.close();
  }
}

interface Round {
  readonly ledger: Ledger;
  readonly counters: readonly SharedCounter[];
  /** Acknowledgements after which the server dies, or all writes when it does not. */
  readonly writes: number;
  readonly kill: boolean;
  readonly below: (bound: number) => number;
  readonly next: () => number;
}

async function writeRound(cluster: Cluster, round: Round): Promise<void> {
  const { ledger, counters, writes, kill, below, next } = round;
  const client = cluster.admin;
  const refusals: string[] = [];
  let over = false;
  const writing = writeAll(client, {
    ledger,
    path,
    writers: connections,
    objectsPerWriter: 8,
    below,
    next,
    writesMax: kill ? Number.POSITIVE_INFINITY : writes,
    onRefusal: ({ status, text }) => refusals.push(`${status} ${text}`),
  }).finally(() => (over = true));
  const counting = counters.flatMap((counter) => [1, 2].map(() => counter.run(client, () => over)));
  if (kill) {
    const enough = ledger.acknowledged + writes;
    const limitMs = 20_000 + (writes / writesPerSecondMin) * 1000;
    await within(limitMs, `${writes} writes`, () =>
      ledger.acknowledged >= enough || over ? true : undefined,
    );
    // The instant of death is random to the microsecond; this is not a wait for anything.
    await pause(Math.random() * 8);
    assert.equal(over, false, 'the server ended by itself');
    await cluster.end('SIGKILL');
  }
  await Promise.all([writing, ...counting]);
  assert.deepEqual(refusals, []);
}

async function settle(
  cluster: Cluster,
  ledger: Ledger,
  counters: readonly SharedCounter[],
  round: number,
): Promise<void> {
  const { items, revision } = await listOf(cluster, path);
  const objects = items.filter((item) => textAt(item, 'metadata', 'name').startsWith('o-'));
  const wrong = ledger.settle(objects);
  for (const counter of counters) wrong.push(...(await counter.settle(cluster.admin)));
  if (revision < ledger.newestRevision) {
    wrong.push(`the revision is ${revision}, ${ledger.newestRevision} was acknowledged`);
  }
  assert.deepEqual(wrong, [], `after kill ${round + 1}`);
}

/** Waits until every watcher has seen the last write, and compares what they saw with what happened. */
async function compare(cluster: Cluster, ledger: Ledger, followers: readonly Follower[]): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'the-end-' } };
  const { json } = await cluster.admin.post(path, object);
  const end = Number(textAt(json, 'metadata', 'resourceVersion'));
  await within(catchUpMsMax, 'all watchers to catch up', () => {
    const behind = followers.some((follower) => follower.wrong.length === 0 && follower.revision < end);
    return behind ? undefined : true;
  });
  for (const [i, follower] of followers.entries()) {
    assert.deepEqual(follower.wrong, [], `watcher ${i}`);
    if (String(follower.digest) === String(ledger.happened)) continue;
    const lost = [...ledger.tokens].filter((token) => !follower.tokens.has(token));
    const made = [...follower.tokens].filter((token) => !ledger.tokens.has(token));
    assert.fail(
      `watcher ${i} saw ${follower.digest} of ${ledger.happened}; lost ${lost}; never written ${made}`,
    );
  }
}

/** Lays down objects in another namespace, 64 at a time. */
async function fill(cluster: Cluster, objects: number): Promise<void> {
  const fillPath = '/api/v1/namespaces/kube-system/configmaps';
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < objects) {
      const metadata = { name: `fill-${next++}` };
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text: 'x'.repeat(600) } };
      const { status, text } = await cluster.admin.post(fillPath, object);
      assert.equal(status, 201, text);
    }
  };
  await Promise.all(Array.from({ length: connections }, write));
}
