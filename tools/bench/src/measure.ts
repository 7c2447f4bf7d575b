/** What a load run came to. Latencies are in milliseconds. */
export interface Measured {
  readonly count: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Sums up latencies in milliseconds that were seen within `seconds`. */
export function summarize(latencies: ArrayLike<number>, seconds: number): Measured {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    count: sorted.length,
    seconds,
    perSecond: sorted.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    max: sorted.at(-1) ?? 0,
  };
}

/** Formats a summary as one line. */
export function formatMeasured(name: string, measured: Measured): string {
  const rate = Math.round(measured.perSecond).toLocaleString('en-US').padStart(9);
  return `${name.padEnd(44)}${rate}/s   p50 ${measured.p50.toFixed(2).padStart(7)} ms   p99 ${measured.p99.toFixed(2).padStart(7)} ms`;
}

/** The middle of the values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
