/** Where the line ends: at its newline or the end of the body. */
export function endOfLine(body: string, start: number): number {
  const end = body.indexOf('\n', start);
  return end === -1 ? body.length : end;
}

/** The offset of the first character that is neither blank nor tab. */
export function skipBlanks(text: string, start: number): number {
  let position = start;
  for (;;) {
    const code = text.charCodeAt(position);
    if (code !== 0x20 && code !== 0x09) return position;
    position++;
  }
}
