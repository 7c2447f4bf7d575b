import { hostname } from 'node:os';
import type { CapabilityContext, Controller, HttpReply } from '@plinth/kernel';
import { scrapeTargetsMax } from '../limits.ts';
import type { TenantMetrics } from '../store/tenant-metrics.ts';
import { openNodeHttp } from './adapters/node-http.ts';
import { type ScrapeControllerOptions, scrapeController } from './scrape-controller.ts';
import { Scraper } from './scraper.ts';
import { serviceMonitorController } from './service-monitor-controller.ts';
import { targetLists } from './target-lists.ts';

/** The scraping of one virtual cluster. */
export interface Scraping {
  /** Brings ScrapeConfigs to the scraper. */
  readonly configs: Controller;
  /** Brings ServiceMonitors to the scraper. */
  readonly monitors: Controller;
  /** Answers of the Prometheus API, by their paths. */
  readonly lists: Readonly<Record<string, (query: URLSearchParams) => HttpReply>>;
  /** Ends all scrapes. */
  stop(): Promise<void>;
}

/** Scrapes into metrics what ScrapeConfigs and ServiceMonitors ask for. What is scraped counts as samples that the tenant sends. */
export function openScraping(context: CapabilityContext, metrics: TenantMetrics): Scraping {
  const { clock, version, tenant, onFault } = context;
  const scraper = new Scraper(
    {
      store: {
        async append(samples, nowMs) {
          metrics.rate.admit();
          const database = await metrics.database();
          const outcome = await database.append(samples, nowMs);
          metrics.rate.charge(outcome.samples + outcome.histograms);
          return outcome.refusals;
        },
        async learn(known) {
          await (await metrics.database()).learn(known);
        },
      },
      clock,
      userAgent: `Plinth/${version}`,
      seed: hostname(),
      onFault,
    },
    () => context.quota('targets') ?? scrapeTargetsMax,
  );
  const options: ScrapeControllerOptions = {
    scraper,
    clock,
    openHttp: openNodeHttp,
    // Tenants must not reach what only this machine reaches.
    reach: tenant === 'default' ? 'any' : 'public',
  };
  return {
    configs: scrapeController(options),
    monitors: serviceMonitorController(options),
    lists: targetLists(() => scraper.pools, hostname()),
    stop: () => scraper.stop(),
  };
}
