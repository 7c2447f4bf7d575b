import { isUtf8 } from 'node:buffer';
import {
  FloatHistogram,
  formatOpenMetricsFloat,
  Labels,
  type MetricType,
  metricNameLabel,
} from '@plinth/prometheus-model';
import { WireError, WireReader } from '@plinth/protobuf-wire';
import { ExpositionError } from './exposition-error.ts';
import type { ExpositionLimits } from './exposition-limits.ts';
import type { Exemplar, ExposedSeries, ExpositionVisitor } from './exposition-visitor.ts';
import {
  type ExemplarMessage,
  type HistogramMessage,
  type MetricMessage,
  readMetric,
} from './metric-family-message.ts';
import { noExemplars } from './series-line.ts';

/** In the order of their numbers on the wire. */
const types: readonly MetricType[] = [
  'counter',
  'gauge',
  'summary',
  'unknown',
  'histogram',
  'gaugehistogram',
];

/** Which histograms become classic series. */
export type ClassicHistograms = 'without_native' | 'all';

/**
 * Reads the protobuf format, `io.prometheus.client.MetricFamily` one after the other, each with its length before it. Native
 * histograms come as such; classic ones, and those of native ones on request, as their series.
 * @throws ExpositionError; what came before has been visited.
 * Spec: prometheus/client_model, metrics.proto; Prometheus 3.14, model/textparse/protobufparse.go.
 */
export function parseMetricFamilies(
  bytes: Uint8Array,
  visitor: ExpositionVisitor,
  limits: ExpositionLimits,
  classic: ClassicHistograms = 'without_native',
): void {
  if (bytes.length > limits.bodySizeBytes) {
    throw new ExpositionError(
      'limit',
      `body size limit exceeded: ${bytes.length} bytes, at most ${limits.bodySizeBytes}`,
    );
  }
  const reader = new WireReader(bytes);
  const parser = new MetricFamilyParser(visitor, limits, classic);
  try {
    while (!reader.atEnd) {
      const outerEnd = reader.enter();
      parser.read(reader);
      reader.leave(outerEnd);
    }
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new ExpositionError('malformed', cause.message, 0, 0, { cause });
  }
}

/** One series while it is handed over. */
class FamilySeries implements ExposedSeries {
  exemplars: readonly Exemplar[] = noExemplars;
  startTimestampMs = 0;
  #labels = Labels.empty;

  set(labels: Labels, startTimestampMs: number): void {
    this.#labels = labels;
    this.startTimestampMs = startTimestampMs;
    this.exemplars = noExemplars;
  }

  get text(): string {
    return this.#labels.key;
  }

  labels(): Labels {
    return this.#labels;
  }
}

class MetricFamilyParser {
  readonly #visitor: ExpositionVisitor;
  readonly #limits: ExpositionLimits;
  readonly #classic: ClassicHistograms;
  readonly #series = new FamilySeries();
  #sampleCount = 0;

  constructor(visitor: ExpositionVisitor, limits: ExpositionLimits, classic: ClassicHistograms) {
    this.#visitor = visitor;
    this.#limits = limits;
    this.#classic = classic;
  }

  read(reader: WireReader): void {
    let name = '';
    let help = '';
    let unit = '';
    let typeNumber = 0;
    const metrics: number[] = [];
    while (!reader.atEnd) {
      const tag = reader.tag();
      if (tag === 0x0a) name = validText(reader.delimited(), 'metric name');
      else if (tag === 0x12) help = validText(reader.delimited(), `help for metric "${name}"`);
      else if (tag === 0x18) typeNumber = reader.uint32();
      else if (tag === 0x2a) unit = reader.text();
      else {
        if (tag === 0x22) metrics.push(reader.position);
        reader.skip(tag, tag === 0x22 ? 0 : 0b111110);
      }
    }
    if (metrics.length === 0) return;
    const type = types[typeNumber];
    if (name === '') throw new ExpositionError('malformed', 'invalid metric name: empty');
    if (type === undefined) {
      throw new ExpositionError('malformed', `unknown metric type for metric "${name}": ${typeNumber}`);
    }
    this.#visitor.help(name, help);
    if (unit !== '') this.#visitor.unit(name, unit);
    this.#visitor.type(name, type);
    for (const start of metrics) {
      reader.position = start;
      this.#emitMetric(name, type, readMetric(reader));
    }
  }

  #emitMetric(name: string, type: MetricType, metric: MetricMessage): void {
    if (type === 'summary') {
      this.#emitSummary(name, metric);
    } else if (type === 'histogram' || type === 'gaugehistogram') {
      const { histogram } = metric;
      if (!histogram) throw new ExpositionError('malformed', `histogram "${name}" without its message`);
      const isNative = isNativeHistogram(histogram);
      if (isNative) this.#emitNative(name, type, metric, histogram);
      if (!isNative || (this.#classic === 'all' && histogram.buckets.length > 0))
        this.#emitClassic(name, metric, histogram);
    } else {
      const exemplars = type === 'counter' && metric.exemplar ? [exemplarOf(metric.exemplar)] : noExemplars;
      const startMs = type === 'counter' ? metric.startTimestampMs : 0;
      this.#emit(name, metric, startMs, undefined, metric.value, exemplars);
    }
  }

  #emitSummary(name: string, metric: MetricMessage): void {
    const summary = metric.summary ?? { count: 0, sum: 0, quantiles: [], startTimestampMs: 0 };
    const startMs = summary.startTimestampMs;
    this.#emit(`${name}_count`, metric, startMs, undefined, summary.count);
    this.#emit(`${name}_sum`, metric, startMs, undefined, summary.sum);
    for (const { quantile, value } of summary.quantiles) {
      this.#emit(name, metric, startMs, ['quantile', formatOpenMetricsFloat(quantile)], value);
    }
  }

