import type { TLSSocket } from 'node:tls';

/** Who a request comes from. Spec: Kubernetes authentication/v1 UserInfo. */
export interface UserInfo {
  username: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** What a request brings along to prove who sent it. */
export interface Credentials {
  /** The token of an `Authorization: Bearer` header. */
  bearer?: string;
  /** The connection, for client certificates. Absent for in-process callers and reviews. */
  socket?: TLSSocket;
}

/** One way to prove who you are. Further ones (OIDC, sessions) come in through this port. */
export interface Authenticator {
  readonly name: string;
  /**
   * Returns the user; undefined when the credentials are not of this authenticator's kind.
   * @throws StatusError 401 when they are of its kind and not valid.
   */
  authenticate(credentials: Credentials): UserInfo | undefined | Promise<UserInfo | undefined>;
}

/** What a request wants to do. Spec: Kubernetes authorization/v1 ResourceAttributes and NonResourceAttributes. */
export interface Attributes {
  user: UserInfo;
  verb: string;
  /** Absent for requests of resources. */
  path?: string;
  group: string;
  resource: string;
  subresource: string;
  /** Empty for cluster-scoped resources and for all namespaces. */
  namespace: string;
  /** Empty when the request names no object. */
  name: string;
}

/** The answer of an authorizer. What is not allowed is forbidden. */
export interface Decision {
  allowed: boolean;
  /** Why: the binding and role that allow it, or what is missing. */
  reason: string;
}

/** Spec: Kubernetes rbac/v1 PolicyRule. */
export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** Decides what a user may do. Synchronous: its data is in memory and current with the last visible commit. */
export interface Authorizer {
  authorize(attributes: Attributes): Decision;
  /** All rules that apply to the user in the namespace, cluster-wide ones included. */
  rulesFor(user: UserInfo, namespace: string): PolicyRule[];
}
