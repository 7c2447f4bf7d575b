import type { KubeObject } from '../model/object.ts';
import { groupVersion } from '../model/resource-type.ts';
import { badRequest, expired, StatusError } from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { type Store, type StoredObject, StoreError, type StoreEvent, type Watcher } from '../store/port.ts';
import { prefixOf } from './keys.ts';
import { listPage, revisionOf, type Selection, tooNew, wholeNumber } from './list.ts';
import type { ServedResource } from './registry.ts';
import { isTrue } from './request-info.ts';
import { parseStored, type Renderer } from './versions.ts';

/** How often a watcher that asked for bookmarks learns how far it is, in milliseconds. */
const bookmarkEveryMs = 30_000;

/** How long a watch lives when it does not say: 30 to 60 minutes, so that watches do not all end at once. */
const lifeMinMs = 30 * 60_000;
/** Events handed over in one turn of the event loop, so that a watcher that is far behind holds up nobody. */
const eventsPerTurn = 500;
/** Spec: KEP-3157, the bookmark that ends the initial events. */
const initialEventsEnd = 'k8s.io/initial-events-end';

/** What a watch asks for. Spec: Kubernetes API concepts, Efficient detection of changes. */
export interface WatchRequest {
  readonly selection: Selection;
  /** Undefined: from now, with the present objects as initial events. */
  readonly fromRevision: number | undefined;
  readonly initialEvents: boolean;
  readonly bookmarks: boolean;
  readonly lifeMs: number;
}

