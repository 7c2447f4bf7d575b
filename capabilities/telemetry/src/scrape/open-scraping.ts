import { hostname } from 'node:os';
import type { CapabilityContext, Controller, HttpReply } from '@plinth/kernel';
import { scrapeTargetsMax } from '../limits.ts';
import type { TenantMetrics } from '../store/tenant-metrics.ts';
import { openNodeHttp } from './adapters/node-http.ts';
import { scrapeController } from './scrape-controller.ts';
import { Scraper } from './scraper.ts';
import { targetLists } from './target-lists.ts';

/** The scraping of one virtual cluster. */
export interface Scraping {
  readonly controller: Controller;
  /** Answers of the Prometheus API, by their paths. */
  readonly lists: Readonly<Record<string, (query: URLSearchParams) => HttpReply>>;
  /** Ends all scrapes. */
  stop(): Promise<void>;
}

/** Scrapes into metrics what ScrapeConfigs ask for. What is scraped counts as samples that the tenant sends. */
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
  return {
    // Tenants must not reach what only this machine reaches.
    controller: scrapeController({
      scraper,
      clock,
      openHttp: openNodeHttp,
      reach: tenant === 'default' ? 'any' : 'public',
    }),
    lists: targetLists(() => scraper.pools, hostname()),
    stop: () => scraper.stop(),
  };
}
