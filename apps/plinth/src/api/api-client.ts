import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { codeOf, Failure } from '../cli/failure.ts';
import { isObject, listAt, textAt } from './json.ts';
import type { Connection } from './kubeconfig.ts';

/** An answer takes at most this long, in milliseconds; a list of 100,000 objects takes about two seconds. */
const requestMsMax = 60_000;
/** Bytes of an answer: ten times a list of 10,000 objects. */
const answerBytesMax = 128 * 1024 * 1024;

/** One cause of a refusal. Spec: Kubernetes meta/v1 StatusCause. */
export interface Cause {
  readonly field: string;
  readonly message: string;
}

/** A refusal by the API. */
export class ApiFailure extends Failure {
  override name = 'ApiFailure';
  readonly status: number;
  readonly reason: string;
  readonly causes: readonly Cause[];

  constructor(status: number, body: unknown, hint: string | undefined) {
    super(textAt(body, 'message') || `the server answered ${status}`, hint === undefined ? {} : { hint });
    this.status = status;
    this.reason = textAt(body, 'reason');
    this.causes = listAt(body, 'details', 'causes')
      .filter(isObject)
      .map((cause) => ({ field: textAt(cause, 'field'), message: textAt(cause, 'message') }));
  }
}

/** A request to the API. */
export interface ApiRequest {
  readonly method?: 'GET' | 'PATCH' | 'POST' | 'UNLOCK';
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
}

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly content: Buffer;
  /** The content as UTF-8. */
  readonly text: string;
  /** Texts of the Warning headers. Spec: RFC 7234, 5.5. */
  readonly warnings: readonly string[];
}

