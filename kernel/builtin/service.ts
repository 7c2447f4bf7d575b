import { dns1035Label } from '@plinth/kube-selector';
import { defineKind, enumOf, listMapOf } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import type { Column } from '../model/resource-type.ts';
import { Type } from '../model/type-builders.ts';
import { ageColumn, nameColumn } from './age.ts';
import { recordOf, recordsOf, textOf, textsOf } from './field-access.ts';
import { protocols } from './port-rules.ts';
import {
  conditionFields,
  flag,
  int32,
  int64,
  listOf,
  requiredText,
  struct,
  text,
  texts,
} from './schema-fields.ts';
import { completeService, serviceErrors } from './service-rules.ts';

const noEffect = 'Kept as it is: Plinth sends no traffic through Services.';

const choice = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Optional(enumOf(values, { description }));

const port = struct('A port of the Service.', {
  name: text('Name of the port; a Service with several ports needs one for each.'),
  protocol: Type.Optional(
    enumOf(protocols, { description: 'Protocol of transport; TCP by default.', default: 'TCP' }),
  ),
  port: Type.Unsafe<number>({ type: 'integer', format: 'int32', description: 'The port that clients use.' }),
  targetPort: Type.Optional(
    Type.Unsafe<number | string>({
      'x-kubernetes-int-or-string': true,
      description: 'Number or name of the port of the endpoints; the number in `port` by default.',
    }),
  ),
  appProtocol: text('What is spoken on the port, such as http or kubernetes.io/h2c.'),
  nodePort: int32(`The port of nodes. ${noEffect}`),
});

const spec = struct('What the Service offers.', {
  ports: Type.Optional(listMapOf(port, ['port', 'protocol'], { description: 'The ports of the Service.' })),
  type: Type.Optional(
    enumOf(['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], {
      description:
        'How the Service is reached; ClusterIP by default. A Service of type ExternalName is another name for a host and has no endpoints.',
    }),
  ),
  externalName: text('The host that a Service of type ExternalName stands for.'),
  selector: Type.Optional(
    Type.Unsafe<Record<string, string>>({
      type: 'object',
      additionalProperties: { type: 'string' },
      'x-kubernetes-map-type': 'atomic',
      description:
        'Labels of the pods that are its endpoints. Kept as it is: Plinth has no pods, endpoints are those of its EndpointSlices.',
    }),
  ),
  clusterIP: text(`The address of the Service, or None. No address is given to a Service. ${noEffect}`),
  clusterIPs: texts(`The addresses of the Service. ${noEffect}`),
  externalIPs: texts(`Further addresses. ${noEffect}`),
  sessionAffinity: Type.Optional(
    enumOf(['ClientIP', 'None'], { description: `Whether clients stay with an endpoint. ${noEffect}` }),
  ),
  sessionAffinityConfig: Type.Optional(
    struct(`How clients stay with an endpoint. ${noEffect}`, {
      clientIP: Type.Optional(
        struct('By the address of the client.', { timeoutSeconds: int32('How long, in seconds.') }),
      ),
    }),
  ),
  loadBalancerIP: text(`The address of a load balancer. ${noEffect}`),
  loadBalancerSourceRanges: texts(`Networks that a load balancer serves. ${noEffect}`),
  loadBalancerClass: text(`Which load balancer is meant. ${noEffect}`),
  allocateLoadBalancerNodePorts: flag(`Whether a load balancer gets ports of nodes. ${noEffect}`),
  externalTrafficPolicy: choice(['Cluster', 'Local'], `Where traffic from outside goes. ${noEffect}`),
  internalTrafficPolicy: choice(['Cluster', 'Local'], `Where traffic from inside goes. ${noEffect}`),
  trafficDistribution: text(`Which endpoints are preferred. ${noEffect}`),
  healthCheckNodePort: int32(`The port of health checks. ${noEffect}`),
  publishNotReadyAddresses: flag(`Whether endpoints that are not ready count as ready. ${noEffect}`),
  ipFamilies: Type.Optional(
    listOf(
      'IPv4, IPv6 or both. Where both are asked for, targets of metrics are of the first.',
      enumOf(['IPv4', 'IPv6']),
    ),
  ),
  ipFamilyPolicy: choice(
    ['PreferDualStack', 'RequireDualStack', 'SingleStack'],
    'How many families of addresses there are.',
  ),
});

