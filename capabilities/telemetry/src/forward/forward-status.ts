import { type Condition, formatTime, setCondition } from '@plinth/kernel';
import type { MetricsForwardStatus } from './metrics-forward-kind.ts';

/** How a forward is doing, as its controller sees it. */
export interface ForwardObservation {
  readonly generation: number;
  /** What is wrong now; undefined: nothing. */
  readonly fault: { readonly reason: string; readonly message: string } | undefined;
  /** What was lost, and when it was last; undefined: nothing. */
  readonly loss: { readonly reason: string; readonly message: string; readonly atMs: number } | undefined;
  readonly hasSent: boolean;
  readonly behindMs: number;
  readonly pendingSamples: number;
  readonly pendingBytes: number;
  readonly lostSamples: number;
  readonly lastError: string | undefined;
}

/** A loss is told of for so long. */
const lossToldMs = 3_600_000;

/** The status of a forward. */
export function forwardStatus(
  before: MetricsForwardStatus | undefined,
  seen: ForwardObservation,
  nowMs: number,
): MetricsForwardStatus {
  const { generation: observedGeneration, lastError = before?.lastError } = seen;
  const now = formatTime(nowMs);
  const withReady = setCondition(before?.conditions, { ...readyOf(seen), observedGeneration }, now);
  return {
    observedGeneration,
    conditions: setCondition(withReady, { ...completeOf(before, seen, nowMs), observedGeneration }, now),
    behindSeconds: Math.round(seen.behindMs / 1000),
    pendingSamples: seen.pendingSamples,
    pendingBytes: seen.pendingBytes,
    lostSamples: seen.lostSamples,
    ...(lastError === undefined ? {} : { lastError }),
  };
}

/** Whether a status says something else than numbers that change all the time. */
export function isNews(before: MetricsForwardStatus | undefined, after: MetricsForwardStatus): boolean {
  return (
    before?.observedGeneration !== after.observedGeneration ||
    (after.conditions ?? []).some(({ type, status, reason }) => {
      const old = before?.conditions?.find((one) => one.type === type);
      return old?.status !== status || old.reason !== reason;
    })
  );
}

type Told = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

function readyOf({ fault, hasSent }: ForwardObservation): Told {
  if (fault) return { type: 'Ready', status: 'False', ...fault };
  return hasSent
    ? { type: 'Ready', status: 'True', reason: 'Forwarding', message: 'the receiver takes what it gets' }
    : { type: 'Ready', status: 'True', reason: 'Waiting', message: 'nothing was sent yet' };
}

function completeOf(
  before: MetricsForwardStatus | undefined,
  { loss }: ForwardObservation,
  nowMs: number,
): Told {
  const type = 'Complete';
  if (loss && nowMs - loss.atMs < lossToldMs) {
    return { type, status: 'False', reason: loss.reason, message: loss.message };
  }
  const old = before?.conditions?.find((one) => one.type === type);
  // After a restart nobody else remembers.
  if (old?.status === 'False' && nowMs - Date.parse(old.lastTransitionTime) < lossToldMs) {
    return { type, status: 'False', reason: old.reason, message: old.message };
  }
  return { type, status: 'True', reason: 'NothingLost', message: 'nothing was lost in the last hour' };
}
