import type { DeletedInterval } from './head/deletions.ts';
import type { SharedPage } from './head/head-memory.ts';
import type { MemoryChange } from './head/page-publisher.ts';

/** An end of a channel between threads. */
export type ThreadPort = InstanceType<typeof MessagePort>;

/** What readers are told of; samples and series they find in shared memory. */
export type DatabaseChange =
  | MemoryChange
  | { readonly type: 'deleted'; readonly intervals: readonly DeletedInterval[] }
  /** The list of blocks changed; they have all samples before an instant. */
  | { readonly type: 'blocks'; readonly headStartMs: number };

/** What a reader needs to attach to a database, to be sent to its thread: `port` is in the transfer list. */
export interface DatabaseShare {
  readonly directory: string;
  readonly control: SharedArrayBuffer;
  readonly pages: readonly SharedPage[];
  readonly deleted: readonly DeletedInterval[];
  readonly headStartMs: number;
  /** Changes since. */
  readonly port: ThreadPort;
}
