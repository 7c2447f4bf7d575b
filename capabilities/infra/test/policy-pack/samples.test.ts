import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { evaluateChecks } from '@plinth/plan-policy';
import { type Cloud, cloudNames, clouds, compiledChecksOf, outcomeOf, samplesOf } from './pack.ts';
import { moduleOf, planOfSamples, skipReason } from './terraform.ts';

describe('the samples of the shipped policies, planned by terraform', { skip: skipReason }, () => {
  for (const cloud of cloudNames) {
    test(cloud, () => judgeSamplesOf(cloud));
  }
});

function judgeSamplesOf(cloud: Cloud): void {
  const samples = samplesOf(cloud);
  const plan = planOfSamples(clouds[cloud], samples);
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
