import { parseDuration } from '@plinth/prometheus-model';
import { forwardLogBytes, forwardLogBytesMaxTenant } from '../limits.ts';
import type { HttpClientOptions } from '../scrape/ports.ts';
import { bytesOf } from '../scrape/scrape-settings.ts';
import type { ForwardSettings, QueueSettings } from './forward-settings.ts';
import type { MetricsForwardSpec } from './metrics-forward-kind.ts';

/** What the spec of a forward comes to. */
export function settingsOfSpec(
  spec: MetricsForwardSpec,
  { http, blocked, userAgent, uid }: Pick<ForwardSettings, 'http' | 'blocked' | 'userAgent' | 'uid'>,
): ForwardSettings {
  const { metadataConfig = {}, queueConfig = {}, messageVersion = 'V1.0' } = spec;
  const version = messageVersion === 'V2.0' ? '2.0' : '1.0';
  return {
    url: spec.url,
    version,
    timeoutMs: durationOf(spec.remoteTimeout, 30_000),
    headers: spec.headers ?? {},
    relabelConfigs: spec.writeRelabelConfigs ?? [],
    externalLabels: spec.externalLabels ?? {},
    sendsHistograms: version === '2.0' || spec.sendNativeHistograms === true,
    metadataEveryMs:
      metadataConfig.send === false ? undefined : durationOf(metadataConfig.sendInterval, 60_000),
    queue: queueSettings(queueConfig),
    logBytesMax: logBytesOf(queueConfig.logSizeLimit, http.reach),
    userAgent,
    uid,
    http,
    blocked,
  };
}

/** Defaults are those of Prometheus 3 (config.DefaultQueueConfig) but for 429: who asks for patience means no loss. */
function queueSettings(queue: NonNullable<MetricsForwardSpec['queueConfig']>): QueueSettings {
  const ageMsMax = durationOf(queue.sampleAgeLimit, 0);
  const samplesPerSendMax = queue.maxSamplesPerSend ?? 2_000;
  return {
    shardsMin: queue.minShards ?? 1,
    shardsMax: queue.maxShards ?? 50,
    capacity: Math.max(samplesPerSendMax, queue.capacity ?? 10_000),
    samplesPerSendMax,
    deadlineMs: durationOf(queue.batchSendDeadline, 5_000),
    backoffMsMin: durationOf(queue.minBackoff, 30),
    backoffMsMax: durationOf(queue.maxBackoff, 5_000),
    retriesRateLimit: queue.retryOnRateLimit ?? true,
    ageMsMax: ageMsMax === 0 ? undefined : ageMsMax,
  };
}

function logBytesOf(written: string | undefined, reach: HttpClientOptions['reach']): number {
  const bytes = written === undefined ? forwardLogBytes : bytesOf(written);
  return reach === 'public' ? Math.min(bytes, forwardLogBytesMaxTenant) : bytes;
}

function durationOf(written: string | undefined, defaultMs: number): number {
  return written === undefined || written === '' ? defaultMs : parseDuration(written);
}
