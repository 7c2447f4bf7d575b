import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMapKind } from '../../builtin/config-map.ts';
import { resourceOf } from '../../model/define-kind.ts';
import type { KubeObject } from '../../model/object.ts';
import { runFaultLaw } from '../../run/test/run-fault-law.ts';
import type { RunLab } from '../../run/test/run-lab.ts';
import { applyRun } from '../apply-run.ts';

const planKey = 'default/plinth.dev/plans//p';
const mapKey = 'default/core/configmaps/default/settings';
const approved: KubeObject = {
  apiVersion: 'plinth.dev/v1alpha1',
  kind: 'Plan',
  metadata: { name: 'p', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {},
  status: {
    phase: 'Approved',
    changes: [
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'settings', operation: 'Create' },
    ],
  },
};

test('fault law: a plan is applied once and waited for, whatever dies in between', async () => {
  const report = await runFaultLaw({
    definitions: (outside) => [
      applyRun({
        client: { get: () => approved, resourceFor: () => resourceOf(configMapKind) },
        // Applying is idempotent by the plan itself: a repeat answers with what was done.
        apply: async (name, digest) => {
          outside.act(`apply ${name} ${digest}`, { idempotencyKey: name });
          return { digest: String(digest), writes: 1 };
        },
      }),
    ],
    input: { plan: 'p', digest: 'sha256:d' },
    // First it is approved; what it wrote is there a while after it was applied.
    disturb: async ({ store }: RunLab) => {
      const put = async (key: string, object: unknown): Promise<void> => {
        await store.commit([{ type: 'put', key, value: () => JSON.stringify(object) }]);
      };
      if (!store.get(planKey)) await put(planKey, approved);
      else if (!store.get(mapKey)) {
        await put(mapKey, { ...approved, apiVersion: 'v1', kind: 'ConfigMap', status: undefined });
      }
    },
  });
  assert.ok(report.attempts >= 3 && report.passes >= 18, JSON.stringify(report));
});
