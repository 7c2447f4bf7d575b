import { checkedJson, readCheckedJson, recordOf } from './checked-json.ts';
import { CorruptBlockError } from './corrupt-block-error.ts';
import type { FileSystem } from './file-system.ts';

/** Name of the file that describes a block; it is written last. */
export const metaFile = 'meta.json';

const metaVersion = 1;

/** How much there is in a block. */
export interface BlockStats {
  readonly series: number;
  readonly chunks: number;
  readonly floats: number;
  readonly histograms: number;
  readonly staleMarks: number;
}

/** What a block says of itself. */
export interface BlockMeta {
  /** First and last instant of its samples, both included, in milliseconds. */
  readonly minMs: number;
  readonly maxMs: number;
  /** 1 for a block written from the head, and one more than its highest source for one that was merged. */
  readonly level: number;
  /** Names of the blocks that it was made from and stands for. */
  readonly sources: readonly string[];
  readonly stats: BlockStats;
  readonly indexBytes: number;
  readonly chunkBytes: number;
}

/** The bytes of a meta file. */
export function encodeMeta(meta: BlockMeta): Uint8Array {
  return checkedJson({ version: metaVersion, ...meta });
}

/** @throws CorruptBlockError when the file is broken, of another version, or missing. */
export function readMeta(files: FileSystem, directory: string): BlockMeta {
  const record = readCheckedJson(files, directory, metaFile);
  if (record['version'] !== metaVersion) {
    const found = String(record['version']);
    throw new CorruptBlockError(directory, metaFile, 0, `has version ${found}, expected ${metaVersion}`);
  }
  const stats = recordOf(record['stats']);
  const { sources } = record;
  return {
    minMs: numberOf(record, 'minMs'),
    maxMs: numberOf(record, 'maxMs'),
    level: numberOf(record, 'level'),
    sources: Array.isArray(sources) ? sources.map(String) : [],
    stats: {
      series: numberOf(stats, 'series'),
      chunks: numberOf(stats, 'chunks'),
      floats: numberOf(stats, 'floats'),
      histograms: numberOf(stats, 'histograms'),
      staleMarks: numberOf(stats, 'staleMarks'),
    },
    indexBytes: numberOf(record, 'indexBytes'),
    chunkBytes: numberOf(record, 'chunkBytes'),
  };

  function numberOf(fields: Record<string, unknown>, name: string): number {
    const value = fields[name];
    if (typeof value === 'number') return value;
    throw new CorruptBlockError(directory, metaFile, 0, `${name} is ${typeof value}, expected a number`);
  }
}
