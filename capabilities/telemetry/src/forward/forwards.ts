import type { Clock } from '@plinth/kernel';
import { forwardsMax } from '../limits.ts';
import { processCounts } from '../store/telemetry-counts.ts';
import type { MetricsDatabase } from '../threads/metrics-threads.ts';
import { ForwardCounters } from './forward-counters.ts';
import type { ForwardSettings } from './forward-settings.ts';
import type { ForwardReport } from './forwarder.ts';

/** A forward that should be under way. */
export interface WantedForward {
  /** Of the object. */
  readonly name: string;
  /** Of the object: another one of the same name begins anew. */
  readonly uid: string;
  /** What the receiver is called in metrics. */
  readonly remoteName: string;
  readonly settings: ForwardSettings;
  /** Samples that are known to be lost already. */
  readonly lostSamples: number;
}

/** How one is doing. */
export interface ForwardState {
  readonly report: ForwardReport;
  readonly counters: ForwardCounters;
  /** Samples that are lost, since the object was made. */
  readonly lostSamples: number;
}

interface Running {
  readonly uid: string;
  /** What it was started with. */
  readonly settings: string;
  readonly database: MetricsDatabase;
  readonly counters: ForwardCounters;
  readonly lostBefore: number;
  toldAtMs: number;
}

/** What the forwards of a virtual cluster stand on. */
export interface ForwardsOptions {
  readonly database: () => Promise<MetricsDatabase>;
  readonly clock: Clock;
  /** The virtual cluster. */
  readonly tenant: string;
  /** Uids of the objects that there are. */
  readonly uids: () => ReadonlySet<string>;
}

/** More forwards than there may be. */
export class TooManyForwardsError extends Error {
  override name = 'TooManyForwardsError';
}

/** The forwards of one virtual cluster. */
export class Forwards {
  readonly #options: ForwardsOptions;
  readonly #running = new Map<string, Running>();
  #ending: Promise<unknown> = Promise.resolve();

  constructor(options: ForwardsOptions) {
    this.#options = options;
  }

  /**
   * Has a forward under way as it is wanted, and tells how it does.
   * @throws TooManyForwardsError; StatusError 503 when the database cannot be opened; what keeps the thread from going on
   */
  async bring(wanted: WantedForward): Promise<ForwardState> {
    const database = await this.#options.database();
    const before = this.#running.get(wanted.name);
    if (before && before.uid !== wanted.uid) await this.remove(wanted.name);
    const running = await this.#asWanted(wanted, database);
    try {
      await this.#tell(wanted, running);
      const report = await database.forwardReport(running.uid);
      return {
        report,
        counters: running.counters,
        lostSamples: running.lostBefore + running.counters.lost,
      };
    } catch (error) {
      // The next time it is started again, from where its cursor is.
      this.#drop(wanted.name);
      throw error;
    }
  }

  /** Ends a forward for good: what waits for it is not sent any more. */
  async remove(name: string): Promise<void> {
    const running = this.#running.get(name);
    this.#drop(name);
    // A thread that is gone has nothing to end.
    await running?.database.endForward(running.uid).catch(() => undefined);
    await this.prune();
  }

  /** Removes cursors whose objects are gone, also those of a process that ended between the two. */
  async prune(): Promise<void> {
    const database = await this.#options.database();
    const followers = await database.followers();
    // Looked at after the cursors: an object is there before its cursor is.
    const uids = this.#options.uids();
    for (const id of followers) if (!uids.has(id)) await database.unfollow(id);
  }

  /** Whether a forward with an object of that uid reads the database of this virtual cluster. */
  has(uid: string): boolean {
    return [...this.#running.values()].some((running) => running.uid === uid);
  }

  /** Ends all until the next start, which goes on with what was not acknowledged. */
  async stop(): Promise<void> {
    const ends = [...this.#running].map(async ([name, { uid, database }]) => {
      this.#drop(name);
      // A thread that is gone has nothing to end.
      await database.endForward(uid).catch(() => undefined);
    });
    this.#ending = Promise.all([this.#ending, ...ends]);
    await this.#ending;
  }

  async #asWanted(wanted: WantedForward, database: MetricsDatabase): Promise<Running> {
    const { name, uid, settings, remoteName } = wanted;
    const before = this.#running.get(name);
    const text = JSON.stringify([settings, remoteName]);
    if (before && before.settings === text && before.database === database) return before;
    if (!before && this.#running.size >= forwardsMax) {
      throw new TooManyForwardsError(
        `there are ${forwardsMax} forwards already; delete one that is not needed`,
      );
    }
    const counters = before?.counters ?? new ForwardCounters();
    const running: Running = {
      uid,
      settings: text,
      database,
      counters,
      lostBefore: before?.lostBefore ?? wanted.lostSamples,
      toldAtMs: Number.NEGATIVE_INFINITY,
    };
    await database.startForward(uid, settings, counters.memory);
    this.#running.set(name, running);
    const { tenant } = this.#options;
    processCounts.forwards.set(`${tenant}\n${name}`, { tenant, name, remoteName, settings, counters });
    return running;
  }

  /** Brings what is known about metrics to a forward that sends it. */
  async #tell({ settings }: WantedForward, running: Running): Promise<void> {
    const { metadataEveryMs } = settings;
    const nowMs = this.#options.clock.monotonic();
    if (metadataEveryMs === undefined || nowMs - running.toldAtMs < metadataEveryMs) return;
    const { database, uid } = running;
    const known = await database.metadata();
    // While nothing is known it is looked again soon.
    if (known.length > 0) running.toldAtMs = nowMs;
    await database.tellForward(uid, known);
  }

  #drop(name: string): void {
    this.#running.delete(name);
    processCounts.forwards.delete(`${this.#options.tenant}\n${name}`);
  }
}
