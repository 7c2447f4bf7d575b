/** The value between two samples, at a time in milliseconds. A counter that was reset between them began at zero. */
export function interpolated(
  beforeMs: number,
  before: number,
  afterMs: number,
  after: number,
  timeMs: number,
  isCounter: boolean,
): number {
  const from = isCounter && after < before ? 0 : before;
  return from + ((after - from) * (timeMs - beforeMs)) / (afterMs - beforeMs);
}
