/** Why a body is refused: it breaks the format, or a limit. */
export type ExpositionErrorCode = 'malformed' | 'limit';

/** A body that is no exposition of the format that it claims, or that is too large. */
export class ExpositionError extends Error {
  readonly code: ExpositionErrorCode;
  /** From 1; 0 where the format has no lines. */
  readonly line: number;
  /** In characters, from 1; 0 where the format has no lines. */
  readonly column: number;

  constructor(code: ExpositionErrorCode, reason: string, line = 0, column = 0, options?: ErrorOptions) {
    super(line > 0 ? `line ${line}, column ${column}: ${reason}` : reason, options);
    this.name = 'ExpositionError';
    this.code = code;
    this.line = line;
    this.column = column;
  }

  /** @param text - the body. @param position - where in it. */
  static at(
    text: string,
    position: number,
    reason: string,
    code: ExpositionErrorCode = 'malformed',
  ): ExpositionError {
    let line = 1;
    let lineStart = 0;
    for (let end = text.indexOf('\n'); end !== -1 && end < position; end = text.indexOf('\n', end + 1)) {
      line++;
      lineStart = end + 1;
    }
    return new ExpositionError(code, reason, line, position - lineStart + 1);
  }
}
