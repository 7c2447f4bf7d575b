import type { Matcher } from '@plinth/prometheus-model';
import type { DatabaseStats } from '../src/database.ts';
import type { DatabaseShare, ThreadPort } from '../src/database-share.ts';
import { plainMatchers } from '../src/threads/plain-matcher.ts';
import { RequestChannel } from '../src/threads/request-channel.ts';
import type { ReplayReport } from '../src/wal/replay.ts';
import type { WriteReply, WriterDatabaseOptions, WriterMethods } from './writer-methods.ts';

/** Asks the thread that writes. All calls throw `ThreadError` when it cannot do what is asked. */
export class WriterClient {
  readonly #channel: RequestChannel<WriterMethods>;

  /** @param port - its other end is given to `serveWriter` there. */
  constructor(port: ThreadPort) {
    this.#channel = new RequestChannel(port);
  }

  /** Opens the database in a directory under a name. */
  open(database: string, path: string, options: WriterDatabaseOptions): Promise<ReplayReport> {
    return this.#channel.ask('open', { database, path, options });
  }

  /**
   * Writes the samples of a request body.
   * @param body - is transferred: it cannot be used afterwards.
   * @returns when what was taken is durable.
   */
  write(database: string, decoder: string, body: ArrayBuffer, nowMs: number): Promise<WriteReply> {
    return this.#channel.ask('write', { database, decoder, body, nowMs }, [body]);
  }

  /** What a thread needs to read: send it there, with its port in the transfer list, to `attachDatabase`. */
  share(database: string): Promise<DatabaseShare> {
    return this.#channel.ask('share', { database });
  }

  /** To be called every minute or so; see `Database.tick`. */
  tick(database: string, nowMs: number): Promise<void> {
    return this.#channel.ask('tick', { database, nowMs });
  }

  /** Deletes samples, both ends of the range included. */
  deleteSeries(
    database: string,
    matchers: readonly Matcher[],
    startMs: number,
    endMs: number,
  ): Promise<void> {
    return this.#channel.ask('deleteSeries', { database, matchers: plainMatchers(matchers), startMs, endMs });
  }

  /** Copies a database to a directory that does not exist. */
  snapshot(database: string, target: string): Promise<void> {
    return this.#channel.ask('snapshot', { database, target });
  }

  stats(database: string): Promise<DatabaseStats> {
    return this.#channel.ask('stats', { database });
  }

  /** Writes a snapshot of the head and closes the database. */
  close(database: string): Promise<void> {
    return this.#channel.ask('close', { database });
  }

  /** Gives the port back; the thread can end. */
  disconnect(): void {
    this.#channel.close();
  }
}
