import type { FloatHistogram } from '@plinth/prometheus-model';
import type { MatrixResult, MatrixSeries } from '@plinth/promql';
import type { VectorSample } from './vector.ts';

interface Place {
  readonly series: MatrixSeries;
  nextFloat: number;
  nextHistogram: number;
}

/** A matrix, read step by step: the instant vectors of a range query, in order of time. */
export class StepVectors {
  readonly #places: readonly Place[];
  readonly #stepMs: number;
  #timeMs: number;

  constructor({ series }: MatrixResult, range: { readonly startMs: number; readonly stepMs: number }) {
    this.#places = series.map((one) => ({ series: one, nextFloat: 0, nextHistogram: 0 }));
    this.#timeMs = range.startMs;
    this.#stepMs = range.stepMs;
  }

  /** The vector of the next step. */
  next(): readonly VectorSample[] {
    const samples: VectorSample[] = [];
    for (const place of this.#places) {
      const { labels, timestamps, values } = place.series;
      if (timestamps[place.nextFloat] === this.#timeMs && place.nextFloat < values.length) {
        samples.push({ labels, value: values[place.nextFloat++] ?? 0 });
        continue;
      }
      const histogram = this.#histogram(place);
      if (histogram) samples.push({ labels, value: 0, histogram });
    }
    this.#timeMs += this.#stepMs;
    return samples;
  }

  #histogram(place: Place): FloatHistogram | undefined {
    const { histogramTimestamps, histograms } = place.series;
    return histogramTimestamps[place.nextHistogram] === this.#timeMs
      ? histograms[place.nextHistogram++]
      : undefined;
  }
}
