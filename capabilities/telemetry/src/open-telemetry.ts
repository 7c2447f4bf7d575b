import type { CapabilityContext, Controller, HttpProtocol } from '@plinth/kernel';
import { openForwards } from './forward/open-forwards.ts';
import { otlpProtocol } from './otlp/otlp-protocol.ts';
import { federateEndpoint } from './prometheus/federate-endpoint.ts';
import { prometheusProtocol } from './prometheus/prometheus-protocol.ts';
import { refusing, type WriteEndpointsOptions, writeEndpoints } from './prometheus/write-endpoints.ts';
import { backtestEndpoint } from './rules/backtest-endpoint.ts';
import { ruleController } from './rules/rule-controller.ts';
import { alertsAnswer, rulesAnswer } from './rules/rule-lists.ts';
import { RuleSchedule } from './rules/rule-schedule.ts';
import { openScraping } from './scrape/open-scraping.ts';
import { noteOwnMetrics } from './scrape/own-metrics.ts';
import type { MetricsQuery, MetricsWrite } from './services.ts';
import { openSources } from './source/open-sources.ts';
import type { OutsideSources } from './source/outside-sources.ts';
import { vectorSample } from './store/plain-sample.ts';
import { processCounts } from './store/telemetry-counts.ts';
import { TenantMetrics } from './store/tenant-metrics.ts';

/** What the capability does in one virtual cluster. */
export interface Telemetry {
  readonly rules: Controller;
  readonly scraping: Controller;
  readonly monitors: Controller;
  readonly sources: Controller;
  readonly forwards: Controller;
  readonly prometheus: HttpProtocol;
  readonly otlp: HttpProtocol;
  readonly query: MetricsQuery;
  readonly write: MetricsWrite;
  close(): Promise<void>;
}

function writeOptions(
  { clock, tenant }: CapabilityContext,
  metrics: TenantMetrics,
  isOwn: WriteEndpointsOptions['isOwn'],
): WriteEndpointsOptions {
  return {
    database: () => metrics.database(),
    rate: metrics.rate,
    nowMs: () => clock.now(),
    isOwn,
    // Tenants neither see nor pay for the disk of the host.
    snapshot: tenant === 'default' ? (skipsHead) => metrics.snapshot(skipsHead) : undefined,
  };
}

/** Puts together what the capability does in one virtual cluster. Nothing is opened before it is needed. */
export function openTelemetry(context: CapabilityContext): Telemetry {
  const { clock, version } = context;
  const metrics = new TenantMetrics(context);
  const { sources, controller: sourceControl } = openSources(context);
  const nowMs = (): number => clock.now();
  const rules = ruleSchedule(context, metrics, sources);
  const scraping = openScraping(context, metrics);
  const forwards = openForwards(context, metrics);
  const writing = writeOptions(context, metrics, forwards.has);
  const { processMetrics } = context;
  const endOwnMetrics = processMetrics && noteOwnMetrics(context, metrics, processMetrics);
  return {
    rules: ruleController(rules, clock),
    scraping: scraping.configs,
    monitors: scraping.monitors,
    sources: sourceControl,
    forwards: forwards.controller,
    prometheus: prometheusProtocol({
      ask: async (request, signal) => {
        const database = await metrics.database();
        return await refusing(() => database.ask(request, signal, sources));
      },
      exemplars: async (request) => {
        const database = await metrics.database();
        return await refusing(() => database.exemplars(request));
      },
      metadata: async () => await (await metrics.database()).metadata(),
      lists: {
        '/rules': (query) => rulesAnswer(rules.groups, query),
        '/alerts': () => alertsAnswer(rules.groups),
        ...scraping.lists,
      },
      writes: [
        backtestEndpoint({
          run: async (request) => await (await metrics.database()).backtest(request),
          nowMs,
        }),
        federateEndpoint({
          federate: async (selectors) => await (await metrics.database()).federate(selectors, nowMs()),
        }),
        ...writeEndpoints(writing),
      ],
      nowMs,
      startedAtMs: clock.now(),
      version,
    }),
    otlp: otlpProtocol(writing),
    query: {
      async instant(text, timeMs) {
        return (await (await metrics.database()).evaluate(text, timeMs, sources)).map(vectorSample);
      },
    },
    write: {
      async write(samples) {
        return await (await metrics.database()).append(samples, clock.now());
      },
    },
    async close() {
      endOwnMetrics?.();
      await scraping.stop();
      await rules.stop();
      await forwards.stop();
      sources.close();
      await metrics.close();
    },
  };
}

/** Rules read what is stored and the outside sources, and write to what is stored. */
function ruleSchedule(
  { clock, onFault }: CapabilityContext,
  metrics: TenantMetrics,
  sources: OutsideSources,
): RuleSchedule {
  return new RuleSchedule({
    store: {
      async evaluate(text, timeMs) {
        const found = await (await metrics.database()).evaluate(text, timeMs, sources);
        return found.map(vectorSample);
      },
      lastSamples: async (selector, startMs, endMs) =>
        await (await metrics.database()).lastSamples(selector, startMs, endMs),
      async append(samples, atMs) {
        return (await (await metrics.database()).append(samples, atMs)).refusals;
      },
    },
    clock,
    externalUrl: '',
    noteEvaluation: (evaluation) => processCounts.evaluated(evaluation),
    onFault,
  });
}
