import { type Labels, SampleBuffer, type SelectedSeries } from '@plinth/prometheus-model';
import { type BlockMeta, type BlockStats, encodeMeta, metaFile } from './block-meta.ts';
import { ChunkPageWriter } from './chunk-pages.ts';
import { type FileSystem, syncDirectory, temporaryPrefix, writeDurably } from './file-system.ts';
import { indexFile } from './index-sections.ts';
import { type ChunkRef, IndexWriter } from './index-writer.ts';
import { encodeSeries } from './series-chunks.ts';

/** How a block came to be. */
export interface BlockOrigin {
  readonly level: number;
  /** Names of the blocks that it stands for. */
  readonly sources: readonly string[];
}

/** A block that was written to its temporary directory: all but its name. */
export interface WrittenBlock {
  readonly directory: string;
  readonly meta: BlockMeta;
}

/**
 * Writes a block to a temporary directory, durably; `nameBlock` gives it its name.
 * @param source - series in order of their labels, once each; each is read once. Those without samples are left out.
 * @param parent - directory that the block will be in.
 * @returns undefined when there was no sample; then nothing is left behind.
 * @throws RangeError when series are not in order; the file system's error. What was written until then is litter.
 */
export function writeBlock(
  files: FileSystem,
  source: Iterable<SelectedSeries>,
  parent: string,
  origin: BlockOrigin = { level: 1, sources: [] },
): WrittenBlock | undefined {
  const directory = `${parent}/${temporaryPrefix}block`;
  files.rmSync(directory, { recursive: true, force: true });
  files.mkdirSync(directory, { recursive: true });
  const pages = new ChunkPageWriter(files, directory);
  const index = new IndexWriter();
  let tally: Tally;
  try {
    tally = writeSeries(source, pages, index);
    pages.finish();
  } finally {
    pages.close();
  }
  if (index.seriesCount === 0) {
    files.rmSync(directory, { recursive: true, force: true });
    return undefined;
  }
  const indexBytes = index.finish();
  writeDurably(files, `${directory}/${indexFile}`, indexBytes);
  const { minMs, maxMs, ...stats } = tally;
  const meta: BlockMeta = {
    minMs,
    maxMs,
    level: origin.level,
    sources: origin.sources,
    stats: { ...stats, series: index.seriesCount },
    indexBytes: indexBytes.length,
    chunkBytes: pages.position,
  };
  writeDurably(files, `${directory}/${metaFile}`, encodeMeta(meta));
  syncDirectory(files, directory);
  return { directory, meta };
}

/** Gives a written block its name, durably: from then on it is whole or, after a crash, not there. */
export function nameBlock(files: FileSystem, block: WrittenBlock, parent: string, name: string): void {
  files.renameSync(block.directory, `${parent}/${name}`);
  syncDirectory(files, parent);
}

type Tally = { -readonly [Field in Exclude<keyof BlockStats, 'series'>]: number } & {
  minMs: number;
  maxMs: number;
};

function writeSeries(source: Iterable<SelectedSeries>, pages: ChunkPageWriter, index: IndexWriter): Tally {
  const tally: Tally = {
    minMs: Infinity,
    maxMs: -Infinity,
    chunks: 0,
    floats: 0,
    histograms: 0,
    staleMarks: 0,
  };
  const samples = new SampleBuffer();
  let before: Labels | undefined;
  for (const series of source) {
    const { labels } = series;
    if (before && before.compare(labels) >= 0) {
      throw new RangeError(`write block: ${labels.toString()} does not come after ${before.toString()}`);
    }
    before = labels;
    samples.clear();
    series.read(samples);
    const refs: ChunkRef[] = [];
    encodeSeries(samples, (chunk, minMs, maxMs) => {
      refs.push({ position: pages.position, length: chunk.length, minMs, maxMs });
      pages.append(chunk);
      tally.minMs = Math.min(tally.minMs, minMs);
      tally.maxMs = Math.max(tally.maxMs, maxMs);
    });
    if (refs.length === 0) continue;
    index.add(labels, refs);
    tally.chunks += refs.length;
    tally.floats += samples.count;
    tally.histograms += samples.histograms.length;
    tally.staleMarks += samples.staleAt.length;
  }
  return tally;
}
