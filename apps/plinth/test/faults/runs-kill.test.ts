import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allEnded, checkRun, isAlive, unfinished } from './run-effects.ts';
import { RunServer } from './run-server.ts';
import { enqueueAndKill } from './run-storm.ts';
import { within } from './within.ts';

const kills = Number(process.env['PLINTH_RUN_KILLS'] ?? 6);
/** What is left of a storm takes a program of 150 ms for each run, 64 at a time, on what the machine has to give. */
const endMsMax = 180_000;
/** All runs are read each time, which must not take from the runs themselves. */
const askEveryMs = 500;

test(`kill -9 at ${kills} random instants: every acknowledged run ends, each effect happens once by its key`, async (t) => {
  const server = await RunServer.start();
  try {
    const acknowledged = new Set<string>();
    for (let round = 0; round < kills; round++) {
      await enqueueAndKill(server, acknowledged);
      const programs = server.pids();
      await server.restart();
      const alive = programs.filter(isAlive);
      assert.deepEqual(alive, [], `after kill ${round + 1} programs of the killed process run`);
    }
    const ended = await within(endMsMax, 'all runs to end', () => allEnded(server.admin), askEveryMs).catch(
      async (error) => {
        throw new Error(`runs that did not end: ${await unfinished(server.admin)}`, { cause: error });
      },
    );
    for (const name of acknowledged) assert.ok(ended.has(name), `run ${name} was acknowledged and is lost`);
    const effects = server.effects();
    const byRun = Map.groupBy(effects, ({ run }) => run);
    for (const [name, phase] of ended) checkRun(name, phase, byRun.get(name) ?? []);
    assert.deepEqual(server.pids().filter(isAlive), []);
    assert.equal(server.errors, '');
    const keys = new Set(effects.map(({ key }) => key)).size;
    const ready = server.readyMs.toSorted((a, b) => a - b);
    t.diagnostic(
      `${ended.size} runs, ${keys} effects, ${effects.length - keys} calls repeated, ` +
        `${server.pids().length} programs, ready again in ${Math.round(ready[ready.length >> 1] ?? 0)} ms (median), ` +
        `${Math.round(ready.at(-1) ?? 0)} ms (slowest)`,
    );
  } finally {
    await server.close();
  }
});
