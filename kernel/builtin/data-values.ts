import { type FieldError, invalidValue } from '@plinth/structural-schema';
import type { TUnsafe } from 'typebox';
import { Type } from '../model/type-builders.ts';

/** The bytes that all values of a ConfigMap or a Secret may have together. Spec: Kubernetes MaxSecretSize. */
export const dataBytesMax = 1024 * 1024;

/**
 * A base64 value. It has no `format`: what the schema says of a wrong value quotes it, which must not happen to a
 * secret, and an empty value is right here.
 */
export const base64Text: TUnsafe<string> = Type.Unsafe<string>({ type: 'string' });

/** The bytes that a text has in UTF-8. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

const notBase64 = /[^A-Za-z0-9+/]/;

/** How many bytes a base64 text stands for; undefined when it is none. Spec: RFC 4648 section 4. */
function base64Bytes(text: string): number | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = padding === 0 ? text : text.slice(0, -padding);
  return notBase64.test(digits) ? undefined : (text.length / 4) * 3 - padding;
}

/** The bytes of a map of base64 texts; texts that are not base64 are added to `errors`. */
export function base64MapBytes(
  map: Record<string, unknown>,
  field: string,
  errors: FieldError[],
  shownValue: (text: string) => string,
): number {
  let bytes = 0;
  for (const key in map) {
    const text = map[key];
    if (typeof text !== 'string') continue;
    const size = base64Bytes(text);
    if (size === undefined) {
      const detail =
        'must be base64 (RFC 4648, with padding); put plain text into the field that takes it unencoded';
      errors.push(invalidValue(`${field}[${key}]`, shownValue(text), detail));
    } else bytes += size;
  }
  return bytes;
}
