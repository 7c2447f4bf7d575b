const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** A span in its largest unit, such as `3 min`. @param ms milliseconds */
export function spanText(ms: number): string {
  const [size, unit] = units.find(([one]) => ms >= one) ?? [1_000, 's'];
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`;
}

/** An instant with how long ago it was, such as `2026-03-01T12:00:00Z (3 min ago)`; empty for none. */
export function instantText(at: string, nowMs: number): string {
  const ms = nowMs - Date.parse(at);
  if (Number.isNaN(ms)) return at;
  const exact = at.replace(/\.\d+Z$/, 'Z');
  return ms < 0 ? `${exact} (in ${spanText(-ms)})` : `${exact} (${spanText(ms)} ago)`;
}