  #emitClassic(name: string, metric: MetricMessage, histogram: HistogramMessage): void {
    const startMs = histogram.startTimestampMs;
    const count = histogram.countFloat > 0 ? histogram.countFloat : histogram.count;
    this.#emit(`${name}_count`, metric, startMs, undefined, count);
    this.#emit(`${name}_sum`, metric, startMs, undefined, histogram.sum);
    let hasInfinity = false;
    for (const bucket of histogram.buckets) {
      const exemplars = bucket.exemplar ? [exemplarOf(bucket.exemplar)] : noExemplars;
      const bound = formatOpenMetricsFloat(bucket.upperBound);
      this.#emit(`${name}_bucket`, metric, startMs, ['le', bound], bucket.cumulativeCount, exemplars);
      hasInfinity ||= bucket.upperBound === Number.POSITIVE_INFINITY;
    }
    if (!hasInfinity) this.#emit(`${name}_bucket`, metric, startMs, ['le', '+Inf'], count);
  }

  #emitNative(name: string, type: MetricType, metric: MetricMessage, histogram: HistogramMessage): void {
    this.#begin(name, metric, histogram.startTimestampMs, undefined);
    // Without a timestamp they could not be told from those of the scrape before.
    const own =
      histogram.exemplars.length > 0
        ? histogram.exemplars
        : histogram.buckets.map(({ exemplar }) => exemplar);
    this.#series.exemplars = own.flatMap((one) => (one?.timestampMs === undefined ? [] : [exemplarOf(one)]));
    this.#visitor.histogram(this.#series, nativeHistogram(type, histogram), metric.timestampMs);
  }

  #emit(
    name: string,
    metric: MetricMessage,
    startMs: number,
    bound: [name: string, value: string] | undefined,
    value: number,
    exemplars = noExemplars,
  ): void {
    this.#begin(name, metric, startMs, bound);
    this.#series.exemplars = exemplars;
    this.#visitor.sample(this.#series, value, metric.timestampMs);
  }

  #begin(name: string, metric: MetricMessage, startMs: number, bound: [string, string] | undefined): void {
    const limits = this.#limits;
    if (++this.#sampleCount > limits.samples) {
      throw new ExpositionError('limit', `more than ${limits.samples} samples`);
    }
    const labels = bound ? [...metric.labels, bound] : metric.labels;
    if (labels.length > limits.labels) {
      throw new ExpositionError(
        'limit',
        `metric "${name}" has ${labels.length} labels, at most ${limits.labels} are allowed`,
      );
    }
    for (const [labelName, value] of labels) {
      if (labelName.length <= limits.labelNameLength && value.length <= limits.labelValueLength) continue;
      throw new ExpositionError(
        'limit',
        `metric "${name}" has a label "${labelName.slice(0, 64)}" that is too long`,
      );
    }
    this.#series.set(Labels.from([[metricNameLabel, name], ...labels]), startMs);
  }
}

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

function validText(bytes: Uint8Array, what: string): string {
  if (!isUtf8(bytes)) throw new ExpositionError('malformed', `invalid ${what}: no UTF-8`);
  return textDecoder.decode(bytes);
}

/** One without observations and without zero bucket has a span of length zero, to be told from a classic one. */
function isNativeHistogram(histogram: HistogramMessage): boolean {
  const { positiveSpans, negativeSpans, zeroThreshold, zeroCount } = histogram;
  return positiveSpans.length > 0 || negativeSpans.length > 0 || zeroThreshold > 0 || zeroCount > 0;
}

function nativeHistogram(type: MetricType, message: HistogramMessage): FloatHistogram {
  const isFloat = message.countFloat > 0 || message.zeroCountFloat > 0;
  const histogram = new FloatHistogram({
    counterResetHint: type === 'gaugehistogram' ? 'gauge' : 'unknown',
    schema: message.schema,
    zeroThreshold: message.zeroThreshold,
    zeroCount: isFloat ? message.zeroCountFloat : message.zeroCount,
    count: isFloat ? message.countFloat : message.count,
    sum: message.sum,
    positiveSpans: message.positiveSpans,
    negativeSpans: message.negativeSpans,
    positiveBuckets: isFloat ? message.positiveCounts : summed(message.positiveDeltas),
    negativeBuckets: isFloat ? message.negativeCounts : summed(message.negativeDeltas),
    customValues: [],
  });
  const problem = spansProblem(histogram);
  if (problem !== undefined) throw new ExpositionError('malformed', `histogram: ${problem}`);
  return histogram.compact();
}

/** Spans must name as many buckets as there are, before anything walks over them. */
function spansProblem({ fields }: FloatHistogram): string | undefined {
  for (const [side, spans, buckets] of [
    ['positive', fields.positiveSpans, fields.positiveBuckets],
    ['negative', fields.negativeSpans, fields.negativeBuckets],
  ] as const) {
    const named = spans.reduce((sum, { length }) => sum + length, 0);
    if (named !== buckets.length)
      return `${side} side: spans need ${named} buckets, have ${buckets.length} buckets`;
  }
  return undefined;
}

function summed(deltas: readonly number[]): number[] {
  let count = 0;
  return deltas.map((delta) => (count += delta));
}

function exemplarOf({ labels, value, timestampMs }: ExemplarMessage): Exemplar {
  return { labels: Labels.from(labels), value, timestampMs };
}
