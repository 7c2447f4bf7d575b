import type { HttpReply } from '@plinth/kernel';
import type { Matcher } from '@plinth/prometheus-model';
import { ParseError, parseMetricSelector } from '@plinth/promql';
import { ApiError, errorBody, invalidParameter } from '../prometheus/api-error.ts';
import type { MetricMetadata } from '../prometheus/metrics-reader.ts';
import { Parameters } from '../prometheus/parameters.ts';
import { success } from '../prometheus/prometheus-protocol.ts';
import type { ScrapeLoop } from './scrape-loop.ts';
import type { ScrapePool } from './scrape-pool.ts';

/** The lists of the Prometheus API that are about targets, by their paths. */
export function targetLists(
  pools: () => readonly ScrapePool[],
  hostname: string,
): Readonly<Record<string, (query: URLSearchParams) => HttpReply>> {
  return {
    '/targets': (query) => targetsAnswer(pools(), query, hostname),
    '/scrape_pools': () => success({ scrapePools: pools().map(({ name }) => name) }),
    '/targets/metadata': (query) => metadataAnswer(pools(), query),
  };
}

/** Spec: Prometheus 3.14, HTTP API, Targets. */
function targetsAnswer(pools: readonly ScrapePool[], query: URLSearchParams, hostname: string): HttpReply {
  const only = query.get('scrapePool') ?? '';
  const state = (query.get('state') ?? '').toLowerCase();
  const isAll = state === '' || state === 'any';
  const shown = pools.filter(({ name }) => only === '' || name === only);
  const counts = pools.map(({ name, droppedCount }) => [name, droppedCount] as const);
  return success({
    activeTargets:
      isAll || state === 'active'
        ? shown.flatMap(({ name, loops }) => loops.map((loop) => activeTarget(name, loop, hostname)))
        : [],
    droppedTargets:
      isAll || state === 'dropped'
        ? shown.flatMap(({ name, dropped }) =>
            dropped.map((discoveredLabels) => ({ discoveredLabels, scrapePool: name })),
          )
        : [],
    droppedTargetCounts: isAll || state === 'dropped' ? Object.fromEntries(counts) : null,
  });
}

/** What was left out of a scrape that went well is told beside what Prometheus tells. */
function activeTarget(scrapePool: string, loop: ScrapeLoop, hostname: string): object {
  const { target, lastWarnings } = loop;
  return {
    discoveredLabels: target.discoveredLabels,
    labels: target.labels,
    scrapePool,
    scrapeUrl: target.url,
    globalUrl: globalUrl(target.url, hostname),
    lastError: loop.lastError,
    ...(lastWarnings.length > 0 ? { lastWarnings } : {}),
    lastScrape:
      loop.lastScrapeMs === undefined ? '0001-01-01T00:00:00Z' : new Date(loop.lastScrapeMs).toISOString(),
    lastScrapeDuration: loop.lastDurationMs / 1000,
    health: loop.health,
    scrapeInterval: target.intervalText,
    scrapeTimeout: target.timeoutText,
  };
}

/** The URL as others reach it, when it names this machine as itself. */
function globalUrl(text: string, hostname: string): string {
  const url = new URL(text);
  if (['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) url.hostname = hostname;
  return url.href;
}

/** Spec: Prometheus 3.14, HTTP API, Querying target metadata. */
function metadataAnswer(pools: readonly ScrapePool[], query: URLSearchParams): HttpReply {
  try {
    const parameters = new Parameters(query.toString());
    const limit = parameters.wholeNumber('limit');
    const matchers = matchersOf(parameters.text('match_target'));
    const metric = parameters.text('metric');
    const found: object[] = [];
    for (const { target, metadata } of pools.flatMap(({ loops }) => loops)) {
      // A target is told whole, as Prometheus does.
      if (limit >= 0 && found.length >= limit) break;
      if (!matchers.every((one) => one.matches(target.labels.get(one.name)))) continue;
      const { labels } = target;
      if (metric === '') {
        found.push(
          ...metadata.list().map(([name, one]) => ({ target: labels, metric: name, ...ordered(one) })),
        );
      } else {
        const one = metadata.get(metric);
        if (one) found.push({ target: labels, ...ordered(one) });
      }
    }
    return success(found);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return {
      status: error.status,
      contentType: 'application/json',
      body: errorBody(error.type, error.message),
    };
  }
}

function ordered({ type, help, unit }: MetricMetadata): object {
  return { type, help, unit };
}

/** @throws ApiError */
function matchersOf(text: string): readonly Matcher[] {
  if (text === '') return [];
  try {
    return parseMetricSelector(text);
  } catch (error) {
    throw error instanceof ParseError ? invalidParameter('match_target', error.message) : error;
  }
}
