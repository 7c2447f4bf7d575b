import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';

/** PEM texts of a client, or a bearer token. */
export interface Credentials {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

/** An HTTP answer that was received whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON; `any`-like navigation goes through `at`. */
  readonly json: unknown;
}

export interface RequestSettings {
  readonly headers?: OutgoingHttpHeaders;
  /** JSON unless it is text or bytes. */
  readonly body?: unknown;
  readonly contentType?: string;
  /** Whether the length of the body is not said beforehand. */
  readonly chunked?: boolean;
}

/** Speaks HTTPS with the server directly, so that tests see what no client library shows. */
export class HttpsClient {
  readonly url: string;
  readonly #agent: Agent;
  readonly #headers: OutgoingHttpHeaders;

  constructor(url: string, credentials: Credentials, headers: OutgoingHttpHeaders = {}) {
    const { ca, cert, key, token } = credentials;
    this.url = url;
    this.#agent = new Agent({ keepAlive: true, ca, ...(cert ? { cert } : {}), ...(key ? { key } : {}) });
    this.#headers = { ...headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  }

  /** Sends a request and receives the answer's head; the caller reads the body. */
  open(method: string, path: string, settings: RequestSettings = {}): Promise<IncomingMessage> {
    const { body, contentType = 'application/json' } = settings;
    const bytes = body === undefined ? undefined : encoded(body);
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        this.url,
        {
          method,
          path,
          agent: this.#agent,
          headers: {
            ...this.#headers,
            ...(bytes ? { 'Content-Type': contentType } : {}),
            ...(bytes && !settings.chunked ? { 'Content-Length': bytes.length } : {}),
            ...settings.headers,
          },
        },
        resolve,
      );
      request.on('error', reject);
      request.end(bytes);
    });
  }

  /** Sends a request and receives the whole answer. */
  async send(method: string, path: string, settings: RequestSettings = {}): Promise<Answer> {
    const response = await this.open(method, path, settings);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const { statusCode = 0, headers } = response;
    const isJson = headers['content-type']?.startsWith('application/json') === true;
    const plain = headers['content-encoding'] === undefined && isJson && text !== '';
    const json: unknown = plain ? JSON.parse(text) : undefined;
    return { status: statusCode, headers, text, json };
  }

  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer> {
    return this.send('GET', path, headers ? { headers } : {});
  }

  post(path: string, body: unknown, contentType?: string): Promise<Answer> {
    return this.send('POST', path, { body, ...(contentType ? { contentType } : {}) });
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.send('PUT', path, { body });
  }

  patch(path: string, body: unknown, contentType: string): Promise<Answer> {
    return this.send('PATCH', path, { body, contentType });
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.send('DELETE', path, body === undefined ? {} : { body });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function encoded(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The value at a path of fields and indices, such as `at(json, 'metadata', 'name')`; undefined when it ends early. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.hasOwn(found, step) ? Reflect.get(found, step) : undefined;
  }
  return found;
}

/** The value at a path as text, for what has to be there. */
export function textAt(value: unknown, ...path: (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')}: ${JSON.stringify(value)}`);
  return found;
}

/** The names of the members of an object at a path; none when there is no object. */
export function keysAt(value: unknown, ...path: (string | number)[]): string[] {
  const found = at(value, ...path);
  return typeof found === 'object' && found !== null ? Object.keys(found) : [];
}

/** The value at a path as a list, for what has to be there. */
export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path.join('.')}: ${JSON.stringify(value)}`);
  return found;
}
