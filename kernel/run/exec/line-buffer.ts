import type { Clock } from '../../ports/clock.ts';
import { lineWaitMs, recordBytesMax } from './limits.ts';

/**
 * Cuts output at the ends of its lines. The beginning of a line waits for the rest a moment, because prompts and progress
 * have none, and never splits a character.
 */
export class LineBuffer {
  readonly #clock: Clock;
  readonly #emit: (bytes: Buffer) => Promise<void>;
  #started: Buffer = Buffer.alloc(0);
  #cancelWait: (() => void) | undefined;

  /** @param emit takes whole lines, or what has waited long enough; at most 64 KiB at once */
  constructor(clock: Clock, emit: (bytes: Buffer) => Promise<void>) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Takes the next output; done when what could be emitted is. */
  async push(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const all = this.#started.length === 0 ? bytes : Buffer.concat([this.#started, bytes]);
    const complete = all.lastIndexOf(0x0a) + 1;
    const cut = all.length - complete > recordBytesMax ? wholeCharacters(all) : complete;
    this.#keep(all.subarray(cut));
    await this.#emitAll(all.subarray(0, cut));
  }

  /** Emits what still waits. */
  async flush(): Promise<void> {
    const rest = this.#started;
    this.#keep(rest.subarray(rest.length));
    await this.#emitAll(rest);
  }

  #keep(bytes: Buffer): void {
    this.#started = Buffer.from(bytes);
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    if (bytes.length === 0) return;
    this.#cancelWait = this.#clock.after(lineWaitMs, () => {
      const cut = wholeCharacters(this.#started);
      const ready = this.#started.subarray(0, cut);
      this.#started = this.#started.subarray(cut);
      void this.#emitAll(ready);
    });
  }

  async #emitAll(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + recordBytesMax);
      const lines = piece.lastIndexOf(0x0a) + 1;
      const isLast = at + piece.length === bytes.length;
      const length = isLast ? piece.length : lines > 0 ? lines : wholeCharacters(piece);
      await this.#emit(piece.subarray(0, length));
      at += length;
    }
  }
}

/** How many bytes come before a character of UTF-8 that is cut off at the end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
