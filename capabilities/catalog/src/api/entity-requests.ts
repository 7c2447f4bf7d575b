import { isRecord, parseEntityRef, stringifyEntityRef } from '@plinth/backstage-catalog';
import { type HttpReply, type HttpRequest, StatusError } from '@plinth/kernel';
import { catalogEntities } from '../catalog-entity-kind.ts';
import { limits } from '../limits.ts';
import type { EntityIndex, Indexed, Visible } from '../query/entity-index.ts';
import { type Predicate, parseFilters, parseQuery } from '../query/predicate.ts';
import { project } from '../query/project.ts';
import type { EntityQueries, Order } from '../query/query.ts';
import { badRequest, bodyOf, jsonReply, numberOf, textsIn } from './requests.ts';

const { resource } = catalogEntities;

/** The homes whose entities a sender may list. */
function visibleTo({ may }: HttpRequest, index: EntityIndex): Visible {
  const homes = [...index.homes()];
  return new Set(homes.filter((namespace) => may({ verb: 'list', resource, at: { namespace, name: '' } })));
}

/** Whether a sender may read one entity, by a right to it alone or to list all. */
function reader({ may }: HttpRequest): (entity: Indexed) => boolean {
  return ({ home, object }) =>
    may({ verb: 'get', resource, at: { namespace: home, name: object.metadata.name } }) ||
    may({ verb: 'list', resource, at: { namespace: home, name: '' } });
}

/** What is asked about entities. Spec: Backstage, catalog API (openapi.yaml of plugin-catalog-backend). */
export class EntityRequests {
  readonly #index: EntityIndex;
  readonly #queries: EntityQueries;

  constructor(index: EntityIndex, queries: EntityQueries) {
    this.#index = index;
    this.#queries = queries;
  }

  /** GET /entities */
  async list(request: HttpRequest): Promise<HttpReply> {
    await this.#index.synced;
    const { query, path } = request;
    const order = query.getAll('order').map((text): Order => {
      const [, way, field = ''] = /^(asc|desc):(.+)$/.exec(text) ?? [];
      if (way === undefined) throw badRequest(`order: expected asc:FIELD or desc:FIELD, found ${text}`);
      return { field, order: way === 'asc' ? 'asc' : 'desc' };
    });
    const after = query.get('after');
    const page = after === null ? {} : decodePage(after, 'after');
    const limit = numberOf(page['limit'] ?? query.get('limit'), 'limit', 1);
    const offset = numberOf(page['offset'] ?? query.get('offset'), 'offset', 0) ?? 0;
    const found = this.#select(request, parseFilters(query.getAll('filter')), order, false);
    const end = limit === undefined ? found.length : offset + limit;
    const reply = this.#reply(found.slice(offset, end), fieldsIn(query));
    if (end >= found.length) return reply;
    const next = new URLSearchParams(query);
    next.delete('offset');
    next.set('after', encodePage({ limit, offset: end }));
    return { ...reply, headers: { Link: `<${path}?${next.toString()}>; rel="next"` } };
  }

  /** GET and POST /entities/by-query */
  async query(request: HttpRequest): Promise<HttpReply> {
    await this.#index.synced;
    const sent = request.method === 'POST' ? bodyOf(request) : fromParameters(request.query);
    const asked = typeof sent['cursor'] === 'string' ? decodePage(sent['cursor'], 'cursor') : sent;
    const predicate = predicateOf(asked);
    const order = ordersOf(asked['orderBy']).slice(0, 1);
    const found = this.#select(request, predicate, order, true, asked['fullTextFilter']);
    const limit = numberOf(sent['limit'], 'limit', 0) ?? limits.pageDefault;
    const start = startOf(asked, found);
    const page = found.slice(start, start + limit);
    const { offset: _offset, limit: _limit, fields: _fields, at: _at, ...again } = asked;
    const next = start + page.length;
    const hasNext = next < found.length && page.length > 0;
    const pageInfo = {
      ...(hasNext ? { nextCursor: encodePage({ ...again, offset: next, at: page.at(-1)?.uid }) } : {}),
      ...(start > 0 ? { prevCursor: encodePage({ ...again, offset: Math.max(0, start - limit) }) } : {}),
    };
    const totalItems = asked['totalItems'] === 'exclude' ? 0 : found.length;
    return this.#reply(page, fieldsOf(sent['fields']), { totalItems, pageInfo });
  }

