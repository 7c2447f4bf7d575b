import { CelEvaluationError } from '../problem.ts';

/** A point in time, with nanoseconds. */
export class Timestamp {
  /** Since 1970-01-01T00:00:00Z. */
  readonly nanos: bigint;

  /** @throws CelEvaluationError outside the years 1 to 9999. */
  constructor(nanos: bigint) {
    if (nanos < timestampMin || nanos > timestampMax) throw new CelEvaluationError('timestamp overflow');
    this.nanos = nanos;
  }

  /** Whole seconds since 1970, rounded down. */
  get seconds(): bigint {
    return floorDivide(this.nanos, nanosPerSecond);
  }

  /** RFC 3339 in UTC, with as many decimals as there are. */
  toString(): string {
    const fraction = this.nanos - this.seconds * nanosPerSecond;
    const text = new Date(Number(this.seconds) * 1000).toISOString().slice(0, 19);
    return `${text}${formatFraction(fraction)}Z`;
  }
}

/** Nanoseconds in a second. */
export const nanosPerSecond = 1_000_000_000n;
const timestampMin = -62_135_596_800n * nanosPerSecond;
const timestampMax = 253_402_300_799n * nanosPerSecond + nanosPerSecond - 1n;

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Reads RFC 3339. @throws CelEvaluationError for anything else. */
export function parseTimestamp(text: string): Timestamp {
  const found = text.length > 64 ? null : rfc3339.exec(text);
  const invalid = () =>
    new CelEvaluationError(`invalid timestamp ${JSON.stringify(text.slice(0, 64))}: not RFC 3339`);
  if (found === null) throw invalid();
  const [, year = '', month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute] = found;
  const fields = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = fields;
  if (mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) || h > 23 || mi > 59 || s > 59) throw invalid();
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  date.setUTCHours(h, mi, s);
  let offset = 0;
  if (sign !== undefined) {
    const [zh, zm] = [Number(zoneHour), Number(zoneMinute)];
    if (zh > 23 || zm > 59) throw invalid();
    offset = (sign === '-' ? -1 : 1) * (zh * 3600 + zm * 60);
  }
  const seconds = BigInt(date.getTime() / 1000 - offset);
  return new Timestamp(seconds * nanosPerSecond + BigInt(fraction.slice(0, 9).padEnd(9, '0')));
}

/** Quotient rounded towards negative infinity. */
function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function formatFraction(nanos: bigint): string {
  return nanos === 0n ? '' : `.${nanos.toString().padStart(9, '0').replace(/0+$/, '')}`;
}
