import { type Matcher, SampleBuffer, type SelectedSeries } from '@plinth/prometheus-model';
import type { BlockSet } from './block/block-set.ts';
import { DatabaseView } from './database-view.ts';
import type { Deletions } from './head/deletions.ts';
import type { HeadMemory } from './head/head-memory.ts';
import { HeadReader } from './head/head-reader.ts';
import { HeadReplica } from './head/head-replica.ts';
import type { NamedCount } from './index/label-index.ts';

/** What /api/v1/status/tsdb shows of the head. */
export interface CardinalityStats {
  readonly seriesCount: number;
  readonly labelPairCount: number;
  readonly seriesCountByMetricName: readonly NamedCount[];
  readonly labelValueCountByLabelName: readonly NamedCount[];
  readonly memoryInBytesByLabelName: readonly NamedCount[];
  readonly seriesCountByLabelValuePair: readonly NamedCount[];
}

/** What the parts of a database that a thread reads are. */
export interface ReaderParts {
  readonly memory: HeadMemory;
  readonly deletions: Deletions;
  /** Takes in what the writer announced since. */
  readonly catchUp: () => void;
  readonly headStartMs: number;
  /** Lets go of the writer. */
  readonly close: () => void;
  /** Absent where nothing but the head is read. */
  readonly blocks: BlockSet | undefined;
}

/** Reads a database. Belongs to one thread; see `attachDatabase`. */
export class DatabaseReader {
  readonly #parts: ReaderParts;
  readonly #replica: HeadReplica;
  readonly #samples: HeadReader;
  #headStartMs: number;
  /** Where the head begins once the blocks were read again; undefined when they are up to date. */
  #announcedStartMs: number | undefined;

  constructor(parts: ReaderParts) {
    const { memory, catchUp } = parts;
    this.#parts = parts;
    this.#headStartMs = parts.headStartMs;
    this.#replica = new HeadReplica(memory, catchUp);
    this.#samples = new HeadReader(memory, catchUp);
    this.#announcedStartMs = parts.headStartMs;
  }

  /** The database as it is now; all that was acknowledged before the call is in it. */
  view(): DatabaseView {
    this.#replica.update();
    if (this.#announcedStartMs !== undefined) {
      // When this fails the next query tries again: the head must not be cut before the blocks are there.
      this.#parts.blocks?.refresh();
      this.#headStartMs = this.#announcedStartMs;
      this.#announcedStartMs = undefined;
    }
    const pages = this.#parts.memory.sealed;
    const headStartMs = this.#headStartMs;
    return new DatabaseView(
      (matchers, startMs, endMs) => this.#selectFrom(pages, matchers, Math.max(startMs, headStartMs), endMs),
      this.#replica.index,
      this.#parts.blocks?.view(),
    );
  }

  /** The series of the head that match and may have samples in a range, also where blocks have them already. */
  selectHead(matchers: readonly Matcher[], startMs: number, endMs: number): readonly SelectedSeries[] {
    this.#replica.update();
    return this.#selectFrom(this.#parts.memory.sealed, matchers, startMs, endMs);
  }

  /** The series of the head that match. */
  refsOf(matchers: readonly Matcher[]): Uint32Array {
    this.#replica.update();
    return this.#replica.index.select(matchers);
  }

  /** Which labels make many series in the head. @param limit - rows of each list. */
  cardinality(limit: number): CardinalityStats {
    this.#replica.update();
    const { index } = this.#replica;
    return {
      seriesCount: index.size,
      labelPairCount: index.pairCount,
      seriesCountByMetricName: index.topValues('__name__', limit),
      labelValueCountByLabelName: index.topNames(limit),
      memoryInBytesByLabelName: index.topMemory(limit),
      seriesCountByLabelValuePair: index.topPairs(limit),
    };
  }

  /** Blocks changed; samples of the head before an instant are read from blocks from now on. */
  takeBlocks(headStartMs: number): void {
    this.#announcedStartMs = headStartMs;
  }

  /** Pages of the head were dropped, and with them series. @param startMs - nothing before it is left. */
  forgetDead(startMs: number): void {
    this.#parts.deletions.keepFrom(startMs);
    this.#replica.forgetDead();
  }

  /** Closes blocks and ports; nothing can be read any more. */
  close(): void {
    this.#parts.blocks?.close();
    this.#parts.close();
  }

  #selectFrom(
    pages: HeadMemory['sealed'],
    matchers: readonly Matcher[],
    startMs: number,
    endMs: number,
  ): readonly SelectedSeries[] {
    if (startMs > endMs) return [];
    const selected: SelectedSeries[] = [];
    const { deletions } = this.#parts;
    for (const ref of this.#replica.index.select(matchers)) {
      if (!this.#samples.mayHave(ref, pages, startMs, endMs)) continue;
      const read = (buffer: SampleBuffer): void =>
        deletions.read(ref, buffer, (all) => this.#samples.read(ref, pages, all, startMs, endMs));
      if (deletions.of(ref) && isEmpty(read)) continue;
      selected.push({ labels: this.#replica.labelsOf(ref), read });
    }
    return selected;
  }
}

function isEmpty(read: (buffer: SampleBuffer) => void): boolean {
  const buffer = new SampleBuffer();
  read(buffer);
  return buffer.count + buffer.staleAt.length + buffer.histograms.length === 0;
}
