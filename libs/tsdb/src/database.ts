import type { FloatHistogram, Labels, Matcher } from '@plinth/prometheus-model';
import { BlockSet } from './block/block-set.ts';
import { mergedMsMax } from './block/compaction-plan.ts';
import { syncDirectory } from './block/file-system.ts';
import { type BlockKeeper, LocalBlockKeeper } from './block-keeper.ts';
import { type CommitResult, RefusalList } from './commit-result.ts';
import type { DatabaseBounds, DatabaseOptions } from './database-options.ts';
import { DatabaseReader } from './database-reader.ts';
import type { DatabaseChange, DatabaseShare, ThreadPort } from './database-share.ts';
import { Directory, type LogFileSystem } from './directory.ts';
import { compareExemplars, type Exemplar } from './exemplars/exemplar.ts';
import { type ExemplarOfSeries, ExemplarRing } from './exemplars/exemplar-ring.ts';
import { Deletions } from './head/deletions.ts';
import { Head } from './head/head.ts';
import { LabelEncoder } from './head/label-encoder.ts';
import { checkLimits, defaultHeadLimits, type HeadLimits } from './head/limits.ts';
import { windowStart } from './head/open-chunks.ts';
import { PagePublisher } from './head/page-publisher.ts';
import { RefusalCounts, refusalReason } from './head/refusal.ts';
import { labelsOfKey } from './head/series-key.ts';
import { WriteBatch } from './head/write-batch.ts';
import { type BesideHead, segmentOfSnapshot, writeHeadSnapshot } from './wal/head-snapshot.ts';
import { listCursors, readCursor, removeCursor, writeCursor } from './wal/log-cursor.ts';
import type { LogPosition } from './wal/log-position.ts';
import { type ReplayReport, removeBefore, replay, setAside } from './wal/replay.ts';
import { WriteAheadLog } from './wal/write-ahead-log.ts';

/** Series without samples for so long give back the memory of their open chunk. */
const idleMs = 900_000;
const defaultQueryMsMax = 120_000;
/** Chunks that the thread that writes holds for its own few reads. */
const ownCacheBytes = 2 ** 20;

/** How a database is doing. */
export interface DatabaseStats {
  /** Series in the head. */
  readonly series: number;
  /** First and last instant in the head, in milliseconds; infinite where it is empty. */
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  /** Bytes and groups that were written to the log since the database was opened. */
  readonly logBytes: number;
  readonly logGroups: number;
  /** Samples that were refused since then, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** What somebody needs to follow the log, also in another thread; see `LogFollower`. */
export interface LogShare {
  /** Of the database. */
  readonly directory: string;
  /** Memory of the `DurableEnd`. */
  readonly end: SharedArrayBuffer;
  /** Where the cursor is. */
  readonly position: LogPosition;
}

/** A database: of one thread, which writes. Others read through `share` and `attachDatabase`. */
export class Database {
  readonly head: Head;
  /** The newest exemplars, of all series. */
  readonly exemplars: ExemplarRing;
  readonly limits: HeadLimits;
  /** Refusals since the database was opened. */
  readonly refusalCounts: RefusalCounts = new RefusalCounts();
  /** What was found when the database was opened. */
  readonly replayed: ReplayReport;
  readonly #directory: Directory;
  readonly #logDirectory: Directory;
  readonly #publisher: PagePublisher;
  readonly #log: WriteAheadLog;
  readonly #deletions = new Deletions();
  readonly #ports = new Set<ThreadPort>();
  readonly #batch = new WriteBatch();
  readonly #refused = new RefusalList();
  readonly #labelEncoder = new LabelEncoder();
  readonly #options: DatabaseOptions;
  #newExemplars: ExemplarOfSeries[] = [];
  #retentionMs: number | undefined;
  #retentionBytes: number | undefined;
  readonly #files: LogFileSystem;
  readonly #blockPath: string;
  readonly #blocks: BlockKeeper;
  #ownReader: DatabaseReader | undefined;
  /** Samples before it are read from blocks. */
  #headStartMs = -Infinity;
  /** When a window went to a block whose memory is still held; Infinity when there is none. */
  #flushedAtMs = Infinity;
  #working: Promise<void> = Promise.resolve();

