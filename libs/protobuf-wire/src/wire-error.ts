/** Bytes that are no protobuf, or not of the message that was expected. */
export class WireError extends Error {
  /** Where in the bytes, counted from 0. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`malformed protobuf at byte ${offset}: ${reason}`);
    this.name = 'WireError';
    this.offset = offset;
  }
}
