import type { ScrapePool } from './scrape-pool.ts';
import type { Readiness } from './scrape-status.ts';
import { serviceChoice } from './service-choice.ts';
import type { ServiceWithSlices } from './service-endpoints.ts';
import type { ServiceMonitor } from './service-monitor-kind.ts';

/** Names that a message lists. */
const namesShownMax = 5;

/** Why a ServiceMonitor has no targets at all; undefined when it has some, or relabeling dropped them. */
export function nothingFound(
  object: ServiceMonitor,
  pools: readonly ScrapePool[],
  selected: readonly ServiceWithSlices[],
): Readiness | undefined {
  const isSomething = pools.some(
    ({ targetCount, droppedCount, failures }) => targetCount + droppedCount + failures.length > 0,
  );
  if (isSomething) return undefined;
  if (object.spec.endpoints.length === 0) return { ...none, message: 'spec.endpoints is empty' };
  if (selected.length === 0) {
    return { ...none, message: `no Service ${placesOf(object)} has labels that match spec.selector` };
  }
  const names = shown(selected.map(({ service }) => `${service.namespace}/${service.name}`));
  const slices = selected.flatMap((one) => one.slices);
  if (slices.every(({ endpoints }) => endpoints.length === 0)) {
    return { ...none, message: `${withoutEndpoints(selected)}: ${names}` };
  }
  const ports = slices.flatMap((slice) =>
    slice.ports.map(({ name, port }) => `${name || '""'} (${port ?? 'any'})`),
  );
  const there = ports.length === 0 ? 'they have none' : `there are ${shown([...new Set(ports)].toSorted())}`;
  return { ...none, message: `no port of the endpoints of ${names} is meant by spec.endpoints: ${there}` };
}

const none = { status: 'False', reason: 'NoTargets' } as const;

function withoutEndpoints(selected: readonly ServiceWithSlices[]): string {
  if (selected.every(({ service }) => service.isExternalName)) {
    return 'Services of type ExternalName have no endpoints of their own; list the host in an EndpointSlice with addressType FQDN';
  }
  return 'no EndpointSlice with endpoints has the label kubernetes.io/service-name of a selected Service';
}

function placesOf(object: ServiceMonitor): string {
  const { namespaces } = serviceChoice(object);
  if (!namespaces) return 'in any namespace';
  const names = [...namespaces];
  return `in ${names.length > 1 ? 'the namespaces' : 'namespace'} ${shown(names)}`;
}

function shown(names: readonly string[]): string {
  const more = names.length - namesShownMax;
  return `${names.slice(0, namesShownMax).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
