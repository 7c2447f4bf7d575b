import { compressSync } from 'snappy';

/** Bytes that are no snappy block, or one that becomes larger than allowed. */
export class SnappyError extends Error {
  /** `too_large` is to be answered with 413, `malformed` with 400. */
  readonly code: 'too_large' | 'malformed';

  constructor(code: 'too_large' | 'malformed', reason: string) {
    super(`snappy: ${reason}`);
    this.name = 'SnappyError';
    this.code = code;
  }
}

/** Words are copied whole: as many bytes after the content may be overwritten. */
const slackBytes = 3;

/** The longest copy takes three bytes and gives 64: no block can grow more. */
const growthMax = 64 / 3;

/**
 * Decompresses snappy blocks (not the framed format) one after the other into the same memory. What a block says of its own size is
 * judged before anything is allocated.
 *
 * Written here and not left to the native library, which takes new memory for each block: for a request of 500 kB that costs three
 * times as much as all of this.
 * Spec: snappy format_description.txt; remote write 1.0, "Protocol".
 */
export class SnappyBlocks {
  readonly #sizeBytesMax: number;
  #output = new Uint8Array();

  /** @param sizeBytesMax - what a block may become at most. */
  constructor(sizeBytesMax: number) {
    this.#sizeBytesMax = sizeBytesMax;
  }

  /** @returns the content; valid until the next call. @throws SnappyError */
  decompress(block: Uint8Array): Uint8Array {
    const { size, end } = readSize(block);
    if (size > this.#sizeBytesMax) {
      throw new SnappyError(
        'too_large',
        `a block of ${size} bytes, at most ${this.#sizeBytesMax} are allowed`,
      );
    }
    if (size > block.length * growthMax) {
      throw new SnappyError('malformed', `${block.length} bytes cannot become ${size}`);
    }
    if (size + slackBytes > this.#output.length) {
      const grown = Math.min(this.#sizeBytesMax, Math.max(size, this.#output.length * 2));
      this.#output = new Uint8Array(grown + slackBytes);
    }
    decode(block, end, this.#output, size);
    return this.#output.subarray(0, size);
  }
}

/** Decompresses one block into memory of its own. @throws SnappyError */
export function decompressSnappy(block: Uint8Array, sizeBytesMax: number): Uint8Array {
  return new SnappyBlocks(sizeBytesMax).decompress(block);
}

/** Compresses to a snappy block. Runs on the calling thread. */
export function compressSnappy(bytes: Uint8Array): Uint8Array {
  return compressSync(bytes);
}

/** The size that stands before the block, as a varint of 32 bits. @returns it and the offset after it. */
function readSize(block: Uint8Array): { size: number; end: number } {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) throw new SnappyError('malformed', 'the size of the block is cut off');
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (size > 0xffff_ffff) break;
      return { size, end: i + 1 };
    }
  }
  throw new SnappyError('malformed', 'the size of the block is no number of 32 bits');
}

/** From this length on the runtime copies, below it a loop does; measured as the best for requests of remote write. */
const bulkLength = 32;

/** Runs the elements of a block: literals, and copies of what is in the output already. */
function decode(block: Uint8Array, start: number, output: Uint8Array, size: number): void {
  const blockEnd = block.length;
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  let position = start;
  let written = 0;
  while (position < blockEnd) {
    const tag = block[position++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >>> 2;
      if (length >= 60) {
        const bytes = length - 59;
        length = littleEndian(block, position, bytes);
        position += bytes;
      }
      length += 1;
      if (length > blockEnd - position || length > size - written) throw cutOff(position);
      if (length >= bulkLength) {
        output.set(block.subarray(position, position + length), written);
        position += length;
        written += length;
      } else {
        for (const end = position + length; position < end; ) output[written++] = block[position++] ?? 0;
      }
      continue;
    }
    let length = (tag >>> 2) + 1;
    let offset: number;
    if (kind === 1) {
      length = 4 + ((tag >>> 2) & 7);
      offset = ((tag & 0xe0) << 3) | (block[position] ?? 0);
      position += 1;
    } else {
      const isShort = kind === 2;
      offset = isShort
        ? (block[position] ?? 0) | ((block[position + 1] ?? 0) << 8)
        : littleEndian(block, position, 4);
      position += isShort ? 2 : 4;
    }
    if (position > blockEnd || length > size - written) throw cutOff(position);
    if (offset === 0 || offset > written) {
      throw new SnappyError('malformed', `a copy from ${offset} bytes before byte ${written} of the content`);
    }
    const end = written + length;
    // Four bytes at once, none of which the copy writes itself; the surplus is overwritten by what follows.
    if (offset >= 4) {
      for (let at = written; at < end; at += 4) view.setInt32(at, view.getInt32(at - offset, true), true);
      written = end;
    } else {
      // Byte by byte: the copy reads what it has just written.
      for (; written < end; written++) output[written] = output[written - offset] ?? 0;
    }
  }
  if (written !== size) throw new SnappyError('malformed', `a block of ${size} bytes ends after ${written}`);
}

function littleEndian(block: Uint8Array, position: number, bytes: number): number {
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (block[position + i] ?? 0);
  return value;
}

function cutOff(position: number): SnappyError {
  return new SnappyError(
    'malformed',
    `the element before byte ${position} goes beyond the block or its content`,
  );
}
