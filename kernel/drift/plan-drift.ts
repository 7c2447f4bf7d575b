/**
 * What is done about the drift of one target, as a pure function of what its Drift says, what was just seen, the time
 * and the corrections so far.
 *
 *   (none) --seen--> drifted --gone--> resolved --some time later--> (none)
 *
 *   policy report    the drift is told
 *   policy correct   Correcting -> Corrected            an attempt is written down before it is made: it counts whatever
 *                        |  \-> CorrectionFailed        becomes of the process
 *                    HeldBack -> Correcting             when the limit has room again
 *   policy propose   Proposing -> PlanProposed          the name of the Plan is written down before it is made
 *                        \-> PlanRefused, PlanFailed, PlanRejected
 *                    the state is another, or the Plan Applied or Expired: it is withdrawn -> Proposing
 */
import { equalJson } from '../model/json.ts';
import type { PlanPhase } from '../plan/plan-kind.ts';
import { formatMicroTime, formatTime } from '../ports/clock.ts';
import { type CorrectionLimits, countingInstants, judgeCorrection, minuteMs } from './correction-limit.ts';
import { type DriftPolicy, type DriftStatus, targetText } from './drift-kind.ts';
import { proposalName } from './drift-name.ts';
import {
  conditionOf,
  type Doing,
  driftedMessage,
  driftedStatus,
  instantsOf,
  isDrifted,
  resolvedStatus,
  type SeenDifferences,
  withDoing,
  without,
} from './drift-status.ts';

/** What is known of a drift from its object, and of its Plan. */
export interface KnownDrift {
  readonly policy: DriftPolicy;
  readonly status: DriftStatus;
  /** Phase of the Plan that the status names; undefined when there is no such Plan. */
  readonly planPhase?: PlanPhase | undefined;
}

/** What was just seen of a target. */
export interface SeenDrift extends SeenDifferences {
  /** Name of the Drift object. */
  readonly name: string;
  readonly policy: DriftPolicy;
  readonly isDrifted: boolean;
  /** Names the state that a Plan is made for; only with policy propose. */
  readonly state?: string;
}