/** The API of a control plane over HTTPS. */
export class ApiClient {
  readonly #connection: Connection;
  readonly #agent: Agent;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 4 });
  }

  /** URL without a closing slash. */
  get server(): string {
    return this.#connection.server;
  }

  get namespace(): string {
    return this.#connection.namespace;
  }

  /**
   * Asks and reads JSON.
   * @throws ApiFailure when the API refuses, Failure when it cannot be reached
   */
  async json(path: string, asked: ApiRequest = {}): Promise<{ body: unknown; answer: ApiAnswer }> {
    const answer = await this.#accepted(path, asked);
    const body = parsed(answer.text);
    if (body === undefined) {
      throw new Failure(`${this.#connection.server}${path} did not answer with JSON`, {
        hint: 'check that the server of the kubeconfig is a Kubernetes API',
        file: this.#connection.file,
      });
    }
    return { body, answer };
  }

  /**
   * Asks and reads a text.
   * @throws ApiFailure when the API refuses, Failure when it cannot be reached
   */
  async text(path: string, asked: ApiRequest = {}): Promise<string> {
    return (await this.#accepted(path, asked)).text;
  }

  async #accepted(path: string, asked: ApiRequest): Promise<ApiAnswer> {
    const answer = await this.send(path, asked);
    const { status, text, contentType } = answer;
    if (status < 400) return answer;
    // Protocols of a field say what is wrong in their own way: often in a sentence.
    const isSentence = contentType.startsWith('text/plain');
    const body = isSentence ? { message: text.trim() } : parsed(text);
    throw new ApiFailure(status, body, hintOf(status, textAt(body, 'reason'), this.#connection));
  }

  /**
   * Reads an answer line by line as it comes, for as long as it comes or until `signal` ends it.
   * @throws ApiFailure when the API refuses, Failure when it cannot be reached or the connection breaks
   */
  async *lines(path: string, signal?: AbortSignal): AsyncGenerator<string> {
    const response = await this.#open(path);
    const { statusCode = 0 } = response;
    let rest = '';
    const end = (): void => void response.destroy();
    if (signal?.aborted === true) end();
    signal?.addEventListener('abort', end);
    try {
      for await (const chunk of response.setEncoding('utf8')) {
        rest += String(chunk);
        if (statusCode >= 400) continue;
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
    } catch (error) {
      if (signal?.aborted === true) return;
      if (error instanceof Error) throw unreachable(error, this.#connection);
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
      response.destroy();
    }
    if (statusCode >= 400)
      throw new ApiFailure(
        statusCode,
        parsed(rest),
        hintOf(statusCode, textAt(parsed(rest), 'reason'), this.#connection),
      );
  }

  /**
   * Reads an answer piece by piece, for as long as it comes.
   * @throws ApiFailure when the API refuses, Failure when it cannot be reached or the connection breaks
   */
  async *chunks(path: string): AsyncGenerator<Buffer> {
    const response = await this.#open(path);
    const { statusCode = 0 } = response;
    const refusal: Buffer[] = [];
    try {
      for await (const chunk of response) {
        const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
        if (statusCode < 400) yield bytes;
        else refusal.push(bytes);
      }
    } catch (error) {
      if (error instanceof Error) throw unreachable(error, this.#connection);
      throw error;
    } finally {
      response.destroy();
    }
    if (statusCode < 400) return;
    const body = parsed(Buffer.concat(refusal).toString());
    throw new ApiFailure(statusCode, body, hintOf(statusCode, textAt(body, 'reason'), this.#connection));
  }

  #open(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { ...this.#options({}), timeout: 0 };
      const sent = request(`${this.#connection.server}${path}`, options, resolve);
      sent.on('error', (error) => reject(unreachable(error, this.#connection)));
      sent.end();
    });
  }

  /** Asks and reads the answer, whatever the status. */
  send(path: string, asked: ApiRequest = {}): Promise<ApiAnswer> {
    const { server } = this.#connection;
    const options = this.#options(asked);
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(unreachable(error, this.#connection));
      const sent = request(`${server}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > answerBytesMax)
            sent.destroy(new Error(`the answer has more than ${answerBytesMax} bytes`));
          else chunks.push(chunk);
        });
        response.on('error', fail);
        response.on('end', () => {
          const warnings = warningsOf(response.headersDistinct['warning'] ?? []);
          const content = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            content,
            get text() {
              return content.toString('utf8');
            },
            warnings,
          });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${requestMsMax / 1000} s`)));
      sent.on('error', fail);
      sent.end(asked.body);
    });
  }

  #options({ method = 'GET', accept, contentType, body }: ApiRequest): RequestOptions {
    const { ca, certificate, key, token, serverName, skipsVerification } = this.#connection;
    return {
      method,
      agent: this.#agent,
      timeout: requestMsMax,
      rejectUnauthorized: !skipsVerification,
      headers: {
        Accept: accept ?? 'application/json',
        'User-Agent': 'plinth',
        ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
        ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller knows by the status whether JSON was to be expected.
  }
}

function warningsOf(headers: readonly string[]): string[] {
  return headers.flatMap((header) =>
    [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
      text.replace(/\\(.)/g, '$1'),
    ),
  );
}

/** What to do about reasons that say more than their status. */
const reasonHints: Readonly<Record<string, string>> = {
  PlanMoved: 'make another plan of the same files, look at it and have it approved: plinth plan -f ...',
  PlanNotApproved: 'who has to approve, and who has: kubectl get plan NAME -o wide',
};

function hintOf(status: number, reason: string, { file }: Connection): string | undefined {
  const known = reasonHints[reason];
  if (known !== undefined) return known;
  switch (status) {
    case 401:
      return `the credentials of ${file} are not known to the server: take the kubeconfig that it wrote when it started`;
    case 403:
      return 'ask for a role with this right; what you may do: kubectl auth can-i --list';
    case 409:
      return 'read the object again; to take over fields that others manage: plinth apply --force-conflicts';
    case 429:
      return 'try again in a few seconds';
    default:
      return undefined;
  }
}

/** Codes of TLS that say that the server is not the one the kubeconfig trusts. */
const strangerCodes: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function unreachable(error: Error, { server, file }: Connection): Failure {
  const code = codeOf(error) ?? '';
  if (code === 'ECONNREFUSED') {
    return new Failure(`nothing answers at ${server}`, {
      hint: 'start the control plane with `plinth up`, or name the kubeconfig of a running one',
      file,
      cause: error,
    });
  }
  if (strangerCodes.has(code)) {
    return new Failure(`${server} is not the server that the kubeconfig trusts (${code})`, {
      hint: 'take the kubeconfig that this control plane wrote; if its certificate is out of date, start it again',
      file,
      cause: error,
    });
  }
  return new Failure(`${server} cannot be reached: ${error.message}`, {
    hint: 'check the server of the kubeconfig and the network',
    file,
    cause: error,
  });
}
