import { type Approval, approvals, isApproval } from '../approval/approval-kind.ts';
import { type Controller, defineController } from '../control/controller.ts';
import { isConflict, settleGone } from '../control/plan-apply.ts';
import type { Client } from '../model/client.ts';
import { equalJson } from '../model/json.ts';
import type { JsonObject } from '../model/object.ts';
import { lookAgainMsMax } from './limits.ts';
import { decisionsAbout } from './plan-apply.ts';
import { isPlan, plans } from './plan-kind.ts';
import { planState } from './plan-phase.ts';
import type { PlanRecords } from './plan-record.ts';
import { stateStatus } from './state-status.ts';

/** What the controller asks of the records. */
export type RecordSource = Pick<PlanRecords, 'read' | 'names' | 'forget'>;

/**
 * Keeps the phase of plans right as decisions come and go and time passes, and forgets what plans that are gone were
 * made from. Nothing relies on the phase that it writes: whoever acts on a plan judges it anew.
 */
export function planController(records: RecordSource): Controller {
  let decisions: DecisionIndex | undefined;
  return defineController({
    name: 'plan',
    concurrency: 16,
    resource: plans,
    sources: [
      ({ client }, enqueue) => {
        decisions = new DecisionIndex(client, (name) => enqueue({ name }));
        // Plans that were deleted while nothing ran leave no change to follow.
        for (const name of records.names()) enqueue({ name });
        return () => decisions?.stop();
      },
    ],
    async reconcile({ name }, { client, clock }) {
      const plan = client.get(plans, { name });
      if (!plan || !isPlan(plan)) {
        await settleGone(() => records.forget(name, () => client.get(plans, { name }) === undefined));
        return undefined;
      }
      const { uid, resourceVersion } = plan.metadata;
      const record = records.read(name, uid)?.record;
      if (!record) return undefined;
      // A plan must not look undecided for a moment because its decisions are still being read.
      if (!decisions?.synced) return { requeueAfterMs: readingMs };
      const nowMs = clock.now();
      const state = planState(record, decisionsAbout(decisions.of(name), name, uid), nowMs);
      const { nextChangeAtMs, keptUntilMs = Number.POSITIVE_INFINITY } = state;
      if (keptUntilMs <= nowMs) {
        await settleGone(() => client.delete(plans, { name }, { uid }));
        return undefined;
      }
      const shown = stateStatus(state, plan.status, nowMs);
      const { phase, message, demands = [], conditions } = plan.status ?? { phase: 'Pending' };
      if (!equalJson(shown, { phase, message, demands, conditions })) {
        const status = shown as unknown as JsonObject;
        try {
          await client.patch(plans, { name }, { metadata: { uid, resourceVersion }, status }, 'status');
        } catch (error) {
          // The plan was applied or changed meanwhile; that change brings it back here.
          if (!isConflict(error)) throw error;
        }
      }
      const nextMs = Math.min(nextChangeAtMs ?? keptUntilMs, keptUntilMs) - nowMs;
      return { requeueAfterMs: Math.min(Math.max(0, nextMs), lookAgainMsMax) };
    },
  });
}

/** How long a plan waits until all decisions have been read after a start, in milliseconds. */
const readingMs = 50;

/** The decisions about plans by the plan's name: with 10,000 of each, no plan reads all of them. */
class DecisionIndex {
  readonly #byPlan = new Map<string, Map<string, Approval>>();
  readonly #stop: () => void;
  synced = false;

  /** @param changed called with the name of a plan when something was decided about it, or taken back */
  constructor(client: Client, changed: (plan: string) => void) {
    this.#stop = client.follow(
      approvals,
      ({ type, object }) => {
        if (!isApproval(object) || object.spec.target.kind !== 'Plan') return;
        this.#take(object, type !== 'deleted');
        changed(object.spec.target.name);
      },
      () => {
        this.synced = true;
      },
    );
  }

  of(plan: string): Approval[] {
    return [...(this.#byPlan.get(plan)?.values() ?? [])];
  }

  stop(): void {
    this.#stop();
  }

  #take(approval: Approval, isThere: boolean): void {
    const plan = approval.spec.target.name;
    const about = this.#byPlan.get(plan) ?? new Map<string, Approval>();
    if (isThere) about.set(approval.metadata.name, approval);
    else about.delete(approval.metadata.name);
    if (about.size > 0) this.#byPlan.set(plan, about);
    else this.#byPlan.delete(plan);
  }
}
