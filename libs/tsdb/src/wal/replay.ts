import { SampleBuffer } from '@plinth/prometheus-model';
import { decodeChunk } from '../chunk/chunk.ts';
import type { Directory } from '../directory.ts';
import type { ExemplarRing } from '../exemplars/exemplar-ring.ts';
import { chunkUse } from '../head/chunk-use.ts';
import type { DeletedInterval } from '../head/deletions.ts';
import { floatTimes } from '../head/float-times.ts';
import type { Head } from '../head/head.ts';
import { WriteBatch } from '../head/write-batch.ts';
import { readExemplars } from './exemplar-record.ts';
import { segmentOfSnapshot, snapshotName } from './head-snapshot.ts';
import { firstSegmentKept } from './log-cursor.ts';
import { type LogDamage, type LogRecord, readRecords, recordType } from './record.ts';

/** Where a log or snapshot was damaged. */
export interface DamageReport extends LogDamage {
  readonly file: string;
  /** Segments behind the damage, which were not read. */
  readonly lostSegments: readonly string[];
}

/** What was found when a head was read back. */
export interface ReplayReport {
  /** Number of the first segment that may be written. */
  readonly nextSegment: number;
  /** Series and samples that came from the log. */
  readonly samples: number;
  readonly deleted: readonly DeletedInterval[];
  readonly damage: readonly DamageReport[];
  /** Whether what was read should be replaced by a snapshot: a log was read, or series have other refs now. */
  readonly isOutdated: boolean;
}

/** Reads the newest snapshot and the log behind it into an empty head. */
export function replay(directory: Directory, head: Head, exemplars: ExemplarRing): ReplayReport {
  const names = directory.list();
  const snapshots = names.filter((name) => segmentOfSnapshot(name) !== undefined);
  const damage: DamageReport[] = [];
  const reader = new HeadLoader(head, exemplars);
  let first = 0;
  const newest = snapshots.at(-1);
  if (newest !== undefined) {
    first = segmentOfSnapshot(newest) ?? 0;
    const found = reader.load(directory, newest);
    const reason = found?.reason ?? (reader.isComplete ? undefined : 'ends too early');
    if (reason !== undefined) {
      const { kind, offset } = found ?? { kind: 'corrupt', offset: 0 };
      damage.push({ file: newest, kind, offset, reason, lostSegments: [] });
    }
  }
  const segments = names.filter((name) => /^\d{8}$/.test(name));
  const wanted = segments.filter((name) => Number(name) >= first);
  for (const [i, name] of wanted.entries()) {
    const found = reader.load(directory, name);
    if (!found) continue;
    const lostSegments = wanted.slice(i + 1);
    const kind = lostSegments.length > 0 ? 'corrupt' : found.kind;
    damage.push({ ...found, kind, file: name, lostSegments });
    break;
  }
  const isOutdated = wanted.length > 0 || damage.length > 0 || reader.isRenumbered;
  const last = segments.at(-1);
  const nextSegment = Math.max(first, last === undefined ? 0 : Number(last) + 1);
  return { nextSegment, samples: reader.samples, deleted: reader.deleted, damage, isOutdated };
}

/** Gives what cannot be read another name, so that it is neither read nor deleted. */
export function setAside(directory: Directory, damage: readonly DamageReport[]): void {
  for (const { kind, file, lostSegments } of damage) {
    if (kind === 'torn') continue;
    for (const name of [file, ...lostSegments]) directory.rename(name, lostName(name));
  }
}

/** What a file is called that was set aside. */
export function lostName(name: string): string {
  return `lost-${name}`;
}

/** Deletes snapshots and segments that a newer snapshot stands for, but those that a cursor has not got past. */
export function removeBefore(directory: Directory, segment: number): void {
  const first = firstSegmentKept(directory, segment);
  for (const name of directory.list()) {
    const isOldSegment = /^\d{8}$/.test(name) && Number(name) < first;
    const isOldSnapshot = (segmentOfSnapshot(name) ?? segment) < first;
    if (isOldSegment || isOldSnapshot || name.startsWith(`tmp-${snapshotName(0).slice(0, 5)}`))
      directory.remove(name);
  }
}

class HeadLoader {
  samples = 0;
  isComplete = false;
  /** Whether a series has another ref than in the file. */
  isRenumbered = false;
  readonly deleted: DeletedInterval[] = [];
  readonly #head: Head;
  readonly #exemplars: ExemplarRing;
  readonly #batch = new WriteBatch();
  readonly #buffer = new SampleBuffer();
  /** Refs of the file to refs of the head, plus one. */
  #refs = new Int32Array(1024);
  #isSnapshot = false;

  constructor(head: Head, exemplars: ExemplarRing) {
    this.#head = head;
    this.#exemplars = exemplars;
  }

