import { defineService } from '@plinth/kernel';
import type { VectorSample } from '@plinth/prometheus-rules';
import type { WriteOutcome, WrittenSample } from './store/sample-batch.ts';

/** Asks for metrics of the virtual cluster. */
export interface MetricsQuery {
  /**
   * The value of a PromQL expression at an instant, in milliseconds since the epoch; a scalar comes as a sample without labels.
   * @throws Error that says why it cannot be evaluated
   */
  instant(text: string, timeMs: number): Promise<readonly VectorSample[]>;
}

/** Writes metrics of the virtual cluster. */
export interface MetricsWrite {
  /** @returns when all that was taken is durable, and why something was not */
  write(samples: readonly WrittenSample[]): Promise<WriteOutcome>;
}

export const metricsQuery = defineService<MetricsQuery>('MetricsQuery');
export const metricsWrite = defineService<MetricsWrite>('MetricsWrite');
