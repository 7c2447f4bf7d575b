import { dns1123Label } from '@plinth/kube-selector';
import { type FieldError, invalidValue, requiredValue } from '@plinth/structural-schema';
import { defineKind, enumOf } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import { Type } from '../model/type-builders.ts';
import { ageColumn, nameColumn } from './age.ts';
import { endpointIpErrors } from './endpoint-address.ts';
import { recordsOf, textOf } from './field-access.ts';
import { appProtocolErrors, portErrors, portNameErrors, protocols } from './port-rules.ts';
import { listOf, objectReference, requiredText, struct, text } from './schema-fields.ts';
import { shownList } from './shown-list.ts';

function prepare(object: KubeObject): void {
  for (const subset of recordsOf(object['subsets'])) {
    for (const one of recordsOf(subset['ports'])) one['protocol'] ||= 'TCP';
  }
}

/** Spec: Kubernetes core/v1 validation, validateEndpointSubsets. */
function validate(object: KubeObject): FieldError[] {
  return recordsOf(object['subsets']).flatMap((subset, i) => {
    const field = `subsets[${i}]`;
    const ready = recordsOf(subset['addresses']);
    const waiting = recordsOf(subset['notReadyAddresses']);
    const ports = recordsOf(subset['ports']);
    const named = portNameErrors(`${field}.ports`, ports);
    return [
      ...(ready.length + waiting.length === 0
        ? [requiredValue(field, 'must specify `addresses` or `notReadyAddresses`')]
        : []),
      ...ready.flatMap((address, at) => addressErrors(`${field}.addresses[${at}]`, address)),
      ...waiting.flatMap((address, at) => addressErrors(`${field}.notReadyAddresses[${at}]`, address)),
      ...ports.flatMap((one, at) => [
        ...(named[at] ?? []),
        ...portErrors(`${field}.ports[${at}].port`, one['port']),
        ...appProtocolErrors(`${field}.ports[${at}].appProtocol`, one['appProtocol']),
      ]),
    ];
  });
}

function addressErrors(field: string, { ip, hostname }: Record<string, unknown>): FieldError[] {
  const name = textOf(hostname);
  return [
    ...endpointIpErrors(`${field}.ip`, textOf(ip)),
    ...(name === ''
      ? []
      : dns1123Label(name).map((message) => invalidValue(`${field}.hostname`, name, message))),
  ];
}

function shownOf(object: KubeObject): string {
  const all = recordsOf(object['subsets']).flatMap(({ addresses, ports }) => {
    const ips = recordsOf(addresses).map(({ ip }) => textOf(ip));
    const numbers = recordsOf(ports).map(({ port: number }) => String(number));
    if (numbers.length === 0) return ips;
    return numbers.flatMap((number) =>
      ips.map((ip) => (ip.includes(':') ? `[${ip}]:${number}` : `${ip}:${number}`)),
    );
  });
  return shownList(all, '<none>');
}

const address = struct('An address.', {
  ip: requiredText('The IP address.'),
  hostname: text('Its name in DNS.'),
  nodeName: text('The node that it is on.'),
  targetRef: Type.Optional(objectReference('The object that it stands for.')),
});

const port = struct('A port of the addresses.', {
  name: text('Name of the port: that of the port of the Service. Several ports need one each.'),
  port: Type.Unsafe<number>({ type: 'integer', format: 'int32', description: 'Number of the port.' }),
  protocol: Type.Optional(
    enumOf(protocols, { description: 'Protocol of transport; TCP by default.', default: 'TCP' }),
  ),
  appProtocol: text('What is spoken on the port, such as http or kubernetes.io/h2c.'),
});

/** Spec: Kubernetes core/v1 Endpoints. */
export const endpointsKind = defineKind({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  scope: 'Namespaced',
  shortNames: ['ep'],
  description:
    'Endpoints say where the Service of the same name is found. They are the older form of EndpointSlices, and count beside them.',
  fields: {
    subsets: Type.Optional(
      listOf(
        'Addresses that have the same ports.',
        struct('Addresses with their ports.', {
          addresses: Type.Optional(listOf('Addresses that take requests.', address)),
          notReadyAddresses: Type.Optional(
            listOf('Addresses that do not take requests at present.', address),
          ),
          ports: Type.Optional(listOf('The ports of all addresses.', port)),
        }),
      ),
    ),
  },
  columns: [
    nameColumn,
    {
      name: 'Endpoints',
      type: 'string',
      description: 'Addresses that take requests, with their ports.',
      cell: shownOf,
    },
    ageColumn,
  ],
  ownColumns: true,
  strategy: { prepare, validate },
});
