import type { UserInfo } from '../auth/port.ts';
import { isObject } from '../model/json.ts';
import { type KubeObject, parseObject } from '../model/object.ts';
import { badRequest, methodNotAllowed, unknownPath } from '../model/status-error.ts';
import { systemRandom } from '../ports/random.ts';
import { answerForm } from './accept.ts';
import { takeBody } from './admission.ts';
import { decodeBody, decodeObject, fieldValidationOf } from './body.ts';
import { deletedStatus, deleteObject, parseDeleteOptions } from './delete.ts';
import { Gate } from './gate.ts';
import { bodyBytesMax, listPieceObjects, longListsMax, longListsWaitingMax } from './limits.ts';
import { listPage, parseListRequest, parseSelection, type Selection } from './list.ts';
import { listText, writeLongList, writeShortList } from './list-answer.ts';
import { type Objects, requireVerb, type Written } from './objects.ts';
import { patchObject } from './patch.ts';
import { readBody } from './read-body.ts';
import type { Registry, ServedResource } from './registry.ts';
import type { RequestInfo, ResourceTarget } from './request-info.ts';
import type { Exchange } from './respond.ts';
import { scaleOf, setReplicas } from './scale.ts';
import {
  columnDefinitions,
  includeObjectOf,
  MetadataEncoder,
  partialMetadata,
  TableEncoder,
  tableRow,
} from './table.ts';
import {
  ObjectEncoder,
  parseWatchRequest,
  SharedEvents,
  type WatchEncoder,
  type WatchSink,
  WatchStream,
} from './watch.ts';
import type { WriteRequest } from './write-request.ts';

/** Answers requests for resources, after authentication and authorization. */
export class ResourceRoutes {
  readonly #objects: Objects;
  readonly #registry: Registry;
  readonly #shared = new SharedEvents();
  readonly #lists = new Gate(longListsMax, longListsWaitingMax);
  readonly #watches = new Set<WatchStream>();

  constructor(objects: Objects, registry: Registry) {
    this.#objects = objects;
    this.#registry = registry;
    registry.onChange(() => this.#endOutdatedWatches());
  }

  /** Ends the watches of versions that are gone or have another schema now; their clients list and watch anew. */
  #endOutdatedWatches(): void {
    for (const watch of this.#watches) {
      const { type, version } = watch.served;
      if (this.#registry.at(type.group, version.name, type.resource)?.version !== version) watch.end();
    }
  }

  get watching(): number {
    return this.#watches.size;
  }

  /** Ends all watches, so that their clients reconnect elsewhere or later. */
  endWatches(): void {
    for (const watch of this.#watches) watch.end();
  }

  /** @throws StatusError of any refusal */
  handle(exchange: Exchange, info: RequestInfo, asked: ResourceTarget, user: UserInfo): Promise<void> | void {
    const served = this.#registry.at(asked.group, asked.version, asked.resource);
    if (!served) throw unknownPath();
    checkScope(served, asked);
    // Requests of a Namespace carry its name as their namespace, but it does not lie in itself.
    const target = served.type.namespaced ? asked : { ...asked, namespace: '' };
    if (served.version.deprecationWarning) exchange.warn(served.version.deprecationWarning);
    if (target.subresource !== '') return this.#subresource(exchange, info, target, served, user);
    requireVerb(served, target.verb);
    checkTarget(target);
    switch (target.verb) {
      case 'get':
        return this.#get(exchange, info, target, served);
      case 'list':
        return this.#list(exchange, info, target, served, user);
      case 'watch':
        return this.#watch(exchange, info, target, served);
      case 'deletecollection':
        return this.#deleteCollection(exchange, info, target, served, user);
      default:
        return this.#write(exchange, info, target, served, user);
    }
  }

  #get(exchange: Exchange, info: RequestInfo, target: ResourceTarget, served: ServedResource): void {
    const stored = this.#objects.get(served, target.namespace, target.name);
    const { renderer, clock } = this.#objects;
    const form = answerForm(exchange.request.headers.accept);
    if (form === 'object') {
      exchange.json(200, renderer.text(stored, served));
      return;
    }
    const object = renderer.object(stored, served);
    if (form === 'metadata') exchange.json(200, JSON.stringify(partialMetadata(object)));
    else exchange.json(200, singleRow(served, object, info.query, clock.now()));
  }

  async #list(
    exchange: Exchange,
    info: RequestInfo,
    target: ResourceTarget,
    served: ServedResource,
    user: UserInfo,
  ): Promise<void> {
    const { store, tenant, renderer, clock } = this.#objects;
    const selection = parseSelection(served, target.namespace, info.query);
    const page = listPage(store, tenant, parseListRequest(selection, info.query, store));
    const { accept } = exchange.request.headers;
    const text = listText(page, served, renderer, accept, info.query, clock.now());
    if (page.objects.length <= listPieceObjects) writeShortList(exchange, page.objects, text);
    else await this.#lists.pass(user.username, () => writeLongList(exchange, page.objects, text));
  }

