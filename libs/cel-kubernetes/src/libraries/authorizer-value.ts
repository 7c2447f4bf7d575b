import { type OpaqueType, opaque } from '../checking/cel-type.ts';
import { OpaqueValue } from '../values/opaque-value.ts';

/** A service account in whose name a check is made, instead of that of the request. */
export interface CelServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

/** A question: either about a resource or about a path that is none. Texts are empty where nothing was said. */
export interface CelAuthorizationAttributes {
  readonly verb: string;
  /** The path, for what is no resource; then all about the resource is empty. */
  readonly path: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** As written in the expression; one that does not parse is to be left out. */
  readonly fieldSelector: string;
  readonly labelSelector: string;
  readonly serviceAccount?: CelServiceAccount;
}

/** The answer. `error` says why there was no decision; then it is not allowed. */
export interface CelAuthorizationDecision {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

/** What answers the checks of expressions; it is given with the variables and asked in the midst of evaluation. */
export interface CelAuthorizer {
  check(attributes: CelAuthorizationAttributes): CelAuthorizationDecision;
}

/** Names of the types of the authorizer library. */
export const authorizerTypes = {
  authorizer: 'kubernetes.authorization.Authorizer',
  pathCheck: 'kubernetes.authorization.PathCheck',
  groupCheck: 'kubernetes.authorization.GroupCheck',
  resourceCheck: 'kubernetes.authorization.ResourceCheck',
  decision: 'kubernetes.authorization.Decision',
} as const;

/** The type of the variable `authorizer`. */
export const authorizerType: OpaqueType = opaque(authorizerTypes.authorizer);
/** The type of the variable `authorizer.requestResource`. */
export const resourceCheckType: OpaqueType = opaque(authorizerTypes.resourceCheck);

/** The value of the variable `authorizer`. */
export function authorizerValue(authorizer: CelAuthorizer): unknown {
  return new AuthorizerValue(authorizer);
}

/** The value of the variable `authorizer.requestResource`: a check of what the request is about. */
export function resourceCheckValue(
  authorizer: CelAuthorizer,
  resource: Partial<Omit<CelAuthorizationAttributes, 'verb' | 'path'>>,
): unknown {
  return new ResourceCheckValue(new AuthorizerValue(authorizer), resource);
}

/** Values of this library are equal only to themselves. */
abstract class CheckValue extends OpaqueValue {
  equals(other: unknown): boolean {
    return this === other;
  }
}

const nothing: CelAuthorizationAttributes = {
  verb: '',
  path: '',
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
};

/** The beginning of a check: who asks. */
export class AuthorizerValue extends CheckValue {
  readonly typeName = authorizerTypes.authorizer;
  readonly port: CelAuthorizer;
  readonly serviceAccount: CelServiceAccount | undefined;

  constructor(port: CelAuthorizer, serviceAccount?: CelServiceAccount) {
    super();
    this.port = port;
    this.serviceAccount = serviceAccount;
  }

  /** Asks the host. */
  ask(attributes: Partial<CelAuthorizationAttributes>): DecisionValue {
    const { serviceAccount } = this;
    const answer = this.port.check({
      ...nothing,
      ...attributes,
      ...(serviceAccount === undefined ? {} : { serviceAccount }),
    });
    return new DecisionValue(answer);
  }
}

/** A check of a path. */
export class PathCheckValue extends CheckValue {
  readonly typeName = authorizerTypes.pathCheck;
  readonly #from: AuthorizerValue;
  readonly #path: string;

  constructor(from: AuthorizerValue, path: string) {
    super();
    this.#from = from;
    this.#path = path;
  }

  ask(verb: string): DecisionValue {
    return this.#from.ask({ path: this.#path, verb });
  }
}

/** A check of resources of a group. */
export class GroupCheckValue extends CheckValue {
  readonly typeName = authorizerTypes.groupCheck;
  readonly #from: AuthorizerValue;
  readonly #group: string;

  constructor(from: AuthorizerValue, group: string) {
    super();
    this.#from = from;
    this.#group = group;
  }

  resource(resource: string): ResourceCheckValue {
    return new ResourceCheckValue(this.#from, { group: this.#group, resource });
  }
}

/** A check of a resource. */
export class ResourceCheckValue extends CheckValue {
  readonly typeName = authorizerTypes.resourceCheck;
  readonly #from: AuthorizerValue;
  readonly #attributes: Partial<CelAuthorizationAttributes>;

  constructor(from: AuthorizerValue, attributes: Partial<CelAuthorizationAttributes>) {
    super();
    this.#from = from;
    this.#attributes = attributes;
  }

  /** The same check with other attributes. */
  with(attributes: Partial<CelAuthorizationAttributes>): ResourceCheckValue {
    return new ResourceCheckValue(this.#from, { ...this.#attributes, ...attributes });
  }

  ask(verb: string): DecisionValue {
    return this.#from.ask({ ...this.#attributes, verb });
  }
}

/** What the host answered. */
export class DecisionValue extends CheckValue {
  readonly typeName = authorizerTypes.decision;
  readonly allowed: boolean;
  readonly reason: string;
  readonly error: string;

  constructor({ allowed, reason, error = '' }: CelAuthorizationDecision) {
    super();
    this.allowed = allowed && error === '';
    this.reason = reason;
    this.error = error;
  }
}
