/**
 * The pause before an attempt: it doubles, and lies between half of that and all of it, so that those who failed together do not
 * come back together.
 * @param attempt - 1 for the first one that is made again.
 * @param fraction - random, from 0 to below 1.
 */
export function backoffMs(attempt: number, minMs: number, maxMs: number, fraction: number): number {
  const whole = Math.min(maxMs, minMs * 2 ** Math.min(attempt - 1, 30));
  return whole / 2 + (whole / 2) * fraction;
}
