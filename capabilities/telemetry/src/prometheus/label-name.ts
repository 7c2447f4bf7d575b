import { ApiError } from './api-error.ts';

/**
 * The name of a label as it stands in a path: `U__` before a name whose other characters are written as `_hex_`, and `_` as `__`.
 * Spec: prometheus/common, model.UnescapeName, ValueEncodingEscaping.
 * @throws ApiError
 */
export function labelNameOf(written: string): string {
  const name = written.startsWith('U__') ? (unescaped(written.slice(3)) ?? written) : written;
  if (name !== '' && name.isWellFormed()) return name;
  throw new ApiError('bad_data', `invalid label name: ${JSON.stringify(name)}`);
}

/** Undefined when it is not written so; the name is then meant as it stands. */
function unescaped(text: string): string | undefined {
  let name = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '_') {
      name += text[at];
      continue;
    }
    if (text[at + 1] === '_') {
      name += '_';
      at++;
      continue;
    }
    const end = text.indexOf('_', at + 1);
    const code = /^[\da-fA-F]{1,6}$/.test(text.slice(at + 1, end))
      ? Number.parseInt(text.slice(at + 1, end), 16)
      : -1;
    if (end < 0 || code < 0 || code > 0x10ffff) return undefined;
    name += String.fromCodePoint(code);
    at = end;
  }
  return name;
}
