import {
  controlField,
  type HeadMemory,
  keyAt,
  keyPageWords,
  pageCountFor,
  recordAt,
  recordField,
} from './head-memory.ts';
import type { PagePublisher } from './page-publisher.ts';
import type { KeyRun } from './series-key.ts';

/** Finds series by the bytes of their labels, and gives numbers (refs) to new ones, in ascending order. */
export class SeriesTable {
  readonly #publisher: PagePublisher;
  readonly #memory: HeadMemory;
  readonly #seed: number;
  /** Refs plus one at their hash or behind it; 0 where nothing is. */
  #slots = new Int32Array(1024);
  #hashes = new Int32Array(512);
  #keyWords = new Int32Array(512);
  #keyBytes = new Int32Array(512);
  /** The series that came behind a series last time: senders keep their order, which saves the hash. */
  #followers = new Int32Array(512).fill(-1);
  #previous = -1;
  #count = 0;
  #live = 0;
  #nextKeyWord = 0;
  #keyPages = 0;

  /** @param seed - any number that senders do not know, so that they cannot choose labels whose hashes collide. */
  constructor(publisher: PagePublisher, seed: number) {
    this.#publisher = publisher;
    this.#memory = publisher.memory;
    this.#seed = seed | 0;
  }

  /** Refs that were given out. */
  get count(): number {
    return this.#count;
  }

  /** Series that are not dead. */
  get live(): number {
    return this.#live;
  }

  /** @returns the ref, or -1 when there is no such series. */
  find(key: KeyRun): number {
    const previous = this.#previous;
    if (previous >= 0) {
      const follower = this.#followers[previous] ?? -1;
      if (follower >= 0 && this.#isKeyOf(follower, key)) {
        this.#previous = follower;
        return follower;
      }
    }
    const ref = this.#search(key, hashOf(key, this.#seed));
    if (ref >= 0) {
      if (previous >= 0) this.#followers[previous] = ref;
      this.#previous = ref;
    }
    return ref;
  }

  /** Adds a series that is not there yet. @returns its ref. */
  insert(key: KeyRun): number {
    const ref = this.#count;
    this.#reserve(ref + 1);
    const hash = hashOf(key, this.#seed);
    this.#hashes[ref] = hash;
    this.#followers[ref] = -1;
    this.#storeKey(ref, key);
    this.#place(ref, hash);
    this.#count = ref + 1;
    this.#live++;
    Atomics.store(this.#memory.control, controlField.seriesCount, this.#count);
    return ref;
  }

  /** Takes a series out; its labels make a new one when they come again. */
  kill(ref: number): void {
    Atomics.store(this.#memory.recordsOf(ref), recordAt(ref) + recordField.isDead, 1);
    this.#live--;
  }

  /** Rebuilds the lookup once series were killed. */
  forgetDead(): void {
    this.#previous = -1;
    this.#followers.fill(-1);
    this.#slots.fill(0);
    for (let ref = 0; ref < this.#count; ref++) {
      if (!this.isDead(ref)) this.#place(ref, this.#hashes[ref] ?? 0);
    }
  }

  isDead(ref: number): boolean {
    return this.#memory.recordsOf(ref)[recordAt(ref) + recordField.isDead] !== 0;
  }

  /** The bytes of the labels of a series. */
  keyOf(ref: number): Uint8Array {
    const word = this.#keyWords[ref] ?? 0;
    const start = keyAt(word) * 4;
    return this.#memory.keyBytesAt(word).subarray(start, start + (this.#keyBytes[ref] ?? 0));
  }

  #search(key: KeyRun, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const ref = (slots[at] ?? 0) - 1;
      if (ref < 0) return -1;
      if (this.#hashes[ref] === hash && this.#isKeyOf(ref, key)) return ref;
    }
  }

  #isKeyOf(ref: number, key: KeyRun): boolean {
    const length = key.end - key.start;
    if (this.#keyBytes[ref] !== length) return false;
    const word = this.#keyWords[ref] ?? 0;
    const words = this.#memory.keyWordsAt(word);
    const { view, start } = key;
    const whole = length >>> 2;
    // Labels of one metric begin alike and differ behind, so the end is looked at first.
    let at = keyAt(word) + whole - 1;
    for (let from = start + (whole - 1) * 4; from >= start; from -= 4, at--) {
      if (words[at] !== view.getInt32(from, true)) return false;
    }
    const rest = length & 3;
    if (rest === 0) return true;
    const mask = (1 << (rest * 8)) - 1;
    return ((words[keyAt(word) + whole] ?? 0) & mask) === lastBytes(key, rest);
  }

  #storeKey(ref: number, key: KeyRun): void {
    const length = key.end - key.start;
    const words = (length + 3) >>> 2;
    let word = this.#nextKeyWord;
    if (this.#keyPages === 0 || keyAt(word) + words > keyPageWords || keyAt(word) === 0) {
      word = this.#publisher.allocate('keys') * keyPageWords;
      this.#keyPages++;
    }
    this.#nextKeyWord = word + words;
    this.#memory.keyBytesAt(word).set(key.bytes.subarray(key.start, key.end), keyAt(word) * 4);
    this.#keyWords[ref] = word;
    this.#keyBytes[ref] = length;
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref);
    records[at + recordField.keyWord] = word;
    records[at + recordField.keyBytes] = length;
  }

  #place(ref: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let at = hash & mask;
    while (this.#slots[at] !== 0) at = (at + 1) & mask;
    this.#slots[at] = ref + 1;
  }

  #reserve(count: number): void {
    while (this.#memory.records.length < pageCountFor('series', count)) this.#publisher.allocate('series');
    if (count <= this.#hashes.length) return;
    const size = this.#hashes.length * 2;
    this.#hashes = grown(this.#hashes, size, 0);
    this.#keyWords = grown(this.#keyWords, size, 0);
    this.#keyBytes = grown(this.#keyBytes, size, 0);
    this.#followers = grown(this.#followers, size, -1);
    this.#slots = new Int32Array(size * 2);
    this.forgetDead();
  }
}

function hashOf(key: KeyRun, seed: number): number {
  const { view, start, end } = key;
  let one = seed;
  let two = ~seed ^ (end - start);
  let at = start;
  for (; at + 8 <= end; at += 8) {
    one = Math.imul(one ^ view.getInt32(at, true), 0x9e3779b1);
    two = Math.imul(two ^ view.getInt32(at + 4, true), 0x85ebca6b);
    one ^= one >>> 15;
    two ^= two >>> 13;
  }
  for (; at < end; at++) one = Math.imul(one ^ view.getUint8(at), 0xc2b2ae35) ^ (one >>> 13);
  let hash = Math.imul(one ^ (two >>> 16), 0x27d4eb2f) ^ two;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function lastBytes(key: KeyRun, count: number): number {
  let value = 0;
  for (let i = count; i > 0; i--) value = (value << 8) | (key.bytes[key.end - count + i - 1] ?? 0);
  return value;
}

function grown(array: Int32Array, size: number, filling: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(array);
  if (filling !== 0) larger.fill(filling, array.length);
  return larger;
}
