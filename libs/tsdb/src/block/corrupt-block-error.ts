import { isMissing } from './file-system.ts';

/** Bytes of a block are not those that were written. */
export class CorruptBlockError extends Error {
  override readonly name = 'CorruptBlockError';
  /** Directory of the block, or of the list of blocks. */
  readonly block: string;
  /** File in it. */
  readonly file: string;
  /** First byte of the part that is broken. */
  readonly offset: number;

  constructor(block: string, file: string, offset: number, problem: string, options?: ErrorOptions) {
    super(`block ${block}: ${file} at byte ${offset}: ${problem}`, options);
    this.block = block;
    this.file = file;
    this.offset = offset;
  }
}

/** What an error says of a block that is listed: it is broken, also when a file is missing. @returns undefined for other errors. */
export function corruptionOf(error: unknown, block: string): CorruptBlockError | undefined {
  if (error instanceof CorruptBlockError) return error;
  if (!isMissing(error)) return undefined;
  return new CorruptBlockError(block, '.', 0, 'a file of the block is missing', { cause: error });
}
