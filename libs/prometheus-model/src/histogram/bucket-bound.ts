import { finestBounds } from './exponential-bounds.ts';
import { customBucketsSchema, finestSchema } from './schema.ts';

/** Upper bound of a bucket; the lower bound is that of the index before. Negative buckets have the same bounds with the sign changed. */
export function bucketBound(index: number, schema: number, customValues: readonly number[]): number {
  if (schema !== customBucketsSchema) return exponentialBound(index, schema);
  if (index < 0) return Number.NEGATIVE_INFINITY;
  return customValues[index] ?? Number.POSITIVE_INFINITY;
}

/**
 * The bucket of the largest finite number would end at 2^1024, which is no float. It ends at the largest float instead, so that
 * infinite observations have the bucket after it to themselves.
 */
function exponentialBound(index: number, schema: number): number {
  if (schema < 0) {
    const exponent = index * 2 ** -schema;
    return exponent === 1024 ? Number.MAX_VALUE : 2 ** exponent;
  }
  const boundsInOctave = 2 ** schema;
  const exponent = Math.floor(index / boundsInOctave);
  const position = index - exponent * boundsInOctave;
  if (position === 0 && exponent === 1024) return Number.MAX_VALUE;
  const fraction = finestBounds[position << (finestSchema - schema)] ?? Number.NaN;
  return exponent > 1022 ? fraction * 2 * 2 ** exponent : fraction * 2 ** (exponent + 1);
}
