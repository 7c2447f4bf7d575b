import * as files from 'node:fs';
import type { ExportRequestHeaders } from '@plinth/otlp-metrics';
import { FloatHistogram, finestSchema, Labels, type MetricType } from '@plinth/prometheus-model';
import {
  decodeWriteRequest,
  decodeWriteRequestV2,
  labelsOfRanges,
  type RemoteWriteVersion,
  rangeText,
  SnappyBlocks,
  SnappyError,
  sortLabelRanges,
  WireError,
  type WriteRequestVisitor,
} from '@plinth/remote-write';
import {
  type CommitResult,
  Database,
  type DatabaseBounds,
  type DatabaseOptions,
  type DatabaseShare,
  type LogShare,
} from '@plinth/tsdb';
import { writeBytesMax } from '../limits.ts';
import { OtlpWriter } from '../otlp/otlp-writer.ts';
import type { ApiReply, HeadTimes } from '../prometheus/api-exchange.ts';
import type { ExemplarQuestion } from '../prometheus/exemplars.ts';
import type { MetricMetadata } from '../prometheus/metrics-reader.ts';
import { exemplarsJson } from '../prometheus/result-json.ts';
import { Refusal } from '../refusal-error.ts';
import { type MatcherParts, matchersOfParts } from './matcher-parts.ts';
import type { WriteOutcome, WrittenSample } from './sample-batch.ts';
import { Unreadable } from './unreadable.ts';

/** How a database is opened. */
export interface OpenDatabase {
  readonly directory: string;
  /** Any number that senders do not know. */
  readonly hashSeed: number;
  readonly bounds: DatabaseBounds;
}

/** What was found when a database was opened. */
export interface OpenReport {
  readonly series: number;
  /** What was damaged, in words for people. */
  readonly damage: readonly string[];
}

/** Metrics of which something is known: more than any installation has names. */
const metadataMax = 50_000;

/** One database and the ways to write to it. Belongs to the thread that writes. */
export class MetricsWriter {
  readonly #database: Database;
  readonly #metadata = new Map<string, MetricMetadata>();
  /** Made for the first request, since few virtual clusters have one. */
  #otlp: OtlpWriter | undefined;
  readonly #snappy = new SnappyBlocks(writeBytesMax);

  private constructor(database: Database) {
    this.#database = database;
  }

  static async open(
    options: OpenDatabase,
    { keepBlocks, onCorrupt }: Pick<DatabaseOptions, 'keepBlocks' | 'onCorrupt'>,
  ): Promise<MetricsWriter> {
    const { directory, hashSeed, bounds } = options;
    const database = await Database.open(directory, {
      files,
      hashSeed,
      keepBlocks,
      onCorrupt,
    });
    database.bound(bounds);
    return new MetricsWriter(database);
  }

  get report(): OpenReport {
    const { replayed } = this.#database;
    return {
      series: this.#database.reader.cardinality(0).seriesCount,
      damage: replayed.damage.map((one) => JSON.stringify(one)),
    };
  }

  /** Undefined while the head is empty. */
  get headTimes(): HeadTimes | undefined {
    const { minTimeMs: minTime, maxTimeMs: maxTime } = this.#database.stats;
    return minTime <= maxTime ? { minTime, maxTime } : undefined;
  }

  share(): DatabaseShare {
    return this.#database.share();
  }

  /** Lets somebody follow the log; see `Database.follow`. */
  follow(id: string, bytesMax: number): LogShare {
    return this.#database.follow(id, bytesMax);
  }

  unfollow(id: string): Promise<void> {
    return this.#database.unfollow(id);
  }

  get followers(): readonly string[] {
    return this.#database.followers;
  }

