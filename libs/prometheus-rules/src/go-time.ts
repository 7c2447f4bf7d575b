import { formatFloatShort } from '@plinth/go-format';
import type { GoObject, Value } from '@plinth/go-template';

const nsMax = 2n ** 63n - 1n;

/** Nanoseconds since the epoch of seconds since the epoch, kept to milliseconds. @throws Error */
export function timeOf(seconds: number): bigint {
  if (!Number.isFinite(seconds)) throw new Error('value is NaN or Inf');
  const ns = seconds * 1e9;
  if (Math.abs(ns) >= 2 ** 63) {
    const shown = formatFloatShort(seconds);
    throw new Error(`${shown} cannot be represented as a nanoseconds timestamp since it overflows int64`);
  }
  const ms = BigInt(Math.trunc(ns)) / 1_000_000n;
  return ms * 1_000_000n;
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Parts of Go's reference time, longest first, and how each prints. Spec: Go, package time, Layout. */
const layoutParts: readonly (readonly [pattern: string, print: (date: Date, ns: bigint) => string])[] = [
  ['January', (date) => months[date.getUTCMonth()] ?? ''],
  ['Monday', (date) => days[date.getUTCDay()] ?? ''],
  ['2006', (date) => String(date.getUTCFullYear()).padStart(4, '0')],
  ['-0700', () => '+0000'],
  ['-07:00', () => '+00:00'],
  ['Z07:00', () => 'Z'],
  ['.000000000', (_date, ns) => `.${fraction(ns)}`],
  ['.000000', (_date, ns) => `.${fraction(ns).slice(0, 6)}`],
  ['.000', (_date, ns) => `.${fraction(ns).slice(0, 3)}`],
  ['.999999999', (_date, ns) => shortFraction(fraction(ns))],
  ['.999999', (_date, ns) => shortFraction(fraction(ns).slice(0, 6))],
  ['.999', (_date, ns) => shortFraction(fraction(ns).slice(0, 3))],
  ['MST', () => 'UTC'],
  ['Jan', (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3)],
  ['Mon', (date) => (days[date.getUTCDay()] ?? '').slice(0, 3)],
  ['01', (date) => two(date.getUTCMonth() + 1)],
  ['02', (date) => two(date.getUTCDate())],
  ['_2', (date) => String(date.getUTCDate()).padStart(2, ' ')],
  ['03', (date) => two(date.getUTCHours() % 12 || 12)],
  ['04', (date) => two(date.getUTCMinutes())],
  ['05', (date) => two(date.getUTCSeconds())],
  ['06', (date) => two(date.getUTCFullYear() % 100)],
  ['15', (date) => two(date.getUTCHours())],
  ['PM', (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM')],
  ['pm', (date) => (date.getUTCHours() < 12 ? 'am' : 'pm')],
  ['1', (date) => String(date.getUTCMonth() + 1)],
  ['2', (date) => String(date.getUTCDate())],
  ['3', (date) => String(date.getUTCHours() % 12 || 12)],
  ['4', (date) => String(date.getUTCMinutes())],
  ['5', (date) => String(date.getUTCSeconds())],
];

/** An instant in UTC by a layout of Go. */
function formatLayout(ns: bigint, layout: string): string {
  const date = dateOf(ns);
  let text = '';
  for (let at = 0; at < layout.length; ) {
    const part = layoutParts.find(([pattern]) => layout.startsWith(pattern, at));
    text += part ? part[1](date, ns) : layout[at];
    at += part ? part[0].length : 1;
  }
  return text;
}

/** An instant as Go prints it: `2015-06-23 13:19:44.128 +0000 UTC`. */
export function formatGoTime(ns: bigint): string {
  return formatLayout(ns, '2006-01-02 15:04:05.999999999 -0700 MST');
}

function dateOf(ns: bigint): Date {
  return new Date(Number(floorDivide(ns, 1_000_000n)));
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function fraction(ns: bigint): string {
  const rest = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return rest.toString().padStart(9, '0');
}

function shortFraction(digits: string): string {
  const short = digits.replace(/0+$/, '');
  return short === '' ? '' : `.${short}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `time.Duration` as templates see it. */
export class GoDuration implements GoObject {
  readonly typeName = '*time.Duration';
  readonly ns: bigint;

  constructor(ns: bigint) {
    this.ns = ns > nsMax ? nsMax : ns < -nsMax ? -nsMax : ns;
  }

  readonly methods: GoObject['methods'] = {
    Hours: () => Number(this.ns) / 3.6e12,
    Minutes: () => Number(this.ns) / 6e10,
    Seconds: () => Number(this.ns) / 1e9,
    Milliseconds: () => this.ns / 1_000_000n,
    String: () => this.toString(),
  };

  /** Spec: Go, time.Duration.String. */
  toString(): string {
    const magnitude = this.ns < 0n ? -this.ns : this.ns;
    const sign = this.ns < 0n ? '-' : '';
    if (magnitude === 0n) return '0s';
    if (magnitude < 1_000n) return `${sign}${magnitude}ns`;
    if (magnitude < 1_000_000n) return `${sign}${decimal(magnitude, 1_000n)}µs`;
    if (magnitude < 1_000_000_000n) return `${sign}${decimal(magnitude, 1_000_000n)}ms`;
    const minutes = magnitude / 60_000_000_000n;
    const seconds = `${decimal(magnitude % 60_000_000_000n, 1_000_000_000n)}s`;
    if (minutes === 0n) return sign + seconds;
    const hours = minutes / 60n;
    return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
  }
}

function decimal(value: bigint, unit: bigint): string {
  const rest = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '');
  return rest === '' ? `${value / unit}` : `${value / unit}.${rest}`;
}

/** `time.Time` in UTC as templates see it. */
export class GoTime implements GoObject {
  readonly typeName = '*time.Time';
  readonly #ns: bigint;

  constructor(ns: bigint) {
    this.#ns = ns;
  }

  readonly methods: GoObject['methods'] = {
    Format: (layout) => formatLayout(this.#ns, String(layout)),
    Add: (duration) => new GoTime(this.#ns + durationOf(duration).ns),
    Sub: (other) => {
      if (!(other instanceof GoTime)) throw new Error('wrong type of value for Sub: want time.Time');
      return new GoDuration(this.#ns - other.#ns);
    },
    UTC: () => this,
    Unix: () => floorDivide(this.#ns, 1_000_000_000n),
    UnixMilli: () => floorDivide(this.#ns, 1_000_000n),
    UnixNano: () => this.#ns,
    Year: () => BigInt(dateOf(this.#ns).getUTCFullYear()),
    Month: () => months[dateOf(this.#ns).getUTCMonth()] ?? '',
    Day: () => BigInt(dateOf(this.#ns).getUTCDate()),
    Hour: () => BigInt(dateOf(this.#ns).getUTCHours()),
    Minute: () => BigInt(dateOf(this.#ns).getUTCMinutes()),
    Second: () => BigInt(dateOf(this.#ns).getUTCSeconds()),
    Weekday: () => days[dateOf(this.#ns).getUTCDay()] ?? '',
    String: () => this.toString(),
  };

  toString(): string {
    return formatGoTime(this.#ns);
  }
}

function durationOf(value: Value): GoDuration {
  if (value instanceof GoDuration) return value;
  throw new Error('wrong type of value for Add: want time.Duration');
}
