export { type AttachOptions, attachDatabase } from './attach-database.ts';
export { type BlockKeeper, LocalBlockKeeper } from './block-keeper.ts';
export type { CommitResult } from './commit-result.ts';
export { Database, type DatabaseStats } from './database.ts';
export type { DatabaseOptions } from './database-options.ts';
export type { CardinalityStats, DatabaseReader } from './database-reader.ts';
export type { DatabaseShare, ThreadPort } from './database-share.ts';
export type { DatabaseView, SeriesRange } from './database-view.ts';
export type { LogFileSystem } from './directory.ts';
export { defaultHeadLimits, type HeadLimits } from './head/limits.ts';
export type { Refusal, RefusalReason } from './head/refusal.ts';
export type { NamedCount } from './index/label-index.ts';
export { type BlockThreadOptions, blockKeepers, serveBlocks } from './threads/block-thread.ts';
export { ThreadError } from './threads/request-channel.ts';
export { WriterClient } from './threads/writer-client.ts';
export type { WriteReply, WriterDatabaseOptions } from './threads/writer-methods.ts';
export {
  type DecodeBody,
  type SampleSink,
  serveWriter,
  type WriterThreadOptions,
} from './threads/writer-thread.ts';
export type { DamageReport, ReplayReport } from './wal/replay.ts';
