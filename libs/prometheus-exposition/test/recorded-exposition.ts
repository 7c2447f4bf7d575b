import type { FloatHistogramFields, MetricType } from '@plinth/prometheus-model';
import {
  type ExposedSeries,
  type ExpositionFormat,
  type ExpositionLimits,
  type ExpositionOptions,
  type ExpositionVisitor,
  parseExposition,
} from '../src/index.ts';

/** No limits. */
export const unlimited: ExpositionLimits = {
  bodySizeBytes: Infinity,
  samples: Infinity,
  labels: Infinity,
  labelNameLength: Infinity,
  labelValueLength: Infinity,
};

/** Keeps everything that a parser hands over, in plain values. */
export class RecordedExposition implements ExpositionVisitor {
  readonly samples: {
    labels: string;
    value: number;
    timestampMs: number | undefined;
    startMs: number;
    exemplars: string[];
  }[] = [];
  readonly histograms: {
    labels: string;
    fields: FloatHistogramFields;
    startMs: number;
    exemplars: string[];
  }[] = [];
  readonly descriptions: string[] = [];

  sample(series: ExposedSeries, value: number, timestampMs: number | undefined): void {
    const labels = series.labels().toString();
    this.samples.push({
      labels,
      value,
      timestampMs,
      startMs: series.startTimestampMs,
      exemplars: exemplars(series),
    });
  }

  histogram(series: ExposedSeries, { fields }: { fields: FloatHistogramFields }): void {
    const labels = series.labels().toString();
    this.histograms.push({ labels, fields, startMs: series.startTimestampMs, exemplars: exemplars(series) });
  }

  type(family: string, type: MetricType): void {
    this.descriptions.push(`${family} type ${type}`);
  }

  help(family: string, help: string): void {
    this.descriptions.push(`${family} help ${help}`);
  }

  unit(family: string, unit: string): void {
    this.descriptions.push(`${family} unit ${unit}`);
  }
}

function exemplars(series: ExposedSeries): string[] {
  return series.exemplars.map(
    ({ labels, value, timestampMs }) => `${labels.toString()} ${value} ${timestampMs}`,
  );
}

/** What a body holds. */
export function recorded(
  body: string | Uint8Array,
  format: ExpositionFormat,
  options: ExpositionOptions = { limits: unlimited },
): RecordedExposition {
  const found = new RecordedExposition();
  parseExposition(typeof body === 'string' ? Buffer.from(body) : body, format, found, options);
  return found;
}
