/** Bytes of a form or a query: long PromQL is sent as a form. */
export const queryBodyBytesMax = 1_000_000;
/** Bytes that a write may have on the way; senders of Prometheus stay below 1 MiB, collectors below 4. */
export const writeBodyBytesMax = 16 * 1024 * 1024;
/** Bytes that a write may come to when it is decompressed. Spec: OTLP asks for 20 MiB; a snappy bomb stops here. */
export const writeBytesMax = 20 * 1024 * 1024;
/** How long a query may take unless it says less. Spec: Prometheus, --query.timeout. */
export const queryTimeoutMs = 120_000;
/** Samples that a query may hold in memory at once. Spec: Prometheus, --query.max-samples. */
export const querySamplesMax = 50_000_000;
/** Expressions of rules are evaluated so often unless a group says otherwise. */
export const ruleIntervalMs = 60_000;
/** Alerts with a shorter `for` wait for it again after a restart. Spec: Prometheus, --rules.alert.for-grace-period. */
export const ruleGracePeriodMs = 10 * 60_000;
/** Alerts are restored when they were active so lately. Spec: Prometheus, --rules.alert.for-outage-tolerance. */
export const ruleOutageToleranceMs = 60 * 60_000;
/** Queries of one tenant that may wait for a thread. */
export const queriesWaitingMax = 256;
/** How long samples are kept unless somebody says otherwise: 15 days. Spec: Prometheus, --storage.tsdb.retention.time. */
export const retentionMs: number = 15 * 24 * 3_600_000;
/** The least and the most that may be said: a block has two hours. */
export const retentionMsMin: number = 2 * 3_600_000;
export const retentionMsMax: number = 100 * 365 * 24 * 3_600_000;
/** How late samples may come at most: so long the newest ones stay in memory. */
export const lateMsMax: number = 24 * 3_600_000;
/** Exemplars that may be kept at most: each takes some hundred bytes of memory. */
export const exemplarsMax = 1_000_000;
/** Snapshots of metrics that may lie on the disk. */
export const snapshotsMax = 16;
/** How often old samples are brought to blocks. */
export const tickEveryMs = 60_000;
/** How often Plinth notes its own metrics. */
export const ownMetricsEveryMs = 15_000;
/** How long a backtest may take. */
export const backtestMsMax = 600_000;
/** Days that a backtest may cover. */
export const backtestDaysMax = 400;
/** Bytes of a rule file. */
export const ruleFileBytesMax = 4 * 1024 * 1024;
/** Targets are scraped so often unless they say otherwise. Spec: Prometheus, global.scrape_interval. */
export const scrapeIntervalMs = 60_000;
/** Targets are scraped at most so often: what is shorter is a mistake, or an attack on the target. */
export const scrapeIntervalMsMin = 1_000;
/** A scrape may take so long unless it says otherwise. Spec: Prometheus, global.scrape_timeout. */
export const scrapeTimeoutMs = 10_000;
/** Bytes that a target may expose, decompressed: some 500,000 series. */
export const scrapeBodyBytesMax = 64 * 1024 * 1024;
/** Samples from the future are refused from here on. Spec: Prometheus 3.14, scrape, maxAheadTime. */
export const scrapeAheadMsMax = 10 * 60_000;
/** Bytes of a list of targets. */
export const targetListBytesMax = 16 * 1024 * 1024;
/** Targets of one virtual cluster unless a quota says otherwise: each is a timer and the labels of its series. */
export const scrapeTargetsMax = 10_000;
/** Endpoints of a ServiceMonitor: each is a scrape pool with connections of its own. */
export const monitorEndpointsMax = 100;
/** Lists of targets are read so often unless they say otherwise. Spec: Prometheus, http_sd_config, refresh_interval. */
export const targetListRefreshMs = 60_000;
/** Series with delta temporality whose sums are kept, in one virtual cluster. */
export const deltaSeriesMax = 100_000;
/** How long the sum of a series is kept after its last delta. Spec: deltatocumulative processor, max_stale, is 5 minutes; senders of ours may sleep longer. */
export const deltaIdleMs = 3_600_000;
/** Buckets of an exponential histogram that is summed up. Spec: OpenTelemetry SDK, MaxSize. */
export const deltaBucketsMax = 160;
/** Bytes that another server may answer with, decompressed: some four million samples. */
export const sourceAnswerBytesMax = 64 * 1024 * 1024;
/** Another server is waited for so long unless a source says otherwise. */
export const sourceTimeoutMs = 10_000;
/** How often it is looked whether another server can be asked. */
export const sourceProbeEveryMs = 60_000;
/** Bytes of the log that may wait for a receiver unless a forward says otherwise: some 80 million samples. */
export const forwardLogBytes = 1024 ** 3;
/** The least that a forward may say: some segments' worth of a small installation. */
export const forwardLogBytesMin = 1024 ** 2;
/** The most: a disk is finite. */
export const forwardLogBytesMax = 64 * 1024 ** 3;
/** The most for a tenant. */
export const forwardLogBytesMaxTenant = 4 * 1024 ** 3;
/** Samples that wait in memory for all forwards of the process: some 120 bytes each. A histogram counts as several. */
export const forwardQueuedMax = 1_000_000;
/** What a forward may have of them however many there are: one request. */
export const forwardQueuedMin = 2_000;
/** How long an answer may be waited for: until then what was sent stays on disk. */
export const forwardTimeoutMsMax = 300_000;
/** How long a request may be put off, unless the receiver asks for more. */
export const forwardPauseMsMax = 3_600_000;
/** Forwards of one virtual cluster: each reads the whole log. */
export const forwardsMax = 16;
/** How often it is looked how a forward does. */
export const forwardLookEveryMs = 2_000;
/** Numbers of a status are brought up to date so often. */
export const forwardStatusEveryMs = 60_000;
