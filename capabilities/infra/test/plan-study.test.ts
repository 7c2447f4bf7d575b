import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { planThreadBytes } from '../src/limits.ts';
import { judgePlan } from '../src/policy/plan-judgement.ts';
import type { PlanPolicy } from '../src/policy/plan-policy-kind.ts';
import { type PlanQuestion, studyPlan, studyPlanAside } from '../src/stack/plan-thread.ts';

const policy: PlanPolicy = {
  apiVersion: 'plinth.dev/v1alpha1',
  kind: 'PlanPolicy',
  metadata: {
    name: 'named',
    uid: 'p1',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: {
    checks: [
      {
        name: 'named',
        title: 'It has the right name.',
        severity: 'high',
        remedy: 'Give it that.',
        assert: 'change.after.name == "right"',
      },
    ],
  },
};

const question: PlanQuestion = {
  context: { key: Buffer.alloc(32, 1), secrets: ['hunter22'], secretVariables: {}, variableNames: [] },
  inForce: { version: 'v', validUntilMs: undefined, policies: [policy], waivers: [] },
  nowMs: 0,
};

function planOf(count: number): Buffer {
  const resource_changes = Array.from({ length: count }, (_, i) => ({
    address: `x_thing.t[${i}]`,
    mode: 'managed',
    type: 'x_thing',
    name: 't',
    index: i,
    change: {
      actions: ['create'],
      before: null,
      after: { name: i === 7 ? 'wrong' : 'right', note: `hunter22 ${'x'.repeat(100)}` },
      after_unknown: {},
    },
  }));
  return Buffer.from(JSON.stringify({ format_version: '1.2', resource_changes }));
}

test('a large plan is looked through and judged in another thread as it is here', async () => {
  const bytes = planOf(2_000);
  ok(bytes.length > planThreadBytes);
  const here = await studyPlan(bytes, question);
  const there = await studyPlanAside(bytes, question, async () => {
    throw new Error('it is not judged here');
  });
  deepEqual(there, here);
  deepEqual(
    [here.judgement.verdict, here.judgement.findings.map(({ address }) => address)],
    ['denied', ['x_thing.t[7]']],
  );
  equal(here.analysis.facts.headline, '2000 to create');
  ok(!there.analysis.redacted.includes('hunter22'));
});

test('a small one is judged with the checks that are there', async () => {
  let asked = 0;
  const { judgement } = await studyPlanAside(planOf(8), question, async (inForce, plan, nowMs) => {
    asked++;
    return await judgePlan(inForce, plan, { nowMs });
  });
  deepEqual([asked, judgement.counts], [1, { deny: 1, warn: 0, waived: 0 }]);
});

test('what is no plan is told as that from the thread, too', async () => {
  const bytes = Buffer.from(JSON.stringify({ format_version: '99', pad: 'x'.repeat(planThreadBytes) }));
  const judge = async (): Promise<never> => await Promise.reject(new Error('not reached'));
  await rejects(studyPlanAside(bytes, question, judge), /PlanError: /);
});