  #watch(exchange: Exchange, info: RequestInfo, target: ResourceTarget, served: ServedResource): void {
    const { store, tenant, clock } = this.#objects;
    const inNamespace = target.namespace;
    const selection = parseSelection(served, inNamespace, info.query);
    // A watch of one object by its URL is the watch of a collection that selects it by name.
    const named = target.name === '' ? selection : selectName(selection, target.name);
    const request = parseWatchRequest(named, info.query, store, systemRandom);
    const encoder = this.#encoder(exchange, info, served);
    const stream: WatchStream = new WatchStream(
      store,
      tenant,
      request,
      encoder,
      watchSink(exchange, () => this.#watches.delete(stream)),
      clock,
    );
    this.#watches.add(stream);
  }

  #encoder(exchange: Exchange, info: RequestInfo, served: ServedResource): WatchEncoder {
    const { renderer, clock } = this.#objects;
    const form = answerForm(exchange.request.headers.accept);
    if (form === 'metadata') return new MetadataEncoder(renderer, served);
    if (form === 'table')
      return new TableEncoder(renderer, served, includeObjectOf(info.query), () => clock.now());
    return new ObjectEncoder(renderer, served, this.#shared);
  }

  async #write(
    exchange: Exchange,
    info: RequestInfo,
    target: ResourceTarget,
    served: ServedResource,
    user: UserInfo,
  ): Promise<void> {
    const { request: http } = exchange;
    const bytes = await readBody(http, bodyBytesMax);
    const contentType = http.headers['content-type'];
    const request = this.#writeRequest(exchange, info, target, served, user);
    if (target.verb === 'create') {
      const { value, duplicates } = decodeObject(bytes, contentType, request.fieldValidation);
      const written = await this.#objects.create(value, { ...request, name: '', duplicates });
      this.#answer(exchange, info, served, written);
      return;
    }
    if (target.verb === 'delete') {
      await this.#delete(exchange, info, bytes, request);
      return;
    }
    if (target.verb === 'patch') {
      const force = info.query.get('force') === 'true';
      this.#answer(
        exchange,
        info,
        served,
        await patchObject(this.#objects, { bytes, contentType, force }, request),
      );
      return;
    }
    const { value, duplicates } = decodeObject(bytes, contentType, request.fieldValidation);
    const noted = { ...request, duplicates };
    const next = takeBody(value, noted);
    const text = JSON.stringify(next);
    const change = (): KubeObject => parseObject(text);
    this.#answer(exchange, info, served, await this.#objects.update(change, noted));
  }

  async #delete(exchange: Exchange, info: RequestInfo, bytes: Buffer, request: WriteRequest): Promise<void> {
    const body =
      bytes.length === 0
        ? undefined
        : decodeBody(bytes, exchange.request.headers['content-type'], 'Ignore').value;
    const options = parseDeleteOptions(body, info.query);
    const { written, gone } = await deleteObject(
      this.#objects,
      { ...request, dryRun: options.dryRun },
      options,
    );
    if (gone) exchange.json(200, JSON.stringify(deletedStatus(request.served, written.object)));
    else this.#answer(exchange, info, request.served, written);
  }

  async #deleteCollection(
    exchange: Exchange,
    info: RequestInfo,
    target: ResourceTarget,
    served: ServedResource,
    user: UserInfo,
  ): Promise<void> {
    const { store, tenant, renderer, clock } = this.#objects;
    const bytes = await readBody(exchange.request, bodyBytesMax);
    const body =
      bytes.length === 0
        ? undefined
        : decodeBody(bytes, exchange.request.headers['content-type'], 'Ignore').value;
    const options = parseDeleteOptions(body, info.query);
    const selection = parseSelection(served, target.namespace, info.query);
    const page = listPage(store, tenant, parseListRequest(selection, info.query, store));
    for (const stored of page.objects) {
      const { metadata } = renderer.object(stored, served);
      const request = this.#writeRequest(exchange, info, target, served, user);
      await deleteOne(this.#objects, { ...request, dryRun: options.dryRun }, metadata, options);
    }
    const text = listText(page, served, renderer, exchange.request.headers.accept, info.query, clock.now());
    if (page.objects.length <= listPieceObjects) writeShortList(exchange, page.objects, text);
    else await writeLongList(exchange, page.objects, text);
  }

  async #subresource(
    exchange: Exchange,
    info: RequestInfo,
    target: ResourceTarget,
    served: ServedResource,
    user: UserInfo,
  ): Promise<void> {
    const { subresource, verb } = target;
    const { scale, status } = served.version;
    const action = served.type.strategy.actions?.[subresource];
    const request = this.#writeRequest(exchange, info, target, served, user);
    if (action) {
      if (verb !== 'create') throw methodNotAllowed();
      const parent = this.#objects.renderer.object(
        this.#objects.get(served, target.namespace, target.name),
        served,
      );
      const { type, versions } = actionResource(served, subresource);
      const bytes = await readBody(exchange.request, bodyBytesMax);
      const { value, duplicates } = decodeObject(
        bytes,
        exchange.request.headers['content-type'],
        request.fieldValidation,
      );
      const body = takeBody(value, { ...request, duplicates, served: { type, version: versions }, name: '' });
      versions.schema.applyDefaults(body);
      const context = {
        user,
        operation: 'create',
        subresource,
        nowMs: request.nowMs,
        dryRun: request.dryRun,
        warn: exchange.warn,
      } as const;
      exchange.json(201, JSON.stringify(await action.run(parent, body, context)));
      return;
    }
    const namespaceFinalize =
      subresource === 'finalize' && served.type.group === '' && served.type.resource === 'namespaces';
    const known =
      (subresource === 'status' && status) || (subresource === 'scale' && scale) || namespaceFinalize;
    if (!known) throw unknownPath();
    if (verb === 'get') {
      const stored = this.#objects.get(served, target.namespace, target.name);
      if (subresource !== 'scale' || !scale) return this.#get(exchange, info, target, served);
      exchange.json(200, JSON.stringify(scaleOf(this.#objects.renderer.object(stored, served), scale)));
      return;
    }
    if (verb !== 'update' && verb !== 'patch') throw methodNotAllowed();
    if (subresource !== 'scale' || !scale) return await this.#write(exchange, info, target, served, user);
    const bytes = await readBody(exchange.request, bodyBytesMax);
    const contentType = exchange.request.headers['content-type'];
    let written: Written;
    if (verb === 'patch') {
      written = await patchObject(
        this.#objects,
        { bytes, contentType, force: info.query.get('force') === 'true' },
        request,
      );
    } else {
      const { value } = decodeObject(bytes, contentType, 'Ignore');
      if (value['kind'] !== undefined && value['kind'] !== 'Scale')
        throw badRequest('the body must be a Scale');
      const desired = { metadata: {}, ...value } as unknown as KubeObject;
      if (!isObject(desired.metadata)) throw badRequest('metadata of the Scale must be an object');
      written = await this.#objects.update((current) => setReplicas(current, desired, scale), request);
    }
    exchange.json(200, JSON.stringify(scaleOf(written.object, scale)));
  }

  #answer(exchange: Exchange, info: RequestInfo, served: ServedResource, written: Written): void {
    const code = written.created ? 201 : 200;
    const form = answerForm(exchange.request.headers.accept);
    if (form === 'object') exchange.json(code, written.text);
    else if (form === 'metadata') exchange.json(code, JSON.stringify(partialMetadata(written.object)));
    else exchange.json(code, singleRow(served, written.object, info.query, this.#objects.clock.now()));
  }

  #writeRequest(
    exchange: Exchange,
    info: RequestInfo,
    target: ResourceTarget,
    served: ServedResource,
    user: UserInfo,
  ): WriteRequest {
    return {
      served,
      namespace: target.namespace,
      name: target.name,
      subresource: target.subresource,
      user,
      manager: managerOf(info.query.get('fieldManager'), exchange.request.headers['user-agent'], exchange),
      dryRun: dryRunOf(info.query),
      fieldValidation: fieldValidationOf(info.query),
      duplicates: [],
      nowMs: this.#objects.clock.now(),
      warn: exchange.warn,
    };
  }
}

/** Writes a watch past the response, whose chunks its encoder has framed already. */
function watchSink(exchange: Exchange, left: () => void): WatchSink {
  const { response, request } = exchange;
  const { socket } = request;
  response.writeHead(200, { ...exchange.headers('application/json'), 'Transfer-Encoding': 'chunked' });
  response.flushHeaders();
  return {
    write: (chunks) => socket.write(chunks),
    onDrained(drained) {
      socket.on('drain', drained);
      response.once('close', () => socket.removeListener('drain', drained));
    },
    onClosed: (closed) =>
      response.once('close', () => {
        closed();
        left();
      }),
    end: () => response.end(),
  };
}

async function deleteOne(
  objects: Objects,
  request: WriteRequest,
  metadata: KubeObject['metadata'],
  options: Parameters<typeof deleteObject>[2],
): Promise<void> {
  const { name, namespace = '', uid } = metadata;
  if (!objects.store.get(objects.key(request.served, namespace, name))) return;
  const preconditions = { ...options.preconditions, uid };
  try {
    await deleteObject(objects, { ...request, name, namespace }, { ...options, preconditions });
  } catch (error) {
    // Gone in between is what was asked for.
    if (objects.store.get(objects.key(request.served, namespace, name))) throw error;
  }
}

function actionResource(
  served: ServedResource,
  subresource: string,
): { type: ServedResource['type']; versions: ServedResource['version'] } {
  const action = served.type.strategy.actions?.[subresource];
  if (!action) throw unknownPath();
  const version = {
    name: action.version,
    schema: action.schema,
    columns: [],
    status: false,
    selectableFields: [],
  };
  return { type: { ...served.type, group: action.group, kind: action.kind }, versions: version };
}

function checkScope(served: ServedResource, target: ResourceTarget): void {
  const { type } = served;
  if (!type.namespaced && target.namespace !== '' && type.resource !== 'namespaces') throw unknownPath();
  const needsNamespace = type.namespaced && target.namespace === '';
  if (needsNamespace && target.name !== '') throw unknownPath();
}

function selectName(selection: Selection, name: string): Selection {
  const { matches } = selection;
  return {
    ...selection,
    name,
    matches: (object) => object.metadata.name === name && (matches === undefined || matches(object)),
  };
}

/** Objects are made in a collection and changed under their name. */
function checkTarget({ verb, name }: ResourceTarget): void {
  const needsName = verb === 'update' || verb === 'patch';
  if (needsName ? name === '' : verb === 'create' && name !== '') throw methodNotAllowed();
}

function singleRow(
  served: ServedResource,
  object: KubeObject,
  query: URLSearchParams,
  nowMs: number,
): string {
  const row = tableRow(served, object, includeObjectOf(query), nowMs);
  const columns = JSON.stringify(columnDefinitions(served));
  const revision = JSON.stringify(object.metadata.resourceVersion);
  return `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":${revision}},"columnDefinitions":${columns},"rows":[${row}]}`;
}

/** Spec: Kubernetes ValidateFieldManager. */
const managerCharsMax = 128;

/** Who the changed fields belong to: what the client says, or the program named in its User-Agent. */
function managerOf(parameter: string | null, userAgent: string | undefined, exchange: Exchange): string {
  if (parameter !== null && parameter !== '') {
    if (parameter.length > managerCharsMax) {
      throw badRequest(`fieldManager: Invalid value: may not be longer than ${managerCharsMax} characters`);
    }
    if (!/^[\x20-\x7e]+$/.test(parameter)) {
      throw badRequest('fieldManager: Invalid value: should only contain printable characters');
    }
    return parameter;
  }
  // An apply has to name its manager.
  if (exchange.request.headers['content-type']?.startsWith('application/apply-patch')) return '';
  const program = (userAgent ?? '').split('/')[0] ?? '';
  return (program === '' ? 'unknown' : program).slice(0, managerCharsMax);
}

function dryRunOf(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  for (const value of values) {
    if (value !== 'All') {
      throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`);
    }
  }
  return values.length > 0;
}
