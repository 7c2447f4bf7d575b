import { defaultScrapeProtocols, type ScrapeProtocol } from '@plinth/prometheus-exposition';
import { DurationSyntaxError, parseDuration } from '@plinth/prometheus-model';
import { type LabelBuilder, RelabelRule } from '@plinth/prometheus-relabel';
import { scrapeBodyBytesMax, scrapeIntervalMs, scrapeIntervalMsMin, scrapeTimeoutMs } from '../limits.ts';
import { type RelabelConfig, relabelRule } from './relabel-fields.ts';

/** Targets with labels that they have in common. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Further labels of each target, in the order of the targets. */
  readonly ownLabels?: readonly Readonly<Record<string, string>>[];
}

/** Changes the labels of a target. @returns false when it drops the target */
export interface TargetRule {
  apply(labels: LabelBuilder): boolean;
}

/** How targets are scraped, as it is written: what a ScrapeConfig and an endpoint of a ServiceMonitor have in common. */
export interface ScrapeFields {
  readonly metricsPath?: string | undefined;
  readonly scheme?: string | undefined;
  readonly params?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly scrapeInterval?: string | undefined;
  readonly scrapeTimeout?: string | undefined;
  readonly scrapeProtocols?: readonly ScrapeProtocol[] | undefined;
  readonly fallbackScrapeProtocol?: ScrapeProtocol | undefined;
  readonly honorLabels?: boolean | undefined;
  readonly honorTimestamps?: boolean | undefined;
  readonly trackTimestampsStaleness?: boolean | undefined;
  readonly scrapeClassicHistograms?: boolean | undefined;
  readonly enableCompression?: boolean | undefined;
  readonly relabelings?: readonly RelabelConfig[] | undefined;
  readonly metricRelabelings?: readonly RelabelConfig[] | undefined;
  readonly sampleLimit?: number | undefined;
  readonly targetLimit?: number | undefined;
  readonly labelLimit?: number | undefined;
  readonly labelNameLengthLimit?: number | undefined;
  readonly labelValueLengthLimit?: number | undefined;
  readonly bodySizeLimit?: string | undefined;
  readonly keepDroppedTargets?: number | undefined;
}

/** How much a target may expose; Infinity where there is no limit. */
export interface ScrapeLimits {
  readonly samples: number;
  readonly labels: number;
  readonly labelNameBytes: number;
  readonly labelValueBytes: number;
  readonly bodyBytes: number;
}

/** What is to be done with the targets of a pool, with all defaults. */
export interface ScrapeSettings {
  /** Name of the pool: `scrapeConfig/NAMESPACE/NAME` or `serviceMonitor/NAMESPACE/NAME/INDEX`. */
  readonly pool: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly metricsPath: string;
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly protocols: readonly ScrapeProtocol[];
  readonly fallbackProtocol: ScrapeProtocol | undefined;
  readonly honorsLabels: boolean;
  readonly honorsTimestamps: boolean;
  /** Whether series that come with times of their own end, too, when they are gone. */
  readonly tracksTimestamps: boolean;
  /** Whether classic buckets are read where there are native ones, too. */
  readonly readsClassicBuckets: boolean;
  readonly isCompressed: boolean;
  readonly targetRules: readonly TargetRule[];
  readonly metricRules: readonly RelabelRule[];
  readonly limits: ScrapeLimits;
  /** Infinity where there is no limit. */
  readonly targetsMax: number;
  /** Dropped targets that are listed; Infinity: all. */
  readonly droppedTargetsMax: number;
}

/** An interval or a timeout cannot be used. */
export class IntervalError extends Error {
  override name = 'IntervalError';
  readonly field: 'scrapeInterval' | 'scrapeTimeout';

  constructor(field: 'scrapeInterval' | 'scrapeTimeout', message: string) {
    super(message);
    this.field = field;
  }
}

/**
 * How often and for how long targets are scraped, in milliseconds. Zero is absent.
 * Spec: Prometheus 3.14, config.ScrapeConfig.Validate.
 *
 * @throws IntervalError
 */
