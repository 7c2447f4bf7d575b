import {
  DeltaAccumulator,
  decodeExportRequest,
  defaultTranslationSettings,
  type ExportRequestHeaders,
  OtlpError,
  type TranslatedExemplar,
  type TranslatedHistogram,
  type TranslatedMetric,
  type TranslatedSample,
  type TranslationVisitor,
  translateMetrics,
} from '@plinth/otlp-metrics';
import type { Labels } from '@plinth/prometheus-model';
import type { Database } from '@plinth/tsdb';
import { deltaBucketsMax, deltaIdleMs, deltaSeriesMax, writeBytesMax } from '../limits.ts';
import type { MetricMetadata } from '../prometheus/metrics-reader.ts';
import { Refusal } from '../refusal-error.ts';
import { Unreadable } from '../store/unreadable.ts';

/** Brings metrics of OpenTelemetry to a database, in whose thread it runs. */
export class OtlpWriter {
  readonly #database: Database;
  readonly #learn: (name: string, metadata: MetricMetadata) => void;
  readonly #deltas: DeltaAccumulator;

  /** @param nowMs - the present, in milliseconds since the epoch */
  constructor(database: Database, learn: (name: string, metadata: MetricMetadata) => void, nowMs: number) {
    this.#database = database;
    this.#learn = learn;
    const limits = { series: deltaSeriesMax, idleMs: deltaIdleMs, buckets: deltaBucketsMax };
    this.#deltas = new DeltaAccumulator(limits, nowMs);
  }

  /** Forgets what deltas came to that come no more; to be called every minute or so. */
  expire(nowMs: number): void {
    this.#deltas.expire(nowMs);
  }

  /**
   * Adds what is in a request to the batch of the database.
   * @returns what has no place in Prometheus
   * @throws Refusal 400, 413 and 415, when nothing was added
   */
  add(body: Uint8Array, headers: ExportRequestHeaders): Unreadable {
    const visitor = new OtlpVisitor(this.#database, this.#learn);
    try {
      const resources = decodeExportRequest(body, headers, writeBytesMax);
      translateMetrics(resources, defaultTranslationSettings, visitor, this.#deltas);
    } catch (error) {
      this.#database.rollback();
      if (error instanceof OtlpError) throw new Refusal(error.status, error.message);
      throw error;
    }
    return visitor.unreadable;
  }
}

class OtlpVisitor implements TranslationVisitor {
  readonly unreadable = new Unreadable();
  readonly #database: Database;
  readonly #learn: (name: string, metadata: MetricMetadata) => void;

  constructor(database: Database, learn: (name: string, metadata: MetricMetadata) => void) {
    this.#database = database;
    this.#learn = learn;
  }

  sample(
    labels: Labels,
    metric: TranslatedMetric,
    { timestampMs, value, isStale, exemplars }: TranslatedSample,
  ): void {
    const ref = this.#refOf(labels, metric);
    // What is known of a resource at a later time need not be noted for late points too.
    if (metric.metricFamily === 'target_info' && this.#isLate(ref, timestampMs)) return;
    if (isStale) this.#database.appendStale(ref, timestampMs);
    else this.#database.append(ref, timestampMs, value);
    this.#addExemplars(ref, timestampMs, exemplars);
  }

  #isLate(ref: number, timestampMs: number): boolean {
    return ref >= 0 && timestampMs <= (this.#database.head.open.lastTimes[ref] ?? Number.NEGATIVE_INFINITY);
  }

  histogram(
    labels: Labels,
    metric: TranslatedMetric,
    { timestampMs, histogram, isStale, exemplars }: TranslatedHistogram,
  ): void {
    const ref = this.#refOf(labels, metric);
    if (isStale) this.#database.appendStale(ref, timestampMs);
    else this.#database.appendHistogram(ref, timestampMs, histogram);
    this.#addExemplars(ref, timestampMs, exemplars);
  }

  #addExemplars(ref: number, timestampMs: number, exemplars: readonly TranslatedExemplar[]): void {
    for (const exemplar of exemplars) {
      // Without a time of its own it is of the sample.
      this.#database.appendExemplar(ref, { ...exemplar, timestampMs: exemplar.timestampMs || timestampMs });
    }
  }

  rejected(dataPoints: number, reason: string): void {
    this.unreadable.add(dataPoints, reason);
  }

  #refOf(labels: Labels, { metricFamily, type, help, unit }: TranslatedMetric): number {
    this.#learn(metricFamily, { type, help, unit });
    return this.#database.refOfLabels(labels);
  }
}