/** Reads the parameters of a watch. @throws StatusError 400 or 504 */
export function parseWatchRequest(
  selection: Selection,
  query: URLSearchParams,
  store: Store,
  random: Random,
): WatchRequest {
  const revision = revisionOf(query.get('resourceVersion'));
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  const send = query.get('sendInitialEvents');
  const match = query.get('resourceVersionMatch');
  if (send === null && match !== null) {
    throw badRequest('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  }
  if (send !== null && match !== 'NotOlderThan') {
    throw badRequest('sendInitialEvents requires resourceVersionMatch=NotOlderThan');
  }
  if (revision !== undefined && revision > store.revision) throw tooNew(revision, store.revision);
  const unset = revision === undefined || revision === 0;
  const initialEvents = send === null ? unset : isTrue(send);
  const seconds = wholeNumber(query, 'timeoutSeconds');
  return {
    selection,
    fromRevision: initialEvents || unset ? undefined : revision,
    initialEvents,
    bookmarks,
    lifeMs: seconds ? seconds * 1000 : lifeMinMs + random.below(lifeMinMs),
  };
}

/**
 * Turns the events of a watch into what its client asked for (plain objects, tables, metadata), each as one HTTP chunk.
 */
export interface WatchEncoder {
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', stored: StoredObject): Buffer;
  /** An event whose object is not one of the store: a bookmark or a Status. */
  special(type: 'BOOKMARK' | 'ERROR', object: unknown): Buffer;
}

/**
 * A text as one chunk of a chunked body. Framing an event once for all its watchers, and writing it past the response,
 * makes an event for 50 watchers cost about a third.
 * Spec: RFC 9112, section 7.1.
 */
export function httpChunk(text: string): Buffer {
  const size = Buffer.byteLength(text);
  return Buffer.from(`${size.toString(16)}\r\n${text}\r\n`);
}

let joined: { readonly chunks: readonly Buffer[]; readonly piece: Buffer } = {
  chunks: [],
  piece: Buffer.alloc(0),
};

/**
 * Joins chunks to what one write takes. Watchers that a commit woke together write the same chunks one after the other
 * and share the piece: a copy for each is, with 50 of them at 1,000 events/s, 40 MB/s of memory outside of the heap,
 * and a long collection every two seconds.
 */
function onePiece(chunks: readonly Buffer[]): Buffer {
  const same =
    joined.chunks.length === chunks.length && chunks.every((chunk, i) => chunk === joined.chunks[i]);
  if (!same) joined = { chunks, piece: Buffer.concat(chunks) };
  return joined.piece;
}

/** The connection that the events go to. */
export interface WatchSink {
  /** @returns false when the connection is full; `drained` is then called once it is not. */
  write(chunks: Buffer): boolean;
  onDrained(drained: () => void): void;
  onClosed(closed: () => void): void;
  end(): void;
}

/**
 * Serves a watch until its client leaves, its life ends, or its place in the log is compacted away. The stream keeps no
 * buffer: it is a cursor in the store's log that moves when the connection takes more.
 */
export class WatchStream {
  readonly #store: Store;
  readonly #request: WatchRequest;
  readonly #encoder: WatchEncoder;
  readonly #sink: WatchSink;
  readonly #clock: Clock;
  #watcher: Watcher | undefined;
  #initial: Iterator<StoredObject> | undefined;
  #full = false;
  #scheduled = false;
  #ended = false;
  #sentRevision = 0;
  #cancelLife: () => void = () => {};
  #cancelBookmark: () => void = () => {};
  /** What one turn writes, so that it goes out as one piece. */
  #chunks: Buffer[] = [];

  constructor(
    store: Store,
    tenant: string,
    request: WatchRequest,
    encoder: WatchEncoder,
    sink: WatchSink,
    clock: Clock,
  ) {
    this.#store = store;
    this.#request = request;
    this.#encoder = encoder;
    this.#sink = sink;
    this.#clock = clock;
    sink.onClosed(() => this.#close());
    sink.onDrained(() => {
      this.#full = false;
      this.#pump();
    });
    this.#start(tenant);
  }

  /** What is watched, as it was served when the watch began. */
  get served(): ServedResource {
    return this.#request.selection.served;
  }

  /** Ends the watch in good order, for example when the server stops. */
  end(): void {
    if (this.#ended) return;
    this.#close();
    this.#sink.end();
  }

  #start(tenant: string): void {
    const { selection, fromRevision, initialEvents, lifeMs } = this.#request;
    const { type } = selection.served;
    let from = fromRevision ?? this.#store.revision;
    if (initialEvents) {
      const page = listPage(this.#store, tenant, {
        selection,
        limit: 0,
        atRevision: undefined,
        after: undefined,
      });
      from = page.revision;
      this.#initial = page.objects[Symbol.iterator]();
    }
    this.#sentRevision = from;
    try {
      const prefix = prefixOf(tenant, type, selection.namespace);
      this.#watcher = this.#store.watch(prefix, from, () => this.#pump());
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#cancelLife = this.#clock.after(lifeMs, () => this.end());
    if (this.#request.bookmarks) this.#scheduleBookmark();
    this.#pump();
  }

  /** Writes what there is to write, a bounded number of events for each turn of the event loop. */
  #pump(): void {
    if (this.#ended || this.#full || this.#scheduled || !this.#watcher) return;
    const left = this.#initial ? this.#pumpInitial(this.#initial, eventsPerTurn) : eventsPerTurn;
    let more = left === 0;
    if (left > 0) {
      try {
        const events = this.#watcher.read(left);
        for (const event of events) this.#send(event);
        this.#sentRevision = this.#watcher.revision;
        more = events.length === left;
      } catch (error) {
        this.#fail(error);
        return;
      }
    }
    this.#flush();
    if (!more || this.#full) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** @returns how many events may still be written in this turn. */
  #pumpInitial(initial: Iterator<StoredObject>, limit: number): number {
    let left = limit;
    while (left > 0) {
      const next = initial.next();
      if (next.done) {
        this.#initial = undefined;
        if (this.#request.bookmarks && this.#request.initialEvents)
          this.#bookmark({ [initialEventsEnd]: 'true' });
        return left;
      }
      this.#write(this.#encoder.event('ADDED', next.value));
      left--;
    }
    // Changes wait until all initial objects are out.
    return 0;
  }

  #send(event: StoreEvent): void {
    const { matches, name } = this.#request.selection;
    const { object, previous } = event;
    if (name !== undefined && !object.key.endsWith(`/${name}`)) return;
    if (!matches) {
      this.#write(this.#encoder.event(eventTypes[event.type], object));
      return;
    }
    const before = previous !== undefined && matches(parseStored(previous));
    const after = event.type !== 'deleted' && matches(parseStored(object));
    if (after) this.#write(this.#encoder.event(before ? 'MODIFIED' : 'ADDED', object));
    else if (before) this.#write(this.#encoder.event('DELETED', leaving(object, previous)));
  }

  #write(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  #flush(): void {
    if (this.#chunks.length === 0) return;
    const piece = onePiece(this.#chunks);
    this.#chunks = [];
    if (!this.#sink.write(piece)) this.#full = true;
  }

  #scheduleBookmark(): void {
    this.#cancelBookmark = this.#clock.after(bookmarkEveryMs, () => {
      // A watcher that is behind learns of its place by the events that are on their way to it.
      if (!this.#full && !this.#initial && !this.#scheduled) {
        this.#bookmark();
        this.#flush();
      }
      this.#scheduleBookmark();
    });
  }

  #bookmark(annotations?: Record<string, string>): void {
    const { type, version } = this.#request.selection.served;
    this.#sentRevision = Math.max(this.#sentRevision, this.#watcher?.revision ?? 0);
    this.#write(
      this.#encoder.special('BOOKMARK', {
        kind: type.kind,
        apiVersion: groupVersion(type.group, version.name),
        metadata: {
          resourceVersion: String(this.#sentRevision),
          creationTimestamp: null,
          ...(annotations ? { annotations } : {}),
        },
      }),
    );
  }

  #fail(error: unknown): void {
    const refusal = watchError(error);
    this.#write(this.#encoder.special('ERROR', refusal.toStatus()));
    this.#flush();
    this.end();
  }

  #close(): void {
    this.#ended = true;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#initial = undefined;
    this.#cancelLife();
    this.#cancelBookmark();
  }
}

