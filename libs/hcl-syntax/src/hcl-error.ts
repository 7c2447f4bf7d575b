/** A text is not in the native syntax of HCL. */
export class HclError extends Error {
  override name = 'HclError';
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;

  constructor(line: number, column: number, why: string) {
    super(`line ${line}, column ${column}: ${why}`);
    this.line = line;
    this.column = column;
  }
}

/** The error of a place in a text. */
export function errorAt(text: string, at: number, why: string): HclError {
  const before = text.slice(0, at);
  return new HclError(before.split('\n').length, at - before.lastIndexOf('\n'), why);
}
