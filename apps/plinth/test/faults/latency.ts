import assert from 'node:assert/strict';
import type { HttpsClient } from '../harness/https-client.ts';

/** Milliseconds that requests took. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Creates ConfigMaps, a few at a time, and measures each from its sending to its answer.
 *
 * @param prefix of their names
 * @param bytes of data in each
 */
export async function measureWrites(
  client: HttpsClient,
  options: { path: string; prefix: string; count: number; concurrency: number; bytes?: number },
): Promise<Latency> {
  const { path, prefix, count, concurrency, bytes = 500 } = options;
  const took: number[] = [];
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < count) {
      const object = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `${prefix}-${next++}` },
        data: { text: 'x'.repeat(bytes) },
      };
      const startedAt = performance.now();
      const { status, text } = await client.post(path, object);
      took.push(performance.now() - startedAt);
      assert.equal(status, 201, text);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, write));
  return latencyOf(took);
}

function latencyOf(took: number[]): Latency {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** A latency in words, for the figures of a run. */
export function describeLatency({ count, p50, p99, max }: Latency): string {
  return `${count} writes, p50 ${p50} ms, p99 ${p99} ms, slowest ${max} ms`;
}