  private constructor(options: DatabaseOptions, path: string) {
    this.limits = { ...defaultHeadLimits, ...options.limits };
    checkLimits(this.limits);
    this.#options = options;
    this.#retentionMs = options.retentionMs;
    this.#retentionBytes = options.retentionBytes;
    this.#files = options.files;
    this.#blockPath = `${path}/blocks`;
    this.#directory = new Directory(options.files, path);
    this.#logDirectory = new Directory(options.files, `${path}/wal`);
    this.#publisher = new PagePublisher((change) => this.#announce(change));
    this.head = new Head(this.#publisher, this.limits, options.hashSeed, {
      // There is none yet while the old one is read back.
      seriesAdded: (ref, key) => this.#log?.addSeries(ref, key),
    });
    this.exemplars = new ExemplarRing(this.limits.exemplarsMax, (ref) =>
      labelsOfKey(this.head.table.keyOf(ref)),
    );
    this.replayed = replay(this.#logDirectory, this.head, this.exemplars);
    this.#deletions.add(this.replayed.deleted);
    this.#headStartMs = this.head.minValidTime;
    this.#log = new WriteAheadLog(this.#logDirectory, this.replayed.nextSegment);
    this.#blocks =
      options.keepBlocks?.(this.share()) ??
      new LocalBlockKeeper(options.files, this.#blockPath, () => this.reader, options.onCorrupt);
  }

  /**
   * Opens the database in a directory; it is made where it is missing. What a crash left behind is read back.
   * @throws RangeError for limits that cannot be; the file system's error. Damage of the log is no error but stands in `replayed`.
   */
  static async open(path: string, options: DatabaseOptions): Promise<Database> {
    const database = new Database(options, path);
    const { isOutdated, damage, nextSegment } = database.replayed;
    if (isOutdated) {
      setAside(database.#logDirectory, damage);
      await database.#replaceLog(nextSegment);
    }
    return database;
  }

  /**
   * The number of the series with these labels, which is made when it is new.
   * @param ranges - nameStart, nameEnd, valueStart, valueEnd, ... of each label in `bytes`; names ascending.
   * @param count - number of labels.
   * @returns what `append` takes; a negative number stands for a refusal, which `append` counts.
   */
  refOf(bytes: Uint8Array, ranges: Int32Array, count: number): number {
    return this.head.refOf(bytes, ranges, count);
  }

  /** As `refOf`, for labels that are texts. */
  refOfLabels(labels: Labels): number {
    const count = this.#labelEncoder.encode(labels);
    return this.head.refOf(this.#labelEncoder.bytes, this.#labelEncoder.ranges, count);
  }

  /** Adds a sample to the batch. @param timestampMs - milliseconds since the epoch. */
  append(ref: number, timestampMs: number, value: number): void {
    if (this.#isTaken(ref, timestampMs)) this.#batch.add(ref, timestampMs, value);
  }

  /** Adds a mark that the series ended. */
  appendStale(ref: number, timestampMs: number): void {
    if (this.#isTaken(ref, timestampMs)) this.#batch.addStale(ref, timestampMs);
  }

  /** Adds a histogram to the batch. */
  appendHistogram(ref: number, timestampMs: number, histogram: FloatHistogram): void {
    if (!this.#isTaken(ref, timestampMs)) return;
    if (isConsistent(histogram)) this.#batch.addHistogram(ref, timestampMs, histogram);
    else this.#refused.add('invalid_histogram', ref, timestampMs);
  }

  /** Adds an exemplar of a series to the batch. */
  appendExemplar(ref: number, exemplar: Exemplar): void {
    if (ref >= 0 && this.#newExemplars.length < this.limits.exemplarsMax) {
      this.#newExemplars.push({ ref, exemplar });
    }
  }

  /** Throws the batch away. Series that it made stay. */
  rollback(): void {
    this.#batch.clear();
    this.#newExemplars = [];
    this.#refused.take(() => '');
  }

  /**
   * Writes the batch. Its samples can be read at once.
   * @param nowMs - the time, which bounds how far in the future samples may lie.
   * @returns when all that was taken is durable.
   * @throws when the log cannot be written; the database takes nothing more then, until it is opened again.
   */
  async commit(nowMs: number): Promise<CommitResult> {
    if (this.#log.failure) {
      this.rollback();
      throw this.#log.failure;
    }
    const batch = this.#batch;
    const [samples, histograms] = [batch.count, batch.histograms.length];
    let refusedFloats = 0;
    let refusedHistograms = 0;
    this.head.apply(batch, nowMs, (reason, ref, timestampMs, isHistogram) => {
      if (isHistogram) refusedHistograms++;
      else refusedFloats++;
      this.#refused.add(reason, ref, timestampMs);
    });
    this.#log.addSamples(batch);
    batch.clear();
    const exemplars = this.#commitExemplars();
    const refusals = this.#refused.isEmpty ? [] : this.#refused.take((ref) => this.#nameOf(ref));
    for (const { reason, count } of refusals) this.refusalCounts.add(reason, count);
    await this.#log.flush();
    return {
      samples: samples - refusedFloats,
      histograms: histograms - refusedHistograms,
      exemplars,
      refusals,
    };
  }

  /** @returns how many are there now. */
  #commitExemplars(): number {
    if (this.#newExemplars.length === 0) return 0;
    let known = 0;
    const taken = this.#newExemplars.sort(byTime).filter(({ ref, exemplar }) => {
      const fate = this.exemplars.add(ref, exemplar);
      if (fate === 'known') known++;
      return fate === 'taken';
    });
    this.#newExemplars = [];
    this.#log.addExemplars(taken);
    return known + taken.length;
  }

  /** What another thread needs to read; see `attachDatabase`. Its port must be in the transfer list. */
  share(): DatabaseShare {
    const { port1, port2 } = new MessageChannel();
    this.#ports.add(port1);
    port1.on('close', () => this.#ports.delete(port1));
    return {
      directory: this.#directory.path,
      control: this.#publisher.control,
      pages: this.#publisher.pages,
      deleted: this.#deletions.intervals,
      headStartMs: this.#headStartMs,
      port: port2,
    };
  }

  /** Reads in the thread that writes. */
  get reader(): DatabaseReader {
    this.#ownReader ??= new DatabaseReader({
      memory: this.#publisher.memory,
      deletions: this.#deletions,
      catchUp: () => undefined,
      headStartMs: this.#headStartMs,
      close: () => undefined,
      blocks: new BlockSet(this.#files, this.#blockPath, {
        cacheBytes: ownCacheBytes,
        onCorrupt: this.#options.onCorrupt,
      }),
    });
    return this.#ownReader;
  }

  /** Changes what may be held. Series beyond their number stay, and what is out of retention goes with the next tick. */
  bound({ seriesMax, retentionMs, retentionBytes, outOfOrderWindowMs, exemplarsMax }: DatabaseBounds): void {
    this.head.seriesMax = seriesMax ?? this.limits.seriesMax;
    this.head.outOfOrderWindowMs = outOfOrderWindowMs ?? this.limits.outOfOrderWindowMs;
    this.exemplars.max = exemplarsMax ?? this.limits.exemplarsMax;
    this.#retentionMs = retentionMs;
    this.#retentionBytes = retentionBytes;
  }

  /**
   * Moves what is old from the head to blocks, merges blocks and drops those out of retention. To be called every minute or so;
   * a call while another one is at work waits for its turn.
   * @param nowMs - the time, never before that of the call before.
   * @throws when files cannot be written; the next call tries again.
   */
  tick(nowMs: number): Promise<void> {
    return this.#alone(async () => {
      this.#dropFlushed(nowMs);
      this.head.releaseIdle(this.head.maxTime - idleMs);
      const { windowMs } = this.limits;
      const { outOfOrderWindowMs } = this.head;
      for (;;) {
        const startMs = windowStart(this.head.minTime, windowMs);
        if (!(this.head.maxTime - startMs > 1.5 * windowMs + outOfOrderWindowMs)) break;
        await this.#flush(startMs, startMs + windowMs, nowMs);
      }
      const options = {
        blockMs: windowMs,
        mergedMsMax: mergedMsMax(this.#retentionMs),
        retentionMs: this.#retentionMs,
        retentionBytes: this.#retentionBytes,
        ...(this.head.maxTime > -Infinity && { newestMs: this.head.maxTime }),
      };
      while (await this.#blocks.compact(options)) this.#announceBlocks();
      this.#trimLog();
    });
  }

  /**
   * Lets somebody follow the log: from now on nothing is deleted that lies behind the cursor, which `writeCursor` moves.
   * @param id - of the cursor; where it is known already, it stays where it is.
   * @param bytesMax - of the log that may wait for it. Its owner keeps to that; a cursor that is far beyond it is removed.
   * @returns what `LogFollower` takes.
   */
  follow(id: string, bytesMax: number): LogShare {
    const { files, path } = this.#logDirectory;
    const isKnown = listCursors(this.#logDirectory.list()).includes(id);
    const end = this.#log.durableEnd;
    // One that cannot be read begins with the oldest there is: rather twice than never.
    const position = isKnown
      ? (readCursor(files, path, id)?.position ?? { segment: 0, offset: 0 })
      : end.position;
    writeCursor(files, path, id, { position, bytesMax });
    return { directory: this.#directory.path, end: end.memory, position };
  }

  /** Forgets a cursor; what waited for it alone is deleted. */
  unfollow(id: string): Promise<void> {
    return this.#alone(async () => {
      removeCursor(this.#logDirectory.files, this.#logDirectory.path, id);
      this.#trimLog();
    });
  }

  /** Ids of the cursors that there are. */
  get followers(): readonly string[] {
    return listCursors(this.#logDirectory.list());
  }

  /**
   * Copies all that was acknowledged to a directory that does not exist; it can be opened as a database.
   * @param skipsHead - what is not yet in blocks is left out.
   */
  snapshot(target: string, skipsHead = false): Promise<void> {
    return this.#alone(async () => {
      const temporary = `${target}.tmp`;
      this.#files.rmSync(temporary, { recursive: true, force: true });
      this.#files.mkdirSync(temporary, { recursive: true });
      await this.#blocks.snapshot(`${temporary}/blocks`);
      const log = new Directory(this.#files, `${temporary}/wal`);
      if (!skipsHead) await writeHeadSnapshot(log, this.head, this.#besideHead, 0);
      syncDirectory(this.#files, temporary);
      this.#files.renameSync(temporary, target);
    });
  }

  /** Deletes the samples of the series that match, from one instant to another, both included. @returns when it is durable. */
  async deleteSeries(matchers: readonly Matcher[], startMs: number, endMs: number): Promise<void> {
    await this.#alone(async () => {
      const intervals = [...this.reader.refsOf(matchers)].map((ref) => {
        // What is written later is not deleted.
        return { ref, startMs, endMs: Math.min(endMs, this.head.open.lastTimes[ref] ?? endMs) };
      });
      if (intervals.length > 0) {
        this.#deletions.add(intervals);
        this.#log.addDeleted(intervals);
        this.#announce({ type: 'deleted', intervals });
        await this.#log.flush();
      }
      await this.#blocks.deleteSeries(matchers, startMs, endMs);
      this.#announceBlocks();
    });
  }

  /** Counters and sizes. */
  get stats(): DatabaseStats {
    const { head } = this;
    return {
      series: head.table.live,
      minTimeMs: head.minTime,
      maxTimeMs: head.maxTime,
      logBytes: this.#log.bytesWritten,
      logGroups: this.#log.groupsWritten,
      refusals: Object.fromEntries(this.refusalCounts.entries()),
    };
  }

  /** Writes a snapshot, so that the next start is quick. Nothing may be written any more. */
  async close(): Promise<void> {
    await this.#alone(async () => {
      if (!this.#log.failure) await this.#replaceLog(await this.#log.cut());
    });
    await this.#log.close();
    this.#blocks.close();
    this.#ownReader?.close();
    for (const port of this.#ports) port.close();
  }

  /** Puts a snapshot of the head in the place of all segments below one. */
  async #replaceLog(segment: number): Promise<void> {
    await writeHeadSnapshot(this.#logDirectory, this.head, this.#besideHead, segment);
    removeBefore(this.#logDirectory, segment);
  }

  /** Deletes what cursors have got past since the last snapshot. */
  #trimLog(): void {
    const snapshots = this.#logDirectory.list().flatMap((name) => segmentOfSnapshot(name) ?? []);
    const newest = snapshots.at(-1);
    if (newest !== undefined) removeBefore(this.#logDirectory, newest);
  }

  get #besideHead(): BesideHead {
    return { deleted: this.#deletions.intervals, exemplars: this.exemplars };
  }

  /** Makes a block of a window. Its samples stay in memory for queries that have begun. */
  async #flush(startMs: number, endMs: number, nowMs: number): Promise<void> {
    const { head } = this;
    head.beginFlush(endMs);
    await this.#blocks.flush(startMs, endMs);
    this.#headStartMs = endMs;
    head.minTime = Math.max(endMs, head.oldestFrom(endMs));
    this.#announceBlocks();
    await this.#replaceLog(await this.#log.cut());
    this.#flushedAtMs = nowMs;
  }

  /** Gives back the memory of what lies in blocks, once no query can need it. */
  #dropFlushed(nowMs: number): void {
    const { queryMsMax = defaultQueryMsMax } = this.#options;
    if (nowMs - this.#flushedAtMs < queryMsMax) return;
    this.#flushedAtMs = Infinity;
    this.head.dropBefore(this.#headStartMs);
    this.#deletions.keepFrom(this.#headStartMs);
    this.#ownReader?.forgetDead(this.#headStartMs);
  }

  #announceBlocks(): void {
    this.#announce({ type: 'blocks', headStartMs: this.#headStartMs });
    this.#ownReader?.takeBlocks(this.#headStartMs);
  }

  /** Runs what changes blocks or snapshots one after the other. */
  #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#working.then(work);
    // The caller is told of the failure; the next one begins anyway.
    this.#working = done.catch(() => undefined);
    return done;
  }

  #announce(change: DatabaseChange): void {
    for (const port of this.#ports) port.postMessage(change);
  }

  #isTaken(ref: number, timestampMs: number): boolean {
    if (ref < 0) this.#refused.add(refusalReason(ref), -1, timestampMs);
    else if (this.#batch.size < this.limits.batchSamplesMax) return true;
    else this.#refused.add('sample_limit', ref, timestampMs);
    return false;
  }

  #nameOf(ref: number): string {
    // Not from the reader: this thread has no index until it is needed.
    return labelsOfKey(this.head.table.keyOf(ref)).toString();
  }
}

/** Senders need not put exemplars in order; the ring takes them in order. */
function byTime({ exemplar: one }: ExemplarOfSeries, { exemplar: other }: ExemplarOfSeries): number {
  return compareExemplars(one, other);
}

/** Whether there are as many counts as the spans say. */
function isConsistent({ fields }: FloatHistogram): boolean {
  const length = (spans: FloatHistogram['fields']['positiveSpans']): number =>
    spans.reduce((sum, span) => sum + span.length, 0);
  return (
    fields.positiveBuckets.length === length(fields.positiveSpans) &&
    fields.negativeBuckets.length === length(fields.negativeSpans)
  );
}
