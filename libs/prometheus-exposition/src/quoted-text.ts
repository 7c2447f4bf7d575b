/**
 * Where the text in quotes that begins at an offset ends, behind the closing quote.
 * @returns -1 when it does not end, or the line does before it where it must not.
 */
export function quotedEnd(text: string, start: number, mayHaveNewlines: boolean): number {
  for (let position = start + 1; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code === 0x22) return position + 1;
    if (code === 0x5c) {
      position++;
      if (text.charCodeAt(position) === 0x0a) return -1;
    } else if (code === 0x0a && !mayHaveNewlines) {
      return -1;
    }
  }
  return -1;
}

/** A label value or quoted name without its escapes: a backslash before what needs none stays. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(["\\n])/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

/** A help text of the Prometheus format, where quotes are not escaped. */
export function unescapedHelp(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([\\n])/g, (_, character: string) => (character === 'n' ? '\n' : '\\'));
}
