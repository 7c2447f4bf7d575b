import type { ExpositionLimits } from './exposition-limits.ts';
import type { ExpositionVisitor } from './exposition-visitor.ts';
import { type ClassicHistograms, parseMetricFamilies } from './parse-metric-families.ts';
import { type CreatedLines, parseOpenMetrics } from './parse-openmetrics.ts';
import { parsePrometheusText } from './parse-prometheus-text.ts';
import type { ExpositionFormat } from './scrape-protocol.ts';

/** What a scrape wants of a body. */
export interface ExpositionOptions {
  readonly limits: ExpositionLimits;
  /** Of OpenMetrics; start timestamps unless it is given. */
  readonly createdLines?: CreatedLines;
  /** Of the protobuf format; classic series of histograms without native part unless it is given. */
  readonly classicHistograms?: ClassicHistograms;
}

/**
 * Reads what a target exposes.
 * @throws ExpositionError; what came before has been visited, and a scrape that fails keeps nothing of it.
 */
export function parseExposition(
  bytes: Uint8Array,
  format: ExpositionFormat,
  visitor: ExpositionVisitor,
  options: ExpositionOptions,
): void {
  switch (format) {
    case 'prometheus-text':
      parsePrometheusText(bytes, visitor, options.limits);
      return;
    case 'openmetrics':
      parseOpenMetrics(bytes, visitor, options.limits, options.createdLines);
      return;
    case 'metric-families':
      parseMetricFamilies(bytes, visitor, options.limits, options.classicHistograms);
  }
}
