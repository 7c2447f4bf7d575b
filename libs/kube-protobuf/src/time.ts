import { ProtobufRefusal } from './protobuf-error.ts';

/** An instant as the wire carries it. */
export type Instant = { readonly seconds: number; readonly nanos: number };

/** First and last second that RFC 3339 can write: the years 0000 to 9999. */
const SECONDS_MIN = -62_167_219_200;
const SECONDS_MAX = 253_402_300_799;

/**
 * Writes an instant as Kubernetes JSON has it.
 * @param instant seconds since 1970 and nanoseconds
 * @param decimals 0 for Time (the rest is cut off), 6 for MicroTime
 * @param path field path, for the error
 * @returns RFC 3339 in UTC
 */
export function formatInstant(instant: Instant, decimals: 0 | 6, path: string): string {
  const { seconds, nanos } = instant;
  const valid = seconds >= SECONDS_MIN && seconds <= SECONDS_MAX && nanos >= 0 && nanos < 1_000_000_000;
  if (!valid) {
    const message = `${path}: ${seconds} seconds and ${nanos} nanoseconds are outside the years 0 to 9999`;
    throw new ProtobufRefusal('malformed', path, message);
  }
  const text = new Date(seconds * 1_000).toISOString().slice(0, 19);
  if (decimals === 0) return `${text}Z`;
  return `${text}.${String(Math.floor(nanos / 1_000)).padStart(6, '0')}Z`;
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads an RFC 3339 instant.
 * @param text the instant with any offset and up to nine decimals
 * @param path field path, for the error
 * @returns seconds since 1970 and nanoseconds
 */
export function parseInstant(text: string, path: string): Instant {
  const match = RFC_3339.exec(text);
  const milliseconds = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(milliseconds)) {
    throw new ProtobufRefusal(
      'malformed',
      path,
      `${path}: ${JSON.stringify(text)} is not an RFC 3339 instant`,
    );
  }
  return { seconds: milliseconds / 1_000, nanos: Number((match?.[2] ?? '').padEnd(9, '0')) };
}
