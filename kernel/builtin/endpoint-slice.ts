import { dns1123Label, dns1123Subdomain } from '@plinth/kube-selector';
import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  requiredValue,
  tooMany,
} from '@plinth/structural-schema';
import { defineKind, enumOf } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import { Type } from '../model/type-builders.ts';
import { ageColumn, nameColumn } from './age.ts';
import { endpointIpErrors } from './endpoint-address.ts';
import { ownRecord, recordsOf, textOf, textsOf } from './field-access.ts';
import { appProtocolErrors, portErrors, protocols } from './port-rules.ts';
import { flag, int32, listOf, objectReference, requiredText, struct, text } from './schema-fields.ts';
import { shownList } from './shown-list.ts';

/** Spec: Kubernetes discovery/v1 validation. */
const endpointsMax = 1_000;
const portsMax = 100;
const addressesMax = 100;

/** For an empty list. */
const unset = '<unset>';

function prepare(object: KubeObject): void {
  for (const port of recordsOf(object['ports'])) {
    port['name'] ??= '';
    port['protocol'] ||= 'TCP';
  }
  // Clients that leave the list away send nothing for it.
  object['endpoints'] ??= [];
  for (const endpoint of recordsOf(object['endpoints'])) ownRecord(endpoint, 'conditions');
}

/** Spec: Kubernetes discovery/v1 validation, ValidateEndpointSlice. */
function validate(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const type = textOf(object['addressType']);
  const endpoints = recordsOf(object['endpoints']);
  const ports = recordsOf(object['ports']);
  const errors: FieldError[] = [];
  if (endpoints.length > endpointsMax) errors.push(tooMany('endpoints', endpoints.length, endpointsMax));
  else errors.push(...endpoints.flatMap((one, i) => endpointErrors(`endpoints[${i}]`, one, type)));
  if (ports.length > portsMax) errors.push(tooMany('ports', ports.length, portsMax));
  else errors.push(...portsErrors(ports));
  if (old && old['addressType'] !== type) {
    errors.push(invalidValue('addressType', type, 'field is immutable'));
  }
  return errors;
}

/** Names have to differ: one port may be without one. Kubernetes takes any number; here something is asked at it. */
function portsErrors(ports: readonly Record<string, unknown>[]): FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap((port, i) => {
    const field = `ports[${i}]`;
    const name = textOf(port['name']);
    const isRepeated = seen.has(name);
    seen.add(name);
    return [
      ...(name === ''
        ? []
        : dns1123Label(name).map((message) => invalidValue(`${field}.name`, name, message))),
      ...(isRepeated ? [duplicateValue(`${field}.name`, name)] : []),
      ...portErrors(`${field}.port`, port['port']),
      ...appProtocolErrors(`${field}.appProtocol`, port['appProtocol']),
    ];
  });
}

function endpointErrors(field: string, endpoint: Record<string, unknown>, type: string): FieldError[] {
  const addresses = textsOf(endpoint['addresses']);
  const errors: FieldError[] = [];
  if (addresses.length === 0) {
    errors.push(requiredValue(`${field}.addresses`, 'must contain at least 1 address'));
  }
  if (addresses.length > addressesMax) {
    errors.push(tooMany(`${field}.addresses`, addresses.length, addressesMax));
  }
  for (const [i, address] of addresses.entries()) {
    errors.push(...addressErrors(`${field}.addresses[${i}]`, address, type));
  }
  const hostname = endpoint['hostname'];
  if (typeof hostname === 'string') {
    errors.push(...dns1123Label(hostname).map((one) => invalidValue(`${field}.hostname`, hostname, one)));
  }
  if (Object.hasOwn(endpoint, 'deprecatedTopology')) {
    errors.push(forbiddenValue(`${field}.deprecatedTopology`, 'use zone and nodeName'));
  }
  return errors;
}

function addressErrors(field: string, address: string, type: string): FieldError[] {
  if (type === 'IPv4') return endpointIpErrors(field, address, 4);
  if (type === 'IPv6') return endpointIpErrors(field, address, 6);
  const name = address.replace(/\.$/, '');
  const errors = dns1123Subdomain(name).map((message) => invalidValue(field, address, message));
  if (errors.length > 0 || name.includes('.')) return errors;
  return [invalidValue(field, address, 'should be a domain with at least two segments separated by dots')];
}

const hint = (description: string, name: string) =>
  Type.Optional(listOf(description, struct(description, { name: requiredText(name) })));

const endpoint = struct('An endpoint.', {
  addresses: Type.Unsafe<string[]>({
    type: 'array',
    items: { type: 'string' },
    'x-kubernetes-list-type': 'set',
    description: 'Its addresses, of the type in addressType; all of them lead to the same.',
  }),
  conditions: Type.Optional(
    struct('How it is. What is absent is not known.', {
      ready: flag('Whether it takes requests.'),
      serving: flag('Whether it answers requests; true for one that is ready and about to end.'),
      terminating: flag('Whether it is about to end.'),
    }),
  ),
  hostname: text('Its name in DNS.'),
  nodeName: text('The node that it runs on.'),
  zone: text('The zone that it is in.'),
  targetRef: Type.Optional(objectReference('The object that it stands for.')),
  hints: Type.Optional(
    struct('Who should use it.', {
      forZones: hint('Zones that should use it.', 'Name of the zone.'),
      forNodes: hint('Nodes that should use it.', 'Name of the node.'),
    }),
  ),
});

const port = struct('A port of all endpoints of the slice.', {
  name: text('Name of the port: that of the port of the Service. Names differ; empty by default.'),
  protocol: Type.Optional(
    enumOf(protocols, { description: 'Protocol of transport; TCP by default.', default: 'TCP' }),
  ),
  port: int32('Number of the port; any port when it is absent.'),
  appProtocol: text('What is spoken on the port, such as http or kubernetes.io/h2c.'),
});

/** Spec: Kubernetes discovery.k8s.io/v1 EndpointSlice. */
export const endpointSliceKind = defineKind({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  description:
    'An EndpointSlice says where a Service is found; the label kubernetes.io/service-name names the Service. A Service may have ' +
    'several. They are kept by whoever runs the endpoints.',
  fields: {
    addressType: enumOf(['FQDN', 'IPv4', 'IPv6'], {
      description: 'What the addresses are. It cannot be changed.',
    }),
    endpoints: Type.Optional(listOf('The endpoints, at most 1000.', endpoint)),
    ports: Type.Optional(listOf('The ports of all endpoints, at most 100.', port)),
  },
  columns: [
    nameColumn,
    {
      name: 'AddressType',
      type: 'string',
      description: 'What the addresses are.',
      cell: (object) => textOf(object['addressType']),
    },
    {
      name: 'Ports',
      type: 'string',
      description: 'The ports of the endpoints.',
      cell: (object) =>
        shownList(
          recordsOf(object['ports']).map(({ port: number, name }) =>
            typeof number === 'number' ? String(number) : textOf(name) || '*',
          ),
          unset,
        ),
    },
    {
      name: 'Endpoints',
      type: 'string',
      description: 'The addresses of the endpoints.',
      cell: (object) =>
        shownList(
          recordsOf(object['endpoints']).flatMap(({ addresses }) => textsOf(addresses)),
          unset,
        ),
    },
    ageColumn,
  ],
  ownColumns: true,
  strategy: { prepare, validate },
});
