export { DeltaAccumulator, type DeltaLimits } from './delta-accumulator.ts';
export {
  decodeExportRequest,
  type ExportRequestHeaders,
  exportSizeBytesMax,
  negotiateExport,
  type OtlpEncoding,
} from './export-request.ts';
export { type ExportResponse, exportFailure, exportResponse, statusCodes } from './export-response.ts';
export type {
  Attributes,
  AttributeValue,
  DataPoint,
  ExemplarPoint,
  ExponentialBuckets,
  ExponentialPoint,
  HistogramPoint,
  Metric,
  MetricData,
  NumberPoint,
  ResourceMetrics,
  ScopeMetrics,
  SummaryPoint,
  Temporality,
} from './metrics-data.ts';
export type { TranslationStrategy } from './names.ts';
export { OtlpError, type OtlpErrorCode } from './otlp-error.ts';
export { translateMetrics } from './translate.ts';
export { defaultTranslationSettings, type TranslationSettings } from './translation-settings.ts';
export type {
  TranslatedExemplar,
  TranslatedHistogram,
  TranslatedMetric,
  TranslatedSample,
  TranslationVisitor,
} from './translation-visitor.ts';
