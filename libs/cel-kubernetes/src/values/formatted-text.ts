import { Duration, parseDuration } from './duration.ts';
import { parseTimestamp, type Timestamp } from './timestamp.ts';

const day = 24n * 3600n * 1_000_000_000n;

/** Units of durations that a schema accepts beside those of Go, e.g. `2 weeks`. Spec: kube-openapi, strfmt. */
const unitNanos: readonly (readonly [names: RegExp, nanos: bigint])[] = [
  [/^(?:ns|nano|nanosecond)s?$/, 1n],
  [/^(?:us|µs|micro|microsecond)s?$/, 1_000n],
  [/^(?:ms|milli|millisecond)s?$/, 1_000_000n],
  [/^(?:s|sec|second)s?$/, 1_000_000_000n],
  [/^(?:m|min|minute)s?$/, 60n * 1_000_000_000n],
  [/^(?:h|hr|hour)s?$/, 3600n * 1_000_000_000n],
  [/^(?:d|day)s?$/, day],
  [/^(?:w|wk|week)s?$/, 7n * day],
];

/** Reads a value of format date or date-time. @throws CelEvaluationError */
export function readTimestamp(text: string): Timestamp {
  return parseTimestamp(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
}

/** Reads a value of format duration. @throws CelEvaluationError */
export function readDuration(text: string): Duration {
  const words = text.length > 128 ? [] : [...text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)];
  const nanos = words.map(([, amount = '0', unit = '']) => {
    const scale = unitNanos.find(([names]) => names.test(unit.toLowerCase()))?.[1];
    return scale === undefined ? undefined : BigInt(amount) * scale;
  });
  const isGo = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(text);
  if (isGo || nanos.length === 0) return parseDuration(text);
  let total = 0n;
  for (const part of nanos) {
    if (part === undefined) return parseDuration(text);
    total += part;
  }
  return new Duration(total);
}
