import type { RemoteWriteVersion } from '@plinth/remote-write';
import type { HttpClientOptions } from '../scrape/ports.ts';
import type { RelabelConfig } from '../scrape/relabel-fields.ts';

/** Says which forward a request is from: a MetricsForward, by its uid. */
export const forwardHeader = 'plinth-forward';

/** How samples wait and are sent. Spec: Prometheus 3, config.QueueConfig. */
export interface QueueSettings {
  readonly shardsMin: number;
  readonly shardsMax: number;
  /** Samples that may wait in memory for each shard. */
  readonly capacity: number;
  readonly samplesPerSendMax: number;
  /** A request is sent after so long, however little there is. */
  readonly deadlineMs: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  /** Whether a request that is answered with 429 is sent again. */
  readonly retriesRateLimit: boolean;
  /** Older samples are not sent; undefined: all are. */
  readonly ageMsMax: number | undefined;
}

/** How metrics are forwarded, with all defaults filled in. Can be cloned. */
export interface ForwardSettings {
  readonly url: string;
  readonly version: RemoteWriteVersion;
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly relabelConfigs: readonly RelabelConfig[];
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly sendsHistograms: boolean;
  /** How often 1.0 sends what is known about metrics; undefined: it is not sent. */
  readonly metadataEveryMs: number | undefined;
  readonly queue: QueueSettings;
  /** Bytes of the log that may wait. */
  readonly logBytesMax: number;
  /** Names the program to receivers. */
  readonly userAgent: string;
  /** Of the object: shows a database its own samples. */
  readonly uid: string;
  readonly http: HttpClientOptions;
  /** Why nothing can be sent: the credentials are not there. What comes waits. */
  readonly blocked: string | undefined;
}
