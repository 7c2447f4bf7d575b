import type { Labels } from '@plinth/prometheus-model';
import {
  type DeltaAccumulator,
  decodeExportRequest,
  defaultTranslationSettings,
  type TranslatedHistogram,
  type TranslatedMetric,
  type TranslatedSample,
  type TranslationSettings,
  type TranslationVisitor,
  translateMetrics,
} from '../src/index.ts';

/** Keeps everything that a translation gives. */
export class RecordedSeries implements TranslationVisitor {
  readonly samples: { labels: string; metric: TranslatedMetric; sample: TranslatedSample }[] = [];
  readonly histograms: { labels: string; metric: TranslatedMetric; sample: TranslatedHistogram }[] = [];
  readonly rejections: [dataPoints: number, reason: string][] = [];

  sample(labels: Labels, metric: TranslatedMetric, sample: TranslatedSample): void {
    this.samples.push({ labels: labels.toString(), metric, sample });
  }

  histogram(labels: Labels, metric: TranslatedMetric, sample: TranslatedHistogram): void {
    this.histograms.push({ labels: labels.toString(), metric, sample });
  }

  rejected(dataPoints: number, reason: string): void {
    this.rejections.push([dataPoints, reason]);
  }

  /** Labels and values of all samples. */
  get values(): [labels: string, value: number | 'stale'][] {
    return this.samples.map(({ labels, sample }) => [labels, sample.isStale ? 'stale' : sample.value]);
  }
}

/** An attribute in JSON. */
export function attribute(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}

/** A request in JSON with metrics of one scope of one resource. */
export function request(
  metrics: readonly object[],
  resourceAttributes: readonly object[] = [],
  scope: object = {},
): object {
  return {
    resourceMetrics: [{ resource: { attributes: resourceAttributes }, scopeMetrics: [{ scope, metrics }] }],
  };
}

/** What a request in JSON becomes. */
export function translated(
  body: object,
  settings: Partial<TranslationSettings> = {},
  deltas?: DeltaAccumulator,
): RecordedSeries {
  const headers = { contentType: 'application/json', contentEncoding: undefined };
  const resources = decodeExportRequest(Buffer.from(JSON.stringify(body)), headers);
  const recorded = new RecordedSeries();
  translateMetrics(resources, { ...defaultTranslationSettings, ...settings }, recorded, deltas);
  return recorded;
}
