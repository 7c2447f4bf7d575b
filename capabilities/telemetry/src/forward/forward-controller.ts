import {
  type Client,
  type Clock,
  type Controller,
  defineController,
  equalJson,
  type ObjectName,
  specChanged,
} from '@plinth/kernel';
import { forwardLookEveryMs, forwardStatusEveryMs } from '../limits.ts';
import { CredentialsError, References } from '../scrape/credentials.ts';
import { type HttpClientOptions, HttpError, type OpenHttpClient } from '../scrape/ports.ts';
import type { ForwardSettings } from './forward-settings.ts';
import { type ForwardObservation, forwardStatus, isNews } from './forward-status.ts';
import { type ForwardState, type Forwards, TooManyForwardsError } from './forwards.ts';
import { isMetricsForward, type MetricsForward, metricsForwards } from './metrics-forward-kind.ts';
import { settingsOfSpec } from './settings-of-spec.ts';

/** What the controller stands on. */
export interface ForwardControllerOptions {
  readonly forwards: Forwards;
  readonly clock: Clock;
  /** Tries whether certificates can be read. */
  readonly openHttp: OpenHttpClient;
  /** Which addresses may be connected to. */
  readonly reach: HttpClientOptions['reach'];
  /** Names the program to receivers. */
  readonly userAgent: string;
}

/** Keeps MetricsForward objects under way, and tells in their status how they do. */
export function forwardController(options: ForwardControllerOptions): Controller {
  const { forwards, clock } = options;
  /** When the numbers of a status were last written, by name. */
  const writtenAtMs = new Map<string, number>();
  return defineController({
    name: 'metricsforwards',
    resource: metricsForwards,
    // Its own status writes are no news to it.
    trigger: specChanged,
    watches: ['secrets', 'configmaps'].map((resource) => ({
      resource: { group: '', resource },
      map: ({ metadata: { namespace } }, { client }) => forwardsOf(namespace, client),
    })),
    // Where the controller runs is where forwards are under way: another process may have taken it over.
    sources: [() => () => void forwards.stop()],
    async reconcile({ name }, { client }) {
      const object = client.get(metricsForwards, { name });
      if (!object || !isMetricsForward(object) || object.metadata.deletionTimestamp !== undefined) {
        writtenAtMs.delete(name);
        await forwards.remove(name);
        return;
      }
      const status = forwardStatus(object.status, await observe(object, client, options), clock.now());
      const isDue = clock.monotonic() - (writtenAtMs.get(name) ?? -Infinity) >= forwardStatusEveryMs;
      if (isNews(object.status, status) || (isDue && !equalJson(status, object.status))) {
        await client.patch(metricsForwards, { name }, { status: { ...status } }, 'status');
        writtenAtMs.set(name, clock.monotonic());
      }
      return { requeueAfterMs: forwardLookEveryMs };
    },
  });
}

function namespaceOf({ spec }: MetricsForward): string {
  return spec.secretNamespace ?? 'default';
}

/** Those whose Secrets and ConfigMaps are in a namespace. */
function forwardsOf(namespace: string | undefined, client: Client): readonly ObjectName[] {
  return client
    .list(metricsForwards)
    .filter((object) => isMetricsForward(object) && namespaceOf(object) === namespace)
    .map(({ metadata: { name } }) => ({ name }));
}

async function observe(
  object: MetricsForward,
  client: Client,
  options: ForwardControllerOptions,
): Promise<ForwardObservation> {
  const { name, uid, generation = 0 } = object.metadata;
  const wanted = {
    name,
    uid,
    remoteName: object.spec.name ?? name,
    settings: settingsOf(object, client, options),
    lostSamples: object.status?.lostSamples ?? 0,
  };
  try {
    return { generation, ...observed(await options.forwards.bring(wanted), wanted.settings) };
  } catch (error) {
    if (!(error instanceof TooManyForwardsError)) throw error;
    return {
      generation,
      ...nothingSeen,
      lostSamples: wanted.lostSamples,
      fault: { reason: 'TooManyForwards', message: error.message },
    };
  }
}

const nothingSeen = {
  loss: undefined,
  hasSent: false,
  behindMs: 0,
  pendingSamples: 0,
  pendingBytes: 0,
  lastError: undefined,
};

function observed(
  { report, counters, lostSamples }: ForwardState,
  settings: ForwardSettings,
): Omit<ForwardObservation, 'generation'> {
  return {
    // While the credentials are not there nothing is tried, and what waits is no news.
    fault:
      settings.blocked === undefined
        ? report.fault
        : { reason: 'CredentialsInvalid', message: settings.blocked },
    loss: lossOf(report, counters, settings),
    hasSent: counters.get('samples') + counters.get('histograms') > 0,
    behindMs: report.behindMs ?? 0,
    pendingSamples: counters.get('pending'),
    pendingBytes: counters.get('logBytesPending'),
    lostSamples,
    lastError: report.refusal?.message,
  };
}

/** The last loss. */
function lossOf(
  { overflowedAtMs = -Infinity, damagedAtMs = -Infinity, refusal }: ForwardState['report'],
  counters: ForwardState['counters'],
  { logBytesMax }: ForwardSettings,
): ForwardObservation['loss'] {
  const atMs = Math.max(overflowedAtMs, damagedAtMs, refusal?.atMs ?? -Infinity);
  if (atMs === -Infinity) return undefined;
  if (atMs === damagedAtMs) {
    const message =
      `${counters.get('lostSegments')} segments of the log were gone or damaged before they were sent: some samples of ` +
      'that time have not arrived; look for files named lost-* below telemetry/metrics/wal';
    return { reason: 'LogDamaged', message, atMs };
  }
  if (atMs === overflowedAtMs) {
    const message =
      `more waited than spec.queueConfig.logSizeLimit allows (${logBytesMax} bytes): the oldest ` +
      `${counters.get('overflowed')} samples since the last start were given up`;
    return { reason: 'LogSizeLimitExceeded', message, atMs };
  }
  return refusal && { reason: 'SamplesRefused', ...refusal };
}

/** What is to be done; where credentials are missing it begins anyway, so that nothing is missed. */
function settingsOf(
  object: MetricsForward,
  client: Client,
  options: ForwardControllerOptions,
): ForwardSettings {
  const { reach, openHttp, userAgent } = options;
  const { uid } = object.metadata;
  try {
    const http = new References(client, namespaceOf(object)).httpOptions(object.spec, reach);
    openHttp(http).close();
    return settingsOfSpec(object.spec, { http, userAgent, uid, blocked: undefined });
  } catch (error) {
    if (!(error instanceof CredentialsError || error instanceof HttpError)) throw error;
    return settingsOfSpec(object.spec, { http: { reach }, userAgent, uid, blocked: error.message });
  }
}
