import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { constants, gzip } from 'node:zlib';
import type { RequestOrigin } from '../audit/event.ts';
import type { UserInfo } from '../auth/port.ts';
import type { StatusError } from '../model/status-error.ts';
import type { ClusterApi } from './cluster-api.ts';
import { gzipBytesMin } from './limits.ts';

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
    const all = { ...this.headers(contentType), ...headers };
    if (text.length >= gzipBytesMin && this.acceptsGzip()) {
      gzip(text, { level: constants.Z_BEST_SPEED }, (error, compressed) => {
        if (error) this.#send(code, Buffer.from(text), all);
        else this.#send(code, compressed, { ...all, 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' });
      });
      return;
    }
    this.#send(code, Buffer.from(text), all);
  }

  /** Answers with bytes as they are. */
  bytes(code: number, body: Buffer, contentType: string): void {
    this.#send(code, body, this.headers(contentType));
  }

  /** Answers with plain text. */
  text(code: number, text: string, contentType = 'text/plain; charset=utf-8'): void {
    this.#send(code, Buffer.from(text), this.headers(contentType));
  }

  /** Answers with an error as a Kubernetes Status. */
  error(error: StatusError): void {
    const seconds = error.details?.retryAfterSeconds;
    const headers: OutgoingHttpHeaders = seconds === undefined ? {} : { 'Retry-After': String(seconds) };
    if (error.code === 401) headers['WWW-Authenticate'] = 'Bearer realm="plinth"';
    this.json(error.code, JSON.stringify(error.toStatus()), 'application/json', headers);
  }

  acceptsGzip(): boolean {
    return this.request.headers['accept-encoding']?.includes('gzip') === true;
  }

  #send(code: number, body: Buffer, headers: OutgoingHttpHeaders): void {
    const { response } = this;
    if (response.headersSent || response.destroyed) return;
    headers['Content-Length'] = body.length;
    response.writeHead(code, headers);
    response.end(body);
  }
}
