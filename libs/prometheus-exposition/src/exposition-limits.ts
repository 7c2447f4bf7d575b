/** What a body may have at most. Infinity where there is no limit. */
export interface ExpositionLimits {
  /** After decompression. */
  readonly bodySizeBytes: number;
  readonly samples: number;
  /** Labels of one series, without the name of the metric. */
  readonly labels: number;
  /** In characters. */
  readonly labelNameLength: number;
  /** In characters. */
  readonly labelValueLength: number;
}
