import { quote } from '@plinth/go-format';

/** The text is no duration of Prometheus. `message` is the one that Prometheus gives. */
export class DurationSyntaxError extends Error {
  override readonly name = 'DurationSyntaxError';
}

/** From the largest down, as they must follow each other. */
const units: ReadonlyMap<string, { readonly rank: number; readonly ms: number }> = new Map([
  ['y', { rank: 1, ms: 365 * 86_400_000 }],
  ['w', { rank: 2, ms: 7 * 86_400_000 }],
  ['d', { rank: 3, ms: 86_400_000 }],
  ['h', { rank: 4, ms: 3_600_000 }],
  ['m', { rank: 5, ms: 60_000 }],
  ['s', { rank: 6, ms: 1_000 }],
  ['ms', { rank: 7, ms: 1 }],
]);

/** Go holds durations in nanoseconds of an int64: some 292 years. */
const maxNanoseconds = 2n ** 63n - 1n;

/**
 * Reads a duration such as `1h30m`: units from the largest to the smallest, each once; `0` needs none. A year has 365 days, a week 7.
 * Spec: prometheus/common 0.70, model.ParseDuration.
 *
 * @returns milliseconds.
 * @throws DurationSyntaxError
 */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  if (text === '') throw new DurationSyntaxError('empty duration string');
  let ms = 0;
  let rank = 0;
  let end = 0;
  const parts = /(\d+)(\D+)/y;
  for (let part = parts.exec(text); part; part = parts.exec(text)) {
    const [, digits = '', unitName = ''] = part;
    end = parts.lastIndex;
    if (BigInt(digits) > 2n ** 64n - 1n) throw invalidDuration(text);
    const unit = units.get(unitName);
    if (!unit) throw new DurationSyntaxError(`unknown unit ${quote(unitName)} in duration ${quote(text)}`);
    if (unit.rank <= rank) throw invalidDuration(text);
    rank = unit.rank;
    ms += Number(digits) * unit.ms;
    if (ms > 9e12 && BigInt(ms) * 1_000_000n > maxNanoseconds)
      throw new DurationSyntaxError('duration out of range');
  }
  if (end !== text.length) throw invalidDuration(text);
  return ms;
}

function invalidDuration(text: string): DurationSyntaxError {
  return new DurationSyntaxError(`not a valid duration string: ${quote(text)}`);
}

/**
 * Prints a duration as Prometheus does: `1h30m`, `90d`, `0s`. Years and weeks only when they are whole. What is less than a millisecond is
 * left out. Spec: prometheus/common 0.70, model.Duration.
 *
 * @param durationMs - milliseconds, negative too.
 */
export function formatDuration(durationMs: number): string {
  let rest = Math.trunc(Math.abs(durationMs));
  if (rest === 0) return '0s';
  let text = durationMs < 0 ? '-' : '';
  for (const [name, unit] of units) {
    if (rest < unit.ms || (unit.rank <= 2 && rest % unit.ms !== 0)) continue;
    const count = Math.floor(rest / unit.ms);
    text += `${count}${name}`;
    rest -= count * unit.ms;
  }
  return text;
}
