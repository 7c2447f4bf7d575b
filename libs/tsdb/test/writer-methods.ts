import type { CommitResult } from '../src/commit-result.ts';
import type { DatabaseStats } from '../src/database.ts';
import type { DatabaseOptions } from '../src/database-options.ts';
import type { DatabaseShare } from '../src/database-share.ts';
import type { PlainMatcher } from '../src/threads/plain-matcher.ts';
import type { ReplayReport } from '../src/wal/replay.ts';

/** How a database is opened in the thread that writes. */
export type WriterDatabaseOptions = Pick<
  DatabaseOptions,
  'hashSeed' | 'limits' | 'retentionMs' | 'retentionBytes' | 'queryMsMax'
>;

/** What became of a request body. */
export interface WriteReply {
  readonly committed: CommitResult;
  /** What the decoder returned. */
  readonly decoded: unknown;
}

/** What the thread that writes can be asked. `database` is the name that `open` gave. */
export interface WriterMethods {
  readonly open: {
    request: { readonly database: string; readonly path: string; readonly options: WriterDatabaseOptions };
    reply: ReplayReport;
  };
  readonly write: {
    request: {
      readonly database: string;
      /** Name of one of the decoders of the thread. */
      readonly decoder: string;
      readonly body: ArrayBuffer;
      readonly nowMs: number;
    };
    reply: WriteReply;
  };
  readonly share: { request: { readonly database: string }; reply: DatabaseShare };
  readonly tick: { request: { readonly database: string; readonly nowMs: number }; reply: undefined };
  readonly deleteSeries: {
    request: {
      readonly database: string;
      readonly matchers: readonly PlainMatcher[];
      readonly startMs: number;
      readonly endMs: number;
    };
    reply: undefined;
  };
  readonly snapshot: { request: { readonly database: string; readonly target: string }; reply: undefined };
  readonly stats: { request: { readonly database: string }; reply: DatabaseStats };
  readonly close: { request: { readonly database: string }; reply: undefined };
}
