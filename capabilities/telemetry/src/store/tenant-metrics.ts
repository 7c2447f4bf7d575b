import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CapabilityContext, StatusError } from '@plinth/kernel';
import { tickEveryMs } from '../limits.ts';
import { takeThreads } from '../shared-threads.ts';
import type { MetricsDatabase } from '../threads/metrics-threads.ts';
import { SampleRate } from './sample-rate.ts';

/** How long samples are kept unless a quota says otherwise: 15 days. Spec: Prometheus, --storage.tsdb.retention.time. */
const retentionMs = 15 * 24 * 3_600_000;

/**
 * The metrics of one virtual cluster: opened when they are first needed, and kept in order from then on.
 *
 *   closed -> opening -> open -> closed
 */
export class TenantMetrics {
  readonly rate: SampleRate;
  readonly #context: CapabilityContext;
  #opening: Promise<MetricsDatabase> | undefined;
  #release: () => Promise<void> = () => Promise.resolve();
  #cancelTick: () => void = () => {};
  #isClosed = false;

  constructor(context: CapabilityContext) {
    this.#context = context;
    this.rate = new SampleRate(context.clock, () => context.quota('samplesPerSecond'));
  }

  /** @throws StatusError 503 when it cannot be opened, with the reason */
  database(): Promise<MetricsDatabase> {
    if (this.#isClosed) return Promise.reject(unavailable('the metrics are closed'));
    this.#opening ??= this.#open().catch((error: unknown) => {
      // The next one who asks tries again.
      this.#opening = undefined;
      this.#context.onFault('opening the metrics', error);
      throw unavailable(
        `the metrics cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    return this.#opening;
  }

  async #open(): Promise<MetricsDatabase> {
    const { dataDirectory, random, onFault, tenant } = this.#context;
    const directory = join(dataDirectory, 'metrics');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { threads, release } = takeThreads(onFault);
    this.#release = release;
    try {
      const seriesMax = this.#context.quota('series');
      const days = this.#context.quota('retentionDays');
      const { database, report } = await threads.open(directory, {
        directory,
        hashSeed: random.below(2 ** 32),
        retentionMs: days === undefined ? retentionMs : days * 24 * 3_600_000,
        ...(seriesMax === undefined ? {} : { seriesMax }),
      });
      for (const what of report.damage) onFault(`opening the metrics of ${tenant}`, new Error(what));
      this.#scheduleTick(database);
      return database;
    } catch (error) {
      await release();
      throw error;
    }
  }

  #scheduleTick(database: MetricsDatabase): void {
    const { clock, onFault } = this.#context;
    this.#cancelTick = clock.after(tickEveryMs, () => {
      database
        .tick(clock.now())
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
    await opened?.close();
    await this.#release();
  }
}

function unavailable(message: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 });
}
