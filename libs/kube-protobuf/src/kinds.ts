import { AUTHENTICATION_MESSAGES, AUTHORIZATION_MESSAGES, RBAC_MESSAGES } from './access-messages.ts';
import { CORE_MESSAGES } from './core-messages.ts';
import { field, type Message, message } from './message.ts';
import { META_MESSAGES } from './meta-messages.ts';
import { SERVICE_MESSAGES } from './service-messages.ts';

/** Kinds that the wire carries, by apiVersion. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  v1: ['Namespace', 'ConfigMap', 'Secret', 'ServiceAccount', 'Event', 'Service', 'Endpoints'],
  'coordination.k8s.io/v1': ['Lease'],
  'discovery.k8s.io/v1': ['EndpointSlice'],
  'rbac.authorization.k8s.io/v1': ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
  'meta.k8s.io/v1': ['PartialObjectMetadata'],
};

/** Kinds that have no list. */
const REVIEW_KINDS: Readonly<Record<string, readonly string[]>> = {
  'authorization.k8s.io/v1': [
    'SelfSubjectAccessReview',
    'SubjectAccessReview',
    'LocalSubjectAccessReview',
    'SelfSubjectRulesReview',
  ],
  'authentication.k8s.io/v1': ['TokenReview', 'TokenRequest', 'SelfSubjectReview'],
};

/** Kinds that clients may send under the apiVersion of any group. */
const KINDS_OF_ANY_GROUP = new Set(['DeleteOptions', 'Status']);

const MESSAGES: ReadonlyMap<string, Message> = new Map(
  [
    META_MESSAGES,
    CORE_MESSAGES,
    SERVICE_MESSAGES,
    RBAC_MESSAGES,
    AUTHORIZATION_MESSAGES,
    AUTHENTICATION_MESSAGES,
  ].flatMap((messages) => Object.entries(messages)),
);

const BY_KIND: ReadonlyMap<string, Message> = new Map(entries());

function* entries(): Generator<[string, Message]> {
  for (const [apiVersion, kinds] of Object.entries(KINDS)) {
    for (const kind of kinds) {
      yield [`${apiVersion}/${kind}`, messageNamed(kind)];
      const list = message(
        field(1, 'metadata', 'ListMeta', 'always'),
        field(2, 'items', kind, 'list', 'always'),
      );
      yield [`${apiVersion}/${kind}List`, list];
    }
  }
  for (const [apiVersion, kinds] of Object.entries(REVIEW_KINDS)) {
    for (const kind of kinds) yield [`${apiVersion}/${kind}`, messageNamed(kind)];
  }
}

/**
 * Finds a message that a field's type names.
 * @param name the message's name
 * @returns the message
 * @throws Error when the tables name a message that they do not describe, which is a bug
 */
export function messageNamed(name: string): Message {
  const found = MESSAGES.get(name);
  if (found === undefined) throw new Error(`the protobuf tables have no message ${name}`);
  return found;
}

/**
 * Finds the message of a kind.
 * @param apiVersion e.g. `rbac.authorization.k8s.io/v1`
 * @param kind e.g. `RoleBinding` or `RoleBindingList`
 * @returns the message, or undefined for kinds that this package does not know
 */
export function messageOfKind(apiVersion: string, kind: string): Message | undefined {
  if (KINDS_OF_ANY_GROUP.has(kind)) return MESSAGES.get(kind);
  return BY_KIND.get(`${apiVersion}/${kind}`);
}

/**
 * Tells whether bodies of a kind can be read and written as protobuf.
 * @param apiVersion e.g. `v1`
 * @param kind e.g. `ConfigMap`
 * @returns true for the kinds of this package
 */
export function supportsProtobuf(apiVersion: string, kind: string): boolean {
  return messageOfKind(apiVersion, kind) !== undefined;
}

/**
 * Lists the kinds that this package reads and writes, except those of any group.
 * @returns `apiVersion/kind` names
 */
export function protobufKinds(): string[] {
  return [...BY_KIND.keys()];
}
