import { CelEvaluationError } from '../problem.ts';
import { nanosPerSecond } from './timestamp.ts';
import { intMax, intMin } from './uint.ts';

/** A length of time, with nanoseconds, between -292 and 292 years as in Go. */
export class Duration {
  readonly nanos: bigint;

  /** @throws CelEvaluationError beyond 64 bits of nanoseconds. */
  constructor(nanos: bigint) {
    if (nanos < intMin || nanos > intMax) throw new CelEvaluationError('duration overflow');
    this.nanos = nanos;
  }

  /** Seconds with a fraction, e.g. `90.5s`. */
  toString(): string {
    const magnitude = this.nanos < 0n ? -this.nanos : this.nanos;
    const fraction = (magnitude % nanosPerSecond).toString().padStart(9, '0').replace(/0+$/, '');
    const whole = (magnitude / nanosPerSecond).toString();
    return `${this.nanos < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}s`;
  }
}

const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: nanosPerSecond,
  m: 60n * nanosPerSecond,
  h: 3600n * nanosPerSecond,
};

/** Reads what Go's time.ParseDuration does, e.g. `1h30m`, `-1.5s`, `250ms`. @throws CelEvaluationError */
export function parseDuration(text: string): Duration {
  const invalid = () =>
    new CelEvaluationError(
      `invalid duration ${JSON.stringify(text.slice(0, 64))}: expected numbers with units h, m, s, ms, us or ns`,
    );
  if (text.length > 128) throw invalid();
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const rest = text.slice(sign.length);
  if (rest === '0') return new Duration(0n);
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) throw invalid();
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of rest.matchAll(/(\d*)(?:\.(\d*))?([a-zµμ]+)/g)) {
    const scale = unitNanos[unit];
    if (scale === undefined) throw invalid();
    total += BigInt(whole === '' ? '0' : whole) * scale;
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  return new Duration(sign === '-' ? -total : total);
}
