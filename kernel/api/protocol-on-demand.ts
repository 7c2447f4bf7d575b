import type { HttpProtocol } from './http-protocol.ts';

/** A protocol whose code is loaded when the first request for it comes. */
export function protocolOnDemand(
  { prefix, group }: Pick<HttpProtocol, 'prefix' | 'group'>,
  needed: () => HttpProtocol,
): HttpProtocol {
  return {
    prefix,
    group,
    get endpoints() {
      return needed().endpoints;
    },
    refuse: (error, request) => needed().refuse(error, request),
  };
}
