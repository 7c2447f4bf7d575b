import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { constants, gzip } from 'node:zlib';
import type { RequestOrigin } from '../audit/event.ts';
import type { UserInfo } from '../auth/port.ts';
import type { StatusError } from '../model/status-error.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { FoundEndpoint, HttpProtocol, HttpReply, UrlGrant } from './http-protocol.ts';
import { gzipBytesMin } from './limits.ts';
import { splitCluster } from './request-info.ts';

const noBody = Buffer.alloc(0);
/** Characters of a User-Agent that are noted. */
const userAgentCharsMax = 256;

/** An HTTP exchange and what is gathered for its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The body of a write; it is read before the write is let in. */
  body: Buffer = noBody;
  /** Who really sent it, when it is sent as somebody else. */
  impersonatedBy: string | undefined;
  /** The virtual cluster that it is about; undefined when there is none of the name. */
  cluster: ClusterApi | undefined;
  /** Who it is for, once that is known. */
  user: UserInfo | undefined;
  /** Whom its URL was given to, when it came with one instead of a credential. */
  grant: UrlGrant | undefined;
  /** The protocol that it speaks, once its sender is known to belong here: errors are then said in its way. */
  protocol: HttpProtocol | undefined;
  /** What of the protocol it has found. */
  endpoint: FoundEndpoint | undefined;
  #warnings: string[] | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
  }

  /** Where the request came from, for the audit. */
  get origin(): RequestOrigin {
    const { socket, headers } = this.request;
    const { impersonatedBy } = this;
    const userAgent = (headers['user-agent'] ?? '').slice(0, userAgentCharsMax);
    const origin = { address: socket.remoteAddress ?? '', userAgent };
    return impersonatedBy === undefined ? origin : { ...origin, impersonatedBy };
  }

  /** Adds a `Warning` header to the answer. Spec: RFC 7234, section 5.5; Kubernetes warning headers. */
  readonly warn = (message: string): void => {
    this.#warnings ??= [];
    const header = `299 - ${JSON.stringify(message.replaceAll(/[^\x20-\x7e]/g, '?'))}`;
    if (!this.#warnings.includes(header)) this.#warnings.push(header);
  };

  /** Headers of an answer, with the warnings so far. */
  headers(contentType: string): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = {
      'Content-Type': contentType,
      'Cache-Control': 'no-cache, private',
    };
    if (this.#warnings) headers['Warning'] = this.#warnings;
    return headers;
  }

  /** Answers with a text that is JSON already; a long one is compressed when the client takes that. */
  json(code: number, text: string, contentType = 'application/json', headers?: OutgoingHttpHeaders): void {
    this.#sendCompressed(code, text, { ...this.headers(contentType), ...headers });
  }

  /** Answers as a protocol says. */
  reply({ status, contentType, headers, body, isRaw = false }: HttpReply): void {
    const all = { ...this.headers(contentType), ...headers };
    if (isRaw) this.#send(status, bufferOf(body), all);
    else this.#sendCompressed(status, body, all);
  }

  /** Answers with bytes as they are. */
  bytes(code: number, body: Buffer, contentType: string): void {
    this.#send(code, body, this.headers(contentType));
  }

  /** Answers with plain text. */
  text(code: number, text: string, contentType = 'text/plain; charset=utf-8'): void {
    this.#send(code, Buffer.from(text), this.headers(contentType));
  }

  /** Answers with an error: as the protocol says it, else as a Kubernetes Status. */
  error(error: StatusError): void {
    const seconds = error.details?.retryAfterSeconds;
    const headers: Record<string, string> = seconds === undefined ? {} : { 'Retry-After': String(seconds) };
    if (error.code === 401) headers['WWW-Authenticate'] = 'Bearer realm="plinth"';
    if (this.protocol) {
      const { url = '', headers: sent } = this.request;
      const [path = ''] = splitCluster(url).url.split('?', 1);
      const reply = this.protocol.refuse(error, { path, headers: sent });
      this.reply({ ...reply, headers: { ...headers, ...reply.headers } });
    } else this.json(error.code, JSON.stringify(error.toStatus()), 'application/json', headers);
  }

  acceptsGzip(): boolean {
    return this.request.headers['accept-encoding']?.includes('gzip') === true;
  }

  #sendCompressed(code: number, body: string | Uint8Array, headers: OutgoingHttpHeaders): void {
    if (body.length < gzipBytesMin || !this.acceptsGzip()) {
      this.#send(code, bufferOf(body), headers);
      return;
    }
    gzip(body, { level: constants.Z_BEST_SPEED }, (error, compressed) => {
      if (error) this.#send(code, bufferOf(body), headers);
      else this.#send(code, compressed, { ...headers, 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' });
    });
  }

  #send(code: number, body: Buffer, headers: OutgoingHttpHeaders): void {
    const { response } = this;
    if (response.headersSent || response.destroyed) return;
    headers['Content-Length'] = body.length;
    response.writeHead(code, headers);
    response.end(body);
  }
}

function bufferOf(body: string | Uint8Array): Buffer {
  return typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.length);
}
