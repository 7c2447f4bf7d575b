import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { Follower } from './follower.ts';
import { tokenOf } from './ledger.ts';
import { RunCluster } from './run-cluster.ts';
import { allEnded, checkRun, isAlive } from './run-effects.ts';
import type { RunServer } from './run-server.ts';
import { path } from './run-storm.ts';
import { within } from './within.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
/** How often each process is killed. */
const rounds = Number(process.env['PLINTH_CLUSTER_KILLS'] ?? 1);
/** What is promised: after so long another has taken over. */
const takeoverMsMax = 10_000;
/** The runs that a dead process left may take so long beyond that on a loaded machine. */
const endMsMax = 60_000;
const stoppedMs = 12_000;
/** All runs are read each time, which must not take from the runs themselves. */
const askEveryMs = 300;

let cluster: RunCluster | undefined;
let skip: string | undefined;
before(async () => {
  const started = await RunCluster.start(3);
  if ('skip' in started) skip = started.skip;
  else cluster = started.cluster;
});
after(() => cluster?.close());

/** The cluster; a test without a database says why it is passed over. */
function given(t: TestContext): RunCluster | undefined {
  if (!cluster) t.skip(skip ?? 'no database');
  return cluster;
}

test('watchers on other processes see every change once and in order, whichever process it was made in', async (t) => {
  const all = given(t);
  if (!all) return;
  const followers = all.servers.map((server) => {
    const place = { whenRunning: async (): Promise<HttpsClient> => server.admin };
    return new Follower(place, {
      path: configMaps,
      fromRevision: 1,
      below: (n) => Math.floor(Math.random() * n),
      restartEvery: 60,
    });
  });
  const written: string[] = [];
  const write = async (server: RunServer, prefix: string): Promise<void> => {
    for (let i = 0; i < 80; i++) {
      const name = `o-${prefix}-${i}`;
      const answer = await server.admin.post(configMaps, { metadata: { name }, data: { number: String(i) } });
      assert.equal(answer.status, 201, answer.text);
      written.push(tokenOf(name, i, false));
    }
  };
  await Promise.all(all.servers.map((server, i) => write(server, String(i))));
  for (const follower of followers) {
    await within(20_000, 'all changes', () => follower.tokens.size >= written.length || undefined);
    await follower.end();
    assert.deepEqual(follower.wrong, []);
    assert.deepEqual([...follower.tokens].sort(), written.toSorted());
  }
});

test('the log of a run is the same at every process, whichever it ran in, also while it runs', async (t) => {
  const all = given(t);
  if (!all) return;
  const names = Array.from({ length: 9 }, (_, i) => `print-${i}`);
  for (const name of names) {
    const run = { apiVersion: 'plinth.dev/v1alpha1', kind: 'Run', metadata: { name } };
    const answer = await all.client().post(path, { ...run, spec: { definition: 'faults.print' } });
    assert.equal(answer.status, 201, answer.text);
  }
  const places = new Set<string>();
  const read = async (name: string, { admin }: RunServer): Promise<void> => {
    // A process hears of what another one has written a moment later.
    await within(
      2_000,
      `${name} to be there`,
      async () => (await admin.get(`${path}/${name}`)).status === 200 || undefined,
    );
    const response = await admin.open('GET', `${path}/${name}/log?follow=true`);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    assert.equal(response.statusCode, 200, text);
    const lines = text.split('\n').filter((line) => line !== '');
    const records = lines.map((line): unknown => JSON.parse(line));
    const printed = records
      .filter((record) => at(record, 'kind') === 'output')
      .map((one) => textAt(one, 'text'));
    assert.equal(printed.join(''), `begin ${name}\nend ${name}\n`);
    for (const record of records) places.add(String(at(record, 'process') ?? 'here'));
  };
  await Promise.all(names.flatMap((name) => all.servers.map((server) => read(name, server))));
  assert.ok(places.has('here') && places.size > 1, [...places].join());
});

