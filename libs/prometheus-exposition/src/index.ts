export { ExpositionError, type ExpositionErrorCode } from './exposition-error.ts';
export type { ExpositionLimits } from './exposition-limits.ts';
export type { Exemplar, ExposedSeries, ExpositionVisitor } from './exposition-visitor.ts';
export { formatOpenMetrics, formatPrometheusText, type NameEscaping } from './format-families.ts';
export type {
  HistogramPoint,
  MetricFamily,
  SummaryPoint,
  ValuePoint,
  WrittenExemplar,
} from './metric-family.ts';
export { type OfferedFormat, offeredFormat } from './offered-format.ts';
export { type ExpositionOptions, parseExposition } from './parse-exposition.ts';
export type { ClassicHistograms } from './parse-metric-families.ts';
export type { CreatedLines } from './parse-openmetrics.ts';
export {
  acceptHeader,
  chooseFormat,
  defaultScrapeProtocols,
  type EscapingScheme,
  type ExpositionFormat,
  type FormatChoice,
  type ScrapeProtocol,
  scrapeProtocols,
} from './scrape-protocol.ts';
