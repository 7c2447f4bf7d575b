/** Code of the character at an index: -1 at the end of the text. */
export function codeAt(text: string, index: number): number {
  return index < text.length ? text.charCodeAt(index) : -1;
}

/** The whole character at an index; U+FFFD for the end of the text and for half a surrogate pair, as Go prints them. */
export function characterAt(text: string, index: number): string {
  const code = text.codePointAt(index);
  return code === undefined || (code >= 0xd800 && code < 0xe000) ? '\ufffd' : String.fromCodePoint(code);
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** An ASCII letter or an underscore. */
export function isAlpha(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

export function isAlphanumeric(code: number): boolean {
  return isAlpha(code) || isDigit(code);
}
