import { BlockSet } from './block/block-set.ts';
import type { CorruptBlockError } from './block/corrupt-block-error.ts';
import type { FileSystem } from './block/file-system.ts';
import { DatabaseReader } from './database-reader.ts';
import type { DatabaseChange, DatabaseShare, ThreadPort } from './database-share.ts';
import { Deletions } from './head/deletions.ts';
import { HeadMemory } from './head/head-memory.ts';

/** How a thread attaches to a database. */
export interface AttachOptions {
  /** `node:fs`, to read blocks; without it only the head is read. */
  readonly files?: FileSystem | undefined;
  /** `receiveMessageOnPort` of node:worker_threads: takes a message at once, whether or not the event loop had its turn. */
  readonly receive: (port: ThreadPort) => { readonly message: unknown } | undefined;
  /** Most bytes of chunks of blocks that are held in memory. */
  readonly cacheBytes?: number | undefined;
  /** Told of each block that cannot be read. */
  readonly onCorrupt: (error: CorruptBlockError) => void;
}

const defaultCacheBytes = 32 * 2 ** 20;

/** Attaches to a database that another thread writes. @param share - from `Database.share`. */
export function attachDatabase(share: DatabaseShare, options: AttachOptions): DatabaseReader {
  const { port } = share;
  const memory = new HeadMemory(share.control);
  for (const page of share.pages) memory.add(page);
  const deletions = new Deletions();
  deletions.add(share.deleted);
  const take = (change: DatabaseChange): void => {
    if (change.type === 'page') memory.add(change.page);
    else if (change.type === 'deleted') deletions.add(change.intervals);
    else if (change.type === 'blocks') reader.takeBlocks(change.headStartMs);
    else {
      memory.drop(change.sealedPages);
      reader.forgetDead(change.startMs);
    }
  };
  const catchUp = (): void => {
    for (let found = options.receive(port); found; found = options.receive(port)) {
      // The only sender is the database that made the share.
      take(found.message as DatabaseChange);
    }
  };
  const { files, cacheBytes = defaultCacheBytes, onCorrupt } = options;
  const blocks = files && new BlockSet(files, `${share.directory}/blocks`, { cacheBytes, onCorrupt });
  const reader = new DatabaseReader({
    memory,
    deletions,
    catchUp,
    headStartMs: share.headStartMs,
    close: () => port.close(),
    blocks,
  });
  // Between queries, too: what the writer dropped must not be kept by messages that nobody reads.
  port.on('message', take);
  port.unref();
  return reader;
}