  /** A request of remote write, as it came. @throws Refusal 400 and 413 */
  async remoteWrite(body: Uint8Array, version: RemoteWriteVersion, nowMs: number): Promise<WriteOutcome> {
    const visitor = new RemoteWriteVisitor(this.#database, (name, known) => this.#learn(name, known));
    try {
      const bytes = this.#snappy.decompress(body);
      (version === '2.0' ? decodeWriteRequestV2 : decodeWriteRequest)(bytes, visitor);
    } catch (error) {
      this.#database.rollback();
      if (error instanceof SnappyError)
        throw new Refusal(error.code === 'too_large' ? 413 : 400, error.message);
      if (error instanceof WireError) throw new Refusal(400, error.message);
      throw error;
    }
    return this.#outcome(await this.#database.commit(nowMs), visitor.unreadable);
  }

  /** What Plinth itself writes. */
  async append(samples: readonly WrittenSample[], nowMs: number): Promise<WriteOutcome> {
    const encoder = new LabelEncoder();
    for (const { labels, timestampMs, value, exemplars = [] } of samples) {
      const ref = encoder.refOf(this.#database, labels);
      if (value === 'stale') this.#database.appendStale(ref, timestampMs);
      else if (typeof value === 'number') this.#database.append(ref, timestampMs, value);
      else this.#database.appendHistogram(ref, timestampMs, new FloatHistogram(value));
      for (const exemplar of exemplars) {
        this.#database.appendExemplar(ref, { ...exemplar, labels: Labels.fromSorted(exemplar.labels) });
      }
    }
    return this.#outcome(await this.#database.commit(nowMs), new Unreadable());
  }

  /** A request of OTLP, as it came. @throws Refusal 400, 413 and 415 */
  async otlpWrite(body: Uint8Array, headers: ExportRequestHeaders, nowMs: number): Promise<WriteOutcome> {
    this.#otlp ??= new OtlpWriter(this.#database, (name, known) => this.#learn(name, known), nowMs);
    const unreadable = this.#otlp.add(body, headers);
    return this.#outcome(await this.#database.commit(nowMs), unreadable);
  }

  #outcome({ samples, histograms, exemplars, refusals }: CommitResult, unreadable: Unreadable): WriteOutcome {
    const texts = refusals.map(({ text, count, series, timestampMs }) => {
      const at = timestampMs === undefined ? '' : ` at ${timestampMs}`;
      return `${text} (${count})${series === undefined ? '' : `: first ${series}${at}`}`;
    });
    const refused = Object.fromEntries(refusals.map(({ reason, count }) => [reason, count]));
    return {
      samples,
      histograms,
      exemplars,
      refusals: [...texts, ...unreadable.reasons],
      refused: unreadable.count > 0 ? { ...refused, unreadable: unreadable.count } : refused,
      series: this.#database.head.table.live,
    };
  }

  /** What is known about a metric; what came last counts. */
  learn(known: readonly (readonly [name: string, metadata: MetricMetadata])[]): void {
    for (const [name, metadata] of known) this.#learn(name, metadata);
  }

  metadata(): readonly (readonly [name: string, metadata: MetricMetadata])[] {
    return [...this.#metadata];
  }

  #learn(name: string, metadata: MetricMetadata): void {
    if (name === '' || (this.#metadata.size >= metadataMax && !this.#metadata.has(name))) return;
    this.#metadata.set(name, metadata);
  }

  exemplars({ sets, startMs, endMs }: ExemplarQuestion): ApiReply {
    const data = exemplarsJson(this.#database.exemplars.select(sets.map(matchersOfParts), startMs, endMs));
    return { status: 200, body: `{"status":"success","data":${data}}` };
  }

  /** @param sets - lists of matchers: name, operator, value */
  async deleteSeries(
    sets: readonly (readonly MatcherParts[])[],
    startMs: number,
    endMs: number,
  ): Promise<void> {
    for (const set of sets) {
      await this.#database.deleteSeries(matchersOfParts(set), startMs, endMs);
    }
  }

  /** Brings old samples to blocks; to be called every minute or so. */
  tick(nowMs: number, bounds: DatabaseBounds): Promise<void> {
    this.#database.bound(bounds);
    this.#otlp?.expire(nowMs);
    return this.#database.tick(nowMs);
  }

  snapshot(target: string, skipsHead: boolean): Promise<void> {
    return this.#database.snapshot(target, skipsHead);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** Takes a request of remote write to the database, without making strings of labels. */
class RemoteWriteVisitor implements WriteRequestVisitor {
  readonly unreadable = new Unreadable();
  readonly #database: Database;
  readonly #learn: (name: string, metadata: MetricMetadata) => void;
  #ref = 0;
  /** Of the last sample. */
  #timestampMs = 0;

  constructor(database: Database, learn: (name: string, metadata: MetricMetadata) => void) {
    this.#database = database;
    this.#learn = learn;
  }

  series(bytes: Uint8Array, labelRanges: Int32Array, labelCount: number): boolean {
    const count = sortLabelRanges(bytes, labelRanges, labelCount);
    this.#ref = this.#database.refOf(bytes, labelRanges, count);
    return true;
  }

  sample(timestampMs: number, value: number, isStale: boolean): void {
    this.#timestampMs = timestampMs;
    if (isStale) this.#database.appendStale(this.#ref, timestampMs);
    else this.#database.append(this.#ref, timestampMs, value);
  }

  histogram(timestampMs: number, histogram: FloatHistogram, isStale: boolean): void {
    this.#timestampMs = timestampMs;
    if (isStale) {
      this.#database.appendStale(this.#ref, timestampMs);
      return;
    }
    const problem = histogram.validate();
    if (problem !== undefined) this.refused(`invalid histogram: ${problem}`);
    else this.#database.appendHistogram(this.#ref, timestampMs, taken(histogram));
  }

  exemplar(bytes: Uint8Array, ranges: Int32Array, count: number, value: number, timestampMs: number): void {
    const labels = labelsOfRanges(bytes, ranges, count);
    // Without a time of its own it is of the sample before it.
    this.#database.appendExemplar(this.#ref, {
      labels,
      value,
      timestampMs: timestampMs || this.#timestampMs,
    });
  }

  metadata(bytes: Uint8Array, type: MetricType, ranges: Int32Array): void {
    const text = (at: number): string => rangeText(bytes, ranges[at] ?? 0, ranges[at + 1] ?? 0);
    this.#learn(text(0), { type, help: text(2), unit: text(4) });
  }

  refused(reason: string): void {
    this.unreadable.add(1, reason);
  }
}

/**
 * A histogram as it is stored: in a resolution that PromQL knows. What a sender says of resets is not believed; queries see
 * them by themselves.
 */
function taken(histogram: FloatHistogram): FloatHistogram {
  const { schema, counterResetHint } = histogram.fields;
  const known = schema > finestSchema ? histogram.reduceResolution(finestSchema) : histogram;
  return counterResetHint === 'gauge' ? known : known.withCounterResetHint('unknown');
}

/** Writes labels that are strings the way the database finds series: as bytes and where they stand. */
class LabelEncoder {
  #bytes = new Uint8Array(4_096);
  #ranges = new Int32Array(64);
  readonly #encoder = new TextEncoder();

  /** @param labels - name, value, ... in order of names */
  refOf(database: Database, labels: readonly string[]): number {
    // A UTF-16 unit becomes at most three bytes.
    const room = 3 * labels.reduce((sum, one) => sum + one.length, 0);
    if (this.#bytes.length < room) this.#bytes = new Uint8Array(2 * room);
    if (this.#ranges.length < 2 * labels.length) this.#ranges = new Int32Array(4 * labels.length);
    let at = 0;
    for (const [i, text] of labels.entries()) {
      this.#ranges[2 * i] = at;
      at += this.#encoder.encodeInto(text, this.#bytes.subarray(at)).written;
      this.#ranges[2 * i + 1] = at;
    }
    return database.refOf(this.#bytes, this.#ranges, labels.length / 2);
  }
}
