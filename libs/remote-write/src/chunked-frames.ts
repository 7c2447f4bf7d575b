import { crc32c } from './crc32c.ts';

/** A streamed answer that is cut off, damaged or has messages that are too large. */
export class FrameError extends Error {
  constructor(reason: string) {
    super(`chunked read response: ${reason}`);
    this.name = 'FrameError';
  }
}

/**
 * Takes a streamed read response apart: each message stands after its size as a varint and its CRC-32C, four bytes with the highest
 * first. Bytes come in pieces of any size. Spec: Prometheus remote read, storage/remote/chunked.go.
 */
export class ChunkedFrames {
  readonly #sizeBytesMax: number;
  #rest: Uint8Array = new Uint8Array();

  /** @param sizeBytesMax - how large one message may be; Prometheus as a client allows 50 MiB. */
  constructor(sizeBytesMax: number) {
    this.#sizeBytesMax = sizeBytesMax;
  }

  /** Takes the next bytes. @returns the messages that are complete. @throws FrameError */
  push(bytes: Uint8Array): Uint8Array[] {
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    const messages: Uint8Array[] = [];
    let position = 0;
    for (;;) {
      const frame = this.#frameAt(all, position);
      if (!frame) break;
      messages.push(frame.message);
      position = frame.end;
    }
    // A copy: the caller may use its buffer again.
    this.#rest = new Uint8Array(all.subarray(position));
    return messages;
  }

  /** The stream has ended. @throws FrameError when it ended within a message. */
  finish(): void {
    if (this.#rest.length > 0)
      throw new FrameError(`the stream ends ${this.#rest.length} bytes into a message`);
  }

  #frameAt(bytes: Uint8Array, start: number): { message: Uint8Array; end: number } | undefined {
    let size = 0;
    let position = start;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++];
      if (byte === undefined) return undefined;
      size += (byte & 0x7f) * 2 ** shift;
      if (size > this.#sizeBytesMax || shift > 28) {
        throw new FrameError(`a message of ${size} bytes or more, at most ${this.#sizeBytesMax} are allowed`);
      }
      if (byte < 0x80) break;
    }
    const end = position + 4 + size;
    if (end > bytes.length) return undefined;
    const message = bytes.subarray(position + 4, end);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const expected = view.getUint32(position);
    const found = crc32c(message);
    if (found !== expected) throw new FrameError(`checksum ${found} of a message, ${expected} expected`);
    return { message, end };
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
