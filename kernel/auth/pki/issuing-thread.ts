import { Worker } from 'node:worker_threads';
import type { Clock } from '../../ports/clock.ts';
import type { CertificateAndKey, LeafProfile, Validity } from './issue.ts';

/** A certificate that is to be made; see `issue.ts`. */
export type CertificateOrder =
  | {
      readonly make: 'authority';
      readonly commonName: string;
      readonly validity: Validity;
      /** The key to go on with; absent: a new one. */
      readonly keyPem?: string;
    }
  | {
      readonly make: 'leaf';
      readonly profile: LeafProfile;
      readonly validity: Validity;
      readonly authority: CertificateAndKey;
    };

/** What the thread answers. */
export type IssuingReply =
  | { readonly id: number; readonly made: CertificateAndKey }
  | { readonly id: number; readonly error: unknown };

/** How long the thread waits for more: a first start makes three certificates. */
const idleMs = 2_000;

/**
 * Makes certificates in a thread of its own, which is there only while some are made: loading the library takes longer than
 * anything else at start, and must hold up neither that nor the event loop.
 */
export class IssuingThread {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, PromiseWithResolvers<CertificateAndKey>>();
  #worker: Worker | undefined;
  #next = 0;
  #cancelEnd: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws what making it throws, or what ended the thread. */
  make(order: CertificateOrder): Promise<CertificateAndKey> {
    this.#cancelEnd();
    this.#worker ??= this.#start();
    this.#worker.ref();
    const id = this.#next++;
    const waiting = Promise.withResolvers<CertificateAndKey>();
    this.#waiting.set(id, waiting);
    this.#worker.postMessage({ id, order });
    return waiting.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./issuing-worker.ts', import.meta.url), {
      name: 'plinth-certificates',
    });
    worker.on('message', (reply: IssuingReply) => this.#take(reply));
    const end = (cause: unknown): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const { reject } of this.#waiting.values())
        reject(new Error('the thread that makes certificates has ended', { cause }));
      this.#waiting.clear();
    };
    worker.on('error', end);
    worker.on('exit', (code) => end(new Error(`exit code ${code}`)));
    return worker;
  }

  #take(reply: IssuingReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('made' in reply) waiting?.resolve(reply.made);
    else waiting?.reject(reply.error);
    if (this.#waiting.size > 0) return;
    // It keeps no process alive that has nothing else to do.
    this.#worker?.unref();
    this.#cancelEnd = this.#clock.after(idleMs, () => {
      const worker = this.#worker;
      this.#worker = undefined;
      void worker?.terminate();
    });
  }
}
