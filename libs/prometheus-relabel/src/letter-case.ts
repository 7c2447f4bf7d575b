/** Letters whose full mapping is several characters, and which have a single one too. Spec: Unicode, UnicodeData.txt. */
const simpleUpper: ReadonlyMap<number, number> = new Map([
  [0x1fb3, 0x1fbc],
  [0x1fc3, 0x1fcc],
  [0x1ff3, 0x1ffc],
]);

/** Letter by letter, as Go's strings.ToUpper: one character stays one character. */
export function toUpperCase(text: string): string {
  return mapped(text, (letter, code) => {
    // Greek letters with iota subscript: each small one stands eight before its title case.
    const isIota = code >= 0x1f80 && code <= 0x1faf;
    const other = isIota ? (code & 8 ? code : code + 8) : simpleUpper.get(code);
    return other === undefined ? letter.toUpperCase() : String.fromCodePoint(other);
  });
}

/** Letter by letter, as Go's strings.ToLower. */
export function toLowerCase(text: string): string {
  return mapped(text, (letter, code) => (code === 0x130 ? 'i' : letter.toLowerCase()));
}

function mapped(text: string, map: (letter: string, code: number) => string): string {
  let result = '';
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    const other = map(letter, code);
    result += String.fromCodePoint(other.codePointAt(0) ?? 0) === other ? other : letter;
  }
  return result;
}
