import { quote } from '@plinth/go-format';
import { type Labels } from '@plinth/prometheus-model';
import type { ResourceMetrics } from './metrics-data.ts';
import { NameError } from './names.ts';
import { namedLabels, type SeriesLabels } from './series-labels.ts';
import type { TranslationSettings } from './translation-settings.ts';
import type { TranslatedMetric, TranslationVisitor } from './translation-visitor.ts';

const metric: TranslatedMetric = {
  metricFamily: 'target_info',
  type: 'gauge',
  help: 'Target metadata',
  unit: '',
};

/** More samples than a day has at the default distance: a clock that is wrong must not make millions. */
const samplesMax = 600;

/** The series `target_info`, which tells what is known about a resource. */
export class TargetInfo {
  readonly #settings: TranslationSettings;
  readonly #visitor: TranslationVisitor;
  /** Resources with the same labels and time give one sample. */
  readonly #seen = new Set<string>();

  constructor(settings: TranslationSettings, visitor: TranslationVisitor) {
    this.#settings = settings;
    this.#visitor = visitor;
  }

  /** Gives the samples between the first and the last data point of the resource, both included. */
  add(resource: ResourceMetrics, series: SeriesLabels): void {
    if (!this.#settings.hasTargetInfo) return;
    const times = resource.scopes.flatMap(({ metrics }) =>
      metrics.flatMap(({ data }) => (data?.points ?? []).map(({ timeMs }) => timeMs)),
    );
    if (times.length === 0) return;
    const labels = this.#labels(resource, series);
    if (!labels) return;
    let startMs = Infinity;
    let endMs = 0;
    for (const timeMs of times) {
      startMs = Math.min(startMs, timeMs);
      endMs = Math.max(endMs, timeMs);
    }
    const distanceMs = Math.max(1, this.#settings.lookbackMs / 2);
    if ((endMs - startMs) / distanceMs <= samplesMax) {
      for (let timeMs = startMs; timeMs < endMs; timeMs += distanceMs) this.#sample(labels, timeMs);
    }
    this.#sample(labels, endMs);
  }

  #labels(resource: ResourceMetrics, series: SeriesLabels): Labels | undefined {
    try {
      const labels = series.ofTarget(resource.attributes);
      return labels && namedLabels(labels, metric.metricFamily);
    } catch (error) {
      if (!(error instanceof NameError)) throw error;
      this.#visitor.rejected(0, `${quote(metric.metricFamily)}: ${error.message}`);
      return undefined;
    }
  }

  #sample(labels: Labels, timestampMs: number): void {
    const key = `${timestampMs} ${labels.key}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#visitor.sample(labels, metric, {
      timestampMs,
      startTimestampMs: 0,
      value: 1,
      isStale: false,
      exemplars: [],
    });
  }
}
