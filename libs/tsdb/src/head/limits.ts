/** Bounds of one database. */
export interface HeadLimits {
  /** Series in the head; 0 for no limit. */
  readonly seriesMax: number;
  /** Labels of a series. */
  readonly labelCountMax: number;
  readonly labelNameBytesMax: number;
  readonly labelValueBytesMax: number;
  /** All labels of a series together, as they are stored; below the size of a page of keys. */
  readonly labelsBytesMax: number;
  /** Samples in one batch. */
  readonly batchSamplesMax: number;
  /** How far before the newest sample a late one may lie; 0: late samples are refused. */
  readonly outOfOrderWindowMs: number;
  /** How far after the time of the batch a sample may lie. */
  readonly futureMs: number;
  /** Length of the windows of time that chunks do not cross, and of the shortest blocks. */
  readonly windowMs: number;
}

/** Upstream's where it has them; sizes are generous and only keep a broken sender from harm. */
export const defaultHeadLimits: HeadLimits = {
  seriesMax: 2_000_000,
  labelCountMax: 64,
  labelNameBytesMax: 1024,
  labelValueBytesMax: 8192,
  labelsBytesMax: 32_768,
  batchSamplesMax: 1_000_000,
  outOfOrderWindowMs: 0,
  futureMs: 600_000,
  windowMs: 7_200_000,
};
