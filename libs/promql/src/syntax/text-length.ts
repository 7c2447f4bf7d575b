import { ParseError } from './parse-error.ts';
import { textLengthMax } from './parser-options.ts';

/** Refuses a text before any of it is read. @throws ParseError */
export function refuseLongText(text: string): void {
  if (text.length <= textLengthMax) return;
  const message = `expression is too long: ${text.length} characters, at most ${textLengthMax}`;
  throw new ParseError(text, [{ range: { start: 0, end: text.length }, message }]);
}
