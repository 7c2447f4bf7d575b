import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { createGunzip } from 'node:zlib';
import {
  BodySizeError,
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  HttpError,
  type HttpQuestion,
} from '../ports.ts';
import { openLookup, requireOpenHost } from './address-guard.ts';

/** Spec: Go, net/http.Client. */
const redirectsMax = 10;
const redirects: readonly number[] = [301, 302, 303, 307, 308];
/** Idle connections to one host. */
const idleMax = 2;

/** Talks HTTP and HTTPS over sockets of the machine. No proxy is used. @throws HttpError */
export function openNodeHttp(options: HttpClientOptions): HttpClient {
  return new NodeHttp(options);
}

class NodeHttp implements HttpClient {
  readonly #options: HttpClientOptions;
  readonly #plain: http.Agent;
  readonly #secure: https.Agent;
  #running = 0;
  #isClosed = false;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    const { tls, reach } = options;
    const shared = {
      keepAlive: true,
      maxFreeSockets: options.idleConnections ?? idleMax,
      ...(reach === 'public' ? { lookup: openLookup } : {}),
    };
    const material: SecureContextOptions = {
      ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls?.key === undefined ? {} : { key: tls.key }),
      ...(tls?.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
      ...(tls?.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    };
    this.#plain = new http.Agent(shared);
    this.#secure = new https.Agent({
      ...shared,
      secureContext: secureContextOf(material),
      rejectUnauthorized: tls?.isVerified ?? true,
      ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
    });
  }

  async ask(question: HttpQuestion): Promise<HttpAnswer> {
    this.#running++;
    try {
      return await this.#follow(question);
    } catch (error) {
      const failure: unknown = question.signal.aborted ? question.signal.reason : error;
      if (failure instanceof BodySizeError) throw failure;
      const method = question.body ? 'Post' : 'Get';
      throw new HttpError(`${method} ${JSON.stringify(question.url)}: ${reasonOf(failure)}`, {
        cause: failure,
      });
    } finally {
      this.#running--;
      if (this.#isClosed) this.close();
    }
  }

  close(): void {
    this.#isClosed = true;
    // What is under way comes to its end.
    if (this.#running > 0) return;
    this.#plain.destroy();
    this.#secure.destroy();
  }

  async #follow(question: HttpQuestion): Promise<HttpAnswer> {
    const origin = new URL(question.url);
    const isFollowed = !question.body && this.#options.followsRedirects !== false;
    let url = origin;
    for (let count = 0; ; count++) {
      const response = await this.#send(
        url,
        url.host === origin.host && url.protocol === origin.protocol,
        question,
      );
      const { statusCode: status = 0, statusMessage: statusText = '', headers } = response;
      const { location } = headers;
      if (!isFollowed || !redirects.includes(status) || location === undefined) {
        if (question.readsAnyStatus) {
          const body = await readStart(response, question.bodyBytesMax);
          const header = (name: string): string | undefined => headers[name]?.toString();
          return { status, statusText, contentType: headers['content-type'], body, header };
        }
        if (status === 200) {
          const body = await readBody(response, question.bodyBytesMax);
          return { status, statusText, contentType: headers['content-type'], body };
        }
        response.destroy();
        return { status, statusText, contentType: headers['content-type'], body: new Uint8Array() };
      }
      response.destroy();
      if (count === redirectsMax) throw new HttpError(`stopped after ${redirectsMax} redirects`);
      url = new URL(location, url);
    }
  }

  #send(url: URL, isOrigin: boolean, { headers, signal, body }: HttpQuestion): Promise<http.IncomingMessage> {
    const { authorization, reach } = this.#options;
    if (reach === 'public') requireOpenHost(url.hostname);
    const isSecure = url.protocol === 'https:';
    if (!isSecure && url.protocol !== 'http:') {
      throw new HttpError(`unsupported protocol scheme ${JSON.stringify(url.protocol.slice(0, -1))}`);
    }
    return new Promise((resolve, reject) => {
      const request = (isSecure ? https : http).request(url, {
        method: body ? 'POST' : 'GET',
        agent: isSecure ? this.#secure : this.#plain,
        headers: { ...headers, ...(isOrigin && authorization !== undefined ? { authorization } : {}) },
        signal,
      });
      request.on('response', resolve);
      request.on('error', reject);
      request.end(body);
    });
  }
}

/** @throws HttpError */
function secureContextOf(material: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(material);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? `: ${String(error.code)}` : '';
    throw new HttpError(`the certificates or the key for TLS cannot be read${code}`, { cause: error });
  }
}

async function readBody(response: http.IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of decoded(response) as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size >= bytesMax) throw new BodySizeError('body size limit exceeded');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The first bytes of a body. What is longer closes the connection. */
async function readStart(response: http.IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of decoded(response) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bytesMax) break;
  }
  return Buffer.concat(chunks, size).subarray(0, bytesMax);
}

function decoded(response: http.IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  // What goes wrong is thrown to whoever reads.
  return pipeline(response, createGunzip(), () => {});
}

/** Why it failed, in the words of Go where it has some, without the certificate or the address book of the machine. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of several addresses the last one that failed.
  const one: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  if (!(one instanceof Error) || !('code' in one)) return error.message;
  const at = 'address' in one && 'port' in one ? ` ${hostPort(String(one.address), String(one.port))}` : '';
  switch (one.code) {
    case 'ECONNREFUSED':
      return `dial tcp${at}: connect: connection refused`;
    case 'EHOSTUNREACH':
      return `dial tcp${at}: connect: no route to host`;
    case 'ENETUNREACH':
      return `dial tcp${at}: connect: network is unreachable`;
    case 'ECONNRESET':
      return 'connection reset by peer';
    case 'ENOTFOUND':
      return `dial tcp: lookup ${'hostname' in one ? String(one.hostname) : ''}: no such host`;
    default:
      return one.message;
  }
}

function hostPort(address: string, port: string): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
