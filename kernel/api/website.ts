import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Pages for browsers beside the API. They hold code and nothing else, so they are given to anybody, like health; what they
 * show comes from the API, which asks who one is.
 */
export interface Website {
  /**
   * Answers a GET or HEAD of a page or of what belongs to one.
   *
   * @param path below the path of the virtual cluster, without the query
   */
  answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
}

/** Everything below it is the website's. */
const websitePrefix = '/ui';

/** Whether a request is for the website: below its prefix, or a browser's for `/`. */
export function isForWebsite({ method, headers }: IncomingMessage, path: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (path === '/') return headers.accept?.includes('text/html') === true;
  return path === websitePrefix || path.startsWith(`${websitePrefix}/`);
}
