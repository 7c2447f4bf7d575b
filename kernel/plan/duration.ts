/** A time span such as `90s`, `8h` or `3d`, as a pattern for schemas. */
export const durationPattern = '^[1-9][0-9]{0,5}(s|m|h|d)$';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The milliseconds of a time span such as `8h`; undefined when it is not one. */
export function durationMs(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,5})([smhd])$/.exec(text);
  const unit = unitMs[match?.[2] ?? ''];
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}
