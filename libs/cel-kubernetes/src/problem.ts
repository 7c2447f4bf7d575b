import { unknownAttributesMax } from './limits.ts';

/** One fault of an expression and where it is. */
export interface CelProblem {
  readonly message: string;
  /** The line, counted from 1. */
  readonly line: number;
  /** The column in code points, counted from 1. */
  readonly column: number;
}

/** The expression does not parse or its types do not fit; `problems` has every fault found. */
export class CelCompileError extends Error {
  readonly problems: readonly CelProblem[];

  constructor(problems: readonly CelProblem[]) {
    super(problems.map(({ message, line, column }) => `${line}:${column}: ${message}`).join('\n'));
    this.name = 'CelCompileError';
    this.problems = problems;
  }
}

/** Evaluation has no value: no such key, overflow, division by zero, a text that does not convert. */
export class CelEvaluationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    // Operators absorb errors, by the thousand in a loop. A stack trace takes ten times as long as the rest, and says
    // nothing about the expression.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'CelEvaluationError';
  }
}

/**
 * The value depends on an `UnknownValue`. Operators absorb it as they absorb errors: where the other side decides, there
 * is a value. Beside an error, what is unknown counts: it may yet decide.
 *
 * Spec: cel.expr.ExprValue, "unknown".
 */
export class CelUnknown extends CelEvaluationError {
  /** What it depends on, as the unknown values name themselves; the first `unknownAttributesMax`. */
  readonly attributes: readonly string[];

  constructor(attributes: readonly string[]) {
    super(attributes.length === 0 ? 'not known yet' : `not known yet: ${attributes.join(', ')}`);
    this.name = 'CelUnknown';
    this.attributes = attributes;
  }

  /** What depends on both. */
  with(other: CelUnknown): CelUnknown {
    const all = new Set([...this.attributes, ...other.attributes]);
    return all.size === this.attributes.length
      ? this
      : new CelUnknown([...all].slice(0, unknownAttributesMax));
  }
}

/** Evaluation was stopped because its cost budget is used up. No operator absorbs this error. */
export class CelCostExceeded extends CelEvaluationError {
  constructor(message: string) {
    super(message);
    this.name = 'CelCostExceeded';
  }
}
