import { Worker } from 'node:worker_threads';
import type { CapabilityContext } from '@plinth/kernel';
import { StateError } from '@plinth/terraform-state';
import { packerIdleMs, packThreadBytes } from '../limits.ts';
import { type PackedState, packState } from './state-packing.ts';

/** What the thread is asked. */
export interface PackQuestion {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** What it answers with. */
export type PackAnswer = { readonly id: number } & (
  | { readonly packed: PackedState }
  | { readonly refused: string }
  | { readonly error: string }
);

/** A thread that packs, and who waits for it. */
interface Packing {
  readonly worker: Worker;
  readonly waiting: Map<number, PromiseWithResolvers<PackedState>>;
}

/**
 * Looks through states and packs them: large ones in a thread, since digests and the scan of 10 MB take 50 ms, in which nobody else
 * would be answered. The thread ends when it has had nothing to do for a while.
 */
export class StatePacker {
  readonly #clock: CapabilityContext['clock'];
  #packing: Packing | undefined;
  #lastId = 0;
  #cancelEnd = (): void => undefined;

  constructor(clock: CapabilityContext['clock']) {
    this.#clock = clock;
  }

  /**
   * @param bytes of a state; those of a large one are gone afterwards
   * @throws StateError when it is no state
   */
  async pack(bytes: Uint8Array): Promise<PackedState> {
    if (bytes.length <= packThreadBytes) return await packState(bytes);
    this.#cancelEnd();
    const packing = (this.#packing ??= this.#start());
    const id = ++this.#lastId;
    const answered = Promise.withResolvers<PackedState>();
    packing.waiting.set(id, answered);
    packing.worker.ref();
    const question: PackQuestion = { id, bytes };
    packing.worker.postMessage(question, isWhole(bytes) ? [bytes.buffer] : []);
    try {
      return await answered.promise;
    } finally {
      packing.waiting.delete(id);
      if (packing.waiting.size === 0) this.#rest(packing);
    }
  }

  #start(): Packing {
    const worker = new Worker(new URL('./packing-worker.ts', import.meta.url), { name: 'plinth-states' });
    const packing: Packing = { worker, waiting: new Map() };
    const fail = (error: Error): void => {
      if (this.#packing === packing) this.#packing = undefined;
      for (const { reject } of packing.waiting.values()) reject(error);
    };
    worker.on('message', (answer: PackAnswer) => settle(packing, answer));
    worker.once('error', fail);
    worker.once('exit', (code) => fail(new Error(`the thread that packs states ended with ${code}`)));
    return packing;
  }

  #rest(packing: Packing): void {
    packing.worker.unref();
    this.#cancelEnd = this.#clock.after(packerIdleMs, () => {
      if (this.#packing === packing) this.#packing = undefined;
      void packing.worker.terminate();
    });
  }
}

function settle({ waiting }: Packing, answer: PackAnswer): void {
  const waits = waiting.get(answer.id);
  if ('packed' in answer) waits?.resolve(answer.packed);
  else if ('refused' in answer) waits?.reject(new StateError(answer.refused));
  else waits?.reject(new Error(answer.error));
}

/** Whether the bytes are all of their memory, so that it can be handed over. */
function isWhole(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length;
}
