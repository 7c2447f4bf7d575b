import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import type { Effect } from './run-server.ts';
import { path } from './run-storm.ts';

/** What comes before what; the last one has all others before it. */
const order: readonly (readonly string[])[] = [['first'], ['left', 'right'], ['second'], ['last']];

/** The phase of each run once all have ended. */
export async function allEnded(admin: HttpsClient): Promise<Map<string, string> | undefined> {
  const { json } = await admin.get(path);
  const items = listAt(json, 'items').filter((item) => at(item, 'spec', 'definition') === 'faults.work');
  if (items.some((item) => at(item, 'status', 'finishedAt') === undefined)) return undefined;
  return new Map(items.map((item) => [textAt(item, 'metadata', 'name'), textAt(item, 'status', 'phase')]));
}

/** Some of the runs that have not ended, as they are now. */
export async function unfinished(admin: HttpsClient): Promise<string> {
  const { json } = await admin.get(path);
  const left = listAt(json, 'items').filter((item) => at(item, 'status', 'finishedAt') === undefined);
  return `${left.length}, such as ${JSON.stringify(left.slice(0, 3))}`;
}

/** Compares what a run did with what it should have done. */
export function checkRun(name: string, phase: string, effects: readonly Effect[]): void {
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
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return false;
    throw error;
  }
}
