export { describeType, typeOf } from './checking/value-type.ts';
export { Engine, type EngineOptions, type QueryOptions, type QueryRange } from './engine/engine.ts';
export type { InterruptionOptions } from './engine/interruption.ts';
export { QueryError, type QueryErrorReason } from './engine/query-error.ts';
export type {
  MatrixResult,
  MatrixSeries,
  QueryStatistics,
  Result,
  ResultValue,
  ScalarResult,
  StringResult,
  VectorResult,
  VectorSample,
} from './engine/result.ts';
export type { FunctionSignature } from './functions/signature.ts';
export { functionSignatures } from './functions/signatures.ts';
export type * from './syntax/expression.ts';
export { formatExpression } from './syntax/format-expression.ts';
export { ParseError, type ParseFault } from './syntax/parse-error.ts';
export { parseExpression } from './syntax/parse-expression.ts';
export { parseMetricSelector } from './syntax/parse-metric-selector.ts';
export type { ParserOptions } from './syntax/parser-options.ts';
export { printExpression } from './syntax/print-expression.ts';
export { selectorsOf } from './syntax/selectors-of.ts';
export { parseSeries, type SeriesDescription, type SeriesValue } from './syntax/series-description.ts';
export { parseStartTimestamps, type StartTimestamps } from './syntax/start-timestamps.ts';
