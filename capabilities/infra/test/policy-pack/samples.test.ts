import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '@plinth/kernel/testing';
import { type CompiledCheck, evaluateChecks } from '@plinth/plan-policy';
import type { Plan } from '@plinth/terraform-plan';
import { type Cloud, cloudNames, clouds, compiledChecksOf, outcomeOf, samplesOf } from './pack.ts';
import { moduleOf, planOfSamples, skipReason } from './terraform.ts';
import { veiled } from './veil.ts';

/** Plans with less knowledge that each cloud is judged on; a tenth of a second each. */
const veilRounds = 6;

describe('the samples of the shipped policies, planned by terraform', { skip: skipReason }, () => {
  for (const cloud of cloudNames) {
    test(cloud, () => {
      const plan = planOfSamples(clouds[cloud], samplesOf(cloud));
      judgeSamplesOf(cloud, plan);
      veilSamplesOf(cloud, plan);
    });
  }
});

function judgeSamplesOf(cloud: Cloud, plan: Plan): void {
  const samples = samplesOf(cloud);
  const checks = compiledChecksOf(cloud);
  const said = new Map<string, string>();
  for (const compiled of checks) {
    const { name } = compiled.check;
    // Each alone: there are more findings than are listed for all of them together.
    const evaluation = evaluateChecks([compiled], plan, { nowMs: 0 });
    equal(evaluation.findingsLeftOut, 0, name);
    for (const { outcome } of samples.filter(({ check }) => check === name)) {
      said.set(
        `${name} ${outcome}`,
        outcomeOf(evaluation, name, `module.${moduleOf({ check: name, outcome })}.`),
      );
    }
    const judged = plan.resourceChanges.filter(
      ({ moduleAddress = '' }) => moduleAddress === `module.${name}_fail`,
    );
    ok(judged.length > 0, name);
  }
  const { counts } = evaluateChecks(checks, plan, { nowMs: 0 });
  const errors = Object.values(counts).map(({ error }) => error);
  deepEqual(errors, [0, 0, 0, 0], 'no check fails to be worked out on the samples of another one');
  const wrong = samples
    .map(({ check, outcome }) => `${check} ${outcome}`)
    .filter((key) => said.get(key) !== key.split(' ')[1])
    .map((key) => `${key}: ${said.get(key)}`);
  deepEqual(wrong, []);
}

/** With less knowledge a verdict is the same or unknown, never another one. */
function veilSamplesOf(cloud: Cloud, plan: Plan): void {
  const checks = compiledChecksOf(cloud);
  const before = verdictsOf(checks, plan);
  const random = seededRandom(7);
  const turned = new Set<string>();
  let undecided = 0;
  for (let round = 0; round < veilRounds; round++) {
    const after = verdictsOf(checks, veiled(plan, random));
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(key) ?? 'pass', after.get(key) ?? 'pass'];
      if (is === 'unknown' && was !== is) undecided++;
      else if (was !== is) turned.add(`${key}: ${was}, then ${is}`);
    }
  }
  deepEqual([...turned], []);
  ok(undecided > 100, 'something was veiled that mattered');
}

/** Verdicts by check and address; what passes, or is none of a check's business, has none. */
function verdictsOf(checks: readonly CompiledCheck[], plan: Plan): Map<string, string> {
  return new Map(
    checks.flatMap((one) =>
      evaluateChecks([one], plan, { nowMs: 0 }).findings.map(
        ({ check, address, verdict }): [string, string] => [`${check} ${address}`, verdict],
      ),
    ),
  );
}
