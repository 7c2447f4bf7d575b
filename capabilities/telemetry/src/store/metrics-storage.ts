import type { Client } from '@plinth/kernel';
import type { DatabaseBounds } from '@plinth/tsdb';
import { exemplarsMax, retentionMs } from '../limits.ts';
import { bytesOf } from '../scrape/scrape-settings.ts';
import { durationMsOf } from './duration-ms.ts';
import {
  isMetricsStorage,
  type MetricsStorageSpec,
  metricsStorageName,
  metricsStorages,
} from './metrics-storage-kind.ts';

/** What the owner of a tenant lets it have; undefined: as much as it likes. */
export interface StorageQuotas {
  readonly series: number | undefined;
  readonly retentionDays: number | undefined;
}

/** What is kept now: as the MetricsStorage says, within the quotas. */
export function storageBounds(client: Client, { series, retentionDays }: StorageQuotas): DatabaseBounds {
  const { retention, retentionSize = '0', tsdb, exemplars } = specOf(client);
  const wanted = durationMsOf(retention) ?? retentionMs;
  const most = retentionDays === undefined ? undefined : retentionDays * 24 * 3_600_000;
  return {
    // 0 is no limit to a database.
    seriesMax: series === undefined ? undefined : Math.max(1, series),
    // A quota alone says how long, too.
    retentionMs: most === undefined ? wanted : Math.min(retention ? wanted : most, most),
    retentionBytes: bytesOf(retentionSize) || undefined,
    outOfOrderWindowMs: durationMsOf(tsdb?.outOfOrderTimeWindow) ?? 0,
    exemplarsMax: Math.min(exemplars?.maxSize ?? exemplarsDefault, series ?? exemplarsMax),
  };
}

/** Spec: Prometheus 3.14, storage.exemplars.max_exemplars. */
const exemplarsDefault = 100_000;

function specOf(client: Client): MetricsStorageSpec {
  const object = client.get(metricsStorages, { name: metricsStorageName });
  return object && isMetricsStorage(object) ? object.spec : {};
}
