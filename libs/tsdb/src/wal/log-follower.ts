import { type FileSystem, isMissing, readWhole } from '../block/file-system.ts';
import { segmentOfSnapshot, snapshotName } from './head-snapshot.ts';
import { bytesFrom } from './log-cursor.ts';
import type { DurableEnd, LogPosition } from './log-position.ts';
import { isVisited, type LogVisitor, visitHistograms, visitSamples, visitSeries } from './log-visitor.ts';
import { fileMagic, readRecords, recordType } from './record.ts';
import { RecordFile } from './record-file.ts';
import { lostName } from './replay.ts';
import { segmentName } from './write-ahead-log.ts';

/** What became of a step of a follower. */
export type FollowStep =
  /** A record was told of. */
  | 'record'
  /** All that is on disk was told of. */
  | 'end';

/**
 * Reads the log of a database from a position on, while another thread writes it, and never what is not yet on disk.
 *
 * Refs of series are good from one opening of the database to the next. Each opening that finds anything begins a segment
 * with a snapshot of its own, which has all series with their new refs; so a follower that comes to a segment with a
 * snapshot takes the series from there. One that begins in the middle of a segment takes them from the newest snapshot
 * at or below it, and from what lies between.
 */
export class LogFollower {
  /** Segments that are not there, or not whole: what they had besides is not known. */
  lostSegments = 0;
  readonly #files: FileSystem;
  readonly #path: string;
  readonly #end: DurableEnd;
  readonly #visitor: LogVisitor;
  #segment: number;
  #offset: number;
  #file: RecordFile | undefined;
  #name = '';
  /** Whether the refs of the visitor are those of the segment. */
  #hasSeries = false;

  /**
   * @param directory - of the database.
   * @param end - of the log, from the thread that writes.
   * @param position - where it begins: a place between records.
   */
  constructor(
    files: FileSystem,
    directory: string,
    { end, position }: { readonly end: DurableEnd; readonly position: LogPosition },
    visitor: LogVisitor,
  ) {
    this.#files = files;
    this.#path = `${directory}/wal`;
    this.#end = end;
    this.#visitor = visitor;
    this.#segment = position.segment;
    this.#offset = Math.max(position.offset, fileMagic.length);
  }

  /** What lies before it was told of. */
  get position(): LogPosition {
    return { segment: this.#segment, offset: this.#file?.offset ?? this.#offset };
  }

  /** Bytes of the log that were not told of. */
  bytesBehind(): number {
    return bytesFrom(this.#files, this.#path, this.#files.readdirSync(this.#path), this.position);
  }

  /** Tells of the next record. @throws the file system's error. */
  next(): FollowStep {
    for (;;) {
      const end = this.#end.position;
      const isFinal = this.#segment < end.segment;
      if (this.#segment > end.segment) {
        // The log is not the one that the position was for.
        this.#moveTo(end.segment, end.offset);
        continue;
      }
      if (!this.#open(isFinal)) {
        if (!isFinal) return 'end';
        this.lostSegments++;
        this.#next(end.segment);
        continue;
      }
      const file = this.#file;
      if (!file) return 'end';
      const limit = isFinal ? file.size : end.offset;
      const found = file.next(limit, isVisited);
      if (typeof found === 'object') {
        if (found.type === recordType.series) visitSeries(found, this.#visitor);
        else if (found.type === recordType.samples) visitSamples(found, this.#visitor);
        else visitHistograms(found, this.#visitor);
        return 'record';
      }
      if (found === 'skipped') continue;
      if (found === 'damaged') {
        if (!isFinal || !this.#isTorn()) this.lostSegments++;
        // What follows cannot be found: the end of a segment, or that of what is on disk, is the next place that can.
        file.offset = limit;
      }
      if (!isFinal) return 'end';
      this.#next(end.segment);
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** @returns false when there is no such file. */
  #open(isFinal: boolean): boolean {
    if (this.#file) return true;
    const name = segmentName(this.#segment);
    // A segment with damage is set aside when the database is opened, after what stands before the damage was read.
    const file = this.#tryOpen(name) ?? this.#tryOpen(lostName(name));
    if (!file) return false;
    this.#file = file;
    // All of it was told of: its series need not be read. So it is after each clean end.
    if (isFinal && this.#offset >= file.size && !this.#hasSeries) {
      file.offset = file.size;
      return true;
    }
    if (!this.#hasSeries) this.#loadSeries(file);
    file.offset = this.#offset;
    return true;
  }

  #tryOpen(name: string): RecordFile | undefined {
    try {
      const file = new RecordFile(this.#files, this.#pathOf(name));
      this.#name = name;
      return file;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Whether what cannot be read is a write that a crash cut off, which nobody was told is there. */
  #isTorn(): boolean {
    const damage = readRecords(readWhole(this.#files, this.#pathOf(this.#name)), () => {});
    return damage?.kind === 'torn';
  }

  /** Goes on with the next segment that is there. */
  #next(last: number): void {
    const names = this.#files.readdirSync(this.#path);
    const later = names.filter((name) => /^\d{8}$/.test(name) && Number(name) > this.#segment).map(Number);
    const following = Math.min(last, ...later);
    // After damage there is a gap in the numbers where segments were set aside.
    const missing = following - this.#segment - 1;
    if (missing > 0) {
      this.lostSegments += missing;
      this.#hasSeries = false;
    }
    const hasSnapshot = names.includes(snapshotName(following));
    const hadSeries = this.#hasSeries && !hasSnapshot;
    this.#moveTo(following, fileMagic.length);
    this.#hasSeries = hadSeries;
  }

  #moveTo(segment: number, offset: number): void {
    this.close();
    this.#segment = segment;
    this.#offset = Math.max(offset, fileMagic.length);
    this.#hasSeries = false;
  }

  /** Tells of the series that the segment knows before the place where it is read on. */
  #loadSeries(file: RecordFile): void {
    this.#visitor.forgetSeries();
    const names = this.#files.readdirSync(this.#path);
    const snapshots = names.flatMap((name) => segmentOfSnapshot(name) ?? []);
    const base = Math.max(...snapshots.filter((one) => one <= this.#segment), -1);
    if (base >= 0) this.#loadFrom(snapshotName(base));
    for (const name of names.filter((one) => /^\d{8}$/.test(one)).sort()) {
      if (Number(name) >= base && Number(name) < this.#segment) this.#loadFrom(name);
    }
    this.#loadUntil(file, this.#offset);
    this.#hasSeries = true;
  }

  #loadFrom(name: string): void {
    const file = new RecordFile(this.#files, this.#pathOf(name));
    try {
      this.#loadUntil(file, file.size);
    } finally {
      file.close();
    }
  }

  #loadUntil(file: RecordFile, limit: number): void {
    for (;;) {
      const found = file.next(limit, (type) => type === recordType.series);
      if (typeof found === 'object') visitSeries(found, this.#visitor);
      else if (found !== 'skipped') return;
    }
  }

  #pathOf(name: string): string {
    return `${this.#path}/${name}`;
  }
}
