/** What the planner knows of a block. */
export interface BlockSummary {
  readonly name: string;
  /** First and last instant of its samples, both included, in milliseconds. */
  readonly minMs: number;
  readonly maxMs: number;
  readonly sizeBytes: number;
  readonly hasTombstones: boolean;
}

/** When blocks are merged and dropped. */
export interface CompactionOptions {
  /** Time that a block of the head covers. */
  readonly blockMs: number;
  /** Blocks are not merged to cover more time than this; see `mergedMsMax`. */
  readonly mergedMsMax: number;
  /** How far back from the newest sample blocks are kept; undefined for always. */
  readonly retentionMs?: number | undefined;
  /** Most bytes of all blocks; undefined for no bound. */
  readonly retentionBytes?: number | undefined;
  /** Time of the newest sample, where the head has a newer one than the blocks. */
  readonly newestMs?: number | undefined;
}

/** What is to be done next. */
export type CompactionStep =
  /** The blocks are out of retention. */
  | { readonly kind: 'drop'; readonly blocks: readonly string[]; readonly reason: 'time' | 'size' }
  /** One block stands for several: they overlap, or fill a longer range together. */
  | { readonly kind: 'merge'; readonly blocks: readonly string[]; readonly reason: 'overlap' | 'range' }
  /** A block is written anew without what was deleted. */
  | { readonly kind: 'rewrite'; readonly blocks: readonly string[]; readonly reason: 'tombstones' };

const dayMs = 86_400_000;

/** The longest block that makes sense: retention drops whole blocks, so a tenth of it, and 31 days at most. */
export function mergedMsMax(retentionMs: number | undefined): number {
  return Math.min(31 * dayMs, (retentionMs ?? Infinity) / 10);
}

/** Each range is three times the one before: a sample is rewritten a few times in all. */
const rangeFactor = 3;

/**
 * The next step of compaction; undefined when all is well. Pure: the same blocks give the same step, so it does not matter at which point
 * the process that carries out the steps stops.
 *
 * First what needs no work (retention), then what makes queries slow (overlaps), then what makes them many (ranges), then tombstones.
 */
export function planCompaction(
  blocks: readonly BlockSummary[],
  options: CompactionOptions,
): CompactionStep | undefined {
  const inOrder = blocks.toSorted(
    (one, other) => one.minMs - other.minMs || (one.name < other.name ? -1 : 1),
  );
  return (
    dropByTime(inOrder, options) ??
    dropBySize(inOrder, options) ??
    mergeOverlaps(inOrder) ??
    mergeRanges(inOrder, options) ??
    rewriteDeleted(inOrder)
  );
}

function dropByTime(
  blocks: readonly BlockSummary[],
  { retentionMs, newestMs = -Infinity }: CompactionOptions,
): CompactionStep | undefined {
  if (retentionMs === undefined) return undefined;
  const newest = blocks.reduce((latest, { maxMs }) => Math.max(latest, maxMs), newestMs);
  const expired = blocks.filter(({ maxMs }) => maxMs < newest - retentionMs);
  return expired.length > 0 ? { kind: 'drop', blocks: namesOf(expired), reason: 'time' } : undefined;
}

function dropBySize(
  blocks: readonly BlockSummary[],
  { retentionBytes }: CompactionOptions,
): CompactionStep | undefined {
  if (retentionBytes === undefined) return undefined;
  const oldestFirst = blocks.toSorted((one, other) => one.maxMs - other.maxMs);
  let size = blocks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const surplus: BlockSummary[] = [];
  for (const block of oldestFirst) {
    if (size <= retentionBytes) break;
    surplus.push(block);
    size -= block.sizeBytes;
  }
  return surplus.length > 0 ? { kind: 'drop', blocks: namesOf(surplus), reason: 'size' } : undefined;
}

/** The first blocks that hang together by times they share. */
function mergeOverlaps(blocks: readonly BlockSummary[]): CompactionStep | undefined {
  let cluster: BlockSummary[] = [];
  let endMs = -Infinity;
  for (const block of blocks) {
    if (block.minMs > endMs) {
      if (cluster.length > 1) break;
      cluster = [];
    }
    cluster.push(block);
    endMs = Math.max(endMs, block.maxMs);
  }
  return cluster.length > 1 ? { kind: 'merge', blocks: namesOf(cluster), reason: 'overlap' } : undefined;
}

/** Blocks of a range that is past, the shortest range and the oldest first. Ranges begin at multiples of their length. */
function mergeRanges(
  blocks: readonly BlockSummary[],
  { blockMs, mergedMsMax, newestMs = -Infinity }: CompactionOptions,
): CompactionStep | undefined {
  const newest = blocks.reduce((latest, { maxMs }) => Math.max(latest, maxMs), newestMs);
  for (let rangeMs = blockMs * rangeFactor; rangeMs <= mergedMsMax; rangeMs *= rangeFactor) {
    const groups = Map.groupBy(blocks, ({ minMs, maxMs }) => {
      const range = Math.floor(minMs / rangeMs);
      return range === Math.floor(maxMs / rangeMs) ? range : undefined;
    });
    for (const [range, group] of groups) {
      if (range === undefined || group.length < 2 || newest < (range + 1) * rangeMs) continue;
      return { kind: 'merge', blocks: namesOf(group), reason: 'range' };
    }
  }
  return undefined;
}

function rewriteDeleted(blocks: readonly BlockSummary[]): CompactionStep | undefined {
  const block = blocks.find(({ hasTombstones }) => hasTombstones);
  return block && { kind: 'rewrite', blocks: [block.name], reason: 'tombstones' };
}

function namesOf(blocks: readonly BlockSummary[]): string[] {
  return blocks.map(({ name }) => name);
}
