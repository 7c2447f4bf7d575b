import { Database } from '../src/database.ts';
import type { DatabaseOptions } from '../src/database-options.ts';
import type { ThreadPort } from '../src/database-share.ts';
import { matchersOf } from '../src/threads/plain-matcher.ts';
import { serveRequests } from '../src/threads/request-channel.ts';
import type { WriterMethods } from './writer-methods.ts';

/** Takes what a decoder finds in a body. */
export type SampleSink = Pick<
  Database,
  'refOf' | 'refOfLabels' | 'append' | 'appendStale' | 'appendHistogram'
>;

/**
 * Decodes a body, compressed or not, into a sink.
 * @returns what the sender of the body is told beside the counts; it must be cloneable.
 * @throws when the body is malformed; nothing of it is written then.
 */
export type DecodeBody = (body: Uint8Array, sink: SampleSink) => unknown;

/** What the thread that writes needs. */
export interface WriterThreadOptions extends Pick<DatabaseOptions, 'files' | 'keepBlocks' | 'onCorrupt'> {
  /** Decoders by name. */
  readonly decoders: Readonly<Record<string, DecodeBody>>;
}

/** Writes databases in this thread. @param port - its other end is for `WriterClient`. */
export function serveWriter(port: ThreadPort, options: WriterThreadOptions): void {
  const { decoders, files, keepBlocks, onCorrupt } = options;
  const databases = new Map<string, Database>();
  const opening = new Set<string>();
  const of = (name: string): Database => {
    const database = databases.get(name);
    if (!database) throw new Error(`database ${name}: is not open`);
    return database;
  };
  serveRequests<WriterMethods>(port, {
    async open({ database: name, path, options: own }) {
      if (databases.has(name) || opening.has(name)) throw new Error(`database ${name}: is open already`);
      opening.add(name);
      try {
        const database = await Database.open(path, { ...own, files, keepBlocks, onCorrupt });
        databases.set(name, database);
        return { value: database.replayed };
      } finally {
        opening.delete(name);
      }
    },
    async write({ database: name, decoder, body, nowMs }) {
      const database = of(name);
      const decode = decoders[decoder];
      if (!decode) throw new Error(`write to database ${name}: no decoder ${decoder}`);
      let decoded: unknown;
      try {
        decoded = decode(new Uint8Array(body), database);
      } catch (error) {
        database.rollback();
        throw error;
      }
      return { value: { committed: await database.commit(nowMs), decoded } };
    },
    share({ database }) {
      const share = of(database).share();
      return { value: share, transfer: [share.port] };
    },
    async tick({ database, nowMs }) {
      await of(database).tick(nowMs);
      return { value: undefined };
    },
    async deleteSeries({ database, matchers, startMs, endMs }) {
      await of(database).deleteSeries(matchersOf(matchers), startMs, endMs);
      return { value: undefined };
    },
    async snapshot({ database, target }) {
      await of(database).snapshot(target);
      return { value: undefined };
    },
    stats({ database }) {
      return { value: of(database).stats };
    },
    async close({ database }) {
      await of(database).close();
      databases.delete(database);
      return { value: undefined };
    },
  });
}
