import { createHash } from 'node:crypto';
import { type Clock, StatusError } from '@plinth/kernel';
import { acceptHeader, chooseFormat, ExpositionError } from '@plinth/prometheus-exposition';
import type { MetricMetadata } from '../prometheus/metrics-reader.ts';
import { labelParts } from '../store/label-parts.ts';
import type { WrittenSample } from '../store/sample-batch.ts';
import { MetadataMemory } from './metadata-memory.ts';
import { type HttpClient, HttpError } from './ports.ts';
import { ScrapeFault, ScrapeReader } from './scrape-reader.ts';
import type { ScrapeSettings } from './scrape-settings.ts';
import { SeriesMemory } from './series-memory.ts';
import type { Target } from './target.ts';

/** Where scraped samples go. */
export interface ScrapeStore {
  /** @returns why something was not taken. @throws StatusError when nothing can be taken now */
  append(samples: readonly WrittenSample[], nowMs: number): Promise<readonly string[]>;
  /** Notes what is known about metrics. */
  learn(known: readonly (readonly [name: string, metadata: MetricMetadata])[]): Promise<void>;
}

/** What scrapes stand on. */
export interface ScrapeGround {
  readonly store: ScrapeStore;
  readonly clock: Clock;
  /** Names the program to targets. */
  readonly userAgent: string;
  /** Makes installations scrape the same target at different times. */
  readonly seed: string;
  readonly onFault: (what: string, error: unknown) => void;
}

/** How targets of a pool are scraped at this moment. */
export interface ScrapeMode {
  readonly settings: ScrapeSettings;
  readonly client: HttpClient;
}

/** How a target is. */
export type TargetHealth = 'unknown' | 'up' | 'down';

/** What is noted about each scrape. Spec: Prometheus, Jobs and instances, Automatically generated labels and time series. */
const reportNames = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
] as const;

/** A scrape that begins so little late is noted as one in time: equal distances compress better. */
const toleranceMsMax = 2;

/** What one scrape gave. */
interface Outcome {
  readonly samples: readonly WrittenSample[];
  readonly counts: readonly [scraped: number, kept: number, seriesAdded: number];
  readonly error: string;
  readonly warnings: readonly string[];
}

