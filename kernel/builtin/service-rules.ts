import { isIP } from 'node:net';
import { dns1123Subdomain, labelValue, qualifiedName } from '@plinth/kube-selector';
import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  requiredValue,
} from '@plinth/structural-schema';
import { equalJson } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { listOfValues, ownRecord, recordOf, recordsOf, textOf, textsOf } from './field-access.ts';
import { appProtocolErrors, portErrors, portNameErrors, portNameFaults } from './port-rules.ts';

/** Seconds that a client stays with an endpoint. Spec: Kubernetes core/v1 ClientIPConfig. */
const affinitySeconds = 10_800;
const affinitySecondsMax = 86_400;

type Spec = Record<string, unknown>;

/** Fills in what Kubernetes fills in; addresses are given to no Service. Spec: Kubernetes core/v1 defaults, SetDefaults_Service. */
export function completeService(object: KubeObject, old: KubeObject | undefined): void {
  const spec = ownRecord(object, 'spec');
  spec['type'] ||= 'ClusterIP';
  spec['sessionAffinity'] ||= 'None';
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] === 'ClientIP') {
    const client = ownRecord(ownRecord(spec, 'sessionAffinityConfig'), 'clientIP');
    client['timeoutSeconds'] ??= affinitySeconds;
  }
  for (const port of recordsOf(spec['ports'])) {
    port['protocol'] ||= 'TCP';
    if (!port['targetPort'] && typeof port['port'] === 'number') port['targetPort'] = port['port'];
  }
  if (old) leaveBehind(spec, recordOf(old['spec']));
  if (spec['type'] !== 'ExternalName') spec['internalTrafficPolicy'] ??= 'Cluster';
  if (isOutside(spec)) spec['externalTrafficPolicy'] ||= 'Cluster';
  if (spec['externalTrafficPolicy'] === '') delete spec['externalTrafficPolicy'];
  if (spec['type'] === 'LoadBalancer') spec['allocateLoadBalancerNodePorts'] ??= true;
  const [first] = listOfValues(spec['clusterIPs']);
  if (textOf(spec['clusterIP']) !== '') spec['clusterIPs'] ??= [spec['clusterIP']];
  else if (typeof first === 'string') spec['clusterIP'] = first;
  if (!old) object['status'] ??= { loadBalancer: {} };
}

/** Whether it is reached from outside by the ports of nodes or a load balancer. */
function isOutside({ type }: Spec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

/**
 * Takes away what the type before needed and the new one cannot have, unless it was changed in the same request. An address that
 * was changed in one of its two fields is changed in the other. Spec: Kubernetes core/v1 Service storage, dropTypeDependentFields and
 * normalizeClusterIPs.
 */
function leaveBehind(spec: Spec, old: Spec): void {
  const drop = (field: string, needs: (one: Spec) => boolean): void => {
    if (needs(old) && !needs(spec) && equalJson(spec[field], old[field])) delete spec[field];
  };
  const isBalanced = ({ type }: Spec): boolean => type === 'LoadBalancer';
  const hasAddress = ({ type }: Spec): boolean => type !== 'ExternalName';
  if (!equalJson(spec['clusterIP'], old['clusterIP']) && equalJson(spec['clusterIPs'], old['clusterIPs'])) {
    delete spec['clusterIPs'];
  }
  for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) drop(field, hasAddress);
  for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass']) drop(field, isBalanced);
  drop('healthCheckNodePort', needsHealthCheck);
  drop('externalTrafficPolicy', (one) => isOutside(one) || textsOf(one['externalIPs']).length > 0);
  const nodePorts = (one: Spec): unknown[] => recordsOf(one['ports']).map(({ nodePort }) => nodePort ?? 0);
  if (isOutside(old) && !isOutside(spec) && equalJson(nodePorts(spec), nodePorts(old))) {
    for (const port of recordsOf(spec['ports'])) delete port['nodePort'];
  }
}

function needsHealthCheck({ type, externalTrafficPolicy }: Spec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

/** Spec: Kubernetes core/v1 validation, ValidateService. */
export function serviceErrors(object: KubeObject): FieldError[] {
  const spec = recordOf(object['spec']);
  const ports = recordsOf(spec['ports']);
  return [
    ...typeErrors(spec, ports),
    ...portsErrors(spec, ports),
    ...selectorErrors(recordOf(spec['selector'])),
    ...affinityErrors(spec),
    ...clusterIpErrors(spec),
    ...textsOf(spec['externalIPs']).flatMap((address, i) => ipErrors(`spec.externalIPs[${i}]`, address)),
    ...repeatedNodePortErrors(ports),
    ...balancerErrors(spec),
  ];
}

function typeErrors(spec: Spec, ports: readonly Spec[]): FieldError[] {
  const { type, clusterIP } = spec;
  const isHeadless = clusterIP === 'None';
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless && type !== 'ExternalName') {
    errors.push(requiredValue('spec.ports', ''));
  }
  if (isOutside(spec) && isHeadless) {
    const detail = `may not be set to 'None' for ${textOf(type)} services`;
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', detail));
  }
  if (type !== 'ExternalName') return errors;
  for (const field of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
    const value = spec[field];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    errors.push(forbiddenValue(`spec.${field}`, 'may not be set for ExternalName services'));
  }
  const name = textOf(spec['externalName']).replace(/\.$/, '');
  if (name === '') return [...errors, requiredValue('spec.externalName', '')];
  return [
    ...errors,
    ...dns1123Subdomain(name).map((message) => invalidValue('spec.externalName', name, message)),
  ];
}

