/** Experimental parts of the language, all off by default. */
export interface ParserOptions {
  /** Functions and aggregations such as `info`, `limitk`, `sort_by_label`. */
  readonly experimentalFunctions?: boolean;
  /** Arithmetic in durations: `[5m * 2]`, `[step()]`. */
  readonly durationExpressions?: boolean;
  /** `anchored` and `smoothed`. */
  readonly extendedRangeSelectors?: boolean;
  /** `fill`, `fill_left` and `fill_right` of binary operators. */
  readonly fillModifiers?: boolean;
}

/** Longest text that is parsed, in UTF-16 units. The longest rule seen in public repositories has some 5,000. */
export const textLengthMax = 1_000_000;

/** How deep parentheses, calls and signs may be nested: what the stack bears, with room for who called. */
export const nestingMax = 500;

/**
 * How many expressions may be within each other. Operations in a row are within each other too: `a + b + c` is `(a + b) + c`. An engine
 * that recurses overflowed its stack at some 1,900.
 */
export const heightMax = 1_000;

/** How many faults are kept; of a text of 55,000 bytes Prometheus lists 10,999. */
export const faultsMax = 100;