/** Scrapes one target at its interval, at a moment within it that is its own. */
export class ScrapeLoop {
  /** What was discovered of it may change; its labels and its URL do not. */
  target: Target;
  health: TargetHealth = 'unknown';
  /** Why the last scrape failed; empty when it did not. */
  lastError = '';
  /** What of the last scrape was left out. */
  lastWarnings: readonly string[] = [];
  /** Undefined before the first one. */
  lastScrapeMs: number | undefined;
  lastDurationMs = 0;
  readonly metadata = new MetadataMemory();
  readonly #ground: ScrapeGround;
  readonly #series = new SeriesMemory();
  readonly #reports: readonly (readonly string[])[];
  readonly #spread: number;
  #mode: ScrapeMode;
  #forcedError: string | undefined;
  #lastTimeMs = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => {};
  #abort = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(target: Target, mode: ScrapeMode, ground: ScrapeGround) {
    this.target = target;
    this.#mode = mode;
    this.#ground = ground;
    this.#spread = createHash('sha256').update(`${ground.seed}\xff${target.key}`).digest().readUIntBE(0, 6);
    this.#reports = reportNames.map((name) => labelParts(target.labels.with({ __name__: name })));
  }

  /** @param forcedError - why no target of the pool may be scraped */
  start(forcedError: string | undefined): void {
    this.#forcedError = forcedError;
    this.#schedule();
  }

  /** Goes on in another way; what the target exposed before is still ended when it is gone. */
  change(target: Target, mode: ScrapeMode, forcedError: string | undefined): void {
    this.target = target;
    if (mode.settings !== this.#mode.settings) this.#series.clear();
    this.#mode = mode;
    this.#forcedError = forcedError;
  }

  /** Ends it for good: a target that is gone ends all of its series. */
  async end(): Promise<void> {
    await this.halt();
    if (this.lastScrapeMs === undefined) return;
    const { store, clock } = this.#ground;
    const timestampMs = this.#timeAfterLast(clock.now());
    const labels = [...this.#series.end(false), ...this.#reports];
    await store.append(
      labels.map((one) => ({ labels: one, timestampMs, value: 'stale' })),
      clock.now(),
    );
  }

  /** Ends it until the next start: series stay as they are, so that a start soon after goes on with them. */
  async halt(): Promise<void> {
    this.#isOver = true;
    this.#cancel();
    this.#abort.abort(new HttpError('the scrape was stopped'));
    await this.#work;
  }

  #schedule(): void {
    if (this.#isOver) return;
    const { clock, onFault } = this.#ground;
    const { intervalMs, url } = this.target;
    const now = clock.now();
    const phase = this.#spread % intervalMs;
    const slot = Math.floor((now - phase) / intervalMs) * intervalMs + intervalMs + phase;
    this.#cancel = clock.after(slot - now, () => {
      this.#work = this.#scrape(slot)
        .catch((error: unknown) => {
          this.health = 'down';
          this.lastError = error instanceof Error ? error.message : String(error);
          // A refusal is for the one who owns the target.
          if (!(error instanceof StatusError)) onFault(`storing what ${url} exposes`, error);
        })
        .then(() => this.#schedule());
    });
  }

  async #scrape(slotMs: number): Promise<void> {
    const { store, clock } = this.#ground;
    const startedAt = clock.monotonic();
    const now = clock.now();
    const tolerance = Math.min(toleranceMsMax, this.target.intervalMs / 100);
    const timeMs = this.#timeAfterLast(Math.abs(now - slotMs) <= tolerance ? slotMs : now);
    const outcome = await this.#outcome(timeMs);
    // A target that is gone is about to be ended.
    if (this.#isOver) return;
    const durationMs = clock.monotonic() - startedAt;
    const isUp = outcome.error === '';
    const gone = this.#series
      .end(isUp && outcome.samples.length > 0)
      .map((labels): WrittenSample => ({ labels, timestampMs: timeMs, value: 'stale' }));
    const values = [isUp ? 1 : 0, durationMs / 1000, ...outcome.counts];
    const report = this.#reports.map(
      (labels, i): WrittenSample => ({ labels, timestampMs: timeMs, value: values[i] ?? 0 }),
    );
    this.lastScrapeMs = now;
    this.lastDurationMs = durationMs;
    const refusals = await store.append([...outcome.samples, ...gone, ...report], clock.now());
    this.health = isUp ? 'up' : 'down';
    this.lastError = outcome.error;
    this.lastWarnings = [...outcome.warnings, ...refusals];
    const learnt = isUp ? this.metadata.end() : [];
    if (learnt.length > 0) await store.learn(learnt);
  }

  /** A series has one sample at an instant: what is ended in the millisecond of its last scrape ends in the next one. */
  #timeAfterLast(timeMs: number): number {
    this.#lastTimeMs = timeMs === this.#lastTimeMs ? timeMs + 1 : timeMs;
    return this.#lastTimeMs;
  }

  async #outcome(timeMs: number): Promise<Outcome> {
    if (this.#forcedError !== undefined) return failed(this.#forcedError);
    const { settings } = this.#mode;
    const reader = new ScrapeReader({
      settings,
      targetLabels: this.target.labels,
      series: this.#series,
      metadata: this.metadata,
      timeMs,
      nowMs: this.#ground.clock.now(),
    });
    try {
      const warnings = await this.#read(reader, settings);
      const { samples, scraped, kept, seriesAdded } = reader;
      return {
        samples,
        counts: [scraped, kept, seriesAdded],
        error: '',
        warnings: [...warnings, ...reader.warnings],
      };
    } catch (error) {
      const isExpected =
        error instanceof HttpError || error instanceof ScrapeFault || error instanceof ExpositionError;
      if (!isExpected) throw error;
      return failed(error.message, [reader.scraped, reader.kept, reader.seriesAdded]);
    }
  }

  /** @returns warnings. @throws HttpError, ScrapeFault, ExpositionError */
  async #read(reader: ScrapeReader, settings: ScrapeSettings): Promise<readonly string[]> {
    const { clock, userAgent } = this.#ground;
    const { url, timeoutMs } = this.target;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const cancel = clock.after(timeoutMs, () =>
      this.#abort.abort(new HttpError('context deadline exceeded')),
    );
    const answer = await this.#mode.client
      .ask({
        url,
        headers: {
          accept: acceptHeader(settings.protocols, 'allow-utf-8'),
          'accept-encoding': settings.isCompressed ? 'gzip' : 'identity',
          'user-agent': userAgent,
          'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1000),
        },
        signal,
        bodyBytesMax: settings.limits.bodyBytes,
      })
      .finally(cancel);
    if (answer.status !== 200) {
      throw new HttpError(`server returned HTTP status ${answer.status} ${answer.statusText}`.trimEnd());
    }
    if (answer.body.length === 0) return [];
    const choice = chooseFormat(answer.contentType, settings.fallbackProtocol);
    if (!choice.ok) throw new HttpError(choice.message);
    reader.read(answer.body, choice.format);
    return choice.warning === undefined ? [] : [choice.warning];
  }
}

function failed(error: string, counts: Outcome['counts'] = [0, 0, 0]): Outcome {
  return { samples: [], counts, error, warnings: [] };
}
