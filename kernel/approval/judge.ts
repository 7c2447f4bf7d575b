import type { Approval } from './approval-kind.ts';

/** One rule that decisions have to satisfy. */
export interface ApprovalDemand {
  /** The digest that decisions have to name. */
  readonly digest: string;
  /** The user whose own decision does not count. */
  readonly author: string;
  /** Decisions of members of any of these groups count; empty: of everybody but the author. */
  readonly groups: readonly string[];
  /** How many different people have to approve; 0 asks nobody. */
  readonly count: number;
  /** When it is too late, in milliseconds since the Unix epoch. */
  readonly expiresAtMs?: number;
}

/** What decisions amount to at one instant. */
export interface Judgement {
  readonly state: 'approved' | 'rejected' | 'pending' | 'expired';
  /** People who approve, and how many are needed. */
  readonly have: number;
  readonly need: number;
  /** Usernames behind the state, sorted: who rejected when it is rejected, else who approves. */
  readonly by: readonly string[];
  /** When time alone may change the state, in milliseconds since the Unix epoch; absent when it cannot. */
  readonly nextChangeAtMs?: number;
}

/**
 * Judges decisions by one rule. Pure: the same decisions at the same instant give the same judgement.
 *
 * What is too late is expired. Otherwise one rejection by somebody who is asked rejects. Otherwise each person has one
 * vote, however many Approvals they made. Decisions that have expired, are about another digest or come from the author
 * do not count.
 *
 * @param approvals decisions about the target, as the server stored them: it is the server that says who made them
 * @param nowMs the instant, in milliseconds since the Unix epoch
 */
export function judgeApprovals(
  demand: ApprovalDemand,
  approvals: readonly Approval[],
  nowMs: number,
): Judgement {
  const { expiresAtMs, count } = demand;
  const rejectedBy = new Set<string>();
  /** When the vote of a person ends: the latest of their Approvals. */
  const approvedUntil = new Map<string, number>();
  let nextMs = Number.POSITIVE_INFINITY;
  for (const approval of approvals) {
    const username = voterOf(approval, demand);
    const endsMs = endOf(approval);
    if (username === undefined || endsMs <= nowMs) continue;
    nextMs = Math.min(nextMs, endsMs);
    if (approval.spec.decision === 'Reject') rejectedBy.add(username);
    else approvedUntil.set(username, Math.max(endsMs, approvedUntil.get(username) ?? 0));
  }
  const votes = [...approvedUntil.keys()].sort();
  const counted = { have: votes.length, need: count, by: votes };
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return { ...counted, state: 'expired' };
  if (expiresAtMs !== undefined) nextMs = Math.min(nextMs, expiresAtMs);
  const next = Number.isFinite(nextMs) ? { nextChangeAtMs: nextMs } : {};
  if (rejectedBy.size > 0) return { ...counted, ...next, state: 'rejected', by: [...rejectedBy].sort() };
  return { ...counted, ...next, state: votes.length >= count ? 'approved' : 'pending' };
}

/**
 * Judges several rules that all have to be satisfied: expired or rejected by one is so by all.
 * @returns the state of all of them, and the judgement of each in their order
 */
export function judgeAll(
  demands: readonly ApprovalDemand[],
  approvals: readonly Approval[],
  nowMs: number,
): {
  readonly state: Judgement['state'];
  readonly each: readonly Judgement[];
  readonly nextChangeAtMs?: number;
} {
  const each = demands.map((demand) => judgeApprovals(demand, approvals, nowMs));
  const state =
    (['expired', 'rejected', 'pending'] as const).find((one) =>
      each.some((judged) => judged.state === one),
    ) ?? 'approved';
  const next = each.map(({ nextChangeAtMs }) => nextChangeAtMs).filter((ms) => ms !== undefined);
  return { state, each, ...(next.length === 0 ? {} : { nextChangeAtMs: Math.min(...next) }) };
}

/** Whose vote it is by this rule; undefined when it is none. */
function voterOf({ spec }: Approval, { digest, author, groups }: ApprovalDemand): string | undefined {
  const { approver } = spec;
  if (!approver || spec.digest !== digest || approver.username === author) return undefined;
  if (groups.length > 0 && !groups.some((name) => approver.groups.includes(name))) return undefined;
  return approver.username;
}

/** When a decision ends to count; one whose end cannot be read has ended. */
function endOf({ spec: { expiresAt } }: Approval): number {
  if (expiresAt === undefined) return Number.POSITIVE_INFINITY;
  const ms = Date.parse(expiresAt);
  return Number.isNaN(ms) ? 0 : ms;
}
