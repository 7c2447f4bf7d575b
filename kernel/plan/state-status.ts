import { type Condition, setCondition } from '../model/object.ts';
import { formatTime } from '../ports/clock.ts';
import type { PlanStatus } from './plan-kind.ts';
import type { PlanState } from './plan-phase.ts';

/** The fields of a plan's status that say where it stands. */
export type StateStatus = Required<Pick<PlanStatus, 'phase' | 'message' | 'demands' | 'conditions'>>;

/**
 * Where a plan stands, as its status says it; the same state gives the same status.
 * @param before the status as it is, for the times of its conditions
 */
export function stateStatus(
  { phase, message, demands }: PlanState,
  before: Pick<PlanStatus, 'conditions'> | undefined,
  nowMs: number,
): StateStatus {
  const now = formatTime(nowMs);
  const isApproved = phase === 'Approved' || phase === 'Applied';
  const conditions = [
    { type: 'Approved', status: isApproved ? 'True' : 'False', reason: phase, message },
    { type: 'Applied', status: phase === 'Applied' ? 'True' : 'False', reason: phase, message },
  ] as const;
  let list = (before?.conditions ?? []).filter(isCondition);
  for (const condition of conditions) list = setCondition(list, condition, now);
  return { phase, message, demands: [...demands], conditions: list };
}

function isCondition(value: NonNullable<PlanStatus['conditions']>[number]): value is Condition {
  const { status, lastTransitionTime, reason, message } = value;
  const isKnown = status === 'True' || status === 'False' || status === 'Unknown';
  return isKnown && lastTransitionTime !== undefined && reason !== undefined && message !== undefined;
}
