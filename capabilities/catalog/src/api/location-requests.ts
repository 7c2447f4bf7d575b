import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import {
  type Client,
  type Clock,
  draft,
  formatTime,
  type HttpReply,
  type HttpRequest,
  StatusError,
  sourceText,
} from '@plinth/kernel';
import {
  type CatalogLocation,
  catalogLocationKind,
  catalogLocations,
  isCatalogLocation,
} from '../catalog-location-kind.ts';
import type { Indexed } from '../query/entity-index.ts';
import { badRequest, bodyOf, jsonReply } from './requests.ts';

const { resource } = catalogLocations;

/** Where locations are made that come over this API, which knows no namespaces of Kubernetes. */
export const locationHome = 'default';
/** What a location was registered as. */
const targetAnnotation = 'plinth.dev/catalog-target';
/** Set anew to have a location read at once. */
const refreshAnnotation = 'plinth.dev/refresh';

/** A location as this API shows it. */
interface ShownLocation {
  readonly id: string;
  readonly type: string;
  readonly target: string;
}

/** What is asked about locations, with the rights to CatalogLocations. */
export class LocationRequests {
  readonly #client: Client;
  readonly #clock: Clock;

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** GET /locations */
  list(request: HttpRequest): HttpReply {
    return jsonReply(
      200,
      this.#seen(request).map((location) => ({ data: shown(location) })),
    );
  }

  /** POST /locations/by-query: all in one page, as there are few. */
  query(request: HttpRequest): HttpReply {
    const { query } = bodyOf(request);
    if (query !== undefined) throw badRequest('query: locations are listed whole; leave it out');
    const items = this.#seen(request).map(shown);
    return jsonReply(200, { items, totalItems: items.length, pageInfo: {} });
  }

  /** GET /locations/ID */
  get(request: HttpRequest): HttpReply {
    return jsonReply(200, shown(this.#named(request)));
  }

  /** GET /locations/by-entity/KIND/NAMESPACE/NAME */
  ofEntity(request: HttpRequest, entity: Indexed): HttpReply {
    const found = this.#locationOf(entity);
    if (!found || !this.#maySee(request, found)) throw notThere(`a location of ${entity.ref}`);
    return jsonReply(200, shown(found));
  }

  /** POST /locations */
  async create(request: HttpRequest): Promise<HttpReply> {
    const { type, target } = bodyOf(request);
    if (typeof type !== 'string' || typeof target !== 'string')
      throw badRequest('expected type and target, both text');
    const spec = specOf(type, target);
    const registered = `${type}:${target}`;
    const digest = createHash('sha256').update(registered).digest('hex').slice(0, 16);
    const metadata = {
      namespace: locationHome,
      name: `${type}-${digest}`,
      annotations: { [targetAnnotation]: registered },
    };
    const existing = this.#all().find((location) => registeredAs(location) === registered);
    if (request.query.get('dryRun') === 'true') {
      const location = existing ? shown(existing) : { id: '', type, target };
      return jsonReply(201, { location, entities: [], exists: existing !== undefined });
    }
    if (existing) {
      if (request.query.get('onConflict') !== 'refresh')
        throw new StatusError(409, 'AlreadyExists', `the location ${registered} is registered already`);
      await this.#refresh(request, existing);
      return jsonReply(201, { location: shown(existing), entities: [], exists: true });
    }
    await request.enter('create', { location: registered });
    const { group, version, kind } = catalogLocationKind;
    const object = draft(`${group}/${version}`, kind, metadata, { spec });
    const made = await this.#client.create(catalogLocations, object);
    return jsonReply(201, { location: { id: made.metadata.uid, type, target }, entities: [], exists: false });
  }

  /** DELETE /locations/ID */
  async remove(request: HttpRequest): Promise<HttpReply> {
    const { metadata } = this.#named(request);
    const at = { namespace: metadata.namespace ?? '', name: metadata.name };
    if (!request.may({ verb: 'delete', resource, at })) throw forbidden('delete', at);
    await request.enter('delete', { location: `${at.namespace}/${at.name}` });
    await this.#client.delete(catalogLocations, at, { uid: metadata.uid });
    return { status: 204, contentType: 'application/json', body: '' };
  }

  /** POST /refresh, of the location that an entity is read from. */
  async refresh(request: HttpRequest, entity: Indexed): Promise<HttpReply> {
    const location = this.#locationOf(entity);
    if (location) await this.#refresh(request, location);
    return { status: 200, contentType: 'application/json', body: '' };
  }

  async #refresh(request: HttpRequest, { metadata }: CatalogLocation): Promise<void> {
    const at = { namespace: metadata.namespace ?? '', name: metadata.name };
    if (!request.may({ verb: 'update', resource, at })) throw forbidden('update', at);
    await request.enter('refresh', { location: `${at.namespace}/${at.name}` });
    const annotations = { [refreshAnnotation]: formatTime(this.#clock.now()) };
    await this.#client.patch(catalogLocations, at, { metadata: { annotations } });
  }

  #all(): CatalogLocation[] {
    return this.#client.list(catalogLocations).filter(isCatalogLocation);
  }

  #seen(request: HttpRequest): CatalogLocation[] {
    return this.#all().filter((location) => this.#maySee(request, location));
  }

  #maySee({ may }: HttpRequest, { metadata: { namespace = '', name } }: CatalogLocation): boolean {
    return may({ verb: 'get', resource, at: { namespace, name } });
  }

  #named(request: HttpRequest): CatalogLocation {
    const { id = '' } = request.parameters;
    const found = this.#seen(request).find(({ metadata }) => metadata.uid === id);
    if (!found) throw notThere(`a location with the id ${id}`);
    return found;
  }

