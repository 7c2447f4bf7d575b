import { type CapabilityContext, type CapabilityParts, defineCapability } from '@plinth/kernel';
import { prometheusProtocol } from './prometheus/prometheus-protocol.ts';
import { refusing, writeEndpoints } from './prometheus/write-endpoints.ts';
import { backtestEndpoint } from './rules/backtest-endpoint.ts';
import { prometheusRuleKind } from './rules/prometheus-rule-kind.ts';
import { ruleController } from './rules/rule-controller.ts';
import { alertsAnswer, rulesAnswer } from './rules/rule-lists.ts';
import { RuleSchedule } from './rules/rule-schedule.ts';
import { noteOwnMetrics } from './scrape/own-metrics.ts';
import { metricsQuery, metricsWrite } from './services.ts';
import { vectorSample } from './store/plain-sample.ts';
import { TenantMetrics } from './store/tenant-metrics.ts';

/** Metrics: they come in by remote write, are kept in a time-series database, and are asked for in PromQL. */
export const telemetryCapability = defineCapability({
  name: 'telemetry',
  forTenants: true,
  kinds: [prometheusRuleKind],
  open: openTelemetry,
});

function openTelemetry(context: CapabilityContext): CapabilityParts {
  const { clock, version, services, onFault } = context;
  const metrics = new TenantMetrics(context);
  const nowMs = (): number => clock.now();
  const rules = new RuleSchedule({
    store: {
      async evaluate(text, timeMs) {
        const found = await (await metrics.database()).evaluate(text, timeMs);
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
    onFault,
  });
  services.offer(metricsQuery, {
    async instant(text, timeMs) {
      return (await (await metrics.database()).evaluate(text, timeMs)).map(vectorSample);
    },
  });
  services.offer(metricsWrite, {
    async write(samples) {
      return await (await metrics.database()).append(samples, clock.now());
    },
  });
  const { processMetrics } = context;
  const endOwnMetrics = processMetrics && noteOwnMetrics(context, metrics, processMetrics);
  return {
    controllers: [ruleController(rules, clock)],
    protocols: [
      prometheusProtocol({
        ask: async (request, signal) => {
          const database = await metrics.database();
          return await refusing(() => database.ask(request, signal));
        },
        metadata: async () => await (await metrics.database()).metadata(),
        lists: {
          '/rules': (query) => rulesAnswer(rules.groups, query),
          '/alerts': () => alertsAnswer(rules.groups),
        },
        writes: [
          backtestEndpoint({
            run: async (request) => await (await metrics.database()).backtest(request),
            nowMs,
          }),
          ...writeEndpoints({
            database: () => metrics.database(),
            rate: metrics.rate,
            nowMs,
          }),
        ],
        nowMs,
        startedAtMs: clock.now(),
        version,
      }),
    ],
    async close() {
      endOwnMetrics?.();
      await rules.stop();
      await metrics.close();
    },
  };
}
