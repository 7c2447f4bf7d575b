import {
  type ExpositionFormat,
  type ExpositionLimits,
  type ExpositionVisitor,
  parseExposition,
} from '@plinth/prometheus-exposition';
import type { FloatHistogramFields, Labels } from '@plinth/prometheus-model';
import type { MetricMetadata } from '../prometheus/metrics-reader.ts';
import { labelParts } from '../store/label-parts.ts';
import type { WrittenSample } from '../store/sample-batch.ts';

/** How what a target exposes becomes samples. */
export interface ExposedOptions {
  readonly format: ExpositionFormat;
  readonly limits: ExpositionLimits;
  /** When it was read, for samples that say no time of their own; milliseconds since the epoch. */
  readonly timeMs: number;
  /** Whether the times that the target gives count. */
  readonly honorsTimestamps: boolean;
  /** The labels of a series as it is stored; undefined: it is not wanted. */
  readonly relabel: (labels: Labels) => Labels | undefined;
}

/** What a target exposes, ready to be written. */
export interface Exposed {
  readonly samples: readonly WrittenSample[];
  readonly metadata: readonly (readonly [name: string, metadata: MetricMetadata])[];
  /** How many samples there were before some were dropped. */
  readonly scraped: number;
}

/** Reads what a target exposes. @throws ExpositionError */
export function readExposed(bytes: Uint8Array, options: ExposedOptions): Exposed {
  const { format, limits, timeMs, honorsTimestamps, relabel } = options;
  const samples: WrittenSample[] = [];
  const metadata = new Map<string, { type: string; help: string; unit: string }>();
  let scraped = 0;
  const add = (labels: Labels, value: number | FloatHistogramFields, at: number | undefined): void => {
    scraped++;
    const stored = relabel(labels);
    if (!stored) return;
    const timestampMs = honorsTimestamps ? (at ?? timeMs) : timeMs;
    samples.push({ labels: labelParts(stored), timestampMs, value });
  };
  const known = (name: string): { type: string; help: string; unit: string } => {
    let one = metadata.get(name);
    if (!one) metadata.set(name, (one = { type: 'unknown', help: '', unit: '' }));
    return one;
  };
  const visitor: ExpositionVisitor = {
    sample: (series, value, at) => add(series.labels(), value, at),
    histogram: (series, histogram, at) => add(series.labels(), histogram.fields, at),
    type: (name, type) => void (known(name).type = type),
    help: (name, help) => void (known(name).help = help),
    unit: (name, unit) => void (known(name).unit = unit),
  };
  parseExposition(bytes, format, visitor, { limits });
  return { samples, metadata: [...metadata], scraped };
}
