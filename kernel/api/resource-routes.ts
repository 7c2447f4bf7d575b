import type { UserInfo } from '../auth/port.ts';
import { methodNotAllowed, unknownPath } from '../model/status-error.ts';
import { systemRandom } from '../ports/random.ts';
import { answerForm } from './accept.ts';
import { Gate } from './gate.ts';
import { longListsMax, longListsWaitingMax } from './limits.ts';
import { listPage, parseListRequest, parseSelection, type Selection } from './list.ts';
import { answerList } from './list-answer.ts';
import { type Objects, requireVerb } from './objects.ts';
import type { Registry, ServedResource } from './registry.ts';
import type { RequestInfo, ResourceTarget } from './request-info.ts';
import { answerObject, type ResourceCall } from './resource-call.ts';
import type { Exchange } from './respond.ts';
import { handleSubresource } from './subresource-routes.ts';
import { includeObjectOf, MetadataEncoder, TableEncoder } from './table.ts';
import {
  ObjectEncoder,
  parseWatchRequest,
  SharedEvents,
  type WatchEncoder,
  type WatchSink,
  WatchStream,
} from './watch.ts';
import { deleteCollection, write } from './write-routes.ts';

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
    const call: ResourceCall = { exchange, query: info.query, target, served, user, objects: this.#objects };
    if (target.subresource !== '') return handleSubresource(call);
    requireVerb(served, target.verb);
    checkTarget(target);
    switch (target.verb) {
      case 'get':
        return get(call);
      case 'list':
        return this.#list(call);
      case 'watch':
        return this.#watch(call);
      case 'deletecollection':
        return deleteCollection(call);
      default:
        return write(call);
    }
  }

  async #list(call: ResourceCall): Promise<void> {
    const { query, target, served, user, objects } = call;
    const selection = parseSelection(served, target.namespace, query);
    const page = listPage(objects.store, objects.tenant, parseListRequest(selection, query, objects.store));
    await answerList(call, page, (writing) => this.#lists.pass(user.username, writing));
  }

  #watch(call: ResourceCall): void {
    const { exchange, query, target, served, objects } = call;
    const { store, tenant, clock } = objects;
    const selection = parseSelection(served, target.namespace, query);
    // A watch of one object by its URL is the watch of a collection that selects it by name.
    const named = target.name === '' ? selection : selectName(selection, target.name);
    const request = parseWatchRequest(named, query, store, systemRandom);
    const encoder = this.#encoder(call);
    const sink = watchSink(exchange, () => this.#watches.delete(stream));
    const stream: WatchStream = new WatchStream(store, tenant, request, encoder, sink, clock);
    this.#watches.add(stream);
  }

  #encoder({ exchange, query, served, objects }: ResourceCall): WatchEncoder {
    const { renderer, clock } = objects;
    const form = answerForm(exchange.request.headers.accept);
    if (form === 'metadata') return new MetadataEncoder(renderer, served);
    if (form === 'table')
      return new TableEncoder(renderer, served, includeObjectOf(query), () => clock.now());
    return new ObjectEncoder(renderer, served, this.#shared);
  }
}

function get(call: ResourceCall): void {
  const { exchange, target, served, objects } = call;
  const { renderer } = objects;
  const stored = objects.get(served, target.namespace, target.name);
  // The most frequent request of all: its answer is in memory as it goes out.
  if (answerForm(exchange.request.headers.accept) === 'object')
    exchange.json(200, renderer.text(stored, served));
  else answerObject(call, 200, renderer.object(stored, served), () => renderer.text(stored, served));
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
