/** How often corrections may happen. */
export interface CorrectionLimits {
  /** Corrections of one target within the window. */
  readonly perTarget: number;
  /** The window in milliseconds. */
  readonly windowMs: number;
  /** Corrections of all targets of a reporter within a minute. */
  readonly perMinute: number;
}

/** Whether a correction may happen now, or when the next one may and what holds it back. */
export type CorrectionVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly nextMs: number; readonly by: 'target' | 'reporter' };

/** The minute in which the corrections of a reporter are counted, in milliseconds. */
export const minuteMs = 60_000;

/**
 * The instants that still count at `nowMs`. One that lies ahead was written before the clock was set back: it counts as
 * of now, so that it neither is forgotten early nor holds corrections back until the clock has caught up.
 */
export function countingInstants(instants: readonly number[], nowMs: number, windowMs: number): number[] {
  return instants.map((at) => Math.min(at, nowMs)).filter((at) => nowMs - at < windowMs);
}

/**
 * Judges whether a target may be corrected.
 * @param corrections instants at which the target was corrected, in milliseconds since the Unix epoch
 * @param recent those of all targets of the reporter, this one's included
 */
export function judgeCorrection(
  corrections: readonly number[],
  recent: readonly number[],
  nowMs: number,
  limits: CorrectionLimits,
): CorrectionVerdict {
  const { perTarget, windowMs, perMinute } = limits;
  const ofTarget = freeAt(countingInstants(corrections, nowMs, windowMs), perTarget, windowMs);
  const ofReporter = freeAt(countingInstants(recent, nowMs, minuteMs), perMinute, minuteMs);
  const nextMs = Math.max(ofTarget ?? nowMs, ofReporter ?? nowMs);
  if (ofTarget === undefined && ofReporter === undefined) return { allowed: true };
  return { allowed: false, nextMs, by: (ofTarget ?? 0) >= (ofReporter ?? 0) ? 'target' : 'reporter' };
}

/** When there is room again for one more; undefined when there is now. */
function freeAt(instants: readonly number[], most: number, windowMs: number): number | undefined {
  const at = instants.toSorted((a, b) => a - b).at(-most);
  return at === undefined ? undefined : at + windowMs;
}
