import { type Controller, defineController } from '../control/controller.ts';
import { isConflict, settleGone } from '../control/plan-apply.ts';
import type { Client, ObjectName } from '../model/client.ts';
import { plans } from '../plan/plan-kind.ts';
import { type Drift, drifts, isDrift } from './drift-kind.ts';
import { keptUntil } from './drift-status.ts';
import { resolvedMs } from './limits.ts';
import { driftLabel, driftOfPlan, withdraw } from './proposals.ts';

/**
 * Clears up after reporters: deletes Drifts that are over, once nothing in them counts any more, and withdraws Plans that
 * no Drift stands behind, because it was deleted or the reporter died in the middle.
 */
export function driftController(): Controller {
  return defineController({
    name: 'drift',
    resource: drifts,
    watches: [{ resource: plans, map: (plan) => [driftOfPlan(plan)].filter((name) => name !== undefined) }],
    async reconcile(name, { client, clock }) {
      const found = client.get(drifts, name);
      const drift = found && isDrift(found) ? found : undefined;
      await withdrawOrphans(client, name, drift);
      const nowMs = clock.now();
      const untilMs = drift?.status && keptUntil(drift.status, nowMs, timesOf(drift));
      if (!drift || untilMs === undefined) return undefined;
      if (untilMs > nowMs) return { requeueAfterMs: untilMs - nowMs };
      const { uid, resourceVersion } = drift.metadata;
      try {
        await settleGone(() => client.delete(drifts, name, { uid, resourceVersion }));
      } catch (error) {
        // It was written meanwhile; that change brings it back here.
        if (!isConflict(error)) throw error;
      }
      return undefined;
    },
  });
}

function timesOf({ spec }: Drift): { windowMs: number; resolvedMs: number } {
  return { windowMs: spec.limit.windowSeconds * 1_000, resolvedMs };
}

/** A Drift names its Plan before the Plan is made, so one that is not named is nobody's. */
async function withdrawOrphans(
  client: Client,
  { name }: ObjectName,
  drift: Drift | undefined,
): Promise<void> {
  const present = drift?.metadata.deletionTimestamp === undefined ? drift?.status?.plan?.name : undefined;
  for (const plan of client.list(plans, { labelSelector: `${driftLabel}=${name}` })) {
    if (plan.metadata.name !== present) await withdraw(client, plan.metadata.name);
  }
}
