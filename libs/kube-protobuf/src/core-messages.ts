import { field, type Message, message } from './message.ts';

/**
 * Messages of core/v1 and coordination/v1.
 *
 * Spec: Kubernetes api core/v1/generated.proto and coordination/v1/generated.proto
 */
export const CORE_MESSAGES: Readonly<Record<string, Message>> = {
  Namespace: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'spec', 'NamespaceSpec', 'always'),
    field(3, 'status', 'NamespaceStatus', 'always'),
  ),
  NamespaceSpec: message(field(1, 'finalizers', 'string', 'list')),
  NamespaceStatus: message(field(1, 'phase', 'string'), field(2, 'conditions', 'NamespaceCondition', 'list')),
  NamespaceCondition: message(
    field(1, 'type', 'string', 'always'),
    field(2, 'status', 'string', 'always'),
    field(4, 'lastTransitionTime', 'Time'),
    field(5, 'reason', 'string'),
    field(6, 'message', 'string'),
  ),
  ConfigMap: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(4, 'immutable', 'bool', 'pointer'),
    field(2, 'data', 'string', 'map'),
    field(3, 'binaryData', 'bytes', 'map'),
  ),
  Secret: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(5, 'immutable', 'bool', 'pointer'),
    field(2, 'data', 'bytes', 'map'),
    field(4, 'stringData', 'string', 'map'),
    field(3, 'type', 'string'),
  ),
  ServiceAccount: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'secrets', 'ObjectReference', 'list'),
    field(3, 'imagePullSecrets', 'LocalObjectReference', 'list'),
    field(4, 'automountServiceAccountToken', 'bool', 'pointer'),
  ),
  ObjectReference: message(
    field(1, 'kind', 'string'),
    field(2, 'namespace', 'string'),
    field(3, 'name', 'string'),
    field(4, 'uid', 'string'),
    field(5, 'apiVersion', 'string'),
    field(6, 'resourceVersion', 'string'),
    field(7, 'fieldPath', 'string'),
  ),
  LocalObjectReference: message(field(1, 'name', 'string')),
  Event: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'involvedObject', 'ObjectReference', 'always'),
    field(3, 'reason', 'string'),
    field(4, 'message', 'string'),
    field(5, 'source', 'EventSource', 'always'),
    field(6, 'firstTimestamp', 'Time'),
    field(7, 'lastTimestamp', 'Time'),
    field(8, 'count', 'int32'),
    field(9, 'type', 'string'),
    field(10, 'eventTime', 'MicroTime'),
    field(11, 'series', 'EventSeries', 'pointer'),
    field(12, 'action', 'string'),
    field(13, 'related', 'ObjectReference', 'pointer'),
    field(14, 'reportingComponent', 'string', 'always'),
    field(15, 'reportingInstance', 'string', 'always'),
  ),
  EventSeries: message(field(1, 'count', 'int32'), field(2, 'lastObservedTime', 'MicroTime')),
  EventSource: message(field(1, 'component', 'string'), field(2, 'host', 'string')),
  Lease: message(field(1, 'metadata', 'ObjectMeta', 'always'), field(2, 'spec', 'LeaseSpec', 'always')),
  LeaseSpec: message(
    field(1, 'holderIdentity', 'string', 'pointer'),
    field(2, 'leaseDurationSeconds', 'int32', 'pointer'),
    field(3, 'acquireTime', 'MicroTime', 'pointer'),
    field(4, 'renewTime', 'MicroTime', 'pointer'),
    field(5, 'leaseTransitions', 'int32', 'pointer'),
    field(6, 'strategy', 'string', 'pointer'),
    field(7, 'preferredHolder', 'string', 'pointer'),
  ),
};
