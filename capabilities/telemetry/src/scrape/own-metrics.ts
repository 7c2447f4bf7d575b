import { hostname } from 'node:os';
import type { CapabilityContext } from '@plinth/kernel';
import { Labels } from '@plinth/prometheus-model';
import { ownMetricsEveryMs } from '../limits.ts';
import { labelParts } from '../store/label-parts.ts';
import type { TenantMetrics } from '../store/tenant-metrics.ts';
import { readExposed } from './exposed-samples.ts';

/** Generous: they are our own. */
const limits = {
  bodySizeBytes: 64 * 1024 * 1024,
  samples: 1_000_000,
  labels: 64,
  labelNameLength: 1_024,
  labelValueLength: 8_192,
};

/**
 * Notes the metrics of the process every 15 seconds, as a scrape of it would: job `plinth`, and `up`. It begins when metrics
 * are used: there is a rule, or somebody sends or asks. What nobody uses costs no memory (some 80 MB with its threads).
 * @param read - their text
 * @returns what ends it
 */
export function noteOwnMetrics(
  context: CapabilityContext,
  metrics: TenantMetrics,
  read: () => string,
): () => void {
  const { clock, onFault } = context;
  const target = { job: 'plinth', instance: hostname() };
  let isOver = false;
  const note = async (): Promise<void> => {
    const timeMs = clock.now();
    const { samples, metadata } = readExposed(Buffer.from(read()), {
      format: 'prometheus-text',
      limits,
      timeMs,
      honorsTimestamps: false,
      relabel: (labels) => labels.with(target),
    });
    const up = {
      labels: labelParts(Labels.of({ __name__: 'up', ...target })),
      timestampMs: timeMs,
      value: 1,
    };
    const database = await metrics.database();
    await database.append([...samples, up], timeMs);
    await database.learn(metadata);
  };
  let cancel = (): void => {};
  const schedule = (delayMs: number): void => {
    cancel = clock.after(delayMs, () => {
      note()
        .catch((error: unknown) => {
          if (!isOver) onFault('noting the metrics of the process', error);
        })
        .finally(() => {
          if (!isOver) schedule(ownMetricsEveryMs);
        });
    });
  };
  metrics.onOpened(() => schedule(0));
  return () => {
    isOver = true;
    cancel();
  };
}
