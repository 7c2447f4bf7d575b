import { StatusError } from '../../model/status-error.ts';
import type { Authenticator, Credentials, UserInfo } from '../port.ts';
import { frozenUser } from '../user.ts';

/** The group of everybody who has proved who they are. */
const authenticatedGroup = 'system:authenticated';

/**
 * Asks authenticators in their order until one knows the user, who is then also in group `system:authenticated`.
 * Returns undefined when no authenticator takes the credentials, which the API answers with 401. When one takes them
 * and finds them invalid, the others are still asked, as in Kubernetes; what it said is thrown when they know nobody.
 * The chain answers synchronously when the authenticators that it asks do.
 */
export function authenticatorChain(authenticators: readonly Authenticator[]): Authenticator {
  const members = new WeakMap<UserInfo, UserInfo>();

  // Authorizers recognise users by identity, so one user must stay one object.
  const asMember = (user: UserInfo): UserInfo => {
    let member = members.get(user);
    if (member === undefined) {
      member = user.groups.includes(authenticatedGroup)
        ? user
        : frozenUser({ ...user, groups: [...user.groups, authenticatedGroup] });
      members.set(user, member);
    }
    return member;
  };

  const ask = (
    credentials: Credentials,
    from: number,
    refusal: StatusError | undefined,
  ): UserInfo | undefined | Promise<UserInfo | undefined> => {
    let refused = refusal;
    for (let i = from; i < authenticators.length; i++) {
      const authenticator = authenticators[i];
      if (authenticator === undefined) break;
      try {
        const user = authenticator.authenticate(credentials);
        if (user instanceof Promise) {
          const before = refused;
          return user.then(
            (found) => (found === undefined ? ask(credentials, i + 1, before) : asMember(found)),
            (error: unknown) => ask(credentials, i + 1, before ?? asRefusal(error)),
          );
        }
        if (user !== undefined) return asMember(user);
      } catch (error) {
        const said = asRefusal(error);
        refused ??= said;
      }
    }
    if (refused !== undefined) throw refused;
    return undefined;
  };

  return { name: 'chain', authenticate: (credentials) => ask(credentials, 0, undefined) };
}

/** The 401 that an authenticator threw; anything else is a fault and goes on. */
function asRefusal(error: unknown): StatusError {
  if (error instanceof StatusError && error.code === 401) return error;
  throw error;
}
