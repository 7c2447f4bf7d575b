const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const needsEscape = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/**
 * Quotes text as Go's `%q` verb does, which is how Kubernetes prints string values in field errors.
 *
 * @param text any string; unpaired surrogates come out as `\ufffd`
 * @returns the quoted text, printable characters unescaped
 */
export function goQuote(text: string): string {
  return `"${text.replace(needsEscape, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const short = escapes[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd';
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/**
 * Prints a number as Go prints what its JSON decoder made of it: whole numbers in int64 range as
 * integers, all others as `goFloat` does.
 *
 * @param value a finite number
 */
export function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  return goFloat(value);
}

/** Prints a number as Go's `%v` of a float64: exponent form below 1e-4 and from 1e+06 on. */
export function goFloat(value: number): string {
  if (value === 0) return '0';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return value.toString();
  const sign = power < 0 ? '-' : '+';
  return `${mantissa}e${sign}${Math.abs(power).toString().padStart(2, '0')}`;
}