  load(directory: Directory, name: string): LogDamage | undefined {
    this.#isSnapshot = segmentOfSnapshot(name) !== undefined;
    const bytes = directory.read(name);
    if (!bytes) return { kind: 'corrupt', offset: 0, reason: 'is missing' };
    return readRecords(bytes, (record) => this.#take(record));
  }

  #take(record: LogRecord): void {
    switch (record.type) {
      case recordType.series:
        this.#takeSeries(record);
        break;
      case recordType.samples:
        this.#takeSamples(record);
        break;
      case recordType.chunks:
        this.#takeChunks(record);
        break;
      case recordType.tombstones:
        this.#takeDeleted(record);
        break;
      case recordType.states:
        this.#takeStates(record);
        break;
      case recordType.exemplars:
        readExemplars(record, (ref, exemplar) => this.#exemplars.add(this.#refOf(ref), exemplar));
        break;
      case recordType.bounds:
        this.#head.minValidTime = Math.max(this.#head.minValidTime, record.floats[record.start >>> 3] ?? 0);
        this.#head.maxTime = record.floats[(record.start >>> 3) + 1] ?? 0;
        break;
      case recordType.end:
        this.isComplete = true;
        break;
      default:
        throw new Error(`read a log: record of type ${record.type}, which this version does not know`);
    }
  }

  #takeSeries({ bytes, words, count, start }: LogRecord): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    for (let i = 0; i < count; i++) {
      const ref = words[at >>> 2] ?? 0;
      const length = words[(at >>> 2) + 1] ?? 0;
      const key = { bytes, view, start: at + 8, end: at + 8 + length };
      const known = this.#head.table.find(key);
      if (ref >= this.#refs.length) {
        const larger = new Int32Array(Math.max(ref + 1, this.#refs.length * 2));
        larger.set(this.#refs);
        this.#refs = larger;
      }
      const own = known >= 0 ? known : this.#head.addSeries(key);
      this.#refs[ref] = own + 1;
      this.isRenumbered ||= own !== ref;
      at += (8 + length + 7) & ~7;
    }
  }

  #refOf(ref: number): number {
    const known = (this.#refs[ref] ?? 0) - 1;
    if (known < 0) throw new Error(`read a log: samples of series ${ref}, which no record introduces`);
    return known;
  }

  #takeSamples({ bytes, words, floats, count, start }: LogRecord): void {
    const batch = this.#batch;
    batch.clear();
    batch.reserve(count);
    batch.count = count;
    const time = floats[start >>> 3] ?? 0;
    const refsAt = (start + 8) >>> 2;
    for (let i = 0; i < count; i++) batch.refs[i] = this.#refOf(words[refsAt + i] ?? 0);
    let at = start + 8 + ((count * 4 + 7) & ~7);
    if (Number.isNaN(time)) {
      batch.timestamps.set(floats.subarray(at >>> 3, (at >>> 3) + count));
      at += count * 8;
    } else {
      batch.timestamps.fill(time, 0, count);
    }
    // As words: the bits of stale marks must survive.
    batch.valueWords.set(new Uint32Array(bytes.buffer, at, count * 2));
    this.samples += count;
    this.#head.replay(batch);
  }

  #takeChunks({ bytes, words, floats, count, start }: LogRecord): void {
    let at = start;
    for (let i = 0; i < count; i++) {
      const ref = this.#refOf(words[at >>> 2] ?? 0);
      const use = words[(at >>> 2) + 1] ?? 0;
      const length = words[(at >>> 2) + 2] ?? 0;
      const header = {
        count: words[(at >>> 2) + 3] ?? 0,
        minMs: floats[(at >>> 3) + 2] ?? 0,
        maxMs: floats[(at >>> 3) + 3] ?? 0,
      };
      const from = at + 32;
      at = (from + length + 7) & ~7;
      this.samples += header.count;
      if (this.#isSnapshot && use !== chunkUse.open) {
        this.#head.restore(ref, use, header, bytes.subarray(from, from + length));
        continue;
      }
      const buffer = this.#buffer;
      buffer.clear();
      decodeChunk(bytes, from, buffer, -Infinity, Infinity);
      this.#replayBuffer(ref, buffer);
    }
  }

  #replayBuffer(ref: number, buffer: SampleBuffer): void {
    const batch = this.#batch;
    batch.clear();
    for (const { timestampMs, at } of floatTimes(buffer)) {
      if (at < 0) batch.addStale(ref, timestampMs);
      else batch.add(ref, timestampMs, buffer.values[at] ?? 0);
    }
    for (const [i, histogram] of buffer.histograms.entries()) {
      batch.addHistogram(ref, buffer.histogramTimestamps[i] ?? 0, histogram);
    }
    this.#head.replay(batch);
  }

  #takeDeleted({ words, floats, count, start }: LogRecord): void {
    for (let i = 0; i < count; i++) {
      const at = start + i * 24;
      this.deleted.push({
        ref: this.#refOf(words[at >>> 2] ?? 0),
        startMs: floats[(at >>> 3) + 1] ?? 0,
        endMs: floats[(at >>> 3) + 2] ?? 0,
      });
    }
  }

  #takeStates({ words, floats, count, start }: LogRecord): void {
    for (let i = 0; i < count; i++) {
      const at = start + i * 24;
      this.#head.restoreState(
        this.#refOf(words[at >>> 2] ?? 0),
        words[(at >>> 2) + 1] === 1,
        floats[(at >>> 3) + 1] ?? 0,
        words[(at >>> 2) + 4] ?? 0,
        words[(at >>> 2) + 5] ?? 0,
      );
    }
  }
}
