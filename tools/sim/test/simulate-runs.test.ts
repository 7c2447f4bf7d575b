import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@plinth/kernel/testing';
import type { Violation } from '../src/invariant.ts';
import { RunHistory } from '../src/run-history.ts';
import { type Deed, Outside } from '../src/run-outside.ts';
import { type Script, ScriptWriter, type StepNode } from '../src/run-script.ts';
import { simulateRuns } from '../src/simulate-runs.ts';

const seeds = Number(process.env['PLINTH_SIM_RUNS'] ?? 20);

test(`${seeds} seeds: processes die in the middle of runs, and no effect is lost, doubled or out of order`, async (t) => {
  const phases: Record<string, number> = {};
  let effects = 0;
  let repeats = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      const report = await simulateRuns(seed);
      effects += report.effects;
      repeats += report.repeats;
      for (const [phase, count] of Object.entries(report.phases))
        phases[phase] = (phases[phase] ?? 0) + count;
    } catch (error) {
      throw new Error(`seed ${seed} fails; again: npm run sim -- --seed ${seed}`, { cause: error });
    }
  }
  for (const phase of ['Succeeded', 'Failed', 'Canceled']) {
    assert.ok((phases[phase] ?? 0) > seeds / 2, `hardly any run is ${phase}`);
  }
  assert.ok(effects > seeds * 20, `only ${effects} effects`);
  assert.ok(repeats > seeds, `only ${repeats} calls were repeated`);
  t.diagnostic(`${effects} effects, ${repeats} calls repeated, ${JSON.stringify(phases)}`);
});

test('a seed repeats its simulation of runs, and another seed is another one', async () => {
  const first = await simulateRuns(77);
  assert.deepEqual(await simulateRuns(77), first);
  assert.notEqual((await simulateRuns(78)).digest, first.digest);
});

/** An outside of its own, with what it found to be wrong. */
function quickOutside(): { outside: Outside; wrong: string[] } {
  const wrong: string[] = [];
  const report = ({ message }: Violation): unknown => wrong.push(message.replace(/^at 0 ms: /, ''));
  return { outside: new Outside(new RunHistory(), () => 0, report), wrong };
}

/** Two steps of one script, the second of which needs nothing but the first. */
function twoSteps(): [Deed, Deed] {
  const writer = new ScriptWriter(seededRandom(1));
  for (;;) {
    for (const script of writer.write()) {
      for (const second of script.steps) {
        const { steps, approvals, objects } = second.needs;
        const [first] = steps;
        if (!first || steps.length > 1 || approvals.length + objects.length > 0) continue;
        if (first.once || second.once) continue;
        return [deedOf(script, first), deedOf(script, second)];
      }
    }
  }
}

function deedOf(script: Script, step: StepNode): Deed {
  return { script, step, what: step.id, runUid: 'u' };
}

test('the outside notices steps that overtake, come back, change their key, or come while others are taken back', () => {
  const [first, second] = twoSteps();
  const [a, b] = [first.step.id, second.step.id];
  const cases: [play: (outside: Outside) => unknown, found: string | undefined][] = [
    [(out) => [out.begin(first, 'k1'), out.act(first), out.begin(second, 'k2'), out.act(second)], undefined],
    [(out) => [out.begin(first, 'k1'), out.act(first), out.act(first)], undefined],
    [(out) => [out.begin(first, 'k1'), out.begin(second, 'k2')], `${b} begins before ${a} had its effect`],
    [
      (out) => [out.begin(first, 'k1'), out.act(first), out.begin(second, 'k2'), out.begin(first, 'k1')],
      `${a} begins again after a step that follows it began`,
    ],
    [(out) => [out.begin(first, 'k1'), out.begin(first, 'k2')], `${a} has two keys`],
    [(out) => [out.begin(first, 'k1'), out.act(first), out.begin(second, 'k1')], `${b} has the key of ${a}`],
    [
      (out) => [out.begin(first, 'k1'), out.act(first), out.beginUndo(first, 'u1'), out.begin(second, 'k2')],
      `${b} begins while ${first.script.id} is being taken back`,
    ],
    [
      (out) => [
        out.begin(first, 'k1'),
        out.act(first),
        out.begin(second, 'k2'),
        out.act(second),
        out.beginUndo(first, 'u1'),
        out.beginUndo(second, 'u2'),
      ],
      `${b} is taken back after ${a}, which came before it`,
    ],
  ];
  for (const [play, found] of cases) {
    const { outside, wrong } = quickOutside();
    play(outside);
    assert.equal(wrong[0], found);
  }
});
