import {
  type Client,
  type Clock,
  type Controller,
  defineController,
  equalJson,
  type KubeObject,
  type ObjectName,
  specChanged,
} from '@plinth/kernel';
import { parseDuration } from '@plinth/prometheus-model';
import { targetListRefreshMs } from '../limits.ts';
import { CredentialsError, References } from './credentials.ts';
import { digestOf } from './json-digest.ts';
import { type HttpClientOptions, HttpError, type OpenHttpClient } from './ports.ts';
import { isScrapeConfig, type ScrapeConfig, scrapeConfigs } from './scrape-config-kind.ts';
import type { ScrapePlan } from './scrape-pool.ts';
import { jobRules, scrapeSettings } from './scrape-settings.ts';
import { type Readiness, readinessOf, scrapeStatusOf, statusAfterMs } from './scrape-status.ts';
import type { Scraper } from './scraper.ts';

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
      const pool = scraper.pool(poolName);
      const pools = pool ? [pool] : [];
      const readiness: Readiness =
        refusal === undefined
          ? readinessOf(pools)
          : { status: 'False', reason: 'CredentialsInvalid', message: refusal };
      const status = scrapeStatusOf(object, pools, readiness, clock);
      if (!equalJson(status, object.status)) {
        await client.patch(scrapeConfigs, name, { status: { ...status } }, 'status');
      }
      return { requeueAfterMs: statusAfterMs(status) };
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
      settings: scrapeSettings(poolName, spec, jobRules(spec.jobName)),
      client: open(http),
      lists: lists.map((list) => ({
        url: list.url,
        refreshMs: parseDuration(list.refreshInterval || '0') || targetListRefreshMs,
        client: open(list.http),
      })),
    };
    const groups = (spec.staticConfigs ?? []).map(({ targets, labels = {} }) => ({ targets, labels }));
    scraper.set(plan, groups);
    return undefined;
  } catch (error) {
    for (const one of opened) one.close();
    if (error instanceof CredentialsError || error instanceof HttpError) return error.message;
    throw error;
  }
}
