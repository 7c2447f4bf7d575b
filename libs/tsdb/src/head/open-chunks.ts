import { encodeChunk } from '../chunk/chunk.ts';
import {
  baseTimeAt,
  beginChange,
  chunkCapacity,
  controlField,
  endChange,
  type HeadMemory,
  pageCountFor,
  recordAt,
  recordField,
  sampleAt,
} from './head-memory.ts';
import type { PagePublisher } from './page-publisher.ts';
import type { ChunkHeader, ChunkPlace, SealedChunks } from './sealed-chunks.ts';

interface EncodedChunk extends ChunkHeader {
  /** Holds until the next chunk is encoded. */
  readonly encoded: Uint8Array;
}

/** The newest samples of each series, before they are encoded. Arrays are indexed by ref. */
export class OpenChunks {
  /** Time of the last sample, float or histogram; -Infinity for none. */
  lastTimes = new Float64Array(512).fill(-Infinity);
  /** Up to where (excluded) the open chunk takes samples; -Infinity when there is none. */
  chunkEnds = new Float64Array(512).fill(-Infinity);
  lastValues = new Float64Array(512);
  lastValueWords = new Uint32Array(this.lastValues.buffer);
  #baseTimes = new Float64Array(512);
  /** Slots plus one. */
  #slots = new Int32Array(512);
  #counts = new Int32Array(512);
  /** How many samples a chunk may have. The first chunks of series end at different counts, so that not all are encoded at once. */
  #targets = new Int32Array(512);
  readonly #freeSlots: number[] = [];
  #slotCount = 0;
  readonly #memory: HeadMemory;
  readonly #publisher: PagePublisher;
  readonly #sealed: SealedChunks;
  readonly #windowMs: number;
  readonly #timestamps = new Float64Array(chunkCapacity);
  readonly #values = new Float64Array(chunkCapacity);
  readonly #valueWords = new Uint32Array(this.#values.buffer);

  constructor(publisher: PagePublisher, sealed: SealedChunks, windowMs: number) {
    this.#publisher = publisher;
    this.#memory = publisher.memory;
    this.#sealed = sealed;
    this.#windowMs = windowMs;
  }

