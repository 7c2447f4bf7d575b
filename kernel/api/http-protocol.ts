import type { IncomingHttpHeaders } from 'node:http';
import type { UserInfo } from '../auth/port.ts';
import { methodNotAllowed, StatusError, unknownPath } from '../model/status-error.ts';
import type { Append } from '../store/port.ts';

/** Methods that endpoints of a protocol may take. A HEAD is answered as a GET without its body. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'LOCK' | 'UNLOCK';

/** What of a request is known before it is let in. */
export interface SentRequest {
  /** GET for a HEAD. */
  readonly method: HttpMethod;
  /** Below the path of the virtual cluster, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Whom a URL was given to, and what was signed with it. */
export interface UrlGrant {
  readonly user: UserInfo;
  readonly facts: Readonly<Record<string, string>>;
}

/** A right, and the object that it is asked at. */
export interface HttpRight extends Pick<HttpAccess, 'verb' | 'resource' | 'group'> {
  /** The object that the path names unless told; an empty name asks for the whole namespace. */
  readonly at?: { readonly namespace: string; readonly name: string };
}

/** A request of a protocol, let in and read. */
export interface HttpRequest {
  readonly method: HttpMethod;
  /** Below the path of the virtual cluster, as it was sent. */
  readonly path: string;
  /** What stands in the path for its names in braces, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Empty when the sender brings a URL that was given to somebody, unless its signature ends the path. */
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly user: UserInfo;
  /** What was signed with the URL; empty for who brings a credential. */
  readonly facts: UrlGrant['facts'];
  /** Whether the sender has another right; what may take more than the endpoint asks for. */
  readonly may: (right: HttpRight) => boolean;
  /** What is entered in the audit log in the sender's name, to be committed with what is done. */
  readonly entry: (action: string, facts: Readonly<Record<string, string | number>>) => Append;
  /**
   * Enters what is done and changes nothing. The answer must wait for it.
   * @throws StoreError when it cannot be written
   */
  readonly enter: (...entry: Parameters<HttpRequest['entry']>) => Promise<void>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** An answer of a protocol. A long body is compressed when the client takes that. */
export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Set when it is never compressed, because that takes longer than sending it. */
  readonly isRaw?: boolean;
}

/** The right that a request needs: a verb on a resource. */
export interface HttpAccess {
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'delete';
  /** The API group of the resource; that of the protocol unless told. */
  readonly group?: string;
  /** Plural, or plural and subresource, such as `terraformstates/lock`. */
  readonly resource: string;
  /** The object that the path names; absent: the right is needed at the whole virtual cluster. */
  readonly object?: (parameters: Readonly<Record<string, string>>) => {
    readonly namespace: string;
    readonly name: string;
  };
}

/** One path of a protocol and what answers it. */
export interface HttpEndpoint {
  readonly methods: readonly HttpMethod[];
  /** Whole path below the virtual cluster; `{name}` stands for one segment. */
  readonly path: string;
  /** `known` for GETs that anybody may send who is of the virtual cluster: what they tell depends on `may`, or is no secret. */
  readonly access: HttpAccess | 'known';
  /**
   * Set where the sender brings no credential but a URL that was given to somebody: tells to whom. Others find nothing at the
   * path, whatever their rights; the rights of that user are asked for, as if they had sent the request.
   */
  readonly grant?: (request: SentRequest) => UrlGrant | undefined;
  /** Bytes that a body may have, before it is decompressed. */
  readonly bodyBytesMax: number;
  /** Asked before the body is read, so that a refusal costs little. @throws StatusError of any refusal */
  readonly admit?: () => void;
  /** @throws StatusError of any refusal; `refuse` of the protocol makes an answer of it */
  handle(request: HttpRequest): Promise<HttpReply> | HttpReply;
}

/** A field's own protocol over HTTP, served below the path of a virtual cluster beside the Kubernetes API. */
export interface HttpProtocol {
  /** With a leading slash and without a closing one. Everything below it is the protocol's. */
  readonly prefix: string;
  /** API group of the resources that rights are given for, e.g. `telemetry.plinth.dev`. */
  readonly group: string;
  /** Asked for when the first request for the protocol comes, so that what nobody uses need not be loaded. */
  readonly endpoints: readonly HttpEndpoint[];
  /** An error as the protocol says it. */
  refuse(error: StatusError, request: Pick<HttpRequest, 'path' | 'headers'>): HttpReply;
}

/** An endpoint that a request has found. */
export interface FoundEndpoint {
  readonly endpoint: HttpEndpoint;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds endpoints by their paths. Those of a protocol are looked at when the first request for it comes. */
export class HttpRouter {
  readonly #protocols: readonly HttpProtocol[];
  readonly #tables = new Map<HttpProtocol, EndpointTable>();

  constructor(protocols: readonly HttpProtocol[]) {
    this.#protocols = protocols;
  }

  /** The protocol that a path belongs to, whether or not it has such an endpoint. */
  protocol(path: string): HttpProtocol | undefined {
    return this.#protocols.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
  }

  /** As `find`; undefined where that throws. */
  findIfAny(protocol: HttpProtocol, method: string, path: string): FoundEndpoint | undefined {
    try {
      return this.find(protocol, method, path);
    } catch (error) {
      if (error instanceof StatusError || error instanceof URIError) return undefined;
      throw error;
    }
  }

  /** @throws StatusError 404 and 405; URIError when the path is not valid percent-encoding */
  find(protocol: HttpProtocol, method: string, path: string): FoundEndpoint {
    let table = this.#tables.get(protocol);
    if (!table) this.#tables.set(protocol, (table = new EndpointTable(protocol.endpoints)));
    return table.find(method, path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
  }
}

/** The endpoints of one protocol. */
class EndpointTable {
  readonly #plain = new Map<string, HttpEndpoint[]>();
  readonly #patterns: { readonly segments: readonly string[]; readonly endpoint: HttpEndpoint }[] = [];

  constructor(endpoints: readonly HttpEndpoint[]) {
    for (const endpoint of endpoints) {
      const { path } = endpoint;
      if (path.includes('{')) this.#patterns.push({ segments: path.split('/'), endpoint });
      else this.#plain.set(path, [...(this.#plain.get(path) ?? []), endpoint]);
    }
  }

  find(method: string, path: string): FoundEndpoint {
    const at = this.#at(path);
    if (at.length === 0) throw unknownPath();
    const asked = method === 'HEAD' ? 'GET' : method;
    const found = at.find(({ endpoint }) => endpoint.methods.some((one) => one === asked));
    if (!found) throw methodNotAllowed();
    return found;
  }

  #at(path: string): FoundEndpoint[] {
    const plain = this.#plain.get(path);
    if (plain) return plain.map((endpoint) => ({ endpoint, parameters: {} }));
    const parts = path.split('/');
    return this.#patterns.flatMap(({ segments, endpoint }) => {
      const parameters = parametersOf(segments, parts);
      return parameters ? [{ endpoint, parameters }] : [];
    });
  }
}

function parametersOf(
  segments: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (segments.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i] ?? '';
    if (segment.startsWith('{')) parameters[segment.slice(1, -1)] = decodeURIComponent(part);
    else if (segment !== part) return undefined;
  }
  return parameters;
}
