import { parseFloatGo, sprintf } from '@plinth/go-format';
import type { Value } from '@plinth/go-template';
import { formatGoTime, timeOf } from './go-time.ts';

const largePrefixes = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const smallPrefixes = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const binaryPrefixes = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/** A number, whatever form it has. @throws Error */
export function floatOf(value: Value): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'bigint':
      return Number(value);
    case 'string':
      return parseFloatGo(value);
    default:
      throw new Error(`can't convert ${typeof value} to float`);
  }
}

function fourDigits(value: number): string {
  return sprintf('%.4g', [value], () => 'float64');
}

/** With a decimal prefix: `1.235M`. Spec: Prometheus 3.14, template. */
export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return fourDigits(value);
  const isLarge = Math.abs(value) >= 1;
  let scaled = value;
  let prefix = '';
  for (const next of isLarge ? largePrefixes : smallPrefixes) {
    if (isLarge ? Math.abs(scaled) < 1000 : Math.abs(scaled) >= 1) break;
    prefix = next;
    scaled = isLarge ? scaled / 1000 : scaled * 1000;
  }
  return fourDigits(scaled) + prefix;
}

/** With a binary prefix: `1.5Mi`. */
export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return fourDigits(value);
  let scaled = value;
  let prefix = '';
  for (const next of binaryPrefixes) {
    if (Math.abs(scaled) < 1024) break;
    prefix = next;
    scaled /= 1024;
  }
  return fourDigits(scaled) + prefix;
}

/** Seconds as days, hours, minutes and seconds; below a second with a prefix. Spec: prometheus/common, helpers/templates. */
export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return fourDigits(seconds);
  if (seconds === 0) return '0s';
  const magnitude = Math.abs(seconds);
  if (magnitude < 1) {
    let scaled = seconds;
    let prefix = '';
    for (const next of smallPrefixes) {
      if (Math.abs(scaled) >= 1) break;
      prefix = next;
      scaled *= 1000;
    }
    return `${fourDigits(scaled)}${prefix}s`;
  }
  const whole = Math.trunc(magnitude);
  const sign = seconds < 0 ? '-' : '';
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${whole % 60}s`;
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${whole % 60}s`;
  if (minutes > 0) return `${sign}${minutes}m ${whole % 60}s`;
  return `${sign}${fourDigits(magnitude)}s`;
}

export function humanizePercentage(ratio: number): string {
  return `${fourDigits(ratio * 100)}%`;
}

/** Seconds since the epoch as Go prints an instant: `2015-06-23 13:19:44.128 +0000 UTC`. @throws Error */
export function humanizeTimestamp(seconds: number): string {
  return Number.isFinite(seconds) ? formatGoTime(timeOf(seconds)) : fourDigits(seconds);
}
