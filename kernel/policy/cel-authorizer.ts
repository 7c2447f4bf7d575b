import {
  authorizerValue,
  type CelAuthorizationAttributes,
  type CelAuthorizer,
  type CelServiceAccount,
  resourceCheckValue,
} from '@plinth/cel-kubernetes';
import type { WriteRequest } from '../api/write-request.ts';
import type { Authorizer, UserInfo } from '../auth/port.ts';

/** The instant rights of a user, as expressions ask for them. */
class RequestRights implements CelAuthorizer {
  readonly #authorizer: Authorizer;
  readonly #user: UserInfo;

  constructor(authorizer: Authorizer, user: UserInfo) {
    this.#authorizer = authorizer;
    this.#user = user;
  }

  check(asked: CelAuthorizationAttributes): { allowed: boolean; reason: string } {
    const { verb, path, group, resource, subresource, namespace, name, serviceAccount } = asked;
    const { allowed, reason } = this.#authorizer.authorize({
      user: serviceAccount ? userOf(serviceAccount) : this.#user,
      verb,
      ...(path === '' ? {} : { path }),
      group,
      resource,
      subresource,
      namespace,
      name,
    });
    return { allowed, reason };
  }
}

/** Spec: Kubernetes serviceaccount.UserInfo. */
function userOf({ namespace, name }: CelServiceAccount): UserInfo {
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

/** What expressions read as `authorizer` and `authorizer.requestResource`: they ask what the sender may do. */
export function authorizerValues(
  authorizer: Authorizer,
  { user, served, subresource }: WriteRequest,
  namespace: string,
  name: string,
): { readonly authorizer: unknown; readonly 'authorizer.requestResource': unknown } {
  const rights = new RequestRights(authorizer, user);
  const { group, resource } = served.type;
  return {
    authorizer: authorizerValue(rights),
    'authorizer.requestResource': resourceCheckValue(rights, {
      group,
      resource,
      subresource,
      namespace,
      name,
    }),
  };
}
