import { formattedLineBytesMax } from './limits.ts';

/** Makes something else of each line of an output, before anybody sees it. */
export class LineFormat {
  readonly #format: (line: string) => string | undefined;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** @param format gets a line without its end; undefined leaves it out */
  constructor(format: (line: string) => string | undefined) {
    this.#format = format;
  }

  /** Takes output as it comes. @returns what the lines that have ended became */
  push(bytes: Buffer): Buffer {
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end === 0) {
      this.#keep(bytes);
      return empty;
    }
    this.#keep(bytes.subarray(0, end - 1));
    const whole = this.end();
    this.#keep(bytes.subarray(end));
    return whole;
  }

  /** @returns what is left, formatted */
  end(): Buffer {
    const [pieces, bytes] = [this.#pieces, this.#bytes];
    this.#pieces = [];
    this.#bytes = 0;
    if (bytes === 0) return empty;
    if (bytes > formattedLineBytesMax)
      return Buffer.from(`(${bytes} bytes without an end of line are left out)\n`);
    const lines = Buffer.concat(pieces).toString('utf8').split('\n');
    const shown = lines.map((line) => this.#format(line)).filter((line) => line !== undefined);
    return Buffer.from(shown.map((line) => `${line}\n`).join(''));
  }

  /** Keeps what may still be formatted; of a line that is too long only how long it is. */
  #keep(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.#bytes > formattedLineBytesMax) this.#pieces = [];
    // A copy: what was read is used again.
    else if (bytes.length > 0) this.#pieces.push(Buffer.from(bytes));
  }
}

const empty = Buffer.alloc(0);
