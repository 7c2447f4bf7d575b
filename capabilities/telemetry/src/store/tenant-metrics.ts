import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CapabilityContext, StatusError } from '@plinth/kernel';
import type { DatabaseBounds } from '@plinth/tsdb';
import { snapshotsMax, tickEveryMs } from '../limits.ts';
import { takeThreads } from '../shared-threads.ts';
import type { MetricsDatabase } from '../threads/metrics-threads.ts';
import { storageBounds } from './metrics-storage.ts';
import { SampleRate } from './sample-rate.ts';

/** When opening failed, the next attempt is made after so long. */
const reopenAfterMs = 1_000;

/**
 * The metrics of one virtual cluster: opened when they are first needed, and kept in order from then on.
 *
 *   closed -> opening -> open -> closed
 *   open -> opening   it takes nothing more: the disk was full, or a thread is gone
 *   opening -> closed   it cannot be opened; a second later somebody may try again
 */
export class TenantMetrics {
  readonly rate: SampleRate;
  readonly #context: CapabilityContext;
  #opening: Promise<MetricsDatabase> | undefined;
  #release: () => Promise<void> = () => Promise.resolve();
  #cancelTick: () => void = () => {};
  #opened: (() => void)[] = [];
  /** The database that is open. */
  #current: MetricsDatabase | undefined;
  #isClosed = false;
  #tickedAtMs = 0;

  constructor(context: CapabilityContext) {
    this.#context = context;
    this.rate = new SampleRate(context.clock, () => context.quota('samplesPerSecond'));
  }

  /** Calls back once, when the database has been opened because somebody needed it. */
  onOpened(opened: () => void): void {
    this.#opened.push(opened);
  }

  /** @throws StatusError 503 when it cannot be opened, with the reason */
  database(): Promise<MetricsDatabase> {
    if (this.#isClosed) return Promise.reject(unavailable('the metrics are closed'));
    this.#opening ??= this.#attempt();
    return this.#opening;
  }

  async #attempt(): Promise<MetricsDatabase> {
    const { clock, onFault } = this.#context;
    try {
      return await this.#open();
    } catch (error) {
      onFault('opening the metrics', error);
      // Who asks after a while tries again.
      clock.after(reopenAfterMs, () => {
        this.#opening = undefined;
      });
      throw unavailable(
        `the metrics cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Opens the database again, which takes nothing more as it is. */
  #reopen(database: MetricsDatabase, error: unknown): void {
    if (this.#isClosed || this.#current !== database) return;
    this.#current = undefined;
    this.#cancelTick();
    const { onFault } = this.#context;
    onFault('writing metrics', error);
    const release = this.#release;
    const closing = database
      .close()
      .catch(() => undefined)
      .then(release);
    this.#opening = closing.then(() => this.#attempt());
    // Whoever asks is told.
    this.#opening.catch(() => undefined);
  }

  async #open(): Promise<MetricsDatabase> {
    const { dataDirectory, random, onFault, tenant } = this.#context;
    const directory = join(dataDirectory, 'metrics');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { threads, release } = takeThreads(onFault);
    this.#release = release;
    try {
      const late: { database?: MetricsDatabase } = {};
      const settings = {
        directory,
        hashSeed: random.below(2 ** 32),
        bounds: this.#bounds(),
      };
      const { database, report } = await threads.open(directory, settings, (error) => {
        if (late.database) this.#reopen(late.database, error);
      });
      late.database = database;
      this.#current = database;
      for (const what of report.damage) onFault(`opening the metrics of ${tenant}`, new Error(what));
      this.#scheduleTick(database);
      for (const opened of this.#opened.splice(0)) opened();
      return database;
    } catch (error) {
      await release();
      throw error;
    }
  }

  /**
   * Copies the metrics to a directory beside them, which can be put in their place while the program is stopped.
   * @returns its name
   * @throws StatusError 507 when there are many already
   */
  async snapshot(skipsHead: boolean): Promise<string> {
    const { dataDirectory, clock, random } = this.#context;
    const directory = join(dataDirectory, 'metrics-snapshots');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (readdirSync(directory).length >= snapshotsMax) {
      const remedy = `there are ${snapshotsMax} snapshots already; move or delete some of those in ${directory}`;
      throw new StatusError(507, 'InsufficientStorage', remedy);
    }
    // Spec: Prometheus 3.14, TSDB Admin APIs, Snapshot: the time, and a number that tells apart.
    const time = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const name = `${time}-${Buffer.from(random.bytes(8)).toString('hex')}`;
    const database = await this.database();
    await database.snapshot(join(directory, name), skipsHead);
    return name;
  }

  /** What is kept now. */
  #bounds(): DatabaseBounds {
    const { client } = this.#context;
    const quota = (name: string): number | undefined => this.#context.quota(name);
    return storageBounds(client, { series: quota('series'), retentionDays: quota('retentionDays') });
  }

  #scheduleTick(database: MetricsDatabase): void {
    const { clock, onFault } = this.#context;
    this.#cancelTick = clock.after(tickEveryMs, () => {
      // A clock that was set back must not undo what was done.
      this.#tickedAtMs = Math.max(this.#tickedAtMs, clock.now());
      database
        .tick(this.#tickedAtMs, this.#bounds())
        .catch((error: unknown) => {
          if (!this.#isClosed) onFault('bringing metrics to blocks', error);
        })
        .finally(() => {
          if (!this.#isClosed) this.#scheduleTick(database);
        });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTick();
    const opened = await this.#opening?.catch(() => undefined);
    this.#current = undefined;
    await opened?.close();
    await this.#release();
  }
}

function unavailable(message: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 });
}
