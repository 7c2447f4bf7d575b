import type { Client, Clock, KubeObject, ObjectChange, ResourceId } from '@plinth/kernel';
import { isObject } from '@plinth/kernel';
import type { TextMap } from './kubernetes-labels.ts';

const services = { group: '', resource: 'services' } as const;
const endpoints = { group: '', resource: 'endpoints' } as const;
const endpointSlices = { group: 'discovery.k8s.io', resource: 'endpointslices' } as const;
const dualStackPolicies: ReadonlySet<string> = new Set(['PreferDualStack', 'RequireDualStack']);
const serviceNameLabel = 'kubernetes.io/service-name';
/** How often it is looked whether objects are gone of which nobody told: a follower that falls behind begins anew. */
const sweepEveryMs = 600_000;

/** What scrapes need of a Service. */
export interface FoundService {
  readonly namespace: string;
  readonly name: string;
  readonly labels: TextMap;
  readonly annotations: TextMap;
  readonly isExternalName: boolean;
  /** The type of addresses that count, where the endpoints have addresses of both families. */
  readonly primaryFamily: string | undefined;
  /** What the endpoints call their ports, by the names of the ports of the Service. */
  readonly targetPorts: ReadonlyMap<string, number | string>;
}

/** A port of all endpoints of a slice. */
export interface SlicePort {
  readonly name: string;
  readonly protocol: string;
  /** Absent: any. */
  readonly port?: number | undefined;
  readonly appProtocol?: string | undefined;
}

/** An endpoint of a Service. */
export interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly ready?: boolean | undefined;
  readonly serving?: boolean | undefined;
  readonly terminating?: boolean | undefined;
  readonly hostname?: string | undefined;
  readonly nodeName?: string | undefined;
  readonly zone?: string | undefined;
  readonly targetKind?: string | undefined;
  readonly targetName?: string | undefined;
}

/** Endpoints that have the same ports: an EndpointSlice, or a subset of Endpoints. */
export interface FoundSlice {
  readonly name: string;
  readonly addressType: string;
  readonly labels: TextMap;
  readonly annotations: TextMap;
  readonly ports: readonly SlicePort[];
  readonly endpoints: readonly SliceEndpoint[];
}

/** A Service with its endpoints. */
export interface ServiceWithSlices {
  readonly service: FoundService;
  readonly slices: readonly FoundSlice[];
}

/** Told which Service is another now. @param labels - those that it has or had, all that matter */
export type ServiceFollower = (namespace: string, labels: readonly TextMap[]) => void;

/**
 * The Services of a virtual cluster and where they lead. It keeps what scrapes need: a change of one slice among hundreds is looked
 * at without reading the others again. A slice that did not change is the same object.
 */
export class ServiceEndpoints {
  readonly #services = new Map<string, FoundService>();
  /** By Service, then by kind and name of the object they come from. */
  readonly #slices = new Map<string, Map<string, readonly FoundSlice[]>>();
  /** The Service of each object with slices. */
  readonly #serviceOf = new Map<string, string>();
  readonly #sorted = new WeakMap<Map<string, readonly FoundSlice[]>, readonly FoundSlice[]>();
  /** Resources of which not all objects are known yet. */
  readonly #unread = new Set<string>([services, endpoints, endpointSlices].map(({ resource }) => resource));

  /** Whether all objects that were there at the start are known. */
  get isRead(): boolean {
    return this.#unread.size === 0;
  }

