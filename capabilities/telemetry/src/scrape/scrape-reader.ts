import {
  type ExposedSeries,
  type ExpositionFormat,
  type ExpositionVisitor,
  parseExposition,
} from '@plinth/prometheus-exposition';
import type { FloatHistogram, FloatHistogramFields, Labels } from '@plinth/prometheus-model';
import { scrapeAheadMsMax } from '../limits.ts';
import { labelParts } from '../store/label-parts.ts';
import type { WrittenExemplar, WrittenSample } from '../store/sample-batch.ts';
import type { MetadataMemory } from './metadata-memory.ts';
import { labelsFault, storedLabels } from './sample-labels.ts';
import type { ScrapeSettings } from './scrape-settings.ts';
import type { KnownSeries, SeriesMemory } from './series-memory.ts';

/** What a target exposes breaks a limit or a rule: nothing of it is stored. */
export class ScrapeFault extends Error {
  override name = 'ScrapeFault';
}

/** How what a target exposes is read. */
export interface ScrapeReaderOptions {
  readonly settings: ScrapeSettings;
  readonly targetLabels: Labels;
  readonly series: SeriesMemory;
  readonly metadata: MetadataMemory;
  /** When it was scraped, in milliseconds since the epoch. */
  readonly timeMs: number;
  /** The present, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Its own limits count before relabeling, those of a scrape after it. */
const noLimits = {
  bodySizeBytes: Infinity,
  samples: Infinity,
  labels: Infinity,
  labelNameLength: Infinity,
  labelValueLength: Infinity,
};

/** Makes samples of what one scrape gave, in one go. Spec: Prometheus 3.14, scrape/scrape.go. */
export class ScrapeReader implements ExpositionVisitor {
  readonly samples: WrittenSample[] = [];
  /** Samples before metric relabeling. */
  scraped = 0;
  /** Samples after it. */
  kept = 0;
  /** Series that the scrape before did not have. */
  seriesAdded = 0;
  #repeated = 0;
  #ahead = 0;
  #isOverLimit = false;
  readonly #options: ScrapeReaderOptions;

  constructor(options: ScrapeReaderOptions) {
    this.#options = options;
  }

  /** @throws ScrapeFault, ExpositionError */
  read(body: Uint8Array, format: ExpositionFormat): void {
    const { readsClassicBuckets } = this.#options.settings;
    parseExposition(body, format, this, {
      limits: noLimits,
      classicHistograms: readsClassicBuckets ? 'all' : 'without_native',
    });
    if (this.#isOverLimit) throw new ScrapeFault('sample limit exceeded');
  }

  /** What was left out, in words for people. */
  get warnings(): readonly string[] {
    const { settings } = this.#options;
    const repeated = `Error on ingesting samples with different value but same timestamp (num_dropped=${this.#repeated})`;
    const ahead = `Error on ingesting samples that are too far into the future (num_dropped=${this.#ahead})`;
    return [
      ...(this.#repeated > 0 ? [repeated] : []),
      ...(this.#ahead > 0 && settings.honorsTimestamps ? [ahead] : []),
    ];
  }

  sample(series: ExposedSeries, value: number, timestampMs: number | undefined): void {
    this.#add(series, value, timestampMs);
  }

  histogram(series: ExposedSeries, histogram: FloatHistogram, timestampMs: number | undefined): void {
    this.#add(series, histogram.fields, timestampMs);
  }

  type(name: string, type: string): void {
    this.#options.metadata.note(name, { type });
  }

  help(name: string, help: string): void {
    this.#options.metadata.note(name, { help });
  }

  unit(name: string, unit: string): void {
    this.#options.metadata.note(name, { unit });
  }

  #add(exposed: ExposedSeries, value: number | FloatHistogramFields, exposedMs: number | undefined): void {
    const { settings, series: memory, timeMs, nowMs } = this.#options;
    this.scraped++;
    const ownMs = settings.honorsTimestamps ? exposedMs : undefined;
    const { text } = exposed;
    const found = memory.find(text);
    const series = found?.series ?? this.#learn(exposed, text);
    if (!series.labels) return;
    this.kept++;
    if (found?.isRepeated === true && ownMs === undefined) {
      this.#repeated++;
      return;
    }
    if (this.samples.length >= settings.limits.samples) {
      this.#isOverLimit = true;
      if (!found) memory.forget(text);
      return;
    }
    if (ownMs !== undefined && ownMs > nowMs + scrapeAheadMsMax) {
      this.#ahead++;
      if (!found) memory.forget(text);
      return;
    }
    const timestampMs = ownMs ?? timeMs;
    const exemplars =
      exposed.exemplars.length === 0 ? {} : { exemplars: exemplarsOf(exposed, value, timestampMs) };
    this.samples.push({ labels: series.labels, timestampMs, value, ...exemplars });
    // What comes with a time of its own says itself when it was last there.
    if (ownMs === undefined || settings.tracksTimestamps) memory.track(series.key, series.labels);
    if (!found && !this.#isOverLimit) this.seriesAdded++;
  }

  /** @throws ScrapeFault */
  #learn(exposed: ExposedSeries, text: string): KnownSeries {
    const { settings, targetLabels, series: memory } = this.#options;
    const stored = storedLabels(exposed.labels(), targetLabels, settings);
    const fault = stored && labelsFault(stored, settings.limits);
    if (fault !== undefined) throw new ScrapeFault(fault);
    return memory.add(text, stored);
  }
}

/** Without a time of its own an exemplar is of its sample; those of a native histogram are of any sample, and are left out. */
function exemplarsOf(
  { exemplars }: ExposedSeries,
  value: number | FloatHistogramFields,
  timestampMs: number,
): readonly WrittenExemplar[] {
  return exemplars.flatMap((exemplar) => {
    if (exemplar.timestampMs === undefined && typeof value !== 'number') return [];
    const labels = labelParts(exemplar.labels);
    return [{ labels, value: exemplar.value, timestampMs: exemplar.timestampMs ?? timestampMs }];
  });
}