  /** Adds a sample that is newer than all of its series and lies before the end of the open chunk; see `publish`. */
  push(ref: number, timestampMs: number, value: number, low: number, high: number): void {
    const memory = this.#memory;
    const slot = (this.#slots[ref] ?? 0) - 1;
    const count = this.#counts[ref] ?? 0;
    const page = memory.openPageOf(slot);
    const at = sampleAt(slot, count);
    page.deltas[at] = timestampMs - (this.#baseTimes[ref] ?? 0);
    if (value === value) {
      page.values[at] = value;
      this.lastValues[ref] = value;
    } else {
      page.valueWords[at * 2] = low;
      page.valueWords[at * 2 + 1] = high;
      this.lastValueWords[ref * 2] = low;
      this.lastValueWords[ref * 2 + 1] = high;
    }
    this.lastTimes[ref] = timestampMs;
    this.#counts[ref] = count + 1;
    if (count + 1 >= (this.#targets[ref] ?? 0)) this.seal(ref);
  }

  /** Lets readers see what was pushed to the series of a batch. */
  publish(refs: Int32Array, count: number): void {
    const memory = this.#memory;
    // All samples come before all counts. One barrier for each batch, since one for each sample takes longer than all else.
    Atomics.add(memory.control, controlField.batches, 1);
    for (let i = 0; i < count; i++) {
      const ref = refs[i] ?? 0;
      memory.recordsOf(ref)[recordAt(ref) + recordField.count] = this.#counts[ref] ?? 0;
    }
  }

  /** Begins a chunk at an instant; the one that is open is sealed. */
  begin(ref: number, timestampMs: number): void {
    this.seal(ref);
    let slot = (this.#slots[ref] ?? 0) - 1;
    if (slot < 0) {
      slot = this.#takeSlot();
      this.#slots[ref] = slot + 1;
      this.#targets[ref] = chunkCapacity / 2 + ((Math.imul(ref, 0x9e3779b1) >>> 16) % (chunkCapacity / 2));
    }
    this.#baseTimes[ref] = timestampMs;
    this.chunkEnds[ref] = windowStart(timestampMs, this.#windowMs) + this.#windowMs;
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref);
    beginChange(records, at);
    records[at + recordField.slot] = slot + 1;
    records[at + recordField.count] = 0;
    this.#memory.baseTimesOf(ref)[baseTimeAt(ref)] = timestampMs;
    endChange(records, at);
  }

  /** The open chunk as it is now, encoded; undefined when there is none. */
  encodeOpen(ref: number): EncodedChunk | undefined {
    const count = this.#counts[ref] ?? 0;
    if (count === 0) return undefined;
    const slot = (this.#slots[ref] ?? 0) - 1;
    const page = this.#memory.openPageOf(slot);
    const base = this.#baseTimes[ref] ?? 0;
    for (let i = 0; i < count; i++) {
      const at = sampleAt(slot, i);
      this.#timestamps[i] = base + (page.deltas[at] ?? 0);
      this.#valueWords[i * 2] = page.valueWords[at * 2] ?? 0;
      this.#valueWords[i * 2 + 1] = page.valueWords[at * 2 + 1] ?? 0;
    }
    const encoded = encodeChunk(this.#timestamps, this.#values, count);
    return { encoded, count, minMs: base, maxMs: this.#timestamps[count - 1] ?? 0 };
  }

  /** Puts a chunk behind those that are sealed. */
  restore(ref: number, header: ChunkHeader, encoded: Uint8Array): void {
    const window = windowStart(header.minMs, this.#windowMs);
    this.#publish(ref, this.#sealed.append(window, header, encoded, this.lastSealed(ref)));
  }

  /** Encodes the open chunk, if there is one, and puts it into compact memory; the slot stays with the series. */
  seal(ref: number): void {
    this.chunkEnds[ref] = -Infinity;
    const open = this.encodeOpen(ref);
    if (!open) return;
    const window = windowStart(open.minMs, this.#windowMs);
    const place = this.#sealed.append(window, open, open.encoded, this.lastSealed(ref));
    this.#counts[ref] = 0;
    this.#targets[ref] = chunkCapacity;
    this.#publish(ref, place);
  }

  /** Seals, and gives the slot to whoever needs one next. */
  release(ref: number): void {
    this.seal(ref);
    const slot = (this.#slots[ref] ?? 0) - 1;
    if (slot < 0) return;
    this.#slots[ref] = 0;
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref);
    beginChange(records, at);
    records[at + recordField.slot] = 0;
    endChange(records, at);
    this.#freeSlots.push(slot);
  }

  /** The last sealed chunk of floats. */
  lastSealed(ref: number): ChunkPlace {
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref);
    return {
      page: records[at + recordField.sealedPage] ?? 0,
      offset: records[at + recordField.sealedOffset] ?? 0,
    };
  }

  /** Makes room for so many series. */
  reserve(count: number): void {
    if (count <= this.lastTimes.length) return;
    const size = Math.max(count, this.lastTimes.length * 2);
    this.lastTimes = grownFloats(this.lastTimes, size, -Infinity);
    this.chunkEnds = grownFloats(this.chunkEnds, size, -Infinity);
    this.lastValues = grownFloats(this.lastValues, size, 0);
    this.lastValueWords = new Uint32Array(this.lastValues.buffer);
    this.#baseTimes = grownFloats(this.#baseTimes, size, 0);
    this.#slots = grownWords(this.#slots, size);
    this.#counts = grownWords(this.#counts, size);
    this.#targets = grownWords(this.#targets, size);
  }

  /** Makes a chunk the last sealed one, in the place of the open one. */
  #publish(ref: number, place: ChunkPlace): void {
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref);
    beginChange(records, at);
    records[at + recordField.sealedPage] = place.page;
    records[at + recordField.sealedOffset] = place.offset;
    records[at + recordField.count] = 0;
    endChange(records, at);
  }

  #takeSlot(): number {
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    const slot = this.#slotCount++;
    if (this.#memory.open.length < pageCountFor('open', this.#slotCount)) this.#publisher.allocate('open');
    return slot;
  }
}

/** Start of the window of time that an instant lies in. */
export function windowStart(timestampMs: number, windowMs: number): number {
  return Math.floor(timestampMs / windowMs) * windowMs;
}

function grownFloats(array: Float64Array, size: number, filling: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size);
  // Bits of stale marks must survive: memory is copied, not numbers.
  new Uint8Array(larger.buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  if (filling !== 0) larger.fill(filling, array.length);
  return larger;
}

function grownWords(array: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}
