/** Why a selector or path was refused. */
export type SelectorError = {
  /** A sentence for the caller. */
  readonly message: string;
  /** Where in the text the fault is, in UTF-16 code units from 0; 0 where the input is no text. */
  readonly position: number;
};

/** A parsed selector, or the reason why there is none. */
export type SelectorResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: SelectorError };

/** Carries a refusal out of a parser; it never leaves this package. */
export class SelectorRefusal extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = 'SelectorRefusal';
    this.position = position;
  }
}

/**
 * Runs a parser and turns a refusal into a result; any other error is a bug and passes through.
 * @param parse the parser
 * @returns the value or the refusal
 */
export function capture<T>(parse: () => T): SelectorResult<T> {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    if (!(error instanceof SelectorRefusal)) throw error;
    return { ok: false, error: { message: error.message, position: error.position } };
  }
}
