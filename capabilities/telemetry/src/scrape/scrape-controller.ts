import { createHash } from 'node:crypto';
import {
  type Client,
  type Clock,
  type Controller,
  defineController,
  equalJson,
  formatTime,
  type KubeObject,
  type ObjectName,
  setCondition,
  specChanged,
} from '@plinth/kernel';
import { parseDuration } from '@plinth/prometheus-model';
import { targetListRefreshMs } from '../limits.ts';
import { CredentialsError, References } from './credentials.ts';
import { type HttpClientOptions, HttpError, type OpenHttpClient } from './ports.ts';
import {
  isScrapeConfig,
  type ScrapeConfig,
  type ScrapeConfigStatus,
  scrapeConfigs,
} from './scrape-config-kind.ts';
import type { ScrapePlan, ScrapePool } from './scrape-pool.ts';
import { scrapeSettings } from './scrape-settings.ts';
import type { Scraper } from './scraper.ts';

/** How often the status is brought up to date. */
const statusEveryMs = 15_000;
/** How often it is while targets wait for their first scrape. */
const statusWaitingMs = 2_000;

/** What the controller stands on. */
export interface ScrapeControllerOptions {
  readonly scraper: Scraper;
  readonly clock: Clock;
  readonly openHttp: OpenHttpClient;
  /** Which addresses may be connected to. */
  readonly reach: HttpClientOptions['reach'];
}

/** Brings ScrapeConfig objects to the scraper, and what their targets are at to their status. */
export function scrapeController(options: ScrapeControllerOptions): Controller {
  const { scraper, clock } = options;
  return defineController({
    name: 'scrapeconfigs',
    resource: scrapeConfigs,
    // Its own status writes are no news to it.
    trigger: specChanged,
    // What they refer to: a value that is changed is used from then on.
    watches: ['secrets', 'configmaps'].map((resource) => ({
      resource: { group: '', resource },
      map: (object, { client }) => inNamespaceOf(object, client),
    })),
    // Where the controller runs is where targets are scraped: another process may have taken it over.
    sources: [() => () => scraper.halt()],
    async reconcile(name, { client }) {
      const poolName = `scrapeConfig/${name.namespace ?? ''}/${name.name}`;
      const object = client.get(scrapeConfigs, name);
      if (!object || !isScrapeConfig(object) || object.metadata.deletionTimestamp !== undefined) {
        scraper.remove(poolName);
        return;
      }
      const refusal = bring(object, poolName, client, options);
      if (refusal !== undefined) scraper.remove(poolName);
      const status = statusOf(object, scraper.pool(poolName), refusal, clock);
      if (!equalJson(status, object.status)) {
        await client.patch(scrapeConfigs, name, { status: { ...status } }, 'status');
      }
      const isWaiting = status.conditions?.some((one) => one.type === 'Ready' && one.status === 'Unknown');
      return { requeueAfterMs: isWaiting === true ? statusWaitingMs : statusEveryMs };
    },
  });
}

function inNamespaceOf({ metadata: { namespace } }: KubeObject, client: Client): readonly ObjectName[] {
  if (namespace === undefined) return [];
  return client.list(scrapeConfigs, { namespace }).map(({ metadata: { name } }) => ({ namespace, name }));
}

/** @returns why it cannot be scraped; undefined when it can */
function bring(
  { spec, metadata }: ScrapeConfig,
  poolName: string,
  client: Client,
  { scraper, openHttp, reach }: ScrapeControllerOptions,
): string | undefined {
  const references = new References(client, metadata.namespace ?? '');
  const opened: { close(): void }[] = [];
  try {
    const http = references.httpOptions(spec, reach);
    const lists = (spec.httpSDConfigs ?? []).map((list) => ({
      ...list,
      http: references.httpOptions(list, reach),
    }));
    const digest = digestOf({ spec, http, lists });
    if (scraper.pool(poolName)?.digest === digest) return undefined;
    const open = (options: HttpClientOptions) => {
      const one = openHttp(options);
      opened.push(one);
      return one;
    };
    const plan: ScrapePlan = {
      digest,
      settings: scrapeSettings(poolName, spec),
      client: open(http),
      staticGroups: (spec.staticConfigs ?? []).map(({ targets, labels = {} }) => ({ targets, labels })),
      lists: lists.map((list) => ({
        url: list.url,
        refreshMs: parseDuration(list.refreshInterval || '0') || targetListRefreshMs,
        client: open(list.http),
      })),
    };
    scraper.set(plan);
    return undefined;
  } catch (error) {
    for (const one of opened) one.close();
    if (error instanceof CredentialsError || error instanceof HttpError) return error.message;
    throw error;
  }
}

/** Stays in memory: it is made of secrets too. */
function digestOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64');
}

function statusOf(
  object: ScrapeConfig,
  pool: ScrapePool | undefined,
  refusal: string | undefined,
  clock: Clock,
): ScrapeConfigStatus {
  const observedGeneration = object.metadata.generation ?? 0;
  const loops = pool?.loops ?? [];
  return {
    observedGeneration,
    targets: {
      total: loops.length,
      up: loops.filter(({ health }) => health === 'up').length,
      dropped: pool?.droppedCount ?? 0,
    },
    conditions: setCondition(
      object.status?.conditions,
      { type: 'Ready', ...readiness(pool, refusal), observedGeneration },
      formatTime(clock.now()),
    ),
  };
}

interface Readiness {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

function readiness(pool: ScrapePool | undefined, refusal: string | undefined): Readiness {
  if (refusal !== undefined) return { status: 'False', reason: 'CredentialsInvalid', message: refusal };
  const loops = pool?.loops ?? [];
  const down = loops.filter(({ health }) => health === 'down');
  const [firstDown] = down;
  const [listError] = pool?.listErrors ?? [];
  const [failure] = pool?.failures ?? [];
  if (firstDown) {
    const { target, lastError } = firstDown;
    const message = `${down.length} of ${loops.length} targets are down: ${target.url}: ${lastError}`;
    return { status: 'False', reason: 'TargetsDown', message };
  }
  if (listError !== undefined) return { status: 'False', reason: 'DiscoveryFailed', message: listError };
  if (failure !== undefined) return { status: 'False', reason: 'TargetInvalid', message: failure };
  if (!pool?.isSettled || loops.some(({ health }) => health === 'unknown')) {
    return { status: 'Unknown', reason: 'Waiting', message: 'not all targets have been scraped yet' };
  }
  const warned = loops.find(({ lastWarnings }) => lastWarnings.length > 0);
  const leftOut = warned
    ? `; of ${warned.target.url} something was left out: ${warned.lastWarnings.join('; ')}`
    : '';
  return { status: 'True', reason: 'Scraped', message: `all targets are scraped${leftOut}` };
}