const portStatus = struct('How a port is.', {
  port: Type.Unsafe<number>({ type: 'integer', format: 'int32', description: 'The port.' }),
  protocol: requiredText('Protocol of transport.'),
  error: text('What is wrong with it.'),
});

const status = struct('What has become of the Service.', {
  loadBalancer: Type.Optional(
    struct('What the load balancer is at.', {
      ingress: Type.Optional(
        listOf(
          'Where it is reached.',
          struct('An address.', {
            ip: text('The IP address.'),
            hostname: text('The name.'),
            ipMode: text('VIP or Proxy.'),
            ports: Type.Optional(listOf('How its ports are.', portStatus)),
          }),
        ),
      ),
    }),
  ),
  conditions: Type.Optional(
    listMapOf(
      struct('A condition.', {
        ...conditionFields,
        observedGeneration: int64('The generation that it is about.'),
      }),
      ['type'],
      { description: 'What holds of the Service.' },
    ),
  ),
});

function clusterIpOf({ spec: fields }: KubeObject): string {
  return textsOf(recordOf(fields)['clusterIPs'])[0] ?? '<none>';
}

function externalIpOf(object: KubeObject): string {
  const { type, externalName, externalIPs } = recordOf(object['spec']);
  if (type === 'ExternalName') return textOf(externalName);
  const { ingress } = recordOf(recordOf(object['status'])['loadBalancer']);
  const balanced = recordsOf(ingress).map(({ ip, hostname }) => textOf(ip) || textOf(hostname));
  const addresses = [...(type === 'LoadBalancer' ? balanced : []), ...textsOf(externalIPs)];
  if (addresses.length > 0) return addresses.join(',');
  return type === 'LoadBalancer' ? '<pending>' : '<none>';
}

function portsOf({ spec: fields }: KubeObject): string {
  const ports = recordsOf(recordOf(fields)['ports']).map(({ port: number, nodePort, protocol }) => {
    const node = typeof nodePort === 'number' && nodePort > 0 ? `:${nodePort}` : '';
    return `${String(number)}${node}/${textOf(protocol)}`;
  });
  return ports.join(',') || '<none>';
}

function selectorOf({ spec: fields }: KubeObject): string {
  const labels = Object.entries(recordOf(recordOf(fields)['selector']));
  const texts = labels.map(([key, value]) => `${key}=${textOf(value)}`).toSorted();
  return texts.join(',') || '<none>';
}

/** Spec: Kubernetes printers, printService. */
const columns: readonly Column[] = [
  nameColumn,
  {
    name: 'Type',
    type: 'string',
    description: 'How the Service is reached.',
    cell: (object) => textOf(recordOf(object['spec'])['type']),
  },
  { name: 'Cluster-IP', type: 'string', description: 'The address of the Service.', cell: clusterIpOf },
  {
    name: 'External-IP',
    type: 'string',
    description: 'Where it is reached from outside.',
    cell: externalIpOf,
  },
  { name: 'Port(s)', type: 'string', description: 'The ports of the Service.', cell: portsOf },
  ageColumn,
  {
    name: 'Selector',
    type: 'string',
    priority: 1,
    description: 'Labels of the pods that are its endpoints.',
    cell: selectorOf,
  },
];

/** Spec: Kubernetes core/v1 Service. */
export const serviceKind = defineKind({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  scope: 'Namespaced',
  shortNames: ['svc'],
  categories: ['all'],
  description:
    'A Service names something that is reached over the network. Plinth has no pods: whoever runs the endpoints keeps ' +
    'EndpointSlices for the Service, as Kubernetes has it for Services without selectors.',
  fields: { spec: Type.Optional(spec), status: Type.Optional(status) },
  columns,
  ownColumns: true,
  selectableFields: ['spec.clusterIP', 'spec.type'],
  strategy: { prepare: completeService, validate: serviceErrors, nameErrors: dns1035Label },
});