function portsErrors(spec: Spec, ports: readonly Spec[]): FieldError[] {
  const named = portNameErrors('spec.ports', ports);
  return ports.flatMap((port, i) => {
    const field = `spec.ports[${i}]`;
    return [
      ...(named[i] ?? []),
      ...portErrors(`${field}.port`, port['port']),
      ...targetPortErrors(`${field}.targetPort`, port['targetPort']),
      ...appProtocolErrors(`${field}.appProtocol`, port['appProtocol']),
      ...nodePortErrors(`${field}.nodePort`, port['nodePort'], spec['type']),
    ];
  });
}

function targetPortErrors(field: string, target: unknown): FieldError[] {
  if (typeof target === 'number') return portErrors(field, target);
  if (typeof target !== 'string') return [];
  return portNameFaults(target).map((message) => invalidValue(field, target, message));
}

function nodePortErrors(field: string, port: unknown, type: unknown): FieldError[] {
  if (typeof port !== 'number' || port === 0) return [];
  if (type === 'ClusterIP' || type === 'ExternalName') {
    return [forbiddenValue(field, `may not be used when \`type\` is '${type}'`)];
  }
  return portErrors(field, port);
}

function selectorErrors(selector: Spec): FieldError[] {
  return Object.entries(selector).flatMap(([key, value]) => [
    ...qualifiedName(key).map((message) => invalidValue('spec.selector', key, message)),
    ...labelValue(textOf(value)).map((message) => invalidValue('spec.selector', value, message)),
  ]);
}

/** That a port comes once with a protocol is in the schema. */
function repeatedNodePortErrors(ports: readonly Spec[]): FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap(({ nodePort, protocol }, i) => {
    if (typeof nodePort !== 'number' || nodePort === 0) return [];
    const key = `${nodePort}/${textOf(protocol)}`;
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated ? [duplicateValue(`spec.ports[${i}].nodePort`, nodePort)] : [];
  });
}

function clusterIpErrors(spec: Spec): FieldError[] {
  const addresses = textsOf(spec['clusterIPs']);
  const [first] = addresses;
  const clusterIp = textOf(spec['clusterIP']);
  if (clusterIp !== (first ?? '')) {
    return [invalidValue('spec.clusterIPs', addresses, 'first value must match `clusterIP`')];
  }
  if (first === 'None') {
    return addresses.length === 1
      ? []
      : [invalidValue('spec.clusterIPs', addresses, "'None' must be the first and only value")];
  }
  return addresses.flatMap((address, i) => ipErrors(`spec.clusterIPs[${i}]`, address));
}

function ipErrors(field: string, address: string): FieldError[] {
  if (isIP(address) !== 0) return [];
  return [invalidValue(field, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}

function affinityErrors({ sessionAffinityConfig: config }: Spec): FieldError[] {
  const seconds = recordOf(recordOf(config)['clientIP'])['timeoutSeconds'];
  if (typeof seconds !== 'number' || (seconds > 0 && seconds <= affinitySecondsMax)) return [];
  const detail = `must be greater than 0 and less than ${affinitySecondsMax}`;
  return [invalidValue('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, detail)];
}

function balancerErrors(spec: Spec): FieldError[] {
  const { type, externalTrafficPolicy: policy, healthCheckNodePort: check } = spec;
  const errors: FieldError[] = [];
  const forBalancers = "may only be used when `type` is 'LoadBalancer'";
  if (type !== 'LoadBalancer') {
    for (const field of ['loadBalancerSourceRanges', 'allocateLoadBalancerNodePorts', 'loadBalancerClass']) {
      const value = spec[field];
      if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
      errors.push(forbiddenValue(`spec.${field}`, forBalancers));
    }
  }
  if (policy !== undefined && !isOutside(spec) && textsOf(spec['externalIPs']).length === 0) {
    const detail = 'may only be set for externally-accessible services';
    errors.push(invalidValue('spec.externalTrafficPolicy', policy, detail));
  }
  if (typeof check !== 'number' || check === 0) return errors;
  if (needsHealthCheck(spec)) return [...errors, ...portErrors('spec.healthCheckNodePort', check)];
  const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return [...errors, invalidValue('spec.healthCheckNodePort', check, detail)];
}
