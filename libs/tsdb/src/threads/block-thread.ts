import type { Matcher } from '@plinth/prometheus-model';
import { type AttachOptions, attachDatabase } from '../attach-database.ts';
import type { CompactionOptions } from '../block/compaction-plan.ts';
import type { FileSystem } from '../block/file-system.ts';
import { type BlockKeeper, LocalBlockKeeper } from '../block-keeper.ts';
import type { DatabaseShare, ThreadPort } from '../database-share.ts';
import { matchersOf, type PlainMatcher, plainMatchers } from './plain-matcher.ts';
import { type Handlers, RequestChannel, serveRequests } from './request-channel.ts';

interface KeeperMethods {
  readonly flush: { request: { startMs: number; endMs: number }; reply: undefined };
  readonly compact: { request: CompactionOptions; reply: boolean };
  readonly deleteSeries: {
    request: { matchers: readonly PlainMatcher[]; startMs: number; endMs: number };
    reply: undefined;
  };
  readonly snapshot: { request: { target: string }; reply: undefined };
}

interface BlockThreadMethods {
  readonly keep: { request: { share: DatabaseShare; port: ThreadPort }; reply: undefined };
}

/** What a thread that keeps blocks needs. */
export interface BlockThreadOptions extends AttachOptions {
  readonly files: FileSystem;
}

/** Keeps the blocks of databases in this thread. @param port - its other end is for `blockKeepers`. */
export function serveBlocks(port: ThreadPort, options: BlockThreadOptions): void {
  serveRequests<BlockThreadMethods>(port, {
    keep({ share, port: keeperPort }) {
      const reader = attachDatabase(share, { ...options, files: undefined });
      const path = `${share.directory}/blocks`;
      const keeper = new LocalBlockKeeper(options.files, path, () => reader, options.onCorrupt);
      serveRequests(keeperPort, keeperHandlers(keeper));
      return { value: undefined };
    },
  });
}

function keeperHandlers(keeper: BlockKeeper): Handlers<KeeperMethods> {
  return {
    async flush({ startMs, endMs }) {
      await keeper.flush(startMs, endMs);
      return { value: undefined };
    },
    async compact(compaction) {
      return { value: await keeper.compact(compaction) };
    },
    async deleteSeries({ matchers, startMs, endMs }) {
      await keeper.deleteSeries(matchersOf(matchers), startMs, endMs);
      return { value: undefined };
    },
    async snapshot({ target }) {
      await keeper.snapshot(target);
      return { value: undefined };
    },
  };
}

/**
 * Has the blocks of databases kept by another thread, so that compaction never holds up ingest.
 * @param port - its other end is given to `serveBlocks` there.
 * @returns for `DatabaseOptions.keepBlocks`.
 */
export function blockKeepers(port: ThreadPort): (share: DatabaseShare) => BlockKeeper {
  const thread = new RequestChannel<BlockThreadMethods>(port);
  return (share) => {
    const { port1, port2 } = new MessageChannel();
    const isReady = thread.ask('keep', { share, port: port2 }, [share.port, port2]);
    return new RemoteBlockKeeper(isReady, new RequestChannel<KeeperMethods>(port1));
  };
}

class RemoteBlockKeeper implements BlockKeeper {
  readonly #isReady: Promise<unknown>;
  readonly #channel: RequestChannel<KeeperMethods>;

  constructor(isReady: Promise<unknown>, channel: RequestChannel<KeeperMethods>) {
    this.#isReady = isReady;
    // Reported by the first call that needs it.
    isReady.catch(() => undefined);
    this.#channel = channel;
  }

  async flush(startMs: number, endMs: number): Promise<void> {
    await this.#isReady;
    await this.#channel.ask('flush', { startMs, endMs });
  }

  async compact(options: CompactionOptions): Promise<boolean> {
    await this.#isReady;
    return this.#channel.ask('compact', options);
  }

  async deleteSeries(matchers: readonly Matcher[], startMs: number, endMs: number): Promise<void> {
    await this.#isReady;
    await this.#channel.ask('deleteSeries', { matchers: plainMatchers(matchers), startMs, endMs });
  }

  async snapshot(target: string): Promise<void> {
    await this.#isReady;
    await this.#channel.ask('snapshot', { target });
  }

  close(): void {
    this.#channel.close();
  }
}
