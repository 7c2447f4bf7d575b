import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Clock } from './clock.ts';

/** Bytes that are read at once. */
const pieceBytes = 64 * 1024;
/** Milliseconds between looks at a file that a program writes. */
const lookMs = 50;

/** An output of a program that is a file, so that the program does not need anybody who reads it. */
export class FileOutput {
  readonly #file: FileHandle;
  readonly #clock: Clock;
  #isOver = false;

  private constructor(file: FileHandle, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Makes the file, empty, and for nobody else to read. */
  static async create(path: string, clock: Clock): Promise<FileOutput> {
    return new FileOutput(await open(path, 'w+', 0o600), clock);
  }

  /** What the program gets. */
  get descriptor(): number {
    return this.#file.fd;
  }

  /** The program has ended: what is there is all. */
  end(): void {
    this.#isOver = true;
  }

  /** Lets go of it where nothing is to be read. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  /** What is written to it, as it comes; ends when that was told. Closes the file then. */
  stream(): Readable {
    return Readable.from(this.#read(), { objectMode: false });
  }

  async *#read(): AsyncGenerator<Buffer, void> {
    try {
      for (let at = 0; ; ) {
        // Asked before the look: what is written until then is seen.
        const isLast = this.#isOver;
        const { bytesRead, buffer } = await this.#file.read(
          Buffer.allocUnsafe(pieceBytes),
          0,
          pieceBytes,
          at,
        );
        at += bytesRead;
        if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
        else if (isLast) return;
        else await this.#pause();
      }
    } finally {
      await this.#file.close();
    }
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#clock.after(lookMs, resolve);
    });
  }
}
