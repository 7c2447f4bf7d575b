import type { HttpEndpoint } from '@plinth/kernel';
import { ApiError, errorBody } from './api-error.ts';
import { Parameters } from './parameters.ts';
import { prometheusPrefix } from './prefix.ts';
import { refusing } from './write-endpoints.ts';

/** `GET /prometheus/federate?match[]=...`: the last samples of series, for another server to scrape. */
export function federateEndpoint(options: {
  /** @param selectors - what `match[]` said; they can be read. */
  readonly federate: (selectors: readonly string[]) => Promise<string>;
}): HttpEndpoint {
  return {
    methods: ['GET'],
    path: `${prometheusPrefix}/federate`,
    access: { verb: 'get', resource: 'metrics' },
    bodyBytesMax: 0,
    async handle({ query }) {
      const parameters = new Parameters(query.toString());
      try {
        parameters.matcherSets();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return {
          status: error.status,
          contentType: 'application/json',
          body: errorBody(error.type, error.message),
        };
      }
      const body = await refusing(() => options.federate(parameters.all('match[]')));
      return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body };
    },
  };
}
