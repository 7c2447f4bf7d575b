import type { CelProblem } from '../problem.ts';

/** A fault at an offset in UTF-16 code units. */
export interface Fault {
  readonly message: string;
  readonly offset: number;
}

/** Turns an offset into the line and column that people count: both from 1, columns in code points. */
export function locate(text: string, { message, offset }: Fault): CelProblem {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line++;
  return { message, line, column: Array.from(before.slice(lineStart)).length + 1 };
}