export function intervalsOf(spec: ScrapeFields): { intervalMs: number; timeoutMs: number } {
  const intervalMs = durationOf(spec, 'scrapeInterval') || scrapeIntervalMs;
  const timeoutMs = durationOf(spec, 'scrapeTimeout') || Math.min(scrapeTimeoutMs, intervalMs);
  if (intervalMs < scrapeIntervalMsMin) {
    throw new IntervalError('scrapeInterval', `must not be less than ${scrapeIntervalMsMin} ms`);
  }
  if (timeoutMs > intervalMs) {
    throw new IntervalError('scrapeTimeout', 'scrape timeout greater than scrape interval');
  }
  return { intervalMs, timeoutMs };
}

function durationOf(spec: ScrapeFields, field: IntervalError['field']): number {
  try {
    // The pattern of the schema lets an empty text through.
    return parseDuration(spec[field] || '0');
  } catch (error) {
    if (error instanceof DurationSyntaxError) throw new IntervalError(field, error.message);
    throw error;
  }
}

const factors: Readonly<Record<string, number>> = { K: 1, M: 2, G: 3, T: 4, P: 5, E: 6 };

/** A size such as `10MB` or `1.5GiB`, in bytes: prefixes are powers of 1024 with and without an `i`. NaN when it is none. */
export function bytesOf(text: string): number {
  if (text === '0') return 0;
  const [, digits = '', prefix = ''] = /^([\d.]+)([KMGTPE]?)i?B$/.exec(text) ?? [];
  return Math.floor(Number(digits === '' ? Number.NaN : digits) * 1024 ** (factors[prefix] ?? 0));
}

/**
 * Fields that the API has taken, with their defaults.
 *
 * @param firstRules - what is done with the labels of targets before relabelings
 * @throws IntervalError, RelabelError when it came in without the API
 */
export function scrapeSettings(
  pool: string,
  spec: ScrapeFields,
  firstRules: readonly TargetRule[],
): ScrapeSettings {
  return {
    pool,
    ...intervalsOf(spec),
    metricsPath: spec.metricsPath || '/metrics',
    scheme: (spec.scheme ?? 'http').toLowerCase(),
    parameters: spec.params ?? {},
    protocols: spec.scrapeProtocols ?? defaultScrapeProtocols,
    fallbackProtocol: spec.fallbackScrapeProtocol,
    honorsLabels: spec.honorLabels ?? false,
    honorsTimestamps: spec.honorTimestamps ?? true,
    tracksTimestamps: spec.trackTimestampsStaleness ?? false,
    readsClassicBuckets: spec.scrapeClassicHistograms ?? false,
    isCompressed: spec.enableCompression ?? true,
    targetRules: [...firstRules, ...(spec.relabelings ?? []).map(relabelRule)],
    metricRules: (spec.metricRelabelings ?? []).map(relabelRule),
    limits: {
      samples: limitOf(spec.sampleLimit),
      labels: limitOf(spec.labelLimit),
      labelNameBytes: limitOf(spec.labelNameLengthLimit),
      labelValueBytes: limitOf(spec.labelValueLengthLimit),
      bodyBytes: Math.min(limitOf(bytesOf(spec.bodySizeLimit ?? '0')), scrapeBodyBytesMax),
    },
    targetsMax: limitOf(spec.targetLimit),
    droppedTargetsMax: limitOf(spec.keepDroppedTargets),
  };
}

function limitOf(written: number | undefined): number {
  return written === undefined || written === 0 ? Number.POSITIVE_INFINITY : written;
}

/**
 * Names the job of a ScrapeConfig. The name of the pool stays where relabeling can see it, whatever the job is called.
 * Spec: prometheus-operator, how a ScrapeConfig becomes one of Prometheus.
 */
export function jobRules(jobName: string | undefined): readonly RelabelRule[] {
  const kept = new RelabelRule({ sourceLabels: ['job'], targetLabel: '__tmp_prometheus_job_name' });
  if (jobName === undefined) return [kept];
  return [kept, new RelabelRule({ targetLabel: 'job', replacement: jobName.replaceAll('$', '$$$$') })];
}
