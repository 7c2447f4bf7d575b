import { defaultScrapeProtocols, type ScrapeProtocol } from '@plinth/prometheus-exposition';
import { DurationSyntaxError, parseDuration } from '@plinth/prometheus-model';
import { RelabelRule } from '@plinth/prometheus-relabel';
import { scrapeBodyBytesMax, scrapeIntervalMs, scrapeIntervalMsMin, scrapeTimeoutMs } from '../limits.ts';
import { relabelRule } from './relabel-fields.ts';
import type { ScrapeConfigSpec } from './scrape-config-kind.ts';

/** Targets with labels that they have in common. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** How much a target may expose; Infinity where there is no limit. */
export interface ScrapeLimits {
  readonly samples: number;
  readonly labels: number;
  readonly labelNameBytes: number;
  readonly labelValueBytes: number;
  readonly bodyBytes: number;
}

/** What is to be done with targets: a ScrapeConfig with its defaults. */
export interface ScrapeSettings {
  /** Name of the pool: `scrapeConfig/NAMESPACE/NAME`. */
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
  readonly isCompressed: boolean;
  readonly targetRules: readonly RelabelRule[];
  readonly metricRules: readonly RelabelRule[];
  readonly limits: ScrapeLimits;
  /** Infinity where there is no limit. */
  readonly targetsMax: number;
  /** Dropped targets that are listed; Infinity: all. */
  readonly droppedTargetsMax: number;
}

/** The interval or the timeout of a ScrapeConfig cannot be used. */
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
export function intervalsOf(spec: ScrapeConfigSpec): { intervalMs: number; timeoutMs: number } {
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

function durationOf(spec: ScrapeConfigSpec, field: IntervalError['field']): number {
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
 * A ScrapeConfig that the API has taken, with its defaults. Spec: prometheus-operator, how a ScrapeConfig becomes one of
 * Prometheus.
 *
 * @throws IntervalError, RelabelError when it came in without the API
 */
export function scrapeSettings(pool: string, spec: ScrapeConfigSpec): ScrapeSettings {
  return {
    pool,
    ...intervalsOf(spec),
    metricsPath: spec.metricsPath ?? '/metrics',
    scheme: (spec.scheme ?? 'http').toLowerCase(),
    parameters: spec.params ?? {},
    protocols: spec.scrapeProtocols ?? defaultScrapeProtocols,
    fallbackProtocol: spec.fallbackScrapeProtocol,
    honorsLabels: spec.honorLabels ?? false,
    honorsTimestamps: spec.honorTimestamps ?? true,
    isCompressed: spec.enableCompression ?? true,
    targetRules: [...jobRules(spec.jobName), ...(spec.relabelings ?? []).map(relabelRule)],
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

/** The name of the pool stays where relabeling can see it, whatever the job is called. */
function jobRules(jobName: string | undefined): readonly RelabelRule[] {
  const kept = new RelabelRule({ sourceLabels: ['job'], targetLabel: '__tmp_prometheus_job_name' });
  if (jobName === undefined) return [kept];
  return [kept, new RelabelRule({ targetLabel: 'job', replacement: jobName.replaceAll('$', '$$$$') })];
}
