import {
  type Client,
  type Controller,
  defineController,
  equalJson,
  type KubeObject,
  type ObjectName,
  specChanged,
} from '@plinth/kernel';
import { CredentialsError, References } from './credentials.ts';
import { EndpointGroups } from './endpoint-groups.ts';
import { digestOf } from './json-digest.ts';
import type { TextMap } from './kubernetes-labels.ts';
import { HttpError } from './ports.ts';
import type { ScrapeControllerOptions } from './scrape-controller.ts';
import type { ScrapePool } from './scrape-pool.ts';
import type { TargetGroup } from './scrape-settings.ts';
import { type Readiness, readinessOf, scrapeStatusOf, statusAfterMs } from './scrape-status.ts';
import { type ServiceChoice, serviceChoice } from './service-choice.ts';
import { ServiceEndpoints, type ServiceWithSlices } from './service-endpoints.ts';
import type { MonitorEndpoint } from './service-monitor-endpoint.ts';
import { isServiceMonitor, type ServiceMonitor, serviceMonitors } from './service-monitor-kind.ts';
import { monitorHttpFields, monitorSettings, portChoice } from './service-monitor-settings.ts';
import { nothingFound } from './service-monitor-status.ts';

/** News of Services and slices are gathered so long: a rollout changes many slices at once. */
const gatherMs = 100;

/** What came of one endpoint of a ServiceMonitor. */
interface Brought {
  readonly pool?: ScrapePool | undefined;
  /** Why it is not scraped. */
  readonly refusal?: Readiness;
}

/** Brings what ServiceMonitor objects select to the scraper, and what their targets are at to their status. */
export function serviceMonitorController(options: ScrapeControllerOptions): Controller {
  const { scraper, clock } = options;
  const endpoints = new ServiceEndpoints();
  const groups = new EndpointGroups();
  /** By namespace and name of the ServiceMonitor. */
  const choices = new Map<string, readonly [name: ObjectName, choice: ServiceChoice]>();
  return defineController({
    name: 'servicemonitors',
    resource: serviceMonitors,
    // Its own status writes are no news to it.
    trigger: specChanged,
    // What they refer to: a value that is changed is used from then on.
    watches: ['secrets', 'configmaps'].map((resource) => ({
      resource: { group: '', resource },
      map: (object, { client }) => inNamespaceOf(object, client),
    })),
    sources: [
      ({ client }, enqueue) =>
        endpoints.follow(client, clock, (namespace, labels) => {
          for (const [name, choice] of choices.values()) {
            if (concerns(choice, namespace, labels)) enqueue(name, gatherMs);
          }
        }),
      // Where the controller runs is where targets are scraped: another process may have taken it over.
      () => () => scraper.halt(),
    ],
    async reconcile(name, { client }) {
      const key = `${name.namespace ?? ''}/${name.name}`;
      const object = client.get(serviceMonitors, name);
      if (!object || !isServiceMonitor(object) || object.metadata.deletionTimestamp !== undefined) {
        choices.delete(key);
        endPools(key, 0, options);
        return;
      }
      // Before all Services are known, targets that there were would end.
      if (!endpoints.isRead) return { requeueAfterMs: gatherMs };
      const choice = serviceChoice(object);
      choices.set(key, [name, choice]);
      const selected = endpoints.select(choice.namespaces, choice.isMeant);
      const brought = object.spec.endpoints.map((endpoint, i) =>
        bring({
          object,
          poolName: `serviceMonitor/${key}/${i}`,
          field: `spec.endpoints[${i}]`,
          endpoint,
          found: groupsOf(object, endpoint, selected, groups),
          client,
          options,
        }),
      );
      endPools(key, brought.length, options);
      const pools = brought.flatMap(({ pool }) => pool ?? []);
      const readiness =
        brought.find(({ refusal }) => refusal)?.refusal ??
        nothingFound(object, pools, selected) ??
        readinessOf(pools);
      const status = scrapeStatusOf(object, pools, readiness, clock);
      if (!equalJson(status, object.status)) {
        await client.patch(serviceMonitors, name, { status: { ...status } }, 'status');
      }
      return { requeueAfterMs: statusAfterMs(status) };
    },
  });
}

function concerns(choice: ServiceChoice, namespace: string, labels: readonly TextMap[]): boolean {
  return (choice.namespaces?.has(namespace) ?? true) && labels.some(choice.isMeant);
}

function inNamespaceOf({ metadata: { namespace } }: KubeObject, client: Client): readonly ObjectName[] {
  if (namespace === undefined) return [];
  return client.list(serviceMonitors, { namespace }).map(({ metadata: { name } }) => ({ namespace, name }));
}

/** Ends the pools of endpoints that there are no longer. @param count - of the endpoints that there are */
function endPools(key: string, count: number, { scraper }: ScrapeControllerOptions): void {
  const prefix = `serviceMonitor/${key}/`;
  for (const { name } of scraper.pools) {
    if (name.startsWith(prefix) && Number(name.slice(prefix.length)) >= count) scraper.remove(name);
  }
}

function groupsOf(
  { spec }: ServiceMonitor,
  endpoint: MonitorEndpoint,
  selected: readonly ServiceWithSlices[],
  groups: EndpointGroups,
): readonly TargetGroup[] {
  const isChosen = portChoice(endpoint);
  return selected.flatMap(({ service, slices }) =>
    slices.flatMap((slice) =>
      slice.ports.flatMap((port, index) =>
        isChosen(port, service) ? groups.group(service, slice, index, spec.serviceDiscoveryRole) : [],
      ),
    ),
  );
}

/** One endpoint of a ServiceMonitor, on its way to the scraper. */
interface Bringing {
  readonly object: ServiceMonitor;
  readonly poolName: string;
  readonly field: string;
  readonly endpoint: MonitorEndpoint;
  readonly found: readonly TargetGroup[];
  readonly client: Client;
  readonly options: ScrapeControllerOptions;
}

function bring(bringing: Bringing): Brought {
  const { object, poolName, field, endpoint, found, client, options } = bringing;
  const { scraper, openHttp, reach } = options;
  try {
    const {
      endpoints: _endpoints,
      selector: _selector,
      namespaceSelector: _namespaces,
      ...shared
    } = object.spec;
    const http = {
      ...new References(client, object.metadata.namespace ?? '').httpOptions(
        monitorHttpFields(endpoint),
        reach,
      ),
      followsRedirects: endpoint.followRedirects ?? true,
    };
    const digest = digestOf({ shared, endpoint, http });
    const pool = scraper.pool(poolName);
    if (pool?.digest === digest) pool.regroup(found);
    else {
      const settings = monitorSettings(poolName, object.spec, endpoint);
      scraper.set({ digest, settings, client: openHttp(http), lists: [] }, found);
    }
    return { pool: scraper.pool(poolName) };
  } catch (error) {
    if (!(error instanceof CredentialsError || error instanceof HttpError)) throw error;
    scraper.remove(poolName);
    const message = `${field}: ${error.message}`;
    return { refusal: { status: 'False', reason: 'CredentialsInvalid', message } };
  }
}
