import { SampleBuffer } from '@plinth/prometheus-model';
import type { BlockStats } from './block-meta.ts';
import { type BlockReader, openBlock } from './block-reader.ts';
import { chunkFile } from './chunk-pages.ts';
import { CorruptBlockError } from './corrupt-block-error.ts';
import type { FileSystem } from './file-system.ts';
import { indexFile } from './index-sections.ts';
import type { ChunkRef } from './index-writer.ts';

const statsFields = ['series', 'chunks', 'floats', 'histograms', 'staleMarks'] as const;

/**
 * Reads a block as a whole: every checksum, every chunk, and whether meta and index say what is in them.
 * @returns what is in the block.
 * @throws CorruptBlockError for the first place that is not as it was written.
 */
export function verifyBlock(files: FileSystem, directory: string): BlockStats {
  const block = openBlock(files, directory);
  try {
    const found = countSamples(block);
    for (const field of statsFields) {
      if (found[field] === block.meta.stats[field]) continue;
      const problem = `has ${found[field]} ${field}, expected ${block.meta.stats[field]}`;
      throw new CorruptBlockError(directory, indexFile, 0, problem);
    }
    return found;
  } finally {
    block.close();
  }
}

function countSamples(block: BlockReader): BlockStats {
  const stats = { series: 0, chunks: 0, floats: 0, histograms: 0, staleMarks: 0 };
  const samples = new SampleBuffer();
  for (const { labels, chunks } of block.chunks()) {
    stats.series++;
    for (const chunk of chunks) {
      samples.clear();
      block.readChunk(chunk, samples);
      expectTimes(block, chunk, samples, labels.toString());
      stats.chunks++;
      stats.floats += samples.count;
      stats.histograms += samples.histograms.length;
      stats.staleMarks += samples.staleAt.length;
    }
  }
  return stats;
}

function expectTimes(block: BlockReader, chunk: ChunkRef, samples: SampleBuffer, series: string): void {
  const { minMs, maxMs, position } = chunk;
  const lists = [samples.timestamps.subarray(0, samples.count), samples.staleAt, samples.histogramTimestamps];
  for (const instants of lists) {
    let before = -Infinity;
    for (const instantMs of instants) {
      if (instantMs > before && instantMs >= minMs && instantMs <= maxMs) {
        before = instantMs;
        continue;
      }
      const problem = `${series} has a sample at ${instantMs}, expected after ${before} and from ${minMs} to ${maxMs}`;
      throw new CorruptBlockError(block.directory, chunkFile, position, problem);
    }
  }
}
