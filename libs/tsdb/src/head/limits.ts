import { keyPageWords } from './head-memory.ts';

/** Bounds of one database. */
export interface HeadLimits {
  /** Series in the head; 0 for no limit. */
  readonly seriesMax: number;
  /** Exemplars in memory, of all series together; the oldest make room. */
  readonly exemplarsMax: number;
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

/** @throws RangeError when bounds are beyond what the memory of the head is made for. */
export function checkLimits({ labelsBytesMax, windowMs, outOfOrderWindowMs }: HeadLimits): void {
  if (!(labelsBytesMax > 0 && labelsBytesMax <= keyPageWords * 2)) {
    throw new RangeError(`labelsBytesMax: ${labelsBytesMax}, expected 1 to ${keyPageWords * 2}`);
  }
  // Times in an open chunk are 32 bits.
  if (!(Number.isInteger(windowMs) && windowMs > 0 && windowMs < 2 ** 31)) {
    throw new RangeError(`windowMs: ${windowMs}, expected 1 to ${2 ** 31 - 1}`);
  }
  if (!(outOfOrderWindowMs >= 0))
    throw new RangeError(`outOfOrderWindowMs: ${outOfOrderWindowMs}, expected 0 or more`);
}

/** Upstream's where it has them; sizes are generous and only keep a broken sender from harm. */
export const defaultHeadLimits: HeadLimits = {
  seriesMax: 2_000_000,
  exemplarsMax: 100_000,
  labelCountMax: 64,
  labelNameBytesMax: 1024,
  labelValueBytesMax: 8192,
  labelsBytesMax: 32_768,
  batchSamplesMax: 1_000_000,
  outOfOrderWindowMs: 0,
  futureMs: 600_000,
  windowMs: 7_200_000,
};
