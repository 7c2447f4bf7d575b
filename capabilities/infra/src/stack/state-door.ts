import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type CapabilityAudit,
  type HttpEndpoint,
  type HttpMethod,
  type HttpReply,
  type HttpRequest,
  type ObjectName,
  type Random,
  StatusError,
} from '@plinth/kernel';
import { stateProtocol } from '../state/state-protocol.ts';
import type { States } from '../state/states.ts';

/** Whom the door is opened for. */
export interface DoorGuest {
  /** The state that it leads to, and to no other. */
  readonly state: ObjectName;
  /** Who works on the state, such as `runs/network-4f2a91cc`. */
  readonly user: string;
  /** Whether new versions are taken; a plan writes none. */
  readonly mayWrite: boolean;
}

/** A door that is open. */
export interface OpenDoor {
  /** What tells the program where its state is. */
  readonly environment: Readonly<Record<string, string>>;
  /** What must not be seen of that. */
  readonly secret: string;
  close(): void;
}

interface Guest extends DoorGuest {
  readonly digest: Buffer;
}

/** Milliseconds that a program may keep a connection that it does not use. */
const idleMs = 5_000;

/**
 * The way of the programs of runs to their states: the state backend, on the loopback interface of the machine that they run on,
 * open while one of them runs. Each has a token of its own, good for one state.
 */
export class StateDoor {
  readonly #endpoints: readonly HttpEndpoint[];
  readonly #refuse: (error: StatusError) => HttpReply;
  readonly #audit: CapabilityAudit;
  readonly #random: Random;
  readonly #guests = new Set<Guest>();
  #opening: Promise<{ readonly server: Server; readonly port: number }> | undefined;

  constructor(
    states: States,
    { audit, random }: { readonly audit: CapabilityAudit; readonly random: Random },
  ) {
    const protocol = stateProtocol(states);
    this.#endpoints = protocol.endpoints.filter(({ path }) => path.endsWith('{workspace}'));
    this.#refuse = (error) => protocol.refuse(error, { path: '', headers: {} });
    this.#audit = audit;
    this.#random = random;
  }

  /** Opens it for one program. */
  async open(guest: DoorGuest): Promise<OpenDoor> {
    const secret = Buffer.from(this.#random.bytes(32)).toString('base64url');
    const known = { ...guest, digest: digestOf(secret) };
    this.#guests.add(known);
    const close = (): void => {
      this.#guests.delete(known);
      if (this.#guests.size === 0) this.#shut();
    };
    try {
      const { port } = await (this.#opening ??= this.#listen());
      const address = `http://127.0.0.1:${port}/state`;
      return {
        environment: {
          TF_HTTP_ADDRESS: address,
          TF_HTTP_LOCK_ADDRESS: address,
          TF_HTTP_UNLOCK_ADDRESS: address,
          TF_HTTP_USERNAME: 'run',
          TF_HTTP_PASSWORD: secret,
        },
        secret,
        close,
      };
    } catch (error) {
      close();
      throw error;
    }
  }

  async #listen(): Promise<{ server: Server; port: number }> {
    const server = createServer({ keepAliveTimeout: idleMs }, (request, response) => {
      void this.#answer(request, response);
    });
    return await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        if (typeof address === 'object' && address) resolve({ server, port: address.port });
      });
    });
  }

  #shut(): void {
    const opening = this.#opening;
    this.#opening = undefined;
    void opening?.then(
      ({ server }) => {
        server.close();
        server.closeIdleConnections();
      },
      () => undefined,
    );
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const reply = await this.#reply(request, gone.signal);
      send(response, reply);
    } catch (error) {
      const refused =
        error instanceof StatusError
          ? error
          : new StatusError(500, 'InternalError', 'the state could not be reached');
      send(response, this.#refuse(refused));
    }
  }

  async #reply(request: IncomingMessage, signal: AbortSignal): Promise<HttpReply> {
    const guest = this.#guestOf(request);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const endpoint = this.#endpoints.find(({ methods }) => methods.some((one) => one === request.method));
    if (!guest) throw new StatusError(401, 'Unauthorized', 'no run that goes on has this token');
    if (url.pathname !== '/state' || !endpoint)
      throw new StatusError(404, 'NotFound', 'there is nothing here');
    const isWrite = request.method === 'POST' || request.method === 'PUT';
    if (isWrite && !guest.mayWrite) {
      throw new StatusError(
        403,
        'Forbidden',
        'a plan writes no state; only the apply of an approved plan does',
      );
    }
    const body = await bodyOf(request, endpoint.bodyBytesMax);
    return await endpoint.handle({
      ...this.#sender(guest),
      method: methodOf(endpoint, request.method),
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
      signal,
    });
  }

  #guestOf({ headers: { authorization = '' } }: IncomingMessage): Guest | undefined {
    const sent = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
    const digest = digestOf(sent.slice(sent.indexOf(':') + 1));
    return [...this.#guests].find((guest) => timingSafeEqual(guest.digest, digest));
  }

  #sender({
    state: { namespace = '', name },
    user,
  }: Guest): Pick<HttpRequest, 'parameters' | 'user' | 'facts' | 'may' | 'entry' | 'enter'> {
    const path = `/terraform/state/${namespace}/${name}`;
    return {
      parameters: { namespace, workspace: name },
      user: { username: user, groups: [] },
      facts: {},
      may: () => false,
      entry: (action, facts) => this.#audit.entry(path, { action, on: user, ...facts }),
      enter: async (action, facts) => await this.#audit.enter(path, { action, on: user, ...facts }),
    };
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function methodOf({ methods }: HttpEndpoint, sent: string | undefined): HttpMethod {
  return methods.find((one) => one === sent) ?? 'GET';
}

async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > bytesMax) {
      throw new StatusError(413, 'RequestEntityTooLarge', `the body has more than ${bytesMax} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function send(response: ServerResponse, { status, contentType, headers = {}, body }: HttpReply): void {
  response.writeHead(status, { 'content-type': contentType, ...headers }).end(body);
}
