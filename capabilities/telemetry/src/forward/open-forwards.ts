import type { CapabilityContext, Controller } from '@plinth/kernel';
import { openNodeHttp } from '../scrape/adapters/node-http.ts';
import type { TenantMetrics } from '../store/tenant-metrics.ts';
import { forwardController } from './forward-controller.ts';
import { Forwards } from './forwards.ts';
import { metricsForwards } from './metrics-forward-kind.ts';

/** The forwards of one virtual cluster, and what keeps them as MetricsForwards ask for. */
export function openForwards(
  { client, clock, version, tenant, onFault }: CapabilityContext,
  metrics: TenantMetrics,
): { readonly controller: Controller; readonly has: (uid: string) => boolean; stop(): Promise<void> } {
  const forwards = new Forwards({
    database: () => metrics.database(),
    clock,
    tenant,
    uids: () => {
      const there = client
        .list(metricsForwards)
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      return new Set(there.map(({ metadata }) => metadata.uid));
    },
  });
  metrics.onOpened(() => {
    forwards
      .prune()
      .catch((error: unknown) => onFault('removing what waits for forwards that are gone', error));
  });
  const controller = forwardController({
    forwards,
    clock,
    openHttp: openNodeHttp,
    // Tenants must not reach what only this machine reaches.
    reach: tenant === 'default' ? 'any' : 'public',
    userAgent: `Plinth/${version}`,
  });
  return { controller, has: (uid) => forwards.has(uid), stop: () => forwards.stop() };
}
