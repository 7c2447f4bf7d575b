import type { Labels } from '@plinth/prometheus-model';
import { xxhash64 } from './xxhash64.ts';

/**
 * Hash of labels as Prometheus has it, so that `limit_ratio` chooses the same series. At most 2^64, rounded to a float.
 * Spec: xxHash, XXH64 with seed 0, of names and values with their lengths before them (Prometheus 3.14, model/labels).
 */
export function hashOf(labels: Labels): number {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const { name, value } of labels) {
    for (const text of [name, value]) {
      const encoded = encoder.encode(text);
      const { length } = encoded;
      if (length < 255) bytes.push(length);
      else bytes.push(255, length & 255, (length >> 8) & 255, (length >> 16) & 255);
      bytes.push(...encoded);
    }
  }
  return Number(xxhash64(Uint8Array.from(bytes)));
}
