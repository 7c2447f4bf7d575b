import { type HttpRequest, StatusError } from '@plinth/kernel';

/** The path of a virtual cluster: empty for the host. */
export function clusterPath(tenant: string): string {
  return tenant === 'default' ? '' : `/clusters/${tenant}`;
}

/**
 * What URLs begin with that a client is given: the address that it has called, as some clients take no relative ones.
 * @throws StatusError 400 when the request does not say it
 */
export function addressOf({ headers }: Pick<HttpRequest, 'headers'>, tenant: string): string {
  const { host = '' } = headers;
  if (/^[\w.-]+(:\d+)?$|^\[[\da-fA-F:.]+\](:\d+)?$/.test(host))
    return `https://${host}${clusterPath(tenant)}`;
  throw new StatusError(400, 'BadRequest', 'Host: expected a name or an address, with or without a port');
}
