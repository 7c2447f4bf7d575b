import { FloatSyntaxError, parseFloatGo } from '@plinth/go-format';

/**
 * Reads the number between two offsets of a text, as the formats write them: decimal, `NaN`, `+Inf`, `-Inf`.
 * @returns undefined when it is none.
 */
export function numberBetween(text: string, start: number, end: number): number | undefined {
  let value = 0;
  // Most values are integers of a few digits.
  if (end - start <= 15 && start < end) {
    let position = start;
    for (; position < end; position++) {
      const digit = text.charCodeAt(position) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (position === end) return value;
  }
  return otherNumber(text.slice(start, end));
}

function otherNumber(text: string): number | undefined {
  if (/^[+-]?[\d.]+(?:[eE][+-]?\d+)?$/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  // What Go reads beside decimal numbers, the formats do not have, but for infinity and NaN.
  if (/[pP_]/.test(text)) return undefined;
  try {
    return parseFloatGo(text);
  } catch (error) {
    if (error instanceof FloatSyntaxError) return undefined;
    throw error;
  }
}
