import { isUtf8 } from 'node:buffer';
import { ExpositionError } from './exposition-error.ts';
import type { ExpositionLimits } from './exposition-limits.ts';

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of a body. @throws ExpositionError when it is too large or no UTF-8. */
export function bodyText(bytes: Uint8Array, limits: ExpositionLimits): string {
  if (bytes.length > limits.bodySizeBytes) {
    throw new ExpositionError(
      'limit',
      `body size limit exceeded: ${bytes.length} bytes, at most ${limits.bodySizeBytes}`,
    );
  }
  if (isUtf8(bytes)) return textDecoder.decode(bytes);
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const one = bytes.subarray(start, end);
    if (!isUtf8(one)) {
      const column = textDecoder.decode(one).indexOf('\ufffd') + 1;
      throw new ExpositionError('malformed', 'invalid UTF-8', line, column);
    }
    start = end + 1;
  }
  throw new ExpositionError('malformed', 'invalid UTF-8');
}
