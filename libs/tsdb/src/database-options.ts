import type { CorruptBlockError } from './block/corrupt-block-error.ts';
import type { BlockKeeper } from './block-keeper.ts';
import type { DatabaseShare } from './database-share.ts';
import type { LogFileSystem } from './directory.ts';
import type { HeadLimits } from './head/limits.ts';

/** What a database may hold. It may be changed while the database is open; what is absent is as the limits say, or has no bound. */
export interface DatabaseBounds {
  /** Series that may be live at once; 0 for no bound. */
  readonly seriesMax?: number | undefined;
  /** How far back from the newest sample blocks are kept, in milliseconds. */
  readonly retentionMs?: number | undefined;
  /** Bytes of all blocks together. */
  readonly retentionBytes?: number | undefined;
  /** How far before the newest sample a late one may lie. What is in blocks already stays closed. */
  readonly outOfOrderWindowMs?: number | undefined;
  /** Exemplars that are kept. */
  readonly exemplarsMax?: number | undefined;
}

/** How a database is opened. */
export interface DatabaseOptions {
  /** `node:fs`. */
  readonly files: LogFileSystem;
  /** Any number that senders do not know: it keeps them from choosing labels whose hashes collide. */
  readonly hashSeed: number;
  /** Bounds; those that are absent have their defaults. */
  readonly limits?: Partial<HeadLimits> | undefined;
  /** How far back from the newest sample blocks are kept; undefined for always. */
  readonly retentionMs?: number | undefined;
  /** Most bytes of all blocks; undefined for no bound. */
  readonly retentionBytes?: number | undefined;
  /** How long a query may take: memory that it may still read is kept for so long after its samples went to a block. */
  readonly queryMsMax?: number | undefined;
  /** Makes what keeps the blocks, given a share to read the head; absent: they are kept in the thread that writes. */
  readonly keepBlocks?: ((share: DatabaseShare) => BlockKeeper) | undefined;
  /** Told of blocks that are broken and were set aside. */
  readonly onCorrupt: (error: CorruptBlockError) => void;
}
