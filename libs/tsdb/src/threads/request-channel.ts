import type { ThreadPort } from '../database-share.ts';

/** What a thread can be asked: for each method, what is sent and what comes back. */
export type Methods<M> = { readonly [K in keyof M]: { readonly request: unknown; readonly reply: unknown } };

/** A reply, and what in it changes its owner. */
export interface Reply<T> {
  readonly value: T;
  readonly transfer?: readonly (ArrayBuffer | ThreadPort)[];
}

/** Answers requests; an error that is thrown reaches the one who asked. */
export type Handlers<M extends Methods<M>> = {
  readonly [K in keyof M]: (request: M[K]['request']) => Reply<M[K]['reply']> | Promise<Reply<M[K]['reply']>>;
};

interface RequestMessage<M> {
  readonly id: number;
  readonly method: keyof M;
  readonly request: unknown;
}

interface ReplyMessage {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly code: unknown };
}

/** An error of another thread. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError';
  /** Name of the class of the error there. */
  readonly errorName: string;
  /** Its `code`, as errors of files have. */
  readonly code: unknown;

  constructor(error: NonNullable<ReplyMessage['error']>) {
    super(error.message);
    this.errorName = error.name;
    this.code = error.code;
  }
}

/** Answers the requests that come through a port, several at a time. */
export function serveRequests<M extends Methods<M>>(port: ThreadPort, handlers: Handlers<M>): void {
  const answer = async ({ id, method, request }: RequestMessage<M>): Promise<void> => {
    try {
      const { value, transfer = [] } = await handlers[method](request);
      port.postMessage({ id, value }, transfer);
    } catch (error) {
      port.postMessage({ id, error: describe(error) });
    }
  };
  port.on('message', (message: RequestMessage<M>) => void answer(message));
}

/** Asks the thread at the other end of a port. */
export class RequestChannel<M extends Methods<M>> {
  readonly #port: ThreadPort;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #nextId = 0;
  #isClosed = false;

  constructor(port: ThreadPort) {
    this.#port = port;
    port.on('message', (reply: ReplyMessage) => this.#take(reply));
    port.on('close', () => this.#end());
    this.#port.unref();
  }

  /** @throws ThreadError when the other thread could not do it, or has ended. */
  async ask<K extends keyof M & string>(
    method: K,
    request: M[K]['request'],
    transfer: readonly (ArrayBuffer | ThreadPort)[] = [],
  ): Promise<M[K]['reply']> {
    if (this.#isClosed) throw ended(method);
    const id = this.#nextId++;
    const waiter = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiter);
    // As long as an answer is awaited the process must not end.
    this.#port.ref();
    this.#port.postMessage({ id, method, request }, transfer);
    return waiter.promise;
  }

  close(): void {
    this.#port.close();
  }

  #take({ id, value, error }: ReplyMessage): void {
    const waiter = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#port.unref();
    if (error) waiter?.reject(new ThreadError(error));
    else waiter?.resolve(value);
  }

  #end(): void {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(ended('request'));
    this.#waiting.clear();
  }
}

function ended(method: string): ThreadError {
  return new ThreadError({ name: 'Error', message: `${method}: the thread has ended`, code: undefined });
}

function describe(error: unknown): NonNullable<ReplyMessage['error']> {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: undefined };
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return { name: error.name, message: error.message + cause, code: 'code' in error ? error.code : undefined };
}
