import { ExpositionError } from './exposition-error.ts';
import { metricNameEnd } from './name-text.ts';
import { quotedEnd, unescaped } from './quoted-text.ts';

/** The name of a metric family in a comment, with or without quotes. @returns it and the offset after it. */
export function readFamilyName(body: string, start: number, keyword: string): { name: string; end: number } {
  const isQuoted = body.charCodeAt(start) === 0x22;
  const end = isQuoted ? quotedEnd(body, start, false) : metricNameEnd(body, start);
  if (end <= start) throw ExpositionError.at(body, start, `expected metric name after ${keyword}`);
  return { name: isQuoted ? unescaped(body.slice(start + 1, end - 1)) : body.slice(start, end), end };
}
