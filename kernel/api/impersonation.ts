import type { IncomingHttpHeaders } from 'node:http';
import type { Authorizer, UserInfo } from '../auth/port.ts';
import { badRequest, forbidden } from '../model/status-error.ts';

const extraPrefix = 'impersonate-extra-';

/**
 * The user whom a request wants to act as, when it carries impersonation headers and its sender may do so.
 *
 * @throws StatusError 403 naming what the sender may not impersonate
 * Spec: Kubernetes authentication, User impersonation.
 */
export function impersonated(
  headers: IncomingHttpHeaders,
  sender: UserInfo,
  authorizer: Authorizer,
): UserInfo {
  const username = single(headers['impersonate-user']);
  const groups = listOf(headers['impersonate-group']);
  const extra = extraOf(headers);
  const uid = single(headers['impersonate-uid']);
  if (username === undefined) {
    if (groups.length > 0 || extra !== undefined || uid !== undefined) {
      throw badRequest(
        'requested impersonation without a user: Impersonate-User is required with the other headers',
      );
    }
    return sender;
  }
  // Policies hold for everybody but the parts of the control plane itself: nobody else may take one of their names.
  if (/^system:plinth(:|$)/.test(username)) {
    throw forbidden(
      { group: '', resource: 'users', name: username },
      'the identities of the control plane itself cannot be impersonated',
    );
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username);
  if (account) require(authorizer, sender, '', 'serviceaccounts', account[1] ?? '', account[2] ?? '');
  else require(authorizer, sender, '', 'users', '', username);
  for (const group of groups) require(authorizer, sender, '', 'groups', '', group);
  if (uid !== undefined) require(authorizer, sender, 'authentication.k8s.io', 'uids', '', uid);
  for (const [key, values] of Object.entries(extra ?? {})) {
    for (const value of values)
      require(authorizer, sender, 'authentication.k8s.io', `userextras/${key}`, '', value);
  }
  const all = new Set(groups);
  if (account && groups.length === 0) {
    all.add('system:serviceaccounts').add(`system:serviceaccounts:${account[1] ?? ''}`);
  }
  if (username !== 'system:anonymous') all.add('system:authenticated');
  return { username, groups: [...all], ...(uid === undefined ? {} : { uid }), ...(extra ? { extra } : {}) };
}

function require(
  authorizer: Authorizer,
  sender: UserInfo,
  group: string,
  resource: string,
  namespace: string,
  name: string,
): void {
  const [plural = '', subresource = ''] = resource.split('/');
  const decision = authorizer.authorize({
    user: sender,
    verb: 'impersonate',
    group,
    resource: plural,
    subresource,
    namespace,
    name,
  });
  if (decision.allowed) return;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  throw forbidden(
    { group, resource: plural, name },
    `User "${sender.username}" cannot impersonate resource "${resource}" in API group "${group}" ${where}`,
  );
}

function single(value: string | string[] | undefined): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first === '' ? undefined : first;
}

function listOf(value: string | string[] | undefined): string[] {
  // Node joins repeated headers with a comma and a space.
  return (Array.isArray(value) ? value : (value?.split(', ') ?? [])).filter((item) => item !== '');
}

function extraOf(headers: IncomingHttpHeaders): Record<string, string[]> | undefined {
  const extra: Record<string, string[]> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (header.startsWith(extraPrefix))
      extra[decodeURIComponent(header.slice(extraPrefix.length))] = listOf(value);
  }
  return Object.keys(extra).length > 0 ? extra : undefined;
}
