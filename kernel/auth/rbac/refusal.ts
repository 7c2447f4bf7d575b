import type { Attributes } from '../port.ts';

/** Go's `%q` for the names that occur here. */
const quoted = (text: string): string => JSON.stringify(text);

/**
 * Says what a user may not do, as Kubernetes words it.
 * @param reason The reason of the decision; it follows after a colon when there is one.
 * @example
 * // User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"
 * Spec: kubernetes/apiserver, endpoints/handlers/responsewriters.Forbidden.
 */
export function refusalMessage(attributes: Attributes, reason = ''): string {
  const message = whatIsRefused(attributes);
  return reason === '' ? message : `${message}: ${reason}`;
}

function whatIsRefused(attributes: Attributes): string {
  const start = `User ${quoted(attributes.user.username)} cannot ${attributes.verb}`;
  if (attributes.path !== undefined) return `${start} path ${quoted(attributes.path)}`;
  const { resource, subresource, namespace } = attributes;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  const what = `${start} resource ${quoted(combined)} in API group ${quoted(attributes.group)}`;
  return namespace === '' ? `${what} at the cluster scope` : `${what} in the namespace ${quoted(namespace)}`;
}
