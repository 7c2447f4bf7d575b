import type { MetricFamily } from '../control/metrics.ts';
import type { TenantUsage } from './usage-fields.ts';

/** What tenants use, as metrics of the host. @param usages by the name of the tenant */
export function tenantMetrics(usages: ReadonlyMap<string, TenantUsage>): MetricFamily[] {
  const family = (name: string, help: string, of: (usage: TenantUsage) => number): MetricFamily => ({
    name,
    help,
    type: 'gauge',
    samples: [...usages].map(([tenant, usage]) => ({ labels: { tenant }, value: of(usage) })),
  });
  return [
    family('plinth_tenant_objects', 'What is stored of a tenant.', ({ objects }) => objects),
    family('plinth_tenant_stored_bytes', 'Characters of JSON that are stored of it.', (u) => u.storedBytes),
    family(
      'plinth_tenant_requests',
      'API requests of the present month (UTC).',
      ({ month }) => month.requests,
    ),
    family(
      'plinth_tenant_run_minutes',
      'Minutes that steps of its runs have worked in the present month (UTC).',
      ({ month }) => month.runMinutes,
    ),
  ];
}