  /** GET /entities/by-name/KIND/NAMESPACE/NAME */
  async byName(request: HttpRequest): Promise<HttpReply> {
    await this.#index.synced;
    return this.#one(this.#named(request));
  }

  /** GET /entities/by-uid/UID */
  async byUid(request: HttpRequest): Promise<HttpReply> {
    await this.#index.synced;
    return this.#one(this.entityOfUid(request));
  }

  /** POST /entities/by-refs */
  async byRefs(request: HttpRequest): Promise<HttpReply> {
    await this.#index.synced;
    const sent = bodyOf(request);
    const filter = parseFilters(request.query.getAll('filter'));
    const query = sent['query'] === undefined ? undefined : parseQuery(sent['query']);
    const all = [filter, query].filter((one) => one !== undefined);
    const isAsked = this.#index.tester({ all });
    const mayRead = reader(request);
    const found = textsIn(sent['entityRefs'], 'entityRefs').map((text) => {
      const ref = parseEntityRef(text);
      const entity = ref && this.#index.find(stringifyEntityRef(ref), mayRead);
      return entity && isAsked(entity) ? entity : undefined;
    });
    return this.#reply(found, fieldsOf(sent['fields']) ?? fieldsIn(request.query), {});
  }

  /** GET and POST /entity-facets */
  async facets(request: HttpRequest): Promise<HttpReply> {
    await this.#index.synced;
    const { query, method } = request;
    const sent =
      method === 'POST' ? bodyOf(request) : { facets: query.getAll('facet'), filter: query.getAll('filter') };
    const names = textsIn(sent['facets'], 'facets').filter((name) => name !== '');
    if (names.length === 0) throw badRequest('facet: expected the path of a field, such as spec.type');
    const found = this.#select(request, predicateOf(sent), [], false);
    const facets = Object.fromEntries(names.map((name) => [name, this.#queries.facet(found, name)]));
    return jsonReply(200, { facets });
  }

  /** GET /entities/by-name/KIND/NAMESPACE/NAME/ancestry */
  async ancestry(request: HttpRequest): Promise<HttpReply> {
    await this.#index.synced;
    const mayRead = reader(request);
    const root = this.#named(request);
    const items: object[] = [];
    const seen = new Set<string>();
    for (let next: Indexed | undefined = root; next && !seen.has(next.ref); ) {
      seen.add(next.ref);
      const parentRef: string | undefined = next.object.spec.source?.parent;
      const parent: Indexed | undefined =
        parentRef === undefined ? undefined : this.#index.find(parentRef, mayRead);
      items.push({ entity: this.#index.entity(next), parentEntityRefs: parent ? [parent.ref] : [] });
      next = parent;
    }
    return jsonReply(200, { rootEntityRef: root.ref, items });
  }

  /** The entity of a uid in the path. @throws StatusError 404 */
  entityOfUid(request: HttpRequest): Indexed {
    const { uid = '' } = request.parameters;
    const found = this.#index.byUid(uid);
    if (!found || !reader(request)(found))
      throw new StatusError(404, 'NotFound', `there is no entity with uid ${uid}`);
    return found;
  }

  /** The entity that a reference names. @throws StatusError 400 and 404 */
  async entityOfRef(request: HttpRequest, text: unknown): Promise<Indexed> {
    await this.#index.synced;
    const ref = typeof text === 'string' ? parseEntityRef(text) : undefined;
    if (!ref) throw badRequest('entityRef: expected KIND:[NAMESPACE/]NAME');
    const found = this.#index.find(stringifyEntityRef(ref), reader(request));
    if (!found) throw new StatusError(404, 'NotFound', `there is no entity ${stringifyEntityRef(ref)}`);
    return found;
  }

  #named(request: HttpRequest): Indexed {
    const { kind = '', namespace = '', name = '' } = request.parameters;
    const ref = stringifyEntityRef({ kind, namespace, name });
    const found = this.#index.find(ref, reader(request));
    if (!found) throw new StatusError(404, 'NotFound', `there is no entity ${ref}`);
    return found;
  }

  #select(
    request: HttpRequest,
    predicate: Predicate | undefined,
    order: readonly Order[],
    isStrict: boolean,
    text?: unknown,
  ): readonly Indexed[] {
    const term = isRecord(text) && typeof text['term'] === 'string' ? text['term'] : '';
    const fields = isRecord(text) && text['fields'] !== undefined ? textsIn(text['fields'], 'fields') : [];
    const selection = { order, isStrict, text: { term, fields }, ...(predicate ? { predicate } : {}) };
    return this.#queries.select(selection, visibleTo(request, this.#index));
  }

  #one(found: Indexed): HttpReply {
    return { status: 200, contentType: json, body: this.#index.json(found) };
  }

  /** @param more what stands beside the entities; they are a list of their own without it */
  #reply(
    page: readonly (Indexed | undefined)[],
    fields: readonly string[] | undefined,
    more?: object,
  ): HttpReply {
    const texts = page.map((one) => {
      if (!one) return 'null';
      return fields ? JSON.stringify(project(this.#index.entity(one), fields)) : this.#index.json(one);
    });
    const items = `[${texts.join(',')}]`;
    const rest = more ? JSON.stringify(more).slice(1) : '';
    const body = more ? `{"items":${items}${rest === '}' ? '' : ','}${rest}` : items;
    return { status: 200, contentType: json, body };
  }
}

const json = 'application/json; charset=utf-8';

/** Parameters of GET as the body of POST has them. */
function fromParameters(query: URLSearchParams): Record<string, unknown> {
  const orderBy = query.getAll('orderField').map((text) => {
    const [field = '', order = 'asc'] = text.split(',');
    return { field, order };
  });
  const fields = query.getAll('fullTextFilterFields').flatMap((text) => text.split(','));
  const asked: Record<string, unknown> = {
    filter: query.getAll('filter'),
    orderBy,
    fullTextFilter: { term: query.get('fullTextFilterTerm') ?? '', fields },
    fields: fieldsIn(query),
  };
  for (const name of ['cursor', 'limit', 'offset', 'totalItems']) {
    const text = query.get(name);
    if (text !== null) asked[name] = text;
  }
  return asked;
}

function predicateOf(asked: Record<string, unknown>): Predicate | undefined {
  if (asked['query'] !== undefined) return parseQuery(asked['query']);
  return asked['filter'] === undefined ? undefined : parseFilters(textsIn(asked['filter'], 'filter'));
}

function ordersOf(orderBy: unknown): Order[] {
  if (orderBy === undefined) return [];
  if (!Array.isArray(orderBy)) throw badRequest('orderBy: expected a list');
  return orderBy.map((one: unknown) => {
    const { field, order } = isRecord(one) ? one : {};
    if (typeof field !== 'string' || field === '' || (order !== 'asc' && order !== 'desc'))
      throw badRequest('order of a field: expected FIELD,asc or FIELD,desc');
    return { field, order };
  });
}

/** Where a page begins: behind the entity that ended the one before, wherever that is by now. */
function startOf(asked: Record<string, unknown>, found: readonly Indexed[]): number {
  const offset = numberOf(asked['offset'], 'offset', 0) ?? 0;
  const { at } = asked;
  if (typeof at !== 'string' || found[offset - 1]?.uid === at) return offset;
  const last = found.findIndex(({ uid }) => uid === at);
  return last < 0 ? offset : last + 1;
}

function fieldsIn(query: URLSearchParams): readonly string[] | undefined {
  return fieldsOf(query.getAll('fields'));
}

function fieldsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const fields = textsIn(value, 'fields').flatMap((text) => text.split(',').map((one) => one.trim()));
  const asked = fields.filter((field) => field !== '');
  const listed = asked.find((field) => field.includes('['));
  if (listed !== undefined) throw badRequest(`fields: ${listed}: fields within lists cannot be asked for`);
  return asked.length === 0 ? undefined : asked;
}

function encodePage(page: object): string {
  return Buffer.from(JSON.stringify(page), 'utf8').toString('base64');
}

/** @throws StatusError 400 */
function decodePage(text: string, name: string): Record<string, unknown> {
  try {
    const page: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (isRecord(page)) return page;
  } catch {
    // Told below.
  }
  throw badRequest(`${name}: expected one that an answer has given`);
}
