import {
  authorizerType,
  CelEnvironment,
  type CelType,
  celTypes,
  kubernetesLibraries,
  listOf,
  mapOf,
  objectType,
  resourceCheckType,
} from '@plinth/cel-kubernetes';

const { bool, dyn, int, string, timestamp } = celTypes;

const groupVersionKind = objectType('kubernetes.GroupVersionKind', {
  group: string,
  version: string,
  kind: string,
});

const groupVersionResource = objectType('kubernetes.GroupVersionResource', {
  group: string,
  version: string,
  resource: string,
});

const userInfo = objectType('kubernetes.UserInfo', {
  username: string,
  uid: string,
  groups: listOf(string),
  extra: mapOf(string, listOf(string)),
});

/** Spec: Kubernetes apiserver, BuildRequestType: AdmissionRequest without uid, object and oldObject. */
const admissionRequest = objectType('kubernetes.AdmissionRequest', {
  kind: groupVersionKind,
  resource: groupVersionResource,
  subResource: string,
  requestKind: groupVersionKind,
  requestResource: groupVersionResource,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo,
  dryRun: bool,
  options: dyn,
});

/** Spec: Kubernetes apiserver, BuildNamespaceType: a Namespace without managedFields and ownerReferences. */
const namespaceObject = objectType('kubernetes.Namespace', {
  metadata: objectType('kubernetes.NamespaceMetadata', {
    name: string,
    generateName: string,
    namespace: string,
    labels: mapOf(string, string),
    annotations: mapOf(string, string),
    UID: string,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    deletionTimestamp: timestamp,
    generation: int,
    resourceVersion: string,
    finalizers: listOf(string),
  }),
  spec: objectType('kubernetes.NamespaceSpec', { finalizers: listOf(string) }),
  status: objectType('kubernetes.NamespaceStatus', {
    conditions: listOf(
      objectType('kubernetes.NamespaceCondition', {
        status: string,
        type: string,
        lastTransitionTime: timestamp,
        message: string,
        reason: string,
      }),
    ),
    phase: string,
  }),
});

/** What the expressions of a policy may name. */
export interface PolicyScope {
  readonly hasParams: boolean;
  readonly hasAuthorizer: boolean;
  /** Types of the variables so far, by name; absent where there are no variables at all. */
  readonly variables?: Readonly<Record<string, CelType>>;
  /** The type of `object` and `oldObject`; any by default. */
  readonly object?: CelType;
  /** The type of `params`; any by default. */
  readonly params?: CelType;
}

const shared = new Map<string, CelEnvironment>();

/** The environment that expressions of a policy are compiled in. */
export function policyEnvironment(scope: PolicyScope): CelEnvironment {
  const { hasParams, hasAuthorizer, variables, object, params } = scope;
  if (variables || object || params) return makeEnvironment(scope);
  const key = `${hasParams} ${hasAuthorizer}`;
  const known = shared.get(key);
  if (known) return known;
  const made = makeEnvironment(scope);
  shared.set(key, made);
  return made;
}

function makeEnvironment(scope: PolicyScope): CelEnvironment {
  const { hasParams, hasAuthorizer, variables, object = dyn, params = dyn } = scope;
  return new CelEnvironment({
    libraries: kubernetesLibraries,
    variables: {
      object,
      oldObject: object,
      request: admissionRequest,
      namespaceObject,
      ...(hasParams ? { params } : {}),
      ...(hasAuthorizer
        ? { authorizer: authorizerType, 'authorizer.requestResource': resourceCheckType }
        : {}),
      ...(variables ? { variables: objectType('kubernetes.variables', { ...variables }) } : {}),
    },
  });
}
