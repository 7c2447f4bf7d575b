import { StatusError } from '@plinth/kernel/status-error';

/** What is said of a failure besides its message. */
export interface FailureDetails {
  /** What to do. */
  readonly hint?: string;
  /** The file or directory that it is about. */
  readonly file?: string;
  readonly cause?: unknown;
}

/** An expected failure: it is told with its cause and remedy and without a stack. */
export class Failure extends Error {
  override name = 'Failure';
  readonly hint: string | undefined;
  readonly file: string | undefined;
  /** Exit code of the process. */
  readonly exitCode: number;

  constructor(message: string, details: FailureDetails = {}, exitCode = 1) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.hint = details.hint;
    this.file = details.file;
    this.exitCode = exitCode;
  }
}

/** The command line itself is wrong: exit code 2. */
export class UsageFailure extends Failure {
  override name = 'UsageFailure';

  constructor(message: string, hint: string) {
    super(message, { hint }, 2);
  }
}

/** A failure as it is told. */
export interface FailureReport {
  readonly message: string;
  readonly hint: string | undefined;
  readonly file: string | undefined;
  readonly exitCode: number;
  /** For errors that nobody expected. */
  readonly stack: string | undefined;
}

const fileHints: Readonly<Record<string, (path: string) => string>> = {
  EACCES: (path) => `give this user the right to ${path}, or run as its owner`,
  EPERM: (path) => `give this user the right to ${path}, or run as its owner`,
  EROFS: (path) => `${path} is on a read-only file system; name a place that can be written`,
  ENOSPC: (path) => `free space on the file system of ${path}`,
  ENOENT: (path) => `check the path ${path}`,
  ENOTDIR: (path) => `a part of ${path} is a file; name a directory`,
  EEXIST: (path) => `${path} is a file; name a directory`,
};

/** Turns whatever was thrown into what is told: refusals keep their hint, errors of the file system get one. */
export function reportOf(error: unknown): FailureReport {
  if (error instanceof Failure) {
    const { message, hint, file, exitCode } = error;
    return { message, hint, file, exitCode, stack: undefined };
  }
  if (!(error instanceof Error)) {
    return { message: String(error), hint: undefined, file: undefined, exitCode: 1, stack: undefined };
  }
  const { message, stack } = error;
  // What the API refuses a controller is no fault of the program either; the message says why.
  if (error instanceof StatusError && error.reason !== 'InternalError') {
    return { message, hint: undefined, file: undefined, exitCode: 1, stack: undefined };
  }
  // Refusals of the kernel carry a hint.
  if ('hint' in error && (typeof error.hint === 'string' || error.hint === undefined)) {
    return { message, hint: error.hint, file: undefined, exitCode: 1, stack: undefined };
  }
  const file = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const hint = file === undefined ? undefined : fileHints[codeOf(error) ?? '']?.(file);
  if (hint !== undefined) return { message, hint, file, exitCode: 1, stack: undefined };
  return {
    message,
    hint: 'this is a fault of the program; report it with the lines below',
    file,
    exitCode: 1,
    stack,
  };
}

/** The code of a system error such as `ENOENT`; undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