  #locationOf({ object, home }: Indexed): CatalogLocation | undefined {
    const { source } = object.spec;
    const found = source && this.#client.get(catalogLocations, { namespace: home, name: source.location });
    return isCatalogLocation(found) ? found : undefined;
  }
}

function notThere(what: string): StatusError {
  return new StatusError(404, 'NotFound', `there is no ${what.replace(/^an? /, '')}`);
}

function forbidden(verb: string, { namespace, name }: { namespace: string; name: string }): StatusError {
  const message = `you may not ${verb} the CatalogLocation ${namespace}/${name}: ask for the right ${verb} on ${resource}`;
  return new StatusError(403, 'Forbidden', message);
}

function registeredAs({ metadata, spec }: CatalogLocation): string {
  const { directory } = spec.source;
  return (
    metadata.annotations?.[targetAnnotation] ??
    (directory ? `file:${directory.path}` : `url:${sourceText(spec.source)}`)
  );
}

function shown(location: CatalogLocation): ShownLocation {
  const registered = registeredAs(location);
  const colon = registered.indexOf(':');
  return { id: location.metadata.uid, type: registered.slice(0, colon), target: registered.slice(colon + 1) };
}

/** The specification of what is registered by type and target. @throws StatusError 400 for what cannot be read */
function specOf(type: string, target: string): object {
  if (type === 'file' && target.startsWith('/')) {
    return { source: { directory: { path: posix.dirname(target) } }, targets: [posix.basename(target)] };
  }
  if (type === 'url') {
    // As GitHub and GitLab show a file: https://HOST/OWNER/NAME/blob/REF/PATH, /-/ before blob at GitLab.
    const shownFile = /^(https:\/\/[^/]+\/.+?)(?:\/-)?\/(?:blob|tree)\/([^/]+)\/(.+)$/.exec(target);
    const [, repository = '', ref = '', path = ''] = shownFile ?? [];
    if (shownFile) return { source: { git: { url: `${repository}.git`, ref } }, targets: [path] };
    if (/^(https|file):\/\/.+\.git$/.test(target)) return { source: { git: { url: target } } };
  }
  throw badRequest(
    'target: expected a file in a repository (https://HOST/OWNER/NAME/blob/REF/PATH), a repository (….git), or of type ' +
      'file an absolute path; anything else can be a CatalogLocation',
  );
}
