import { formatFloat, quote } from '@plinth/go-format';
import { type Labels } from '@plinth/prometheus-model';
import type { DeltaAccumulator, HistogramCounts } from './delta-accumulator.ts';
import { translatedExemplars } from './exemplars.ts';
import type {
  DataPoint,
  ExponentialPoint,
  HistogramPoint,
  Metric,
  NumberPoint,
  ResourceMetrics,
  SummaryPoint,
  Temporality,
} from './metrics-data.ts';
import { metricNameOf, NameError } from './names.ts';
import { customBucketsHistogram, exponentialHistogram, TranslationError } from './native-histogram.ts';
import { namedLabels, SeriesLabels } from './series-labels.ts';
import { TargetInfo } from './target-info.ts';
import type { TranslationSettings } from './translation-settings.ts';
import type { TranslatedExemplar, TranslatedMetric, TranslationVisitor } from './translation-visitor.ts';
import { unitName } from './units.ts';

/**
 * Turns metrics of OpenTelemetry into series of Prometheus.
 * @param deltas - adds up points with delta temporality; without it they are rejected.
 * Spec: Prometheus 3.14, storage/remote/otlptranslator; OpenTelemetry "Prometheus and OpenMetrics Compatibility" 1.49.
 */
export function translateMetrics(
  resources: readonly ResourceMetrics[],
  settings: TranslationSettings,
  visitor: TranslationVisitor,
  deltas?: DeltaAccumulator,
): void {
  const labels = new SeriesLabels(settings);
  const targetInfo = new TargetInfo(settings, visitor);
  for (const resource of resources) {
    const translation = new ResourceTranslation(settings, labels, visitor, deltas);
    translation.run(resource);
    targetInfo.add(resource, labels);
  }
}

/** How many data points a metric has. */
function pointCount(metrics: readonly Metric[]): number {
  return metrics.reduce((sum, { data }) => sum + (data?.points.length ?? 0), 0);
}

class ResourceTranslation {
  readonly #settings: TranslationSettings;
  readonly #labels: SeriesLabels;
  readonly #visitor: TranslationVisitor;
  readonly #deltas: DeltaAccumulator | undefined;

  constructor(
    settings: TranslationSettings,
    labels: SeriesLabels,
    visitor: TranslationVisitor,
    deltas: DeltaAccumulator | undefined,
  ) {
    this.#settings = settings;
    this.#labels = labels;
    this.#visitor = visitor;
    this.#deltas = deltas;
  }

