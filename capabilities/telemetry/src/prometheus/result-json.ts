import { formatSampleValue } from '@plinth/go-format';
import { type FloatHistogram, type Labels } from '@plinth/prometheus-model';
import type { MatrixSeries, ResultValue, VectorSample } from '@plinth/promql';
import type { Exemplar, SeriesExemplars } from '@plinth/tsdb';

/**
 * The value of a query as the HTTP API writes it: times in seconds, values as texts.
 * Spec: Prometheus 3.14, web/api/v1/json_codec.go and util/jsonutil.
 */
export function resultJson(value: ResultValue): string {
  switch (value.type) {
    case 'scalar':
      return `[${timeJson(value.timeMs)},"${formatSampleValue(value.value)}"]`;
    case 'string':
      return `[${timeJson(value.timeMs)},${JSON.stringify(value.value)}]`;
    case 'vector': {
      const time = timeJson(value.timeMs);
      return `[${value.samples.map((sample) => sampleJson(sample, time)).join(',')}]`;
    }
    case 'matrix': {
      const times = new TimeTexts();
      return `[${value.series.map((series) => seriesJson(series, times)).join(',')}]`;
    }
  }
}

function sampleJson({ labels, value, histogram }: VectorSample, time: string): string {
  const shown = histogram
    ? `"histogram":[${time},${histogramJson(histogram)}]`
    : `"value":[${time},"${formatSampleValue(value)}"]`;
  return `{"metric":${labelsJson(labels)},${shown}}`;
}

function seriesJson(series: MatrixSeries, times: TimeTexts): string {
  const { labels, timestamps, values, histograms, histogramTimestamps } = series;
  let text = `{"metric":${labelsJson(labels)}`;
  if (values.length > 0) {
    const texts = times.of(timestamps);
    text += ',"values":[';
    for (let i = 0; i < values.length; i++) {
      text += `${i === 0 ? '[' : ',['}${texts[i]},"${formatSampleValue(values[i] ?? 0)}"]`;
    }
    text += ']';
  }
  if (histograms.length > 0) {
    const points = histograms.map(
      (one, i) => `[${timeJson(histogramTimestamps[i] ?? 0)},${histogramJson(one)}]`,
    );
    text += `,"histograms":[${points.join(',')}]`;
  }
  return `${text}}`;
}

/** The texts of times. Many series have the same ones, often the very same array. */
class TimeTexts {
  readonly #known = new Map<Float64Array, readonly string[]>();

  of(timestamps: Float64Array): readonly string[] {
    const known = this.#known.get(timestamps);
    if (known) return known;
    const texts = Array.from(timestamps, timeJson);
    this.#known.set(timestamps, texts);
    return texts;
  }
}

function labelsJson(labels: Labels): string {
  return JSON.stringify(labels);
}

/** Exemplars by series. Spec: Prometheus 3.14, HTTP API, Querying exemplars. */
export function exemplarsJson(found: readonly SeriesExemplars[]): string {
  const series = found.map(
    ({ labels, exemplars }) =>
      `{"seriesLabels":${labelsJson(labels)},"exemplars":[${exemplars.map(exemplarJson).join(',')}]}`,
  );
  return `[${series.join(',')}]`;
}

function exemplarJson({ labels, value, timestampMs }: Exemplar): string {
  return `{"labels":${labelsJson(labels)},"value":"${formatSampleValue(value)}","timestamp":${timeJson(timestampMs)}}`;
}

/** Milliseconds as seconds, with as many digits as are needed. */
export function timeJson(timeMs: number): string {
  const whole = Math.trunc(timeMs / 1000);
  const rest = Math.abs(timeMs % 1000);
  if (rest === 0) return `${whole}`;
  return `${timeMs < 0 && whole === 0 ? '-' : ''}${whole}.${String(rest).padStart(3, '0')}`;
}

/** A histogram with those of its buckets that are not empty. */
function histogramJson(histogram: FloatHistogram): string {
  return JSON.stringify(histogram.toApi());
}
