/** The tenant's prefix of a path of the portal: empty at the host, `/clusters/NAME` in a virtual cluster. */
function basePathOf(pathname: string): string {
  return /^\/clusters\/[^/]+/.exec(pathname)?.[0] ?? '';
}

/** Where the API of this virtual cluster begins. */
export const basePath = basePathOf(globalThis.location?.pathname ?? '/');

/** The virtual cluster whose portal this is. */
export const tenantName =
  basePath === '' ? 'default' : decodeURIComponent(basePath.slice('/clusters/'.length));
