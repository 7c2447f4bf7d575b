import { field, type Message, message } from './message.ts';

/**
 * Messages of Services and of where they lead: core/v1 and discovery/v1.
 *
 * Spec: Kubernetes api core/v1/generated.proto and discovery/v1/generated.proto
 */
export const SERVICE_MESSAGES: Readonly<Record<string, Message>> = {
  Service: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'spec', 'ServiceSpec', 'always'),
    field(3, 'status', 'ServiceStatus', 'always'),
  ),
  ServiceSpec: message(
    field(1, 'ports', 'ServicePort', 'list'),
    field(2, 'selector', 'string', 'map'),
    field(3, 'clusterIP', 'string'),
    field(18, 'clusterIPs', 'string', 'list'),
    field(4, 'type', 'string'),
    field(5, 'externalIPs', 'string', 'list'),
    field(7, 'sessionAffinity', 'string'),
    field(8, 'loadBalancerIP', 'string'),
    field(9, 'loadBalancerSourceRanges', 'string', 'list'),
    field(10, 'externalName', 'string'),
    field(11, 'externalTrafficPolicy', 'string'),
    field(12, 'healthCheckNodePort', 'int32'),
    field(13, 'publishNotReadyAddresses', 'bool'),
    field(14, 'sessionAffinityConfig', 'SessionAffinityConfig', 'pointer'),
    field(17, 'ipFamilyPolicy', 'string', 'pointer'),
    field(19, 'ipFamilies', 'string', 'list'),
    field(20, 'allocateLoadBalancerNodePorts', 'bool', 'pointer'),
    field(21, 'loadBalancerClass', 'string', 'pointer'),
    field(22, 'internalTrafficPolicy', 'string', 'pointer'),
    field(23, 'trafficDistribution', 'string', 'pointer'),
  ),
  ServicePort: message(
    field(1, 'name', 'string'),
    field(2, 'protocol', 'string'),
    field(6, 'appProtocol', 'string', 'pointer'),
    field(3, 'port', 'int32', 'always'),
    field(4, 'targetPort', 'IntOrString', 'always'),
    field(5, 'nodePort', 'int32'),
  ),
  SessionAffinityConfig: message(field(1, 'clientIP', 'ClientIPConfig', 'pointer')),
  ClientIPConfig: message(field(1, 'timeoutSeconds', 'int32', 'pointer')),
  ServiceStatus: message(
    field(1, 'loadBalancer', 'LoadBalancerStatus', 'always'),
    field(2, 'conditions', 'Condition', 'list'),
  ),
  LoadBalancerStatus: message(field(1, 'ingress', 'LoadBalancerIngress', 'list')),
  LoadBalancerIngress: message(
    field(1, 'ip', 'string'),
    field(2, 'hostname', 'string'),
    field(3, 'ipMode', 'string', 'pointer'),
    field(4, 'ports', 'PortStatus', 'list'),
  ),
  PortStatus: message(
    field(1, 'port', 'int32', 'always'),
    field(2, 'protocol', 'string', 'always'),
    field(3, 'error', 'string', 'pointer'),
  ),
  Condition: message(
    field(1, 'type', 'string', 'always'),
    field(2, 'status', 'string', 'always'),
    field(3, 'observedGeneration', 'int64'),
    field(4, 'lastTransitionTime', 'Time'),
    field(5, 'reason', 'string', 'always'),
    field(6, 'message', 'string', 'always'),
  ),
  Endpoints: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'subsets', 'EndpointSubset', 'list'),
  ),
  EndpointSubset: message(
    field(1, 'addresses', 'EndpointAddress', 'list'),
    field(2, 'notReadyAddresses', 'EndpointAddress', 'list'),
    field(3, 'ports', 'EndpointPort', 'list'),
  ),
  EndpointAddress: message(
    field(1, 'ip', 'string', 'always'),
    field(3, 'hostname', 'string'),
    field(4, 'nodeName', 'string', 'pointer'),
    field(2, 'targetRef', 'ObjectReference', 'pointer'),
  ),
  EndpointPort: message(
    field(1, 'name', 'string'),
    field(2, 'port', 'int32', 'always'),
    field(3, 'protocol', 'string'),
    field(4, 'appProtocol', 'string', 'pointer'),
  ),
  EndpointSlice: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(4, 'addressType', 'string', 'always'),
    field(2, 'endpoints', 'SliceEndpoint', 'list', 'always'),
    field(3, 'ports', 'SlicePort', 'list', 'always'),
  ),
  // Endpoint and EndpointPort of discovery/v1: the wire carries no names of messages.
  SliceEndpoint: message(
    field(1, 'addresses', 'string', 'list', 'always'),
    field(2, 'conditions', 'EndpointConditions', 'always'),
    field(3, 'hostname', 'string', 'pointer'),
    field(4, 'targetRef', 'ObjectReference', 'pointer'),
    field(6, 'nodeName', 'string', 'pointer'),
    field(7, 'zone', 'string', 'pointer'),
    field(8, 'hints', 'EndpointHints', 'pointer'),
  ),
  EndpointConditions: message(
    field(1, 'ready', 'bool', 'pointer'),
    field(2, 'serving', 'bool', 'pointer'),
    field(3, 'terminating', 'bool', 'pointer'),
  ),
  EndpointHints: message(
    field(1, 'forZones', 'NamedHint', 'list'),
    field(2, 'forNodes', 'NamedHint', 'list'),
  ),
  NamedHint: message(field(1, 'name', 'string', 'always')),
  SlicePort: message(
    field(1, 'name', 'string', 'pointer'),
    field(2, 'protocol', 'string', 'pointer'),
    field(3, 'port', 'int32', 'pointer'),
    field(4, 'appProtocol', 'string', 'pointer'),
  ),
};