  /** Follows the objects from now on. @returns what ends it */
  follow(client: Client, clock: Clock, changed: ServiceFollower): () => void {
    const followed = (id: ResourceId, tell: (change: ObjectChange) => void): (() => void) => {
      this.#unread.add(id.resource);
      return client.follow(id, tell, () => this.#unread.delete(id.resource));
    };
    const stops = [
      followed(services, ({ type, object }) => {
        const key = keyOf(object);
        const labels = this.#services.get(key)?.labels;
        if (type === 'deleted') this.#services.delete(key);
        else this.#services.set(key, serviceOf(object));
        const news = this.#services.get(key)?.labels;
        changed(
          object.metadata.namespace ?? '',
          [labels, news].filter((one) => one !== undefined),
        );
      }),
      ...[endpointSlices, endpoints].map((id) =>
        followed(id, ({ type, object }) => {
          const source = sourceOf(object);
          const before = this.#serviceOf.get(source);
          this.#drop(source);
          if (type !== 'deleted') this.#keep(source, object);
          for (const service of new Set([before, this.#serviceOf.get(source)])) {
            const labels = service === undefined ? undefined : this.#services.get(service)?.labels;
            if (labels) changed(object.metadata.namespace ?? '', [labels]);
          }
        }),
      ),
    ];
    let cancel: () => void = () => {};
    const sweep = (): void => {
      cancel = clock.after(sweepEveryMs, () => {
        this.#sweep(client);
        sweep();
      });
    };
    sweep();
    return () => {
      cancel();
      for (const stop of stops) stop();
      this.#services.clear();
      this.#slices.clear();
      this.#serviceOf.clear();
    };
  }

  /** Services that are meant, in order of their names. @param namespaces - undefined: all of them */
  select(
    namespaces: ReadonlySet<string> | undefined,
    isMeant: (labels: TextMap) => boolean,
  ): readonly ServiceWithSlices[] {
    const found: FoundService[] = [];
    for (const service of this.#services.values()) {
      if ((namespaces?.has(service.namespace) ?? true) && isMeant(service.labels)) found.push(service);
    }
    const order = (one: FoundService): string => `${one.namespace}/${one.name}`;
    return found
      .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
      .map((service) => ({ service, slices: countingSlices(service, this.#slicesOf(order(service))) }));
  }

  #slicesOf(service: string): readonly FoundSlice[] {
    const sources = this.#slices.get(service);
    if (!sources) return [];
    let sorted = this.#sorted.get(sources);
    if (!sorted) {
      sorted = [...sources].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, slices]) => slices);
      this.#sorted.set(sources, sorted);
    }
    return sorted;
  }

  #keep(source: string, object: KubeObject): void {
    const { namespace = '', name } = object.metadata;
    const isSlice = object.kind === 'EndpointSlice';
    const service = isSlice ? object.metadata.labels?.[serviceNameLabel] : name;
    if (service === undefined || service === '') return;
    const key = `${namespace}/${service}`;
    const sources = this.#slices.get(key) ?? new Map<string, readonly FoundSlice[]>();
    sources.set(source, isSlice ? [sliceOf(object)] : subsetsOf(object));
    this.#slices.set(key, sources);
    this.#sorted.delete(sources);
    this.#serviceOf.set(source, key);
  }

  #drop(source: string): void {
    const service = this.#serviceOf.get(source);
    const sources = service === undefined ? undefined : this.#slices.get(service);
    this.#serviceOf.delete(source);
    if (service === undefined || !sources) return;
    sources.delete(source);
    this.#sorted.delete(sources);
    if (sources.size === 0) this.#slices.delete(service);
  }

  /** What is gone for good is seen by the next look at each ServiceMonitor. */
  #sweep(client: Client): void {
    const there = new Set(client.list(services).map(keyOf));
    for (const key of this.#services.keys()) if (!there.has(key)) this.#services.delete(key);
    const sources = new Set([...client.list(endpointSlices), ...client.list(endpoints)].map(sourceOf));
    for (const source of this.#serviceOf.keys()) if (!sources.has(source)) this.#drop(source);
  }
}

/** An endpoint with addresses of two families is one target. Spec: Prometheus 3.14, nonPrimaryIPFamilySlice. */
function countingSlices(
  { primaryFamily }: FoundService,
  slices: readonly FoundSlice[],
): readonly FoundSlice[] {
  if (primaryFamily === undefined) return slices;
  return slices.filter(({ addressType }) => addressType === primaryFamily);
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function sourceOf(object: KubeObject): string {
  return `${object.kind}/${keyOf(object)}`;
}

function metaOf({ metadata }: KubeObject): { readonly labels: TextMap; readonly annotations: TextMap } {
  return { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} };
}

function serviceOf(object: KubeObject): FoundService {
  const spec = recordOf(object['spec']);
  const targetPorts = recordsOf(spec['ports']).flatMap(({ name, targetPort }) =>
    typeof targetPort === 'number' || typeof targetPort === 'string'
      ? [[textOf(name) ?? '', targetPort] as const]
      : [],
  );
  const { namespace = '', name } = object.metadata;
  const isDualStack = dualStackPolicies.has(textOf(spec['ipFamilyPolicy']) ?? '');
  const families: readonly unknown[] = Array.isArray(spec['ipFamilies']) ? spec['ipFamilies'] : [];
  return {
    namespace,
    name,
    ...metaOf(object),
    isExternalName: spec['type'] === 'ExternalName',
    primaryFamily: isDualStack ? textOf(families[0]) : undefined,
    targetPorts: new Map(targetPorts),
  };
}

function sliceOf(object: KubeObject): FoundSlice {
  return {
    name: object.metadata.name,
    addressType: textOf(object['addressType']) ?? '',
    ...metaOf(object),
    ports: portsOf(object['ports']),
    endpoints: recordsOf(object['endpoints']).map((endpoint): SliceEndpoint => {
      const { ready, serving, terminating } = recordOf(endpoint['conditions']);
      const { addresses } = endpoint;
      return {
        addresses: Array.isArray(addresses) ? addresses.filter((one) => typeof one === 'string') : [],
        ready: flagOf(ready),
        serving: flagOf(serving),
        terminating: flagOf(terminating),
        ...placeOf(endpoint),
      };
    }),
  };
}

function subsetsOf(object: KubeObject): readonly FoundSlice[] {
  return recordsOf(object['subsets']).map((subset): FoundSlice => {
    const addressOf = (one: Record<string, unknown>, isReady: boolean): SliceEndpoint => ({
      addresses: [textOf(one['ip']) ?? ''],
      ready: isReady,
      ...placeOf(one),
    });
    const listed = [
      ...recordsOf(subset['addresses']).map((one) => addressOf(one, true)),
      ...recordsOf(subset['notReadyAddresses']).map((one) => addressOf(one, false)),
    ];
    const isIpv6 = listed[0]?.addresses[0]?.includes(':') === true;
    return {
      name: object.metadata.name,
      addressType: isIpv6 ? 'IPv6' : 'IPv4',
      ...metaOf(object),
      ports: portsOf(subset['ports']),
      endpoints: listed,
    };
  });
}

function portsOf(value: unknown): readonly SlicePort[] {
  return recordsOf(value).map(({ name, protocol, port, appProtocol }) => ({
    name: textOf(name) ?? '',
    protocol: textOf(protocol) ?? 'TCP',
    port: typeof port === 'number' ? port : undefined,
    appProtocol: textOf(appProtocol),
  }));
}

function placeOf({ hostname, nodeName, zone, targetRef }: Record<string, unknown>) {
  const { kind, name } = recordOf(targetRef);
  return {
    hostname: textOf(hostname),
    nodeName: textOf(nodeName),
    zone: textOf(zone),
    targetKind: textOf(kind),
    targetName: textOf(name),
  };
}

function recordOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function recordsOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
