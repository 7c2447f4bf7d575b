/** What a run or a step failed with, as status, journal and the calling code see it. */
export interface RunFailure {
  /** CamelCase, made for machines. */
  readonly code: string;
  readonly message: string;
  /** The operation that failed. */
  readonly step?: string;
}

/**
 * A failure that trying again does not mend. Thrown in a step it ends the step at once; thrown by the function of a run
 * it ends the run, whose status shows `code` and `message`. What `run.step` and its like fail with is of this class too.
 */
export class RunError extends Error {
  override name = 'RunError';
  /** CamelCase, made for machines. */
  readonly code: string;
  /** The operation that failed. */
  readonly step: string | undefined;

  constructor(code: string, message: string, options: { step?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.step = options.step;
  }
}

/** Anything that was thrown, as a failure. */
export function failureOf(error: unknown, code = 'Failed'): RunFailure {
  if (error instanceof RunError) {
    const { code: own, message, step } = error;
    return step === undefined ? { code: own, message } : { code: own, message, step };
  }
  return { code, message: messageOf(error) };
}

/** The failure as code that calls an operation sees it. */
export function errorOf({ code, message, step }: RunFailure): RunError {
  return new RunError(code, message, step === undefined ? {} : { step });
}

/** What to tell people of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
