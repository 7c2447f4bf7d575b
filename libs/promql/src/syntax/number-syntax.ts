import { parseFloatGo } from '@plinth/go-format';
import { codeAt, isAlphanumeric, isDigit } from './characters.ts';

const dot = 0x2e;
const underscore = 0x5f;

/** Where a scan stopped, and whether what it passed is what was looked for. */
interface Scan {
  readonly end: number;
  readonly isValid: boolean;
}

/**
 * Finds the end of a number: decimal, hexadecimal or octal, with underscores, a dot and an exponent. What it accepts need not be a number
 * yet; `numberOf` decides. Spec: Prometheus 3.14, promql/parser/lex.go, scanNumber.
 *
 * @param isSeries - in series descriptions there are no hexadecimals, and an `x` may follow.
 */
export function scanNumber(text: string, start: number, isSeries: boolean): Scan {
  let at = start;
  let isHexadecimal = false;
  if (!isSeries && codeAt(text, at) === 0x30) {
    at++;
    if ((codeAt(text, at) | 0x20) === 0x78) {
      at++;
      if (codeAt(text, at) === underscore) at++;
      isHexadecimal = true;
    }
  }
  const isDigitHere = isHexadecimal ? isHexadecimalDigit : isDigit;
  if (codeAt(text, at) === dot) at++;
  if (isDigitHere(codeAt(text, at))) at++;
  let hasDot = false;
  let hasExponent = false;
  for (;;) {
    const code = codeAt(text, at);
    const next = codeAt(text, at + 1);
    if (code === dot) {
      if (hasDot) return { end: at + 1, isValid: false };
      hasDot = true;
      at++;
      if (next === underscore || next === dot) return { end: at + 1, isValid: false };
      if (isHexadecimal) return { end: at, isValid: false };
    } else if (isExponent(code)) {
      // In a hexadecimal number they are digits that an exponent is not told from.
      if (hasExponent) return { end: at + 1, isValid: false };
      hasExponent = true;
      at++;
      if (next === 0x2b || next === 0x2d) at++;
      if (endsBadly(codeAt(text, at))) return { end: at + 1, isValid: false };
      if (at >= text.length) return { end: at, isValid: false };
    } else if (code === underscore) {
      at++;
      if (endsBadly(next)) return { end: at + 1, isValid: false };
      if (at >= text.length) return { end: at, isValid: false };
    } else if (isDigitHere(code)) {
      do at++;
      while (isDigitHere(codeAt(text, at)));
    } else {
      break;
    }
  }
  const after = codeAt(text, at);
  return { end: at, isValid: at > start && ((isSeries && after === 0x78) || !isAlphanumeric(after)) };
}

/**
 * Finds the end of a duration whose digits a scan for a number has passed already. The order of the units is not looked at.
 *
 * @param start - index of the first unit.
 */
export function scanUnits(text: string, start: number): Scan {
  let at = start;
  if (!isOneOf('smhdwy', codeAt(text, at))) return { end: at, isValid: false };
  at++;
  if (codeAt(text, at) === 0x73) at++;
  while (isDigit(codeAt(text, at))) {
    do at++;
    while (isDigit(codeAt(text, at)));
    if (!isOneOf('smhdw', codeAt(text, at))) return { end: at, isValid: false };
    at++;
    if (codeAt(text, at) === 0x73) at++;
  }
  return isAlphanumeric(codeAt(text, at)) ? { end: at + 1, isValid: false } : { end: at, isValid: true };
}

function isOneOf(characters: string, code: number): boolean {
  return code >= 0 && characters.includes(String.fromCharCode(code));
}

function isHexadecimalDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
}

function isExponent(code: number): boolean {
  return code === 0x65 || code === 0x45;
}

/** What may not follow an exponent or an underscore. */
function endsBadly(code: number): boolean {
  return code === dot || code === underscore || isExponent(code);
}

const decimalInteger = /^(?:0|[1-9]\d{0,14})$/;
const integer = /^(?:0x_?[\da-f]+(?:_[\da-f]+)*|0_?[0-7]+(?:_[0-7]+)*|0|[1-9]\d*(?:_\d+)*)$/i;

/**
 * The value of a number: an integer of 64 bits (hexadecimal after `0x`, octal after `0`), else a float as Go reads it.
 *
 * @throws FloatSyntaxError
 */
export function numberOf(text: string): number {
  if (decimalInteger.test(text)) return Number(text);
  if (integer.test(text)) {
    const digits = text.replaceAll('_', '').toLowerCase();
    const value = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits);
    if (value < 2n ** 63n) return Number(value);
  }
  return parseFloatGo(text);
}
