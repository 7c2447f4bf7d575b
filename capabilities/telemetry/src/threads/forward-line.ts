import type { Worker } from 'node:worker_threads';
import type { ForwardCalls } from '../forward/forward-thread.ts';
import { CallingThread } from './calls.ts';

/** The thread of forwards: there is one while a forward is under way. */
export class ForwardLine {
  readonly #startWorker: () => Worker;
  readonly #onFault: (error: Error) => void;
  readonly #users = new Set<string>();
  #thread: CallingThread<ForwardCalls> | undefined;

  constructor(startWorker: () => Worker, onFault: (error: Error) => void) {
    this.#startWorker = startWorker;
    this.#onFault = onFault;
  }

  /** The thread for one more forward; started where there is none, or it is gone. */
  take(user: string): CallingThread<ForwardCalls> {
    if (this.#thread?.isEnded !== false) {
      this.#users.clear();
      this.#thread = new CallingThread(this.#startWorker(), this.#onFault);
    }
    this.#users.add(user);
    return this.#thread;
  }

  /** The thread that has forwards. @throws Error when there is none */
  get thread(): CallingThread<ForwardCalls> {
    if (!this.#thread) throw new Error('no forward is under way');
    return this.#thread;
  }

  /** Does what ends forwards, and ends the thread when none is left. @param isEnded - whether a user is among them */
  async end(
    isEnded: (user: string) => boolean,
    work: (thread: CallingThread<ForwardCalls>) => Promise<void>,
  ): Promise<void> {
    const thread = this.#thread;
    if (!thread || ![...this.#users].some(isEnded)) return;
    try {
      // One that is gone has ended them already.
      if (!thread.isEnded) await work(thread);
    } finally {
      if (this.#thread === thread) {
        for (const user of this.#users) if (isEnded(user)) this.#users.delete(user);
        if (this.#users.size === 0) await this.stop();
      }
    }
  }

  async stop(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    this.#users.clear();
    await thread?.terminate();
  }
}