/** What happened, to be told to those who look at the target. */
export interface DriftNews {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export type DriftStep =
  /** Makes the Drift, or puts its specification right. */
  | { readonly action: 'declare' }
  | { readonly action: 'record'; readonly status: DriftStatus }
  | { readonly action: 'tell'; readonly news: DriftNews }
  /** Puts the target right. The attempt is recorded. */
  | { readonly action: 'correct' }
  /** Makes the Plan of this name. The name is recorded. */
  | { readonly action: 'propose'; readonly plan: string }
  /** Deletes the Plan of this name, unless somebody has decided about it. */
  | { readonly action: 'withdraw'; readonly plan: string }
  /** Nothing can be done before this instant, in milliseconds since the Unix epoch. */
  | { readonly action: 'wait'; readonly untilMs: number };

/** What bounds corrections. */
export interface DriftRules {
  readonly limits: CorrectionLimits;
  /** Corrections of all targets of the reporter, in milliseconds since the Unix epoch. */
  readonly recent: readonly number[];
  /** How many other targets of the reporter wait since before this one does. */
  readonly ahead: number;
}

/**
 * What is done about a target now. The same state seen again gives no steps, or only a wait.
 * @param known undefined when there is no Drift object
 * @param nowMs the instant, in milliseconds since the Unix epoch
 */
export function planDrift(
  known: KnownDrift | undefined,
  seen: SeenDrift,
  nowMs: number,
  rules: DriftRules,
): DriftStep[] {
  if (!seen.isDrifted) return known ? planResolved(known, seen, nowMs) : [];
  const declare: DriftStep[] = known?.policy === seen.policy ? [] : [{ action: 'declare' }];
  return [...declare, ...planDrifted(known, seen, nowMs, rules)];
}

function planDrifted(
  known: KnownDrift | undefined,
  seen: SeenDrift,
  nowMs: number,
  rules: DriftRules,
): DriftStep[] {
  const next = withCounted(driftedStatus(known?.status, seen, nowMs), known, nowMs, rules.limits);
  const news = isDrifted(known?.status) ? [] : [tell('Warning', 'DriftDetected', driftedMessage(seen))];
  switch (seen.policy) {
    case 'correct':
      return [...leftPlan(known), ...planCorrection(known, without(next, 'plan'), news, nowMs, rules)];
    case 'propose':
      return planProposal(known, seen, without(next, 'nextCorrection'), news, nowMs);
    case 'report': {
      const status = withDoing(without(next, 'plan', 'nextCorrection'), {}, nowMs);
      return [...leftPlan(known), ...recorded(known, status), ...news];
    }
  }
}

function planResolved(known: KnownDrift, seen: SeenDrift, nowMs: number): DriftStep[] {
  const { status } = known;
  const done = conditionOf(status, 'Corrected');
  // After a crash nobody knows whether an attempt took effect; that the drift is gone says so.
  const wasTried = done?.reason === 'Correcting' || done?.reason === 'CorrectionFailed';
  const isResolved = conditionOf(status, 'Drifted')?.status === 'False';
  if (isResolved && !wasTried && status.plan === undefined) return [];
  const what = targetText(seen.target);
  const news = wasTried
    ? tell('Normal', 'DriftCorrected', `${what} was put right`)
    : tell('Normal', 'DriftGone', `${what} is as declared again`);
  return [
    ...leftPlan(known),
    { action: 'record', status: resolvedStatus(status, wasTried, nowMs) },
    ...(isDrifted(status) ? [news] : []),
  ];
}

function planCorrection(
  known: KnownDrift | undefined,
  base: DriftStatus,
  news: readonly DriftStep[],
  nowMs: number,
  { limits, recent, ahead }: DriftRules,
): DriftStep[] {
  const corrections = countingInstants(instantsOf(base), nowMs, limits.windowMs);
  const verdict = judgeCorrection(corrections, recent, nowMs, limits);
  if (verdict.allowed) {
    const attempt: Doing = { status: 'False', reason: 'Correcting', message: 'It is being put right.' };
    const status = {
      ...withDoing(without(base, 'nextCorrection'), { Corrected: attempt }, nowMs),
      corrections: [...corrections, nowMs].map(formatMicroTime),
    };
    return [{ action: 'record', status }, ...news, { action: 'correct' }];
  }
  const before = conditionOf(known?.status, 'Corrected');
  const wasHeldBack = before?.reason === 'HeldBack';
  // Where many wait, each is told its turn: told the same instant, all would be told another one then.
  const turns = verdict.by === 'reporter' ? Math.floor(ahead / limits.perMinute) : 0;
  const latestMs = nowMs + Math.max(limits.windowMs, minuteMs);
  const nextMs = Math.min(verdict.nextMs + turns * minuteMs, latestMs);
  // What was told stays until it is past: it is a promise to look again, and whoever looks earlier may find room.
  const toldMs = Date.parse(known?.status.nextCorrection ?? '');
  const isGood = wasHeldBack && toldMs > nowMs && toldMs <= latestMs;
  const untilMs = isGood ? toldMs : nextMs;
  const why =
    verdict.by === 'target'
      ? `it was corrected ${limits.perTarget} times within ${limits.windowMs / 1_000} s and is changed again and again`
      : `${limits.perMinute} targets of its reporter were corrected within a minute`;
  const message = `Held back: ${why}. The next correction may happen at ${formatTime(untilMs)}.`;
  const held: Doing = { status: 'False', reason: 'HeldBack', message: isGood ? before.message : message };
  const status = {
    ...withDoing(base, { Corrected: held }, nowMs),
    nextCorrection: formatMicroTime(untilMs),
  };
  const heldBack = wasHeldBack ? [] : [tell('Warning', 'DriftHeldBack', message)];
  return [...recorded(known, status), ...news, ...heldBack, { action: 'wait', untilMs }];
}

function planProposal(
  known: KnownDrift | undefined,
  seen: SeenDrift,
  base: DriftStatus,
  news: readonly DriftStep[],
  nowMs: number,
): DriftStep[] {
  const plan = known?.status.plan;
  const { state = '' } = seen;
  const phase = known?.planPhase;
  if (!plan || plan.state !== state || phase === 'Applied' || phase === 'Expired') {
    const name = proposalName(seen.name, state, nowMs);
    const doing: Doing = { status: 'False', reason: 'Proposing', message: `Plan ${name} is being made.` };
    const status = { ...withDoing(base, { Proposed: doing }, nowMs), plan: { name, state } };
    return [...leftPlan(known), { action: 'record', status }, ...news, { action: 'propose', plan: name }];
  }
  if (phase === undefined) {
    return [...recorded(known, base), ...news, { action: 'propose', plan: plan.name }];
  }
  const doing = proposed(plan.name, phase);
  const isNew = doing.status === 'True' && conditionOf(known?.status, 'Proposed')?.status !== 'True';
  const proposal = isNew ? [tell('Normal', 'DriftProposed', doing.message)] : [];
  return [...recorded(known, withDoing(base, { Proposed: doing }, nowMs)), ...news, ...proposal];
}

function proposed(plan: string, phase: PlanPhase): Doing {
  if (phase === 'Failed') {
    const message = `Plan ${plan} cannot be applied; its status says why.`;
    return { status: 'False', reason: 'PlanFailed', message };
  }
  if (phase === 'Rejected') {
    const message = `Plan ${plan} was rejected. Another one is made when the drift changes.`;
    return { status: 'False', reason: 'PlanRejected', message };
  }
  return {
    status: 'True',
    reason: 'PlanProposed',
    message: `Plan ${plan} puts it right when it is applied.`,
  };
}

/**
 * The status with the corrections that count. It alone is no reason to write: then the list stays as it is, unless the
 * clock was set back, for then instants that lie ahead have to be brought back.
 */
function withCounted(
  status: DriftStatus,
  known: KnownDrift | undefined,
  nowMs: number,
  { windowMs }: CorrectionLimits,
): DriftStatus {
  const stored = instantsOf(known?.status);
  if (stored.every((at) => at <= nowMs)) return status;
  const corrections = countingInstants(stored, nowMs, windowMs).map(formatMicroTime);
  return { ...status, corrections };
}

function recorded(known: KnownDrift | undefined, status: DriftStatus): DriftStep[] {
  return known && equalJson(known.status, status) ? [] : [{ action: 'record', status }];
}

function leftPlan(known: KnownDrift | undefined): DriftStep[] {
  const plan = known?.status.plan;
  return plan ? [{ action: 'withdraw', plan: plan.name }] : [];
}

function tell(type: DriftNews['type'], reason: string, message: string): DriftStep {
  return { action: 'tell', news: { type, reason, message } };
}
