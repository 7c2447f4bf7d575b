const units: readonly (readonly [suffix: string, seconds: number])[] = [
  ['y', 365 * 86_400],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];

/** A span in its largest unit, with a second one where that says more: `3m`, `1d4h`. */
export function spanText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const at = units.findIndex(([, size]) => seconds >= size);
  if (at < 0) return '0s';
  const [suffix, size] = units[at] ?? ['s', 1];
  const count = Math.floor(seconds / size);
  const [nextSuffix, nextSize] = units[at + 1] ?? ['', 0];
  const rest = nextSize === 0 ? 0 : Math.floor((seconds % size) / nextSize);
  return count < 10 && rest > 0 && suffix !== 's'
    ? `${count}${suffix}${rest}${nextSuffix}`
    : `${count}${suffix}`;
}
