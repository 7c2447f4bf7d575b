import { equalJson } from '../model/json.ts';
import { type Condition, setCondition } from '../model/object.ts';
import { formatTime } from '../ports/clock.ts';
import { countingInstants } from './correction-limit.ts';
import { type DriftDifference, type DriftStatus, type DriftTarget, targetText } from './drift-kind.ts';
import { lastSeenMs, messageCharsMax } from './limits.ts';

/** A condition without its type and time. */
export type Doing = Pick<Condition, 'status' | 'reason' | 'message'>;

/** What a status tells of a target that is not as declared. */
export interface SeenDifferences {
  readonly target: DriftTarget;
  readonly isMissing: boolean;
  readonly differences: readonly DriftDifference[];
  /** Differences that are not listed. */
  readonly omitted: number;
}

/** Paths that a message names. */
const namedPathsMax = 5;

/** The condition of a type, if there is one. */
export function conditionOf(status: DriftStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Whether the target differed when it was last looked at. */
export function isDrifted(status: DriftStatus | undefined): boolean {
  return conditionOf(status, 'Drifted')?.status === 'True';
}

/** The status of a drift that is seen now; what is done about it stays as it was. */
export function driftedStatus(
  before: DriftStatus | undefined,
  seen: SeenDifferences,
  nowMs: number,
): DriftStatus {
  const { differences, omitted, isMissing } = seen;
  const now = formatTime(nowMs);
  const isNew = !isDrifted(before);
  const seenAgoMs = nowMs - Date.parse(before?.lastSeen ?? '');
  // After the clock was set back, an instant that lies ahead would stay for as long.
  const isRecent = !isNew && Math.abs(seenAgoMs) < lastSeenMs;
  const isSame = equalJson(before?.differences ?? [], differences);
  const drifted: Doing = {
    status: 'True',
    reason: isMissing ? 'Missing' : 'FieldsDiffer',
    message: driftedMessage(seen),
  };
  return {
    ...without(before ?? {}, 'differencesOmitted'),
    differences: [...differences],
    ...(omitted > 0 ? { differencesOmitted: omitted } : {}),
    firstSeen: isNew ? now : (before?.firstSeen ?? now),
    lastSeen: isRecent && isSame ? (before?.lastSeen ?? now) : now,
    corrections: before?.corrections ?? [],
    conditions: setCondition(before?.conditions, { type: 'Drifted', ...drifted }, now),
  };
}

/** The status of a drift that is gone. */
export function resolvedStatus(before: DriftStatus, isCorrected: boolean, nowMs: number): DriftStatus {
  const drifted: Doing = isCorrected
    ? { status: 'False', reason: 'Corrected', message: 'It was put right.' }
    : { status: 'False', reason: 'AsDeclared', message: 'It became as declared without a correction.' };
  const rest = without(before, 'plan', 'nextCorrection', 'differencesOmitted');
  const conditions = setCondition(before.conditions, { type: 'Drifted', ...drifted }, formatTime(nowMs));
  const corrected: Doing = {
    status: 'True',
    reason: 'Corrected',
    message: 'The target is as declared again.',
  };
  const doing = isCorrected ? { Corrected: corrected } : {};
  return withDoing({ ...rest, differences: [], conditions }, doing, nowMs);
}

/** What is wrong with a target in one sentence; names fields, never values. */
export function driftedMessage({ target, differences, omitted, isMissing }: SeenDifferences): string {
  if (isMissing) return `${targetText(target)} is not there`;
  const paths = differences.slice(0, namedPathsMax).map(({ path }) => path);
  const more = differences.length + omitted - paths.length;
  const rest = more > 0 ? ` and ${more} more` : '';
  return shorten(`${targetText(target)} is not as declared: ${paths.join(', ')}${rest}`);
}

/** The status with what is done about the drift; what was done by another policy goes. */
export function withDoing(
  status: DriftStatus,
  doing: { readonly Corrected?: Doing; readonly Proposed?: Doing },
  nowMs: number,
): DriftStatus {
  let conditions: Condition[] = (status.conditions ?? []).filter(
    ({ type }) => (type !== 'Corrected' || doing.Corrected) && (type !== 'Proposed' || doing.Proposed),
  );
  for (const [type, { message, ...rest }] of Object.entries(doing)) {
    conditions = setCondition(conditions, { type, ...rest, message: shorten(message) }, formatTime(nowMs));
  }
  return { ...status, conditions };
}

/** The status without some of its fields. */
export function without(status: DriftStatus, ...fields: readonly (keyof DriftStatus)[]): DriftStatus {
  const copy = { ...status };
  for (const field of fields) delete copy[field];
  return copy;
}

/**
 * Until when the Drift of a target is kept, in milliseconds since the Unix epoch; undefined while it drifts.
 * @param times the window of corrections, and how long a drift is shown that is gone, in milliseconds
 */
export function keptUntil(
  status: DriftStatus,
  nowMs: number,
  times: { readonly windowMs: number; readonly resolvedMs: number },
): number | undefined {
  const drifted = conditionOf(status, 'Drifted');
  if (drifted?.status !== 'False') return undefined;
  const { windowMs, resolvedMs } = times;
  const corrections = countingInstants(instantsOf(status), nowMs, windowMs);
  const resolvedAtMs = Math.min(Date.parse(drifted.lastTransitionTime), nowMs);
  return Math.max(resolvedAtMs + resolvedMs, ...corrections.map((at) => at + windowMs));
}

/** When the target was corrected, in milliseconds since the Unix epoch. */
export function instantsOf(status: DriftStatus | undefined): number[] {
  return (status?.corrections ?? []).map((instant) => Date.parse(instant));
}

function shorten(message: string): string {
  return message.length > messageCharsMax ? `${message.slice(0, messageCharsMax - 1)}…` : message;
}
