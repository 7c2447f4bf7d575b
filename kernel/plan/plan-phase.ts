/**
 * Where a plan stands, as a pure function of what the kernel knows of it, the decisions about it, and the time.
 *
 *   Pending  -> Approved   everybody who is asked said yes; back when an approval ends or is deleted
 *   Pending, Approved -> Rejected   somebody who is asked said no; back when they take it back
 *   Approved -> Applied    for good
 *   any but Applied, Failed -> Expired   its own end has come
 *   Failed                 the change is not possible; it never was anything else
 */
import type { Approval } from '../approval/approval-kind.ts';
import { judgeAll } from '../approval/judge.ts';
import { formatTime } from '../ports/clock.ts';
import { planKeptMs } from './limits.ts';
import type { PlanDemand, PlanPhase } from './plan-kind.ts';
import type { DemandRecord, PlanRecord } from './plan-record.ts';

/** Where a plan stands at one instant. */
export interface PlanState {
  readonly phase: PlanPhase;
  /** The phase in words: what happened, and what happens next. */
  readonly message: string;
  readonly demands: readonly PlanDemand[];
  /** When time alone may change the state, in milliseconds since the Unix epoch; absent when it cannot. */
  readonly nextChangeAtMs?: number;
  /** When the plan is no longer worth keeping, in milliseconds since the Unix epoch; absent while it is open. */
  readonly keptUntilMs?: number;
}

/**
 * @param approvals the decisions about this plan
 * @param nowMs the instant, in milliseconds since the Unix epoch
 */
export function planState(record: PlanRecord, approvals: readonly Approval[], nowMs: number): PlanState {
  const { digest, author, expiresAtMs, demands } = record;
  const judged = judgeAll(
    demands.map(({ groups = [], count }) => ({ digest, author, groups, count })),
    approvals,
    nowMs,
  );
  const shown = demands.map((demand, i) => shownDemand(demand, judged.each[i]));
  if (record.applied) {
    const { at, by } = record.applied;
    const keptUntilMs = Date.parse(at) + planKeptMs;
    return { phase: 'Applied', message: `Applied by ${by} at ${at}.`, demands: shown, keptUntilMs };
  }
  const keptUntilMs = expiresAtMs + planKeptMs;
  if (record.failed !== undefined) {
    return { phase: 'Failed', message: record.failed, demands: shown, keptUntilMs };
  }
  if (expiresAtMs <= nowMs) {
    const message = `It could be applied until ${formatTime(expiresAtMs)}. Make another plan.`;
    return { phase: 'Expired', message, demands: shown, keptUntilMs };
  }
  const nextChangeAtMs = Math.min(expiresAtMs, judged.nextChangeAtMs ?? expiresAtMs);
  const open = { demands: shown, nextChangeAtMs };
  if (judged.state === 'rejected') {
    const by = [...new Set(judged.each.filter(({ state }) => state === 'rejected').flatMap((one) => one.by))];
    return { phase: 'Rejected', message: `Rejected by ${by.join(' and ')}.`, ...open };
  }
  if (judged.state === 'approved') {
    const by = [...new Set(judged.each.flatMap((one) => one.by))];
    const message = by.length === 0 ? 'No approval is needed.' : `Approved by ${by.join(' and ')}.`;
    return { phase: 'Approved', message, ...open };
  }
  return { phase: 'Pending', message: pendingText(shown), ...open };
}

function shownDemand(
  { policy, groups, count, reason }: DemandRecord,
  judged: { have: number; by: readonly string[]; state: string } | undefined,
): PlanDemand {
  const by = judged?.state === 'rejected' ? [] : (judged?.by ?? []);
  return {
    policy,
    ...(groups === undefined ? {} : { groups: [...groups] }),
    count,
    reason,
    have: by.length,
    ...(by.length === 0 ? {} : { by: [...by] }),
  };
}

function pendingText(demands: readonly PlanDemand[]): string {
  const open = demands.filter(({ have, count }) => have < count);
  const each = open.map(
    ({ groups, have, count, policy, reason }) =>
      `${asked(groups)} (${have} of ${count}), because ChangePolicy ${policy} matches: ${reason}`,
  );
  return `Needs approval of ${each.join('; and of ')}.`;
}

function asked(groups: readonly string[] | undefined): string {
  return groups === undefined ? 'somebody other than the author' : `group ${groups.join(' or ')}`;
}
