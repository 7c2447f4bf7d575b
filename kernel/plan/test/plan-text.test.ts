import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { draft } from '../../control/draft.ts';
import type { Plan, PlanChange } from '../plan-kind.ts';
import { planLines } from '../plan-text.ts';

function plan(changes: PlanChange[]): Plan {
  const counts = { create: 1, update: 0, delete: 0, unchanged: 0, destructive: 0, errors: 0 };
  const status = { phase: 'Approved' as const, digest: 'sha256:0123456789abcdef', counts, changes };
  return { ...draft('plinth.dev/v1alpha1', 'Plan', { name: 'change' }), spec: {}, status };
}

test('a plan tells what policies find, below the object; a denial stands among the errors', () => {
  const verdict = { policy: 'colors', binding: 'colors', message: 'no red' };
  const change: PlanChange = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'one',
    operation: 'Create',
    verdicts: [
      { ...verdict, action: 'Warn' },
      { ...verdict, action: 'Audit' },
      { ...verdict, action: 'Deny' },
    ],
  };
  deepEqual(planLines(plan([change])), [
    'Plan change · 1 change · digest 0123456789ab…',
    '  + ConfigMap/one',
    '      policy colors (warn): no red',
    '      policy colors (audit): no red',
  ]);
});