const eventTypes = { added: 'ADDED', modified: 'MODIFIED', deleted: 'DELETED' } as const;

/** The last state that a selecting watcher sees of an object that it no longer selects, at the revision of the change. */
function leaving(object: StoredObject, previous: StoredObject | undefined): StoredObject {
  if (previous === undefined) return object;
  const last: KubeObject = parseStored(previous);
  last.metadata.resourceVersion = String(object.revision);
  return { key: object.key, revision: object.revision, value: JSON.stringify(last) };
}

function watchError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof StoreError && error.code === 'compacted') {
    return expired('too old resource version; list again and watch from the revision of that list');
  }
  return new StatusError(500, 'InternalError', error instanceof Error ? error.message : String(error));
}

/** The plain encoder: events with the whole object. Events are encoded once and shared by all watchers. */
export class ObjectEncoder implements WatchEncoder {
  readonly #renderer: Renderer;
  readonly #served: ServedResource;
  readonly #shared: SharedEvents;

  constructor(renderer: Renderer, served: ServedResource, shared: SharedEvents) {
    this.#renderer = renderer;
    this.#served = served;
    this.#shared = shared;
  }

  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', stored: StoredObject): Buffer {
    const { version } = this.#served;
    return this.#shared.of(stored, version, type, () => {
      const text = this.#renderer.text(stored, this.#served);
      return httpChunk(`{"type":"${type}","object":${text}}\n`);
    });
  }

  special(type: 'BOOKMARK' | 'ERROR', object: unknown): Buffer {
    return httpChunk(`${JSON.stringify({ type, object })}\n`);
  }
}

/** The last encoded events, so that many watchers of the same objects share one buffer for each event. */
export class SharedEvents {
  readonly #limit = 1024;
  readonly #events = new Map<StoredObject, { version: unknown; type: string; bytes: Buffer }>();

  of(stored: StoredObject, version: unknown, type: string, encode: () => Buffer): Buffer {
    const known = this.#events.get(stored);
    if (known && known.version === version && known.type === type) return known.bytes;
    const bytes = encode();
    this.#events.set(stored, { version, type, bytes });
    if (this.#events.size > this.#limit) {
      const oldest = this.#events.keys().next();
      if (!oldest.done) this.#events.delete(oldest.value);
    }
    return bytes;
  }
}
