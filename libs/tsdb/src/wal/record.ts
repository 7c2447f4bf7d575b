import { crc32 } from 'node:zlib';

/**
 * A record: length of the payload, checksum of all that follows it, type, and number of entries, 32 bits each (little
 * endian, as all machines that this runs on), then the payload, filled up to 8 bytes so that columns are copied whole.
 */
export const recordType = {
  /** For each series: ref, bytes of the key, key filled up to 8 bytes. */
  series: 1,
  /** Time of all samples or NaN, refs, times unless all are the same, values. */
  samples: 2,
  /** For each chunk: ref, use, bytes, count, first and last instant, encoded samples filled up to 8 bytes. */
  chunks: 3,
  /** For each interval: ref, 0, first and last instant. */
  tombstones: 4,
  /** For each series: ref, whether the last sample is a histogram, time and bits of the last value. */
  states: 5,
  /** Smallest instant that is taken, newest instant. */
  bounds: 6,
  /** Nothing: what stands before it is complete. */
  end: 7,
  /** For each exemplar: ref, bytes of its labels as in a key, time, value, labels filled up to 8 bytes. */
  exemplars: 8,
} as const;

const recordTypeMax = Math.max(...Object.values(recordType));

/** One of the kinds of records. */
export type RecordType = (typeof recordType)[keyof typeof recordType];

/** Bytes that stand before the payload of a record. */
export const recordHeaderBytes = 16;

/** Files begin with it: name of the format and version. */
export const fileMagic: Uint8Array = new TextEncoder().encode('tsdb-log-0000001');

/** Collects records until they are written to a file. */
export class RecordBuffer {
  bytes: Uint8Array<ArrayBuffer>;
  words: Int32Array;
  floats: Float64Array;
  length = 0;
  #start = -1;

  constructor(bytes = 1 << 16) {
    this.bytes = new Uint8Array(bytes);
    this.words = new Int32Array(this.bytes.buffer);
    this.floats = new Float64Array(this.bytes.buffer);
  }

  get written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  begin(type: RecordType, count: number): void {
    this.#start = this.length;
    const word = this.reserve(recordHeaderBytes) >>> 2;
    this.words[word + 2] = type;
    this.words[word + 3] = count;
  }

  /** Number of entries, where it was not known at the beginning. */
  set count(count: number) {
    this.words[(this.#start >>> 2) + 3] = count;
  }

  end(): void {
    const word = this.#start >>> 2;
    this.words[word] = this.length - this.#start - recordHeaderBytes;
    this.words[word + 1] = crc32(this.bytes.subarray(this.#start + 8, this.length)) | 0;
    this.#start = -1;
  }

  /** Makes room for bytes at the end, filled up to 8. @returns where they begin. */
  reserve(bytes: number): number {
    const at = this.length;
    this.length = at + ((bytes + 7) & ~7);
    if (this.length > this.bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
    larger.set(this.bytes);
    this.bytes = larger;
    this.words = new Int32Array(larger.buffer);
    this.floats = new Float64Array(larger.buffer);
  }
}

/** A record of a file, as views of its bytes. */
export interface LogRecord {
  readonly type: number;
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly floats: Float64Array;
  /** First and last byte (excluded) of the payload. */
  readonly start: number;
  readonly end: number;
}

/** Where a file stops to make sense. */
export interface LogDamage {
  /** `torn`: nothing follows, as after a crash while it was written; `corrupt`: what follows is lost. */
  readonly kind: 'torn' | 'corrupt';
  readonly offset: number;
  readonly reason: string;
}

/** Calls back with each whole record. @returns what is wrong with the file, if anything. */
export function readRecords(
  bytes: Uint8Array<ArrayBuffer>,
  visit: (record: LogRecord) => void,
): LogDamage | undefined {
  const usable = bytes.length & ~7;
  if (bytes.length < fileMagic.length) return { kind: 'torn', offset: 0, reason: 'no whole header' };
  if (fileMagic.some((byte, i) => bytes[i] !== byte)) {
    return { kind: isBlank(bytes, 0) ? 'torn' : 'corrupt', offset: 0, reason: 'not the header of a log' };
  }
  const words = new Int32Array(bytes.buffer, 0, usable >>> 2);
  const floats = new Float64Array(bytes.buffer, 0, usable >>> 3);
  let at = fileMagic.length;
  while (at < bytes.length) {
    const reason = damageAt(bytes, words, at);
    if (reason !== undefined) {
      return { kind: endsAt(bytes, words, at) ? 'torn' : 'corrupt', offset: at, reason };
    }
    const start = at + recordHeaderBytes;
    const end = start + (words[at >>> 2] ?? 0);
    visit({
      type: words[(at >>> 2) + 2] ?? 0,
      count: words[(at >>> 2) + 3] ?? 0,
      bytes,
      words,
      floats,
      start,
      end,
    });
    at = end;
  }
  return undefined;
}

function damageAt(bytes: Uint8Array, words: Int32Array, at: number): string | undefined {
  if (at + recordHeaderBytes > bytes.length)
    return `${bytes.length - at} bytes, less than the header of a record`;
  const length = words[at >>> 2] ?? 0;
  if (length < 0 || (length & 7) !== 0) return `length ${length} of a record`;
  const end = at + recordHeaderBytes + length;
  if (end > bytes.length) return `record of ${length} bytes goes ${end - bytes.length} bytes beyond the file`;
  const expected = words[(at >>> 2) + 1] ?? 0;
  const found = crc32(bytes.subarray(at + 8, end)) | 0;
  if (found !== expected || words[(at >>> 2) + 2] === 0) return 'checksum of a record does not match';
  return undefined;
}

/** Whether damage looks like a write that did not come to its end: no whole record stands anywhere behind it. */
function endsAt(bytes: Uint8Array, words: Int32Array, at: number): boolean {
  for (let next = at + 8; next + recordHeaderBytes <= bytes.length; next += 8) {
    const type = words[(next >>> 2) + 2] ?? 0;
    const length = words[next >>> 2] ?? 0;
    if (type < 1 || type > recordTypeMax || length <= 0 || (length & 7) !== 0) continue;
    if (damageAt(bytes, words, next) === undefined) return false;
  }
  return true;
}

function isBlank(bytes: Uint8Array, from: number): boolean {
  return bytes.subarray(from).every((byte) => byte === 0);
}