  run(resource: ResourceMetrics): void {
    const all = resource.scopes.flatMap(({ metrics }) => metrics);
    this.#attempt(pointCount(all), () => {
      this.#labels.enterResource(resource.attributes);
      for (const scope of resource.scopes) {
        this.#attempt(pointCount(scope.metrics), () => {
          this.#labels.enterScope(scope);
          for (const metric of scope.metrics) this.#attempt(pointCount([metric]), () => this.#metric(metric));
        });
      }
    });
  }

  /** What cannot be translated is rejected, and the rest goes on. */
  #attempt(dataPoints: number, translate: () => void): void {
    try {
      translate();
    } catch (error) {
      if (!(error instanceof TranslationError || error instanceof NameError)) throw error;
      this.#visitor.rejected(dataPoints, error.message);
    }
  }

  #metric(metric: Metric): void {
    const { data } = metric;
    if (!data) throw new TranslationError(`metric ${quote(metric.name)}: unsupported metric type`);
    const temporality = 'temporality' in data ? data.temporality : 'cumulative';
    if (temporality === 'unspecified' || (temporality === 'delta' && !this.#deltas)) {
      throw new TranslationError(`invalid temporality and type combination for metric ${quote(metric.name)}`);
    }
    const translated = this.#described(metric, data);
    switch (data.type) {
      case 'gauge':
      case 'sum':
        this.#each(data.points, (point) => this.#number(translated, point, temporality, data.type === 'sum'));
        return;
      case 'histogram':
        this.#each(data.points, (point) => this.#histogram(translated, point, temporality));
        return;
      case 'exponential':
        this.#each(data.points, (point) => this.#exponential(translated, point, temporality));
        return;
      case 'summary':
        this.#each(data.points, (point) => this.#summary(translated, point));
    }
  }

  #each<T>(points: readonly T[], translate: (point: T) => void): void {
    for (const point of points) this.#attempt(1, () => translate(point));
  }

  #described({ name, unit, description }: Metric, data: NonNullable<Metric['data']>): TranslatedMetric {
    const type = typeOf(data);
    // A sum that may fall is shown as a gauge, but it is named as none.
    const kind = type === 'counter' ? 'counter' : data.type === 'gauge' ? 'gauge' : 'other';
    const metricFamily = metricNameOf({ name, unit, kind }, this.#settings.translationStrategy);
    return { metricFamily, type, help: description, unit: unitName(unit) };
  }

  #number(
    metric: TranslatedMetric,
    point: NumberPoint,
    temporality: Temporality,
    hasExemplars: boolean,
  ): void {
    const labels = namedLabels(this.#labels.ofPoint(point.attributes), metric.metricFamily);
    const isAdded = temporality === 'delta' && point.isRecorded && this.#deltas;
    const total = isAdded ? isAdded.addNumber(labels.key, point) : point;
    const exemplars = hasExemplars ? translatedExemplars(point.exemplars) : [];
    this.#sample(labels, metric, { ...point, startTimeMs: total.startTimeMs }, total.value, exemplars);
  }

  #sample(
    labels: Labels,
    metric: TranslatedMetric,
    point: DataPoint,
    value: number,
    exemplars: readonly TranslatedExemplar[] = [],
  ): void {
    const { timeMs: timestampMs, startTimeMs: startTimestampMs, isRecorded } = point;
    this.#visitor.sample(labels, metric, {
      timestampMs,
      startTimestampMs,
      value,
      isStale: !isRecorded,
      exemplars,
    });
  }

  #histogram(metric: TranslatedMetric, point: HistogramPoint, temporality: Temporality): void {
    const base = this.#labels.ofPoint(point.attributes);
    const labels = namedLabels(base, metric.metricFamily);
    const isAdded = temporality === 'delta' && point.isRecorded && this.#deltas;
    const total = isAdded
      ? isAdded.addHistogram(labels.key, point)
      : { value: point, startTimeMs: point.startTimeMs };
    const counted: HistogramPoint = { ...point, ...countsOf(total.value), startTimeMs: total.startTimeMs };
    if (this.#settings.convertHistogramsToNhcb) {
      const { timeMs: timestampMs, startTimeMs: startTimestampMs } = counted;
      const histogram = customBucketsHistogram(counted);
      const exemplars = translatedExemplars(point.exemplars);
      const isStale = !point.isRecorded;
      this.#visitor.histogram(labels, metric, {
        timestampMs,
        startTimestampMs,
        isStale,
        histogram,
        exemplars,
      });
    } else {
      this.#classicHistogram(base, metric, counted);
    }
  }

  #classicHistogram(base: Map<string, string>, metric: TranslatedMetric, point: HistogramPoint): void {
    const name = metric.metricFamily;
    if (point.sum !== undefined) this.#sample(namedLabels(base, `${name}_sum`), metric, point, point.sum);
    this.#sample(namedLabels(base, `${name}_count`), metric, point, point.count);
    const exemplars = translatedExemplars(point.exemplars).toSorted((a, b) => a.value - b.value);
    let next = 0;
    let cumulative = 0;
    for (const [i, count] of point.bucketCounts.entries()) {
      const bound = point.explicitBounds[i];
      if (bound === undefined) break;
      cumulative += count;
      const first = next;
      while (next < exemplars.length && (exemplars[next]?.value ?? 0) <= bound) next++;
      const labels = namedLabels(base, `${name}_bucket`, ['le', formatFloat(bound)]);
      this.#sample(labels, metric, point, cumulative, exemplars.slice(first, next));
    }
    this.#sample(
      namedLabels(base, `${name}_bucket`, ['le', '+Inf']),
      metric,
      point,
      point.count,
      exemplars.slice(next),
    );
  }

  #exponential(metric: TranslatedMetric, point: ExponentialPoint, temporality: Temporality): void {
    const labels = namedLabels(this.#labels.ofPoint(point.attributes), metric.metricFamily);
    const own = exponentialHistogram(point);
    const isAdded = temporality === 'delta' && point.isRecorded && this.#deltas;
    const total = isAdded
      ? isAdded.addExponential(labels.key, point, own)
      : { value: own, startTimeMs: point.startTimeMs };
    this.#visitor.histogram(labels, metric, {
      timestampMs: point.timeMs,
      startTimestampMs: total.startTimeMs,
      isStale: !point.isRecorded,
      histogram: total.value,
      exemplars: translatedExemplars(point.exemplars),
    });
  }

  #summary(metric: TranslatedMetric, point: SummaryPoint): void {
    const base = this.#labels.ofPoint(point.attributes);
    const name = metric.metricFamily;
    this.#sample(namedLabels(base, `${name}_sum`), metric, point, point.sum);
    this.#sample(namedLabels(base, `${name}_count`), metric, point, point.count);
    for (const { quantile, value } of point.quantiles) {
      this.#sample(namedLabels(base, name, ['quantile', formatFloat(quantile)]), metric, point, value);
    }
  }
}

function countsOf({ count, sum, bucketCounts, explicitBounds }: HistogramCounts): HistogramCounts {
  return { count, sum, bucketCounts, explicitBounds };
}

function typeOf(data: NonNullable<Metric['data']>): 'counter' | 'gauge' | 'histogram' | 'summary' {
  switch (data.type) {
    case 'sum':
      return data.isMonotonic ? 'counter' : 'gauge';
    case 'exponential':
      return 'histogram';
    default:
      return data.type;
  }
}
