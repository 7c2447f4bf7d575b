import {
  type CapabilityContext,
  type CapabilityParts,
  controllerOnDemand,
  defineCapability,
  loadModule,
  protocolOnDemand,
} from '@plinth/kernel';
import { metricsForwardKind, metricsForwards } from './forward/metrics-forward-kind.ts';
import type * as Opening from './open-telemetry.ts';
import { telemetryGroup } from './prometheus/prefix.ts';
import { prometheusRuleKind, prometheusRules } from './rules/prometheus-rule-kind.ts';
import { scrapeConfigKind, scrapeConfigs } from './scrape/scrape-config-kind.ts';
import { serviceMonitorKind, serviceMonitors } from './scrape/service-monitor-kind.ts';
import { metricsQuery, metricsWrite } from './services.ts';
import { metricsSourceKind, metricsSources } from './source/metrics-source-kind.ts';
import { metricsStorageKind } from './store/metrics-storage-kind.ts';
import { processCounts } from './store/telemetry-counts.ts';

/** Metrics: they come in, are kept in a time-series database, and are asked for in PromQL. */
export const telemetryCapability = defineCapability({
  name: 'telemetry',
  forTenants: true,
  kinds: [
    prometheusRuleKind,
    scrapeConfigKind,
    serviceMonitorKind,
    metricsSourceKind,
    metricsForwardKind,
    metricsStorageKind,
  ],
  open,
});

/** The code of the capability: a third of the program, which is not loaded before somebody needs it. */
function opening(): typeof Opening {
  return loadModule(import.meta.resolve('./open-telemetry.ts')) as typeof Opening;
}

function open(context: CapabilityContext): CapabilityParts {
  let telemetry: Opening.Telemetry | undefined;
  const needed = (): Opening.Telemetry => (telemetry ??= opening().openTelemetry(context));
  context.services.offer(metricsQuery, { instant: (text, timeMs) => needed().query.instant(text, timeMs) });
  context.services.offer(metricsWrite, { write: (samples) => needed().write.write(samples) });
  return {
    // Those of tenants are in them.
    ...(context.processMetrics ? { metrics: () => processCounts.collect() } : {}),
    controllers: [
      controllerOnDemand('prometheusrules', prometheusRules, () => needed().rules),
      controllerOnDemand('scrapeconfigs', scrapeConfigs, () => needed().scraping),
      controllerOnDemand('servicemonitors', serviceMonitors, () => needed().monitors),
      controllerOnDemand('metricssources', metricsSources, () => needed().sources),
      controllerOnDemand('metricsforwards', metricsForwards, () => needed().forwards),
    ],
    protocols: [
      protocolOnDemand({ prefix: '/prometheus', group: telemetryGroup }, () => needed().prometheus),
      protocolOnDemand({ prefix: '/otlp', group: telemetryGroup }, () => needed().otlp),
    ],
    close: async () => await telemetry?.close(),
  };
}
