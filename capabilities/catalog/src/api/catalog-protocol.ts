import { checkEntity } from '@plinth/backstage-catalog';
import {
  type CapabilityContext,
  type HttpAccess,
  type HttpEndpoint,
  type HttpMethod,
  type HttpProtocol,
  type HttpReply,
  type HttpRequest,
  StatusError,
} from '@plinth/kernel';
import { catalogEntities } from '../catalog-entity-kind.ts';
import { catalogLocations } from '../catalog-location-kind.ts';
import { limits } from '../limits.ts';
import { EntityIndex } from '../query/entity-index.ts';
import { EntityQueries } from '../query/query.ts';
import { catalogPath } from './catalog-path.ts';
import { EntityRequests } from './entity-requests.ts';
import { LocationRequests, locationHome } from './location-requests.ts';
import { badRequest, bodyOf, jsonReply } from './requests.ts';

/** The protocol, and what lets go of what it holds. */
export interface CatalogApi {
  readonly protocol: HttpProtocol;
  close(): void;
}

const named = '/entities/by-name/{kind}/{namespace}/{name}';

/** Who may make locations; which rights else are needed depends on what is asked for. */
const mayLocate: HttpAccess = {
  verb: 'create',
  resource: catalogLocations.resource,
  object: () => ({ namespace: locationHome, name: '' }),
};

/**
 * The catalog as clients of Backstage ask for it. Entities and locations that a sender may not read are not there.
 * Spec: Backstage, plugin-catalog-backend 3.9, openapi.yaml.
 */
export function catalogApi({ client, clock }: CapabilityContext): CatalogApi {
  const index = new EntityIndex(client);
  const entities = new EntityRequests(index, new EntityQueries(index));
  const locations = new LocationRequests(client, clock);
  const endpoint = (
    methods: readonly HttpMethod[],
    path: string,
    handle: HttpEndpoint['handle'],
    access: HttpEndpoint['access'] = 'known',
  ): HttpEndpoint => ({
    methods,
    path: `${catalogPath.prefix}${path}`,
    access,
    bodyBytesMax: methods.includes('POST') ? limits.bodyBytes : 0,
    handle,
  });
  const removeEntity = async (request: HttpRequest): Promise<HttpReply> => {
    const { home, object } = entities.entityOfUid(request);
    const at = { namespace: home, name: object.metadata.name };
    if (!request.may({ verb: 'delete', resource: catalogEntities.resource, at }))
      throw new StatusError(403, 'Forbidden', `you may not delete the CatalogEntity ${home}/${at.name}`);
    await request.enter('delete', { entity: `${home}/${at.name}` });
    await client.delete(catalogEntities, at, { uid: object.metadata.uid });
    return { status: 204, contentType: 'application/json', body: '' };
  };
  const refOf = ({ parameters: { kind, namespace, name } }: HttpRequest): string =>
    `${kind}:${namespace}/${name}`;
  return {
    close: () => index.close(),
    protocol: {
      ...catalogPath,
      endpoints: [
        endpoint(['GET'], '/entities', (request) => entities.list(request)),
        endpoint(['GET', 'POST'], '/entities/by-query', (request) => entities.query(request)),
        endpoint(['GET'], '/entities/by-uid/{uid}', (request) => entities.byUid(request)),
        endpoint(['DELETE'], '/entities/by-uid/{uid}', removeEntity),
        endpoint(['GET'], named, (request) => entities.byName(request)),
        endpoint(['GET'], `${named}/ancestry`, (request) => entities.ancestry(request)),
        endpoint(['POST'], '/entities/by-refs', (request) => entities.byRefs(request)),
        endpoint(['GET', 'POST'], '/entity-facets', (request) => entities.facets(request)),
        endpoint(['POST'], '/refresh', async (request) =>
          locations.refresh(request, await entities.entityOfRef(request, bodyOf(request)['entityRef'])),
        ),
        endpoint(['GET'], '/locations', (request) => locations.list(request)),
        endpoint(['POST'], '/locations', (request) => locations.create(request), mayLocate),
        endpoint(['POST'], '/locations/by-query', (request) => locations.query(request)),
        endpoint(['GET'], '/locations/{id}', (request) => locations.get(request)),
        endpoint(['DELETE'], '/locations/{id}', (request) => locations.remove(request)),
        endpoint(['GET'], '/locations/by-entity/{kind}/{namespace}/{name}', async (request) =>
          locations.ofEntity(request, await entities.entityOfRef(request, refOf(request))),
        ),
        endpoint(['POST'], '/validate-entity', validateEntity),
        endpoint(['POST'], '/analyze-location', analyzeLocation, mayLocate),
      ],
      refuse,
    },
  };
}

function validateEntity(request: HttpRequest): HttpReply {
  const verdict = checkEntity(bodyOf(request)['entity']);
  if (verdict.ok) return { status: 200, contentType: 'application/json', body: '' };
  return jsonReply(400, { errors: verdict.errors.map((message) => ({ name: 'InputError', message })) });
}

function analyzeLocation(): HttpReply {
  throw badRequest(
    'analyze-location proposes entities for repositories that have none, which is not served: write a catalog-info.yaml',
  );
}

/** Names of errors as clients of Backstage know them. */
const errorNames: Readonly<Record<number, string>> = {
  400: 'InputError',
  401: 'AuthenticationError',
  403: 'NotAllowedError',
  404: 'NotFoundError',
  409: 'ConflictError',
  422: 'InputError',
};

function refuse({ code, message }: StatusError, { path }: Pick<HttpRequest, 'path'>): HttpReply {
  const name = errorNames[code] ?? 'Error';
  return jsonReply(code, {
    error: { name, message },
    request: { url: path },
    response: { statusCode: code },
  });
}
