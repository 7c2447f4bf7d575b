/** Why an input was refused. */
export type Malformed = {
  /** A sentence that names what was read, what was expected and what stood there. */
  readonly message: string;
  /** Line of the text, counted from 1; 0 where the input is no text or the fault is in no single line. */
  readonly line: number;
};

/** A value, or the reason why there is none. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Malformed };

/** Whether a proof or a signature holds, and if not, why. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Carries a refusal out of a parser; it never leaves this package. */
export class Refusal extends Error {
  readonly line: number;

  constructor(message: string, line = 0) {
    super(message);
    this.name = 'Refusal';
    this.line = line;
  }
}

/**
 * Runs a parser and turns a refusal into a result; any other error is a bug and passes through.
 * @param parse the parser
 * @returns the value or the refusal
 */
export function capture<T>(parse: () => T): Result<T> {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, error: { message: error.message, line: error.line } };
  }
}

/**
 * The value of a result inside another parser.
 * @throws Refusal when there is none
 */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Refusal(result.error.message, result.error.line);
}
