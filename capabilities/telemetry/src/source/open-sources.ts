import type { CapabilityContext, Controller } from '@plinth/kernel';
import { openNodeHttp } from '../scrape/adapters/node-http.ts';
import { OutsideSources } from './outside-sources.ts';
import { sourceController } from './source-controller.ts';

/** The other servers of one virtual cluster, and what keeps them as MetricsSources ask for. */
export function openSources({ clock, version, tenant }: CapabilityContext): {
  readonly sources: OutsideSources;
  readonly controller: Controller;
} {
  const sources = new OutsideSources();
  const controller = sourceController({
    sources,
    clock,
    openHttp: openNodeHttp,
    // Tenants must not reach what only this machine reaches.
    reach: tenant === 'default' ? 'any' : 'public',
    userAgent: `Plinth/${version}`,
  });
  return { sources, controller };
}
