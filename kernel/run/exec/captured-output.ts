/** The beginning of some output, up to a number of bytes. */
export class OutputHead {
  readonly #bytesMax: number;
  readonly #pieces: Buffer[] = [];
  #length = 0;
  #isTruncated = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Whether some of the output is missing. */
  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  push(bytes: Buffer): void {
    const room = this.#bytesMax - this.#length;
    if (bytes.length > room) this.#isTruncated = true;
    if (room <= 0 || bytes.length === 0) return;
    // A copy, so that a few bytes do not keep a whole read in memory.
    const piece = Buffer.from(bytes.subarray(0, room));
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}

/** The end of some output, up to a number of bytes. */
export class OutputTail {
  readonly #bytesMax: number;
  #kept: Buffer = Buffer.alloc(0);
  #isTruncated = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Whether some of the output is missing. */
  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  push(bytes: Buffer): void {
    const all = Buffer.concat([this.#kept, bytes]);
    const dropped = Math.max(0, all.length - this.#bytesMax);
    this.#kept = dropped > 0 ? Buffer.from(all.subarray(dropped)) : all;
    this.#isTruncated ||= dropped > 0;
  }

  text(): string {
    return this.#kept.toString('utf8');
  }
}
