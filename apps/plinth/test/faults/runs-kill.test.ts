import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { type Effect, RunServer } from './run-server.ts';
import { enqueueAndKill, path } from './run-storm.ts';
import { within } from './within.ts';

const kills = Number(process.env['PLINTH_RUN_KILLS'] ?? 6);
const endMsMax = 60_000;
/** What comes before what; the last one has all others before it. */
const order: readonly (readonly string[])[] = [['first'], ['left', 'right'], ['second'], ['last']];

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
    const ended = await within(endMsMax, 'all runs to end', () => allEnded(server)).catch(async (error) => {
      throw new Error(`runs that did not end: ${await unfinished(server)}`, { cause: error });
    });
    for (const name of acknowledged) assert.ok(ended.has(name), `run ${name} was acknowledged and is lost`);
    const effects = server.effects();
    for (const [name, phase] of ended)
      checkRun(
        name,
        phase,
        effects.filter(({ run }) => run === name),
      );
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

/** The phase of each run once all have ended. */
async function allEnded(server: RunServer): Promise<Map<string, string> | undefined> {
  const { json } = await server.admin.get(path);
  const items = listAt(json, 'items');
  if (items.some((item) => at(item, 'status', 'finishedAt') === undefined)) return undefined;
  return new Map(items.map((item) => [textAt(item, 'metadata', 'name'), textAt(item, 'status', 'phase')]));
}

/** Some of the runs that have not ended, as they are now. */
async function unfinished(server: RunServer): Promise<string> {
  const { json } = await server.admin.get(path);
  const left = listAt(json, 'items').filter((item) => at(item, 'status', 'finishedAt') === undefined);
  return `${left.length}, such as ${JSON.stringify(left.slice(0, 3))}`;
}

/** Compares what a run did with what it should have done. */
function checkRun(name: string, phase: string, effects: readonly Effect[]): void {
  const isTakenBack = name.endsWith('7') || name.endsWith('3');
  assert.equal(phase, isTakenBack ? 'Failed' : 'Succeeded', name);
  const forward = order.flat();
  const expected = isTakenBack ? [...forward, ...forward.map((step) => `undo ${step}`)] : forward;
  const byKey = new Map(effects.map(({ key, step }) => [key, step]));
  assert.deepEqual([...byKey.values()].sort(), expected.sort(), `${name}: effects, once by key`);
  for (const { key, step } of effects) assert.equal(byKey.get(key), step, `${name}: one key, one effect`);
  const ranks = effects.map(({ step }) => rankOf(step));
  assert.deepEqual(
    ranks,
    ranks.toSorted((a, b) => a - b),
    `${name}: order of ${JSON.stringify(effects)}`,
  );
}

/** The place of a step in the order, compensations behind all steps and the other way round. */
function rankOf(step: string): number {
  const name = step.replace('undo ', '');
  const rank = order.findIndex((names) => names.includes(name));
  return step === name ? rank : 2 * order.length - rank;
}

/** Whether a program runs; one that only waits for its parent to take note of its end does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return false;
    throw error;
  }
}
