import type { TextRange } from './expression.ts';

/** One thing that is wrong with a text. */
export interface ParseFault {
  /** In UTF-16 units of the text. */
  readonly range: TextRange;
  readonly message: string;
}

/**
 * The text is no PromQL. `message` is the one that Prometheus prints: the first fault with its line and its column, which counts bytes
 * of UTF-8 from 1.
 */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  /** In the order in which Prometheus finds them; the first `faultsMax`. */
  readonly faults: readonly ParseFault[];
  /** How many there are altogether. */
  readonly faultCount: number;

  constructor(text: string, faults: readonly ParseFault[], faultCount: number = faults.length) {
    const [first] = faults;
    super(first ? printFault(text, first) : 'error contains no error message');
    this.faults = faults;
    this.faultCount = faultCount;
  }
}

/** A fault as Prometheus prints it: `1:6: parse error: unexpected end of input`. */
function printFault(text: string, { range, message }: ParseFault): string {
  return `${position(text, range.start)}: parse error: ${message}`;
}

function position(text: string, index: number): string {
  if (text === '') return 'unknown position';
  const before = text.slice(0, index);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return `${line}:${new TextEncoder().encode(before.slice(lineStart)).length + 1}`;
}
