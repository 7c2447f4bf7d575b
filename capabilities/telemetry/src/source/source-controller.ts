import { createHash } from 'node:crypto';
import {
  type Client,
  type Clock,
  type Controller,
  defineController,
  equalJson,
  formatTime,
  type ObjectName,
  setCondition,
  specChanged,
} from '@plinth/kernel';
import { parseDuration } from '@plinth/prometheus-model';
import { sourceProbeEveryMs, sourceTimeoutMs } from '../limits.ts';
import { CredentialsError, References } from '../scrape/credentials.ts';
import { type HttpClientOptions, HttpError, type OpenHttpClient } from '../scrape/ports.ts';
import {
  isMetricsSource,
  type MetricsSource,
  type MetricsSourceStatus,
  metricsSources,
} from './metrics-source-kind.ts';
import type { OutsideSources } from './outside-sources.ts';
import { RemoteSource } from './remote-source.ts';

/** What the controller stands on. */
export interface SourceControllerOptions {
  readonly sources: OutsideSources;
  readonly clock: Clock;
  readonly openHttp: OpenHttpClient;
  /** Which addresses may be connected to. */
  readonly reach: HttpClientOptions['reach'];
  /** Names the program to servers. */
  readonly userAgent: string;
}

/** Brings MetricsSource objects to queries, and whether they answer to their status. */
export function sourceController(options: SourceControllerOptions): Controller {
  const { sources, clock } = options;
  return defineController({
    name: 'metricssources',
    resource: metricsSources,
    // Its own status writes are no news to it.
    trigger: specChanged,
    watches: ['secrets', 'configmaps'].map((resource) => ({
      resource: { group: '', resource },
      map: ({ metadata: { namespace } }, { client }) => sourcesOf(namespace, client),
    })),
    async reconcile({ name }, { client }) {
      const object = client.get(metricsSources, { name });
      if (!object || !isMetricsSource(object) || object.metadata.deletionTimestamp !== undefined) {
        sources.remove(name);
        return;
      }
      const refusal = bring(object, client, options);
      if (refusal !== undefined) sources.remove(name);
      const fault = refusal ?? (await probe(sources.source(name), clock.now()));
      const status = statusOf(
        object,
        refusal === undefined ? 'Unreachable' : 'CredentialsInvalid',
        fault,
        clock,
      );
      if (!equalJson(status, object.status)) {
        await client.patch(metricsSources, { name }, { status: { ...status } }, 'status');
      }
      return { requeueAfterMs: sourceProbeEveryMs };
    },
  });
}

function namespaceOf({ spec }: MetricsSource): string {
  return spec.prometheus.secretNamespace ?? 'default';
}

/** Those whose Secrets and ConfigMaps are in a namespace. */
function sourcesOf(namespace: string | undefined, client: Client): readonly ObjectName[] {
  return client
    .list(metricsSources)
    .filter((object) => isMetricsSource(object) && namespaceOf(object) === namespace)
    .map(({ metadata: { name } }) => ({ name }));
}

/** @returns why it cannot be asked; undefined when it can */
function bring(object: MetricsSource, client: Client, options: SourceControllerOptions): string | undefined {
  const { sources, openHttp, reach, userAgent, clock } = options;
  const { prometheus, query } = object.spec;
  const { name } = object.metadata;
  try {
    const http = new References(client, namespaceOf(object)).httpOptions(prometheus, reach);
    const digest = createHash('sha256')
      .update(JSON.stringify([object.spec, http]))
      .digest('base64');
    if (sources.digest(name) === digest) return undefined;
    const source = new RemoteSource({
      url: `${prometheus.url.replace(/\/+$/, '')}/api/v1/read`,
      client: openHttp(http),
      externalLabels: query?.externalLabels ?? {},
      timeoutMs: parseDuration(query?.timeout || '0') || sourceTimeoutMs,
      userAgent,
      clock,
    });
    sources.set(name, digest, source);
    return undefined;
  } catch (error) {
    if (error instanceof CredentialsError || error instanceof HttpError) return error.message;
    throw error;
  }
}

/** Asks for a series that nobody has. @returns why that could not be asked */
async function probe(source: RemoteSource | undefined, nowMs: number): Promise<string | undefined> {
  try {
    const matchers = [['__name__', '=', 'plinth_probe'] as const];
    await source?.read({ matchers, startMs: nowMs - 1, endMs: nowMs });
    return undefined;
  } catch (error) {
    if (error instanceof HttpError) return error.message;
    throw error;
  }
}

function statusOf(
  { metadata: { generation = 0 }, status }: MetricsSource,
  reason: string,
  fault: string | undefined,
  clock: Clock,
): MetricsSourceStatus {
  const ready =
    fault === undefined
      ? ({ status: 'True', reason: 'Answers', message: 'its series are in queries' } as const)
      : ({ status: 'False', reason, message: fault } as const);
  const condition = { type: 'Ready', ...ready, observedGeneration: generation };
  return {
    observedGeneration: generation,
    conditions: setCondition(status?.conditions, condition, formatTime(clock.now())),
  };
}
