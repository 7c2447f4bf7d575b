import type { Json } from '../model/object.ts';
import { RunError } from './run-error.ts';

/**
 * A value as the journal gives it back: through JSON, so that the first pass and every replay see the same.
 *
 * @param what names the value in errors
 * @throws RunError `NotJson` or `TooLarge`
 */
export function jsonOf(
  value: unknown,
  bytesMax: number,
  what: string,
): { value: Json | undefined; text: string } {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new RunError('NotJson', `${what} cannot be written as JSON: return plain data`, { cause });
  }
  if (text === undefined) return { value: undefined, text: '' };
  // Characters bound bytes from both sides, so that the exact count is needed only in between.
  const bytes = text.length * 3 <= bytesMax ? text.length : Buffer.byteLength(text);
  if (bytes > bytesMax) {
    throw new RunError(
      'TooLarge',
      `${what} has ${bytes} bytes as JSON, more than ${bytesMax}: store it elsewhere and return where it is`,
    );
  }
  const parsed: unknown = JSON.parse(text);
  return { value: parsed as Json, text };
}
