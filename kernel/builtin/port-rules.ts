import { dns1123Label, qualifiedName } from '@plinth/kube-selector';
import { duplicateValue, type FieldError, invalidValue, requiredValue } from '@plinth/structural-schema';
import { textOf } from './field-access.ts';

/** Protocols of transport that ports may have. */
export const protocols = ['SCTP', 'TCP', 'UDP'] as const;

/** What is wrong with the number of a port. */
export function portErrors(field: string, port: unknown): FieldError[] {
  if (typeof port !== 'number' || (port >= 1 && port <= 65_535)) return [];
  return [invalidValue(field, port, 'must be between 1 and 65535, inclusive')];
}

/**
 * What is wrong with the names of ports, for each port. One port alone needs no name.
 * Spec: Kubernetes core/v1 ServicePort, EndpointPort.
 */
export function portNameErrors(
  field: string,
  ports: readonly Record<string, unknown>[],
): readonly (readonly FieldError[])[] {
  const seen = new Set<string>();
  return ports.map((port, i) => {
    const name = textOf(port['name']);
    const at = `${field}[${i}].name`;
    if (name === '') return ports.length > 1 ? [requiredValue(at, '')] : [];
    const errors = dns1123Label(name).map((message) => invalidValue(at, name, message));
    if (seen.has(name)) errors.push(duplicateValue(at, name));
    seen.add(name);
    return errors;
  });
}

/** What is wrong with the name of the protocol that an application speaks. */
export function appProtocolErrors(field: string, value: unknown): FieldError[] {
  if (value === undefined) return [];
  return qualifiedName(textOf(value)).map((message) => invalidValue(field, value, message));
}

/**
 * What is wrong with the name of a port of a process: at most 15 lower-case letters, digits and hyphens.
 * Spec: RFC 6335, section 5.1; Kubernetes apimachinery util/validation IsValidPortName.
 */
export function portNameFaults(name: string): string[] {
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[-a-z0-9]+$/.test(name)
      ? []
      : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(/^-|-$/.test(name) ? ['must not begin or end with a hyphen'] : []),
  ];
}
