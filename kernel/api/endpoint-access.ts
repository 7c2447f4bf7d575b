import type { Attributes, Authorizer, UserInfo } from '../auth/port.ts';
import { refusalMessage } from '../auth/rbac/refusal.ts';
import { forbidden } from '../model/status-error.ts';
import type { FoundEndpoint, HttpAccess, HttpProtocol, HttpRight } from './http-protocol.ts';

/** The verb and the resource of an endpoint, also where nobody has to have a right to it. */
export function accessOf({ endpoint }: FoundEndpoint): Pick<HttpAccess, 'verb' | 'resource'> {
  return endpoint.access === 'known' ? { verb: 'get', resource: '' } : endpoint.access;
}

/** Checks that a user has the right that an endpoint asks for. @throws StatusError 403 */
export function requireAccess(
  authorizer: Authorizer,
  { group }: HttpProtocol,
  { endpoint, parameters }: FoundEndpoint,
  user: UserInfo,
): void {
  const { access } = endpoint;
  if (access === 'known') return;
  const at = access.object?.(parameters) ?? everything;
  const attributes = attributesOf({ group, ...access, at }, user);
  if (authorizer.authorize(attributes).allowed) return;
  throw forbidden(attributes, refusalMessage(attributes));
}

/** Whether a user has another right, at the object of the endpoint unless the right names one. */
export function hasRight(
  authorizer: Authorizer,
  { group }: HttpProtocol,
  { endpoint: { access }, parameters }: FoundEndpoint,
  user: UserInfo,
  right: HttpRight,
): boolean {
  const at = (access === 'known' ? undefined : access.object?.(parameters)) ?? everything;
  return authorizer.authorize(attributesOf({ group, at, ...right }, user)).allowed;
}

const everything = { namespace: '', name: '' };

function attributesOf(
  { verb, group, resource, at: { namespace, name } }: Required<HttpRight>,
  user: UserInfo,
): Attributes {
  return { user, verb, group, resource, subresource: '', namespace, name };
}