test('kill -9 of each process, one that is stopped and wakes, a database that crashes: nothing is lost or done twice', async (t) => {
  const all = given(t);
  if (!all) return;
  const endStorm = all.storm(300);
  const takeovers: number[] = [];
  const kill = async (victim: RunServer): Promise<void> => {
    takeovers.push(await killAndWatch(all, victim));
    await victim.restart();
  };
  try {
    const [first, second, third] = all.servers;
    assert.ok(first && second && third);
    // Two at once: one is dead and one does not move, so that the third has to do all.
    await stopAndWake(all, first, () => kill(second));
    for (const victim of [third, first]) await kill(victim);
    for (let round = 1; round < rounds; round++) for (const victim of all.servers) await kill(victim);
    await all.postgres.restart('immediate');
  } finally {
    await endStorm();
  }
  assert.ok(all.acknowledged.size > 20, `${all.acknowledged.size} runs`);
  await checkEffects(all, t);
  await compareTrees(all);
  t.diagnostic(`taken over after ${takeovers.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')}`);
});

/** Kills a server; returns how long it took until nothing was its own any more and all runs from before had ended. */
async function killAndWatch(all: RunCluster, victim: RunServer): Promise<number> {
  await all.passing(800);
  const id = await all.idOf(victim, all.client(victim));
  const requested = [...all.acknowledged];
  const killedAt = performance.now();
  await victim.end('SIGKILL');
  await within(takeoverMsMax, `the units of ${id ?? ''} to be taken over`, async () => {
    const owners = await all.owners(all.client());
    return (id !== undefined && !owners.has(id)) || undefined;
  });
  const tookMs = performance.now() - killedAt;
  await within(
    endMsMax,
    'runs from before to end',
    async () => {
      const ended = await endedRuns(all.client());
      return requested.every((name) => ended.has(name)) || undefined;
    },
    askEveryMs,
  );
  return tookMs;
}

/** Stops a server where it stands, lets the others take over while more goes wrong, and lets it go on. */
async function stopAndWake(
  all: RunCluster,
  server: RunServer,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const id = await all.idOf(server, server.admin);
  const lostBefore = await all.metric(server, 'plinth_cluster_units_lost_total');
  const takenOver = (): Promise<true> =>
    within(takeoverMsMax, 'the units of the stopped process to be taken over', async () => {
      const owners = await all.owners(all.client());
      return (id !== undefined && !owners.has(id)) || undefined;
    });
  await all.stopFor(server, stoppedMs, async () => {
    await Promise.all([takenOver(), meanwhile()]);
  });
  await within(5_000, 'the process that woke to give up its work', async () => {
    return (await all.metric(server, 'plinth_cluster_units_lost_total')) > lostBefore || undefined;
  });
}

async function endedRuns(client: HttpsClient): Promise<Set<string>> {
  const { json } = await client.get(path);
  const ended = listAt(json, 'items').filter((item) => at(item, 'status', 'finishedAt') !== undefined);
  return new Set(ended.map((item) => textAt(item, 'metadata', 'name')));
}

/** Each process has made the tree of the audit log by itself: all have signed the same, also those that were killed. */
async function compareTrees(all: RunCluster): Promise<void> {
  const heads = await within(20_000, 'checkpoints of one size', async () => {
    const answers = await Promise.all(all.servers.map(({ admin }) => admin.get('/audit/checkpoint')));
    const texts = answers.map(({ text }) => text.split('\n\n', 1)[0] ?? '');
    const sizes = new Set(texts.map((text) => text.split('\n')[1]));
    return sizes.size === 1 ? texts : undefined;
  });
  assert.match(heads[0] ?? '', /^plinth\.dev\/audit\/[0-9a-f]{8}\/default\n\d{3,}\n\S+$/);
  assert.equal(new Set(heads).size, 1, heads.join('\n\n'));
}

async function checkEffects(all: RunCluster, t: TestContext): Promise<void> {
  const ended = await within(endMsMax, 'all runs to end', () => allEnded(all.client()), askEveryMs);
  for (const name of all.acknowledged) assert.ok(ended.has(name), `run ${name} was acknowledged and is lost`);
  const [server] = all.servers;
  assert.ok(server);
  const effects = server.effects();
  const byRun = Map.groupBy(effects, ({ run }) => run);
  for (const [name, phase] of ended) checkRun(name, phase, byRun.get(name) ?? []);
  assert.deepEqual(server.pids().filter(isAlive), []);
  for (const { errors } of all.servers) assert.doesNotMatch(errors, /TypeError|unhandled|RangeError/i);
  const keys = new Set(effects.map(({ key }) => key)).size;
  const pids = Map.groupBy(effects, ({ pid }) => pid).size;
  t.diagnostic(
    `${ended.size} runs, ${keys} effects in ${pids} processes, ${effects.length - keys} calls repeated; ` +
      `refused requests by status: ${JSON.stringify([...all.refused])}`,
  );
}
