import { kubernetesLabel, metaPrefix, objectLabels } from './kubernetes-labels.ts';
import type { TargetGroup } from './scrape-settings.ts';
import type { FoundService, FoundSlice, SliceEndpoint, SlicePort } from './service-endpoints.ts';

/** Which labels of discovery targets have; undefined: those of both roles. */
export type DiscoveryRole = 'Endpoints' | 'EndpointSlice' | undefined;

/**
 * Makes groups of targets of slices, one for each port. What did not change is the same group as before, so that nobody looks at its
 * targets again.
 */
export class EndpointGroups {
  readonly #known = new WeakMap<FoundSlice, { service: FoundService; groups: Map<string, TargetGroup> }>();

  /** The targets of one port of a slice. @param index - of the port */
  group(service: FoundService, slice: FoundSlice, index: number, role: DiscoveryRole): TargetGroup {
    let known = this.#known.get(slice);
    if (known?.service !== service) {
      known = { service, groups: new Map() };
      this.#known.set(slice, known);
    }
    const key = `${role}/${index}`;
    let group = known.groups.get(key);
    if (!group) {
      group = groupOf(service, slice, slice.ports[index], role);
      known.groups.set(key, group);
    }
    return group;
  }
}

/** Spec: Prometheus 3.14, kubernetes_sd_config, roles endpoints and endpointslice. */
function groupOf(
  service: FoundService,
  slice: FoundSlice,
  port: SlicePort | undefined,
  role: DiscoveryRole,
): TargetGroup {
  const hasSlices = role !== 'Endpoints';
  const hasEndpoints = role !== 'EndpointSlice';
  const found = slice.endpoints.flatMap((endpoint) =>
    endpoint.addresses.map((address) => ({ address, endpoint })),
  );
  return {
    targets: found.map(({ address }) => addressOf(address, port)),
    labels: {
      [`${metaPrefix}namespace`]: service.namespace,
      [`${metaPrefix}service_name`]: service.name,
      ...objectLabels('service', service),
      ...(hasSlices ? sliceLabels(slice, port) : {}),
      ...(hasEndpoints ? endpointsLabels(service, slice, port) : {}),
    },
    ownLabels: found.map(({ endpoint }) => ({
      ...(hasSlices ? sliceEndpointLabels(endpoint) : {}),
      ...(hasEndpoints ? endpointLabels(endpoint) : {}),
      // The name alone is known of a pod.
      ...(endpoint.targetKind === 'Pod' ? labelsOf('pod', { name: endpoint.targetName }) : {}),
    })),
  };
}

function addressOf(address: string, port: SlicePort | undefined): string {
  if (port?.port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port.port}` : `${address}:${port.port}`;
}

function sliceLabels(slice: FoundSlice, port: SlicePort | undefined): Record<string, string> {
  return {
    ...labelsOf('endpointslice', {
      name: slice.name,
      address_type: slice.addressType,
      port_name: port?.name,
      port_protocol: port?.protocol,
      port: port?.port === undefined ? undefined : String(port.port),
      port_app_protocol: port?.appProtocol,
    }),
    ...objectLabels('endpointslice', slice),
  };
}

function endpointsLabels(
  service: FoundService,
  slice: FoundSlice,
  port: SlicePort | undefined,
): Record<string, string> {
  return {
    ...labelsOf('endpoints', { name: service.name }),
    ...labelsOf('endpoint', { port_name: port?.name, port_protocol: port?.protocol }),
    ...objectLabels('endpoints', slice),
  };
}

function sliceEndpointLabels(endpoint: SliceEndpoint): Record<string, string> {
  const { ready, serving, terminating, hostname, nodeName, zone, targetKind, targetName } = endpoint;
  return labelsOf('endpointslice', {
    endpoint_conditions_ready: ready?.toString(),
    endpoint_conditions_serving: serving?.toString(),
    endpoint_conditions_terminating: terminating?.toString(),
    endpoint_hostname: hostname,
    endpoint_node_name: nodeName,
    endpoint_zone: zone,
    address_target_kind: targetKind,
    address_target_name: targetName,
  });
}

function endpointLabels(endpoint: SliceEndpoint): Record<string, string> {
  const { ready = true, hostname, nodeName, targetKind, targetName } = endpoint;
  return labelsOf('endpoint', {
    ready: String(ready),
    hostname,
    node_name: nodeName,
    address_target_kind: targetKind,
    address_target_name: targetName,
  });
}

/** Labels that begin with the prefix and a word; what is not known is left out. */
function labelsOf(
  word: string,
  values: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') labels[`${metaPrefix}${word}_${kubernetesLabel(name)}`] = value;
  }
  return labels;
}
